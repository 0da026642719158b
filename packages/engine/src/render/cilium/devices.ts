import { bitsOf } from "../../base/address.ts";
import type { Link } from "../../model/routing.ts";
import { linkOf } from "../node/node-snapshot.ts";
import type { CiliumContext } from "./context.ts";
import { HOST_DEVICE, NET_DEVICE } from "./context.ts";
import { deviceMtu, hasWireguard, wireguardMtu } from "./mtu.ts";

const WIREGUARD_DEVICE = "cilium_wg0";

/** Devices that the agent and its CNI plugin make: their other ends are elsewhere, so that their kind is left open. */
export function ciliumDevices(context: CiliumContext): readonly Link[] {
  const { config, endpoints, families } = context;
  const hostAddresses = families.flatMap(({ hostIP }) => hostIP ?? []);
  const names = [
    ...[NET_DEVICE, HOST_DEVICE],
    ...(config.tunnel === null ? [] : [`cilium_${config.tunnel}`]),
    ...(hasWireguard(context) ? [WIREGUARD_DEVICE] : []),
    ...endpoints.flatMap(({ device }) => device ?? []),
  ];
  return [...new Set(names)].map((name) =>
    linkOf({
      name,
      mac: null,
      addresses: name === HOST_DEVICE ? hostAddresses.map((address) => ({ address, length: bitsOf(address) })) : [],
      mtu: name === WIREGUARD_DEVICE ? wireguardMtu(context) : deviceMtu(context),
    }),
  );
}
