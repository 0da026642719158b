import type { CiliumContext } from "./context.ts";
import { defaultDevice } from "./eni-rules.ts";

const DEFAULT_MTU = 1500;

/** pkg/mtu: Ethernet, IPv4, UDP and VXLAN headers. */
const TUNNEL_OVERHEAD = 50;

/** EncryptionIPsecOverhead, with a key of 128 bits for rfc4106(gcm(aes)): the only kind that Cilium's own guide makes. */
const IPSEC_OVERHEAD = 77;

/** WireguardOverhead. */
const WIREGUARD_OVERHEAD = 80;

/** Of the devices of Cilium and of pods: option `mtu`, else that of the device that packets leave the node by. */
export function deviceMtu({ config, facts }: CiliumContext): number {
  const name = defaultDevice(facts);
  return config.mtu ?? facts.interfaces.find((one) => one.name === name)?.mtu ?? DEFAULT_MTU;
}

export function wireguardMtu(context: CiliumContext): number {
  return deviceMtu(context) - WIREGUARD_OVERHEAD;
}

/** Of routes to pods of other nodes, with room for what is put around their packets: GetRouteMTU. */
export function routeMtu(context: CiliumContext): number {
  const { config, has } = context;
  const tunnel = config.tunnel === null ? 0 : TUNNEL_OVERHEAD;
  if (hasWireguard(context)) return wireguardMtu(context) - (has("wireguardOverTunnel") ? tunnel : 0);
  return deviceMtu(context) - tunnel - (config.ipsec ? IPSEC_OVERHEAD : 0);
}

export function hasWireguard({ config, has }: CiliumContext): boolean {
  return config.wireguard && has("wireguard");
}
