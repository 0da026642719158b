import { familyOf } from "../../../base/address.ts";
import type { Address, Family, Prefix } from "../../../base/address.ts";
import type { WorkloadEndpoint } from "../../../desired/calico/endpoint.ts";
import type { FelixSpec } from "../../../desired/calico/felix-configuration.ts";
import type { NodeFacts } from "../../../desired/node-facts.ts";
import type { Link, Route } from "../../../model/routing.ts";
import type { Pieces } from "../../node/pieces.ts";
import { hasFeature } from "../versions.ts";
import type { FelixPlace } from "./settings.ts";

/** The node as a router; for each workload its link, as the CNI plugin leaves it, and what Felix sets up there: its settings, a route to each of its addresses. */
export function workloadPieces(place: FelixPlace, facts: NodeFacts | null): Partial<Pieces> {
  const locals = place.calico.workloads.filter(({ node }) => node === place.node);
  const known = new Set((facts?.interfaces ?? []).map(({ name }) => name));
  const links = locals.filter(({ interfaceName }) => !known.has(interfaceName)).map(linkOf);
  return {
    links,
    routes: locals.flatMap((endpoint) => endpoint.ipNetworks.map((prefix) => routeOf(endpoint, prefix, place.spec))),
    sysctls: new Map([...forwarding(place), ...locals.flatMap((endpoint) => settingsOf(endpoint, place))]),
  };
}

/** felix/dataplane/linux/int_dataplane.go configureKernel. */
function forwarding({ spec }: FelixPlace): readonly (readonly [string, string])[] {
  if (spec?.ipForwarding === "Disabled") return [];
  const v4 = ["net.ipv4.ip_forward", "1"] as const;
  return spec?.ipv6Support === false ? [v4] : [v4, ["net.ipv6.conf.all.forwarding", "1"]];
}

const NOWHERE = { file: "", line: 0 };
/** Every link's end on the host has this: proxy ARP answers with it. cni-plugin/pkg/dataplane/linux. */
const HOST_MAC = "ee:ee:ee:ee:ee:ee";
const MTU = 1500;

function linkOf({ interfaceName }: WorkloadEndpoint): Link {
  return {
    index: 0,
    name: interfaceName,
    peer: null,
    flags: ["BROADCAST", "MULTICAST", "UP", "LOWER_UP"],
    mtu: MTU,
    master: null,
    state: "UP",
    type: "ether",
    mac: HOST_MAC,
    kind: "veth",
    group: null,
    addresses: [],
    span: NOWHERE,
  };
}

/** The kernel's own choice where nobody writes one: RTPROT_BOOT, which `ip route` does not print. */
const BOOT = 3;
/** What the kernel gives a route of IPv6 that asks for none. */
const METRIC_V6 = 1024;

/** felix/dataplane/linux/endpoint_mgr.go, felix/routetable. */
function routeOf({ interfaceName }: WorkloadEndpoint, dst: Prefix, spec: FelixSpec | null): Route {
  const family = familyOf(dst.address);
  const protocol = spec?.deviceRouteProtocol ?? BOOT;
  return {
    family,
    type: "unicast",
    dst,
    from: null,
    tos: null,
    table: "main",
    metric: family === "ip6" ? METRIC_V6 : null,
    scope: family === "ip" ? "link" : null,
    protocol: protocol === BOOT ? null : String(protocol),
    prefSrc: sourceOf(spec, family),
    nexthops: [{ via: null, dev: interfaceName, weight: 1, flags: [] }],
    extras: [],
    span: NOWHERE,
  };
}

function sourceOf(spec: FelixSpec | null, family: Family): Address | null {
  return (family === "ip" ? spec?.deviceRouteSourceAddress : spec?.deviceRouteSourceAddressIPv6) ?? null;
}

/** felix/dataplane/linux/endpoint_mgr.go configureInterface. */
function settingsOf(
  { interfaceName, allowSpoofedSourcePrefixes }: WorkloadEndpoint,
  { version, spec }: FelixPlace,
): readonly (readonly [string, string])[] {
  const isLater = hasFeature(version, "reversePathV4");
  const isSpoofing = spec?.workloadSourceSpoofing === "Any" && allowSpoofedSourcePrefixes.length > 0;
  const v4 = `net.ipv4.conf.${interfaceName}`;
  const v6 = `net.ipv6.conf.${interfaceName}`;
  return [
    [`${v6}.accept_ra`, "0"],
    [`${v4}.route_localnet`, "1"],
    [`net.ipv4.neigh.${interfaceName}.proxy_delay`, "0"],
    [`${v4}.proxy_arp`, "1"],
    [`${v4}.forwarding`, "1"],
    ...(isLater ? (isSpoofing ? [[`${v4}.rp_filter`, "0"] as const] : []) : [[`${v4}.rp_filter`, "1"] as const]),
    ...(spec?.ipv6Support === false
      ? []
      : ([
          [`${v6}.proxy_ndp`, "1"],
          [`${v6}.forwarding`, "1"],
        ] as const)),
  ];
}
