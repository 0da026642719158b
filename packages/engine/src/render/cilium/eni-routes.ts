import type { Address, Prefix } from "../../base/address.ts";
import { allOnes, bitsOf, familyOf, netOf, orAddress, xorAddress, zeroOf } from "../../base/address.ts";
import { usesEnis } from "../../desired/cilium/config.ts";
import type { CloudInterface } from "../../desired/cilium/node.ts";
import type { Route } from "../../model/routing.ts";
import { plainRoute } from "../node/plain-route.ts";
import { coalesced } from "./coalesced.ts";
import type { CiliumContext } from "./context.ts";

/** linux_defaults.RouteTableInterfacesOffset. */
const FIRST_TABLE = 10;

export function eniTable({ number }: CloudInterface): string {
  return String(FIRST_TABLE + number);
}

/**
 * Where a pod's packets have to go for its interface's table to decide; null: wherever. On AWS with masquerading only
 * what stays in the VPC, or in `ipv4-native-routing-cidr`: the rest leaves with the node's own address. pkg/ipam buildAllocationResult.
 */
export function eniNetworks({ config }: CiliumContext, { vpc }: CloudInterface): readonly (Prefix | null)[] {
  if (config.ipam !== "eni" || !config.masquerade4) return [null];
  const networks = [...vpc, ...(config.nativeRouting4 === null ? [] : [config.nativeRouting4])];
  return coalesced(networks).map((one) => (one.length === 0 ? null : one));
}

/** Per interface that an endpoint of the node uses: the gateway on the link, and everything else by it. */
export function eniRoutes(context: CiliumContext): readonly Route[] {
  if (!usesEnis(context.config.ipam)) return [];
  const used = new Map<string, CloudInterface>();
  for (const { address } of context.endpoints) {
    const eni = context.interfaceOf(address);
    // Interfaces without a number of their own share a table: the last one's routes stay.
    if (eni !== null && eniDevice(context, eni) !== null) used.set(eniTable(eni), eni);
  }
  return [...used].flatMap(([table, eni]) => {
    const dev = eniDevice(context, eni);
    if (dev === null) return [];
    const gateway = gatewayOf(context, eni);
    const common = { dev, table, protocol: context.has("protocolKernel") ? "kernel" : null };
    return [
      // The gateway first: a route by it is refused before it is in reach.
      plainRoute({ ...common, to: { address: gateway, length: bitsOf(gateway) } }),
      plainRoute({ ...common, to: { address: zeroOf(familyOf(gateway)), length: 0 }, via: gateway }),
    ];
  });
}

/** The device with the interface's MAC address; null: the node has none. */
export function eniDevice({ facts }: CiliumContext, { mac }: CloudInterface): string | null {
  return facts.interfaces.find((one) => one.mac === mac)?.name ?? null;
}

/** AWS: the first address of the subnet. Alibaba Cloud: the third last, pkg/ipam deriveVSwitchGateway … `index -3`. */
function gatewayOf({ config }: CiliumContext, { subnet }: CloudInterface): Address {
  const { value, mask } = netOf(subnet);
  if (config.ipam === "eni") return orAddress(value, typeof value === "number" ? 1 : 1n);
  const last = orAddress(value, xorAddress(mask, allOnes(familyOf(value))));
  return xorAddress(last, typeof last === "number" ? 2 : 2n);
}
