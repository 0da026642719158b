/**
 * What changed in the rules and routes of Cilium, and the first releases that have it: of 1.x, as `x.y`. Several where a
 * change went into older lines, too: lowest first. Upstream: pkg/datapath/iptables/iptables.go, pkg/proxy/proxy_routing.go, bpf/init.sh.
 */
export interface Changes<T> {
  /** ip6tables has CILIUM_FORWARD. */
  readonly forward6: T;
  /** ip6tables has CILIUM_POST_nat, and IPv6 is masqueraded. */
  readonly masquerade6: T;
  /** Only what another rule names leaves the masquerading chain early, not all that goes elsewhere; and a word is spelled right. */
  readonly masqueradeBySource: T;
  readonly noConntrack: T;
  readonly alibabaCloud: T;
  /** Traffic to nodes of the cluster is not masqueraded. */
  readonly nodeSet: T;
  /** Marks 0x800, 0x900: what a proxy sends on in the name of a pod. */
  readonly upstream: T;
  /** Pods that a CNI of AWS has made devices for. */
  readonly chainedEnis: T;
  /** Mark 0xf00: what the DNS proxy sends on. */
  readonly hostMarkSparesIdentity: T;
  /** Pods whose port is not tracked: traffic between other pods, hosts and it, not its own alone. */
  readonly noTrackForwarded: T;
  /** Proxies listen on the loopback address. */
  readonly loopbackProxies: T;
  /** ip6tables tests the device of what a proxy answers. */
  readonly returnDevices6: T;
  /** The set of nodes is tested on the masquerading device, too. */
  readonly nodeSetByInterface: T;
  /** No routing for proxies where there are none: pull request 21636. */
  readonly noIdleProxyRoutes: T;
  /** Routes and rules carry protocol kernel. */
  readonly protocolKernel: T;
  /** cilium_host has an IPv6 address of the pod network, as it has for IPv4, and no longer the node's own: pull request 24208. */
  readonly hostDevice6: T;
  /** The agent writes its CNI configuration as a list. */
  readonly cniList: T;
  /** IPsec has its rules in ip6tables, too. */
  readonly encryption6: T;
  readonly routeSource: T;
  /** The sets of nodes of both families are there, whichever is masqueraded or enabled: pkg/datapath/iptables/ipset newIPSetManager. */
  readonly bothNodeSets: T;
  /** Routes of what a proxy answers are gone, of IPv4 and of IPv6; and they are back: pull requests 24807, 24882, 29530. */
  readonly noFromProxy4: T;
  readonly noFromProxy6: T;
  readonly fromProxyAgain: T;
  /** Routes of what a proxy answers are written by the agent, no longer by init.sh. */
  readonly agentProxyRoutes: T;
  readonly allProxiesOnLoopback: T;
  readonly acceptFromAnyProxy: T;
  readonly notrackProxyForward: T;
  readonly socketSparesMarked: T;
  readonly hostMarkSparesOverlay: T;
  /** Routes for what a proxy answers are there where something needs them. */
  readonly proxyRoutesOnDemand: T;
  /** The route of what proxies send leaves room for IPsec: pull request 35173. */
  readonly fromProxyMtu: T;
  readonly socketSparesLoopback: T;
  /** Several masquerading devices have a rule each. */
  readonly masqueradePerInterface: T;
  /** There is WireGuard; what it encrypts is routed by a rule and a table, until BPF does it: pkg/wireguard/agent deleteObsoleteIPRules. */
  readonly wireguard: T;
  readonly wireguardWithoutRouting: T;
  /** Routes leave room for the tunnel in what WireGuard encrypts, too: pull request 30329. */
  readonly wireguardOverTunnel: T;
}

export type Change = keyof Changes<unknown>;

const SINCE: Changes<readonly string[]> = {
  forward6: ["9.1"],
  masquerade6: ["10.0"],
  masqueradeBySource: ["10.0"],
  noConntrack: ["10.0"],
  alibabaCloud: ["10.0"],
  nodeSet: ["11.0"],
  upstream: ["12.0"],
  chainedEnis: ["10.15", "11.9", "12.2"],
  hostMarkSparesIdentity: ["12.3"],
  noTrackForwarded: ["12.0"],
  loopbackProxies: ["14.0"],
  returnDevices6: ["14.0"],
  nodeSetByInterface: ["14.0"],
  hostDevice6: ["14.0"],
  noIdleProxyRoutes: ["13.0"],
  protocolKernel: ["14.0"],
  cniList: ["14.0"],
  encryption6: ["15.0"],
  routeSource: ["15.0"],
  bothNodeSets: ["16.0"],
  noFromProxy4: ["13.3", "14.0"],
  noFromProxy6: ["14.0"],
  fromProxyAgain: ["13.13", "14.8"],
  agentProxyRoutes: ["15.0"],
  allProxiesOnLoopback: ["16.0"],
  acceptFromAnyProxy: ["16.0"],
  notrackProxyForward: ["16.0"],
  socketSparesMarked: ["16.0"],
  hostMarkSparesOverlay: ["16.0"],
  proxyRoutesOnDemand: ["16.0"],
  fromProxyMtu: ["17.0"],
  socketSparesLoopback: ["17.0"],
  masqueradePerInterface: ["17.0"],
  wireguard: ["10.0"],
  wireguardWithoutRouting: ["13.0"],
  wireguardOverTunnel: ["15.1"],
};

/** A release of 1.x. */
export interface Release {
  readonly minor: number;
  /** Null: the last one of its line. */
  readonly patch: number | null;
}

/** The releases whose rules are known. */
export const RELEASES = { oldest: 9, newest: 18 } as const;

/** Null: not one of those. */
export function releaseOf(version: string): Release | null {
  const found = /^1\.(\d{1,3})(?:\.(\d{1,3}))?/.exec(version);
  const minor = Number(found?.[1]);
  if (!(minor >= RELEASES.oldest && minor <= RELEASES.newest)) return null;
  return { minor, patch: found?.[2] === undefined ? null : Number(found[2]) };
}

/** Does a release have a change? */
export function has({ minor, patch }: Release, change: Change): boolean {
  const [line, first] = SINCE[change]
    .map((since) => since.split(".").map(Number))
    .findLast(([candidate]) => (candidate ?? 0) <= minor) ?? [Infinity];
  if (line !== minor) return line !== Infinity;
  return (patch ?? Infinity) >= (first ?? 0);
}
