import { ACCEPT } from "../iptables/spec.ts";
import { HOST_DEVICE, NET_DEVICE, POD_DEVICES } from "./context.ts";
import type { CiliumWriter } from "./writer.ts";
import { device } from "./writer.ts";

/** What enters or leaves by a device of Cilium's is forwarded: pkg/datapath/iptables installForwardChainRules. */
export function writeForwardRules(writer: CiliumWriter): void {
  const { delivery } = writer.context;
  const into = (name: string): void => {
    writer.append("CILIUM_FORWARD", {
      oif: device(name),
      matches: [writer.comment(`cilium: any->cluster on ${name} forward accept`)],
      target: ACCEPT,
    });
  };
  const from = (name: string, isNodePort: boolean): void => {
    const comment = `cilium: cluster->any on ${name} forward accept${isNodePort ? " (nodeport)" : ""}`;
    writer.append("CILIUM_FORWARD", { iif: device(name), matches: [writer.comment(comment)], target: ACCEPT });
  };
  into(HOST_DEVICE);
  from(HOST_DEVICE, true);
  from(POD_DEVICES, false);
  from(NET_DEVICE, true);
  if (delivery === HOST_DEVICE) return;
  into(delivery);
  from(delivery, true);
}
