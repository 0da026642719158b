import type { Address } from "../../../base/address.ts";
import { familyOf } from "../../../base/address.ts";
import type { IpSet } from "../../../model/sets.ts";
import { ipSet } from "../../ipset/ip-set.ts";
import { dummyLink } from "../../node/dummy-link.ts";
import type { NodeDraft } from "../../node/node-draft.ts";
import { isAtLeast, parseVersion } from "../../node/version.ts";
import type { ProxyContext } from "../context.ts";
import type { Contents, NodeAddresses } from "./contents.ts";
import { contentsOf, servesNodePorts } from "./contents.ts";
import { writeIpvsRules } from "./rules.ts";
import type { ProxySet, ProxySetName } from "./set-table.ts";
import { PROXY_SETS, setName } from "./set-table.ts";
import { virtualServers } from "./virtual-servers.ts";

/** The device that has the addresses of services. */
const KUBE_IPVS = "kube-ipvs0";

/** What kube-proxy writes when it starts in mode ipvs: rules of both families, and settings. */
export function writeIpvsMode(contexts: readonly ProxyContext[], node: NodeDraft): void {
  for (const context of contexts) writeIpvsRules(context, contentsOf(context, addressesOf(context, node)), node);
  node.add({
    sysctls: sysctlsOf(
      contexts.some(({ config }) => config.ipvs.strictARP),
      node,
    ),
  });
}

/**
 * What depends on the addresses that all owners together give the node, as kube-proxy walks over them every 30 seconds:
 * sets, virtual servers, and its device.
 */
export function settleIpvsMode(contexts: readonly ProxyContext[], node: NodeDraft): void {
  const parts = contexts.map((context) => {
    const addresses = addressesOf(context, node);
    const contents = contentsOf(context, addresses);
    return { contents, sets: setsOf(context, contents), ipvs: virtualServers(context, addresses) };
  });
  node.add({
    links: [
      dummyLink(
        KUBE_IPVS,
        parts.flatMap(({ contents }) => [...contents.bound]),
      ),
    ],
    sets: parts.flatMap(({ sets }) => sets),
    ipvs: parts.flatMap(({ ipvs }) => ipvs),
  });
}

/** All sets, filled or not. */
function setsOf({ family, has }: ProxyContext, { entries }: Contents): readonly IpSet[] {
  return PROXY_SET_LIST.filter(([, { since }]) => since === undefined || has(since)).map(([name, { type }]) => {
    const wanted = entries.get(name) ?? [];
    // The whole internet is an element that ipset refuses; kube-proxy logs that, and goes on.
    const taken = wanted.filter((parts) => parts.every((part) => part.kind === "port" || part.prefix.length > 0));
    return ipSet(setName(name, family), type, family, taken);
  });
}

// The keys are exactly the names.
const PROXY_SET_LIST = Object.entries(PROXY_SETS) as readonly (readonly [ProxySetName, ProxySet])[];

/** netlink_linux.go GetAllLocalAddressesExcept; where no device is known, the addresses that the Node object tells. */
function addressesOf({ family, nodePortIPs }: ProxyContext, node: NodeDraft): NodeAddresses {
  const isOfFamily = (address: Address): boolean => familyOf(address) === family;
  const others = node.localAddresses(KUBE_IPVS).filter(isOfFamily);
  const told = others.length > 0 ? others : (node.node?.addresses ?? []).filter(isOfFamily);
  const nodePort = (nodePortIPs ?? told).filter(servesNodePorts);
  return { nodePort: [...new Set(nodePort)], others: new Set(others) };
}

/** pkg/proxy/ipvs/proxier.go NewProxier. Kernels from 5.9 on reuse connections as they should. */
function sysctlsOf(strictARP: boolean, { facts }: NodeDraft): ReadonlyMap<string, string> {
  const kernel = parseVersion(facts?.versions.get("kernel") ?? "");
  const isOld = kernel !== null && isAtLeast(kernel, [4, 1, 0]) && !isAtLeast(kernel, [5, 9, 0]);
  return new Map([
    ["net.ipv4.vs.conntrack", "1"],
    ...(isOld ? [["net.ipv4.vs.conn_reuse_mode", "0"] as const] : []),
    ["net.ipv4.vs.expire_nodest_conn", "1"],
    ["net.ipv4.vs.expire_quiescent_template", "1"],
    ["net.ipv4.ip_forward", "1"],
    ...(strictARP ? STRICT_ARP : []),
  ]);
}

const STRICT_ARP = [
  ["net.ipv4.conf.all.arp_ignore", "1"],
  ["net.ipv4.conf.all.arp_announce", "2"],
] as const;
