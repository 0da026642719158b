import { usesEnis } from "../../desired/cilium/config.ts";
import type { NodeFacts } from "../../desired/node-facts.ts";
import { POD_DEVICES } from "./context.ts";
import type { CiliumContext } from "./context.ts";
import type { CiliumWriter } from "./writer.ts";
import { device } from "./writer.ts";

const ENI_MARK = "0x80";

/** Does the agent mark connections that came by the node's own interface? */
export function marksEnis({ config, has }: CiliumContext): boolean {
  return usesEnis(config.ipam) && (config.ipam === "eni" || has("alibabaCloud"));
}

/** The device of the default route with the lowest metric: pkg/datapath/linux/route NodeDeviceWithDefaultRoute. */
export function defaultDevice({ routes }: NodeFacts): string | null {
  const defaults = routes.filter(({ to }) => to === null || to.length === 0);
  const first = defaults.toSorted((a, b) => (a.metric ?? 0) - (b.metric ?? 0))[0];
  return first?.dev ?? null;
}

/** Answers leave by the interface that the question came by: pkg/datapath/iptables addCiliumENIRules. */
export function writeEniRules(writer: CiliumWriter, primary: string): void {
  if (writer.family.family !== "ip") return;
  const comment = writer.comment("cilium: primary ENI");
  writer.append("CILIUM_PRE_mangle", {
    iif: device(primary),
    matches: [comment, writer.match("addrtype", { "dst-type": "LOCAL", "limit-iface-in": "" })],
    target: writer.target("CONNMARK", { "set-xmark": `${ENI_MARK}/${ENI_MARK}` }),
  });
  writer.append("CILIUM_PRE_mangle", {
    iif: device(POD_DEVICES),
    matches: [comment],
    target: writer.target("CONNMARK", { "restore-mark": "", nfmask: ENI_MARK, ctmask: ENI_MARK }),
  });
}
