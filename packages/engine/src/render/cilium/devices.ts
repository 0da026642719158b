import { bitsOf } from "../../base/address.ts";
import type { NodeInterface } from "../../desired/node-facts.ts";
import type { CiliumContext } from "./context.ts";
import { HOST_DEVICE, NET_DEVICE } from "./context.ts";

const MTU = 1500;

/** Devices that the agent and its CNI plugin make, without those that the node's own object lists. */
export function ciliumDevices(context: CiliumContext): readonly NodeInterface[] {
  const { config, endpoints, facts } = context;
  const hostAddresses = endpoints.filter(({ isHost }) => isHost).map(({ address }) => address);
  const names = [
    ...[NET_DEVICE, HOST_DEVICE],
    ...(config.tunnel === null ? [] : [`cilium_${config.tunnel}`]),
    ...endpoints.flatMap(({ device }) => device ?? []),
  ];
  const listed = new Set(facts.interfaces.map(({ name }) => name));
  return [...new Set(names)]
    .filter((name) => !listed.has(name))
    .map((name) => ({
      name,
      mac: null,
      addresses: name === HOST_DEVICE ? hostAddresses.map((address) => ({ address, length: bitsOf(address) })) : [],
      mtu: MTU,
    }));
}
