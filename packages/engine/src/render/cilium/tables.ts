import type { Family } from "../../base/address.ts";
import type { Table } from "../../model/ruleset.ts";
import { jump } from "../iptables/spec.ts";
import type { TableName } from "../iptables/table-draft.ts";
import { finishTables, TableDraft } from "../iptables/table-draft.ts";
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

const TABLES = ["raw", "mangle", "nat", "filter"] as const satisfies readonly TableName[];

/** The tables of one family, as the agent fills empty ones: pkg/datapath/iptables installRules. */
export function renderTables(context: CiliumContext, family: FamilyContext, wanted: Wanted): readonly Table[] {
  const drafts = {
    raw: new TableDraft("raw"),
    mangle: new TableDraft("mangle"),
    nat: new TableDraft("nat"),
    filter: new TableDraft("filter"),
  };
  writeCilium(ciliumWriter(context, family, drafts), wanted);
  return finishTables(
    TABLES.map((name) => drafts[name]),
    family.family,
  );
}

/** `-N`, `-A` and `-I` in the agent's order. Jumps from built-in chains come last: nothing is reached while it is half done. */
function writeCilium(writer: CiliumWriter, { masquerade, primaryEni, noTrack }: Wanted): void {
  const { context, family, drafts } = writer;
  if (!context.config.installRules) return;
  const chains = chainsOf(family.family, (change) => context.has(change));
  for (const { table, name } of chains) drafts[table].declare(name);
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

function writeFeeder({ context, drafts, comment }: CiliumWriter, { name, table, hook }: CiliumChain): void {
  const { disabledFeeders, prependChains } = context.config;
  if (disabledFeeders.has(hook)) return;
  const spec = { matches: [comment(`cilium-feeder: ${name}`)], target: jump(name) };
  if (prependChains) drafts[table].prepend(hook, spec);
  else drafts[table].append(hook, spec);
}
