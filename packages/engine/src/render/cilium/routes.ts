import type { Address, Family, Prefix } from "../../base/address.ts";
import { bitsOf, familyOf, inNet, netOf, zeroOf } from "../../base/address.ts";
import type { CiliumConfig } from "../../desired/cilium/config.ts";
import type { CiliumNode } from "../../desired/cilium/node.ts";
import { ofFamily } from "../../desired/cilium/node.ts";
import type { Route } from "../../model/routing.ts";
import type { RouteSpec } from "../node/plain-route.ts";
import { networkOf, plainRoute } from "../node/plain-route.ts";
import type { CiliumContext, FamilyContext } from "./context.ts";
import { HOST_DEVICE, NET_DEVICE } from "./context.ts";
import { eniRoutes } from "./eni-routes.ts";
import { routeMtu } from "./mtu.ts";
import { fromProxyMarks, routesProxies, TABLE } from "./routing-rules.ts";

/** Routes that the agent adds, in whatever table. */
export function ciliumRoutes(context: CiliumContext): readonly Route[] {
  return [
    ...context.families.flatMap((family) => [
      ...toProxy(context, family.family),
      ...fromProxy(context, family),
      ...nodeRoutes(context, family),
    ]),
    ...endpointRoutes(context),
    ...eniRoutes(context),
  ];
}

function route(
  { has }: CiliumContext,
  to: Prefix,
  dev: string,
  more: Pick<RouteSpec, "type" | "via" | "src" | "table" | "mtu" | "protocol"> = {},
): Route {
  return plainRoute({ to, dev, protocol: has("protocolKernel") ? "kernel" : null, ...more });
}

function everything(family: Family): Prefix {
  return { address: zeroOf(family), length: 0 };
}

function host(address: Address): Prefix {
  return { address, length: bitsOf(address) };
}

const BOTH_DIRECTIONS = 2;

/** Whatever is meant for a proxy is local: pkg/proxy installToProxyRoutesIPv4. */
function toProxy(context: CiliumContext, family: Family): readonly Route[] {
  if (!routesProxies(context)) return [];
  return [route(context, everything(family), "lo", { type: "local", table: TABLE.toProxy })];
}

/** What a proxy sends goes by cilium_host: installFromProxyRoutesIPv4, bpf/init.sh setup_proxy_rules. */
function fromProxy(context: CiliumContext, { family, routerIP }: FamilyContext): readonly Route[] {
  const gateway = family === "ip" ? routerIP : netDeviceIP(context);
  const marks = fromProxyMarks(context, family);
  if (gateway === null || marks.length === 0) return [];
  // Only where proxies of both directions go by it, which is with IPsec.
  const isNarrow = context.has("fromProxyMtu") && marks.length === BOTH_DIRECTIONS;
  // 1.15 alone leaves it out of the default route.
  const hasProtocol = !context.has("agentProxyRoutes") || context.has("proxyRoutesOnDemand");
  return [
    // The agent writes it as a local one first; the route to the gateway then takes its place.
    route(context, host(gateway), HOST_DEVICE, { table: TABLE.fromProxy }),
    route(context, everything(family), HOST_DEVICE, {
      via: gateway,
      table: TABLE.fromProxy,
      ...(hasProtocol ? {} : { protocol: null }),
      ...(isNarrow ? { mtu: routeMtu(context) } : {}),
    }),
  ];
}

/** The link-local address of cilium_net, which the kernel chooses. */
function netDeviceIP({ facts }: CiliumContext): Address | null {
  const device = facts.interfaces.find(({ name }) => name === NET_DEVICE);
  return ofFamily(device?.addresses.map(({ address }) => address) ?? [], "ip6");
}

/** Pods of this node by cilium_host, those of others by the tunnel or by their nodes: pkg/datapath/linux nodeUpdate. */
function nodeRoutes(context: CiliumContext, family: FamilyContext): readonly Route[] {
  const { config, peers } = context;
  const others = peers.flatMap((peer) => peerRoutes(context, peer, family));
  if (!hasLocalNodeRoute(config) || family.podCIDR === null) return others;
  return [...hostRoutes(context, family, [family.podCIDR]), ...others];
}

/**
 * By cilium_host, and by Cilium's address, which is on the link: createNodeRouteSpec. IPv6 takes no gateway that is an address of the
 * node's: none where cilium_host has that one.
 */
function hostRoutes(
  context: CiliumContext,
  { routerIP, hostIP }: FamilyContext,
  networks: readonly Prefix[],
  mtu: Pick<RouteSpec, "mtu"> = {},
): readonly Route[] {
  if (routerIP === null || hostIP === null) return [];
  const isRefused = typeof routerIP === "bigint" && routerIP === hostIP;
  const via = isRefused ? null : routerIP;
  const gateway = isRefused ? [] : [route(context, host(routerIP), HOST_DEVICE)];
  return [...gateway, ...networks.map((to) => route(context, to, HOST_DEVICE, { via, src: hostIP, ...mtu }))];
}

/** pkg/option: local node routes are off where pods have routes of their own, or addresses of the cloud's. */
function hasLocalNodeRoute({ localNodeRoute, endpointRoutes, ipam }: CiliumConfig): boolean {
  const isCloud = ["eni", "azure", "alibabacloud", "delegated-plugin"].includes(ipam);
  return localNodeRoute && !endpointRoutes && !isCloud;
}

function peerRoutes(context: CiliumContext, peer: CiliumNode, own: FamilyContext): readonly Route[] {
  const { config, facts } = context;
  const networks = peer.podCIDRs.filter(({ address }) => familyOf(address) === own.family).map(networkOf);
  if (config.tunnel !== null) {
    const routes = hostRoutes(context, own, networks, { mtu: routeMtu(context) });
    // The one to the router's address is there already where pods of this node have one.
    return hasLocalNodeRoute(config) ? routes.filter(({ dst }) => dst.address !== own.routerIP) : routes;
  }
  const nodeIP = ofFamily(peer.internalIPs, own.family);
  if (!config.autoDirectNodeRoutes || nodeIP === null) return [];
  const link = facts.interfaces.find(({ addresses }) => addresses.some((one) => inNet(nodeIP, netOf(one))));
  // The agent refuses to route by a gateway that is not on a link of its own.
  return link === undefined ? [] : networks.map((to) => route(context, to, link.name, { via: nodeIP }));
}

/** One for each pod: `enable-endpoint-routes`. */
function endpointRoutes(context: CiliumContext): readonly Route[] {
  if (!context.config.endpointRoutes) return [];
  return context.endpoints.flatMap(({ address, device, isHost }) =>
    device === null || isHost ? [] : [route(context, host(address), device)],
  );
}
