import { ACCEPT } from "../iptables/spec.ts";
import type { CiliumChain, CiliumChainName } from "./chains.ts";
import { ciliumChains } from "./chains.ts";
import { MARK } from "./marks.ts";
import type { CiliumWriter } from "./writer.ts";

/** Encrypted packets pass every chain of filter and nat untouched: pkg/datapath/iptables addCiliumAcceptXfrmRules. */
export function writeEncryptionExclusions(writer: CiliumWriter, chains: readonly CiliumChain[]): void {
  if (!hasEncryptionRules(writer)) return;
  const names = new Set(chains.map(({ name }) => name));
  for (const { name, table } of ciliumChains) {
    if ((table !== "filter" && table !== "nat") || !names.has(name)) continue;
    for (const mark of [MARK.decrypted, MARK.encrypt]) writeExclusion(writer, name, table, mark);
  }
}

function writeExclusion(writer: CiliumWriter, chain: CiliumChainName, table: string, mark: string): void {
  const comment = writer.comment(`exclude xfrm marks from ${table} ${chain} chain`);
  writer.append(chain, { matches: [writer.match("mark", { mark }), comment], target: ACCEPT });
}

/** They are not tracked, either: addCiliumNoTrackXfrmRules. Each goes before the one written before it. */
export function writeEncryptionNotrack(writer: CiliumWriter): void {
  if (!hasEncryptionRules(writer)) return;
  for (const mark of [MARK.encrypt, MARK.decrypted]) {
    writer.prepend("CILIUM_PRE_raw", {
      matches: [writer.match("mark", { mark }), writer.comment("cilium-xfrm-notrack:")],
      target: writer.notrack,
    });
  }
}

/** WireGuard has none in these releases. */
function hasEncryptionRules({ context, family }: CiliumWriter): boolean {
  return context.config.ipsec && (family.family === "ip" || context.has("encryption6"));
}
