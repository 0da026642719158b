import { MARK } from "./marks.ts";
import type { Change } from "./release.ts";
import type { CiliumWriter } from "./writer.ts";

/** Marks that the rule leaves alone, in its order. */
const SPARED: readonly (readonly [mark: string, since: Change | null])[] = [
  [MARK.encrypt, null],
  [MARK.decrypted, null],
  [MARK.overlay, "hostMarkSparesOverlay"],
  [MARK.fromProxy, null],
  [MARK.upstream, "upstream"],
  [MARK.identity, "hostMarkSparesIdentity"],
];

/** What the node itself sends is marked as the host's: pkg/datapath/iptables installHostTrafficMarkRule. */
export function writeHostMark(writer: CiliumWriter): void {
  const spared = SPARED.filter(([, since]) => since === null || writer.context.has(since));
  writer.append("CILIUM_OUTPUT", {
    matches: [
      ...spared.map(([mark]) => writer.match("mark", { "!mark": mark })),
      writer.comment("cilium: host->any mark as from host"),
    ],
    target: writer.target("MARK", { "set-xmark": MARK.host }),
  });
}
