import type { Family } from "../../base/address.ts";
import { jump } from "../iptables/spec.ts";
import type { NodeDraft } from "../node/node-draft.ts";
import type { CiliumChain } from "./chains.ts";
import { chainsOf } from "./chains.ts";
import type { NoTrackPort } from "./conntrack-rules.ts";
import { writeNoConntrack, writeNoTrackPorts } from "./conntrack-rules.ts";
import type { CiliumContext, FamilyContext } from "./context.ts";
import { writeEncryptionExclusions, writeEncryptionNotrack } from "./encryption-rules.ts";
import { writeEniRules } from "./eni-rules.ts";
import { writeForwardRules } from "./forward-rules.ts";
import { writeHostMark } from "./host-mark.ts";
import type { Masquerade } from "./masquerade.ts";
import { writeMasquerade } from "./masquerade.ts";
import { writeProxyRules, writeTproxyRules } from "./proxy-rules.ts";
import type { CiliumWriter } from "./writer.ts";
import { ciliumWriter } from "./writer.ts";

/** What rules need beside the context, checked before. */
export interface Wanted {
  /** Null: nothing is masqueraded by iptables. */
  readonly masquerade: Readonly<Record<Family, Masquerade | null>>;
  /** Device of the node's own interface; null: its connections are not marked. */
  readonly primaryEni: string | null;
  readonly noTrack: readonly NoTrackPort[];
}

/**
 * `-N`, `-A` and `-I` in the agent's order, pkg/datapath/iptables installRules. Jumps from built-in chains come last: nothing is reached while it is
 * half done.
 */
export function writeTables(
  context: CiliumContext,
  family: FamilyContext,
  { masquerade, primaryEni, noTrack }: Wanted,
  node: NodeDraft,
): void {
  const writer = ciliumWriter(context, family, node);
  const chains = chainsOf(family.family, context.has);
  for (const { table, name } of chains) node.table(family.family, table).flush(name);
  writeProxyRules(writer);
  writeEncryptionExclusions(writer, chains);
  if (chains.some(({ name }) => name === "CILIUM_FORWARD")) writeForwardRules(writer);
  writeHostMark(writer);
  const known = masquerade[family.family];
  if (known !== null) writeMasquerade(writer, known);
  if (primaryEni !== null) writeEniRules(writer, primaryEni);
  writeEncryptionNotrack(writer);
  writeNoConntrack(writer);
  writeNoTrackPorts(writer, noTrack);
  for (const chain of chains) writeFeeder(writer, chain);
  writeTproxyRules(writer);
}

function writeFeeder({ context, family, node, comment }: CiliumWriter, { name, table, hook }: CiliumChain): void {
  const { disabledFeeders, prependChains } = context.config;
  if (disabledFeeders.has(hook)) return;
  const spec = { matches: [comment(`cilium-feeder: ${name}`)], target: jump(name) };
  const draft = node.table(family.family, table);
  if (prependChains) draft.prepend(hook, spec);
  else draft.append(hook, spec);
}
