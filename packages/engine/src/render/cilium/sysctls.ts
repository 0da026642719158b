import type { Family } from "../../base/address.ts";
import type { CiliumContext } from "./context.ts";
import { HOST_DEVICE, NET_DEVICE } from "./context.ts";
import { defaultDevice } from "./eni-rules.ts";

/** Settings of the network that the agent writes: pkg/datapath/loader Reinitialize, pkg/datapath/iptables Start, the CNI plugin. */
export function ciliumSysctls(context: CiliumContext): ReadonlyMap<string, string> {
  const { config, endpoints, facts } = context;
  const settings = new Map([
    ["net.ipv4.ip_forward", "1"],
    ["net.ipv4.conf.all.forwarding", "1"],
    ["net.ipv4.conf.all.rp_filter", "0"],
  ]);
  const isEnabled = (family: Family): boolean => context.families.some((one) => one.family === family);
  const devices = [HOST_DEVICE, NET_DEVICE, ...(config.tunnel === null ? [] : [`cilium_${config.tunnel}`])];
  for (const device of isEnabled("ip") ? devices : [])
    for (const [name, value] of OF_DEVICES) settings.set(`net.ipv4.conf.${device}.${name}`, value);
  if (isEnabled("ip6")) {
    // Docker before 17.05 turns it off.
    settings.set("net.ipv6.conf.all.disable_ipv6", "0");
    for (const device of ["all", ...devices]) settings.set(`net.ipv6.conf.${device}.forwarding`, "1");
  }
  for (const { device, isHost } of endpoints)
    if (device !== null && !isHost) settings.set(`net.ipv4.conf.${device}.rp_filter`, "0");
  const primary = defaultDevice(facts);
  if (config.ipam === "eni" && isEnabled("ip") && primary !== null)
    settings.set(`net.ipv4.conf.${primary}.rp_filter`, "2");
  if (endsEarlyDemux(context)) settings.set("net.ipv4.ip_early_demux", "0");
  return settings;
}

/** Where a packet of a proxy's connection would be taken for one to forward. */
function endsEarlyDemux({ config, agent }: CiliumContext): boolean {
  const lacksSocket = !agent.xtSocket && config.tunnel === null && config.xtSocketFallback;
  return lacksSocket || (config.ipsec && config.l7Proxy);
}

const OF_DEVICES = [
  ["forwarding", "1"],
  ["rp_filter", "0"],
  ["accept_local", "1"],
  ["send_redirects", "0"],
] as const;
