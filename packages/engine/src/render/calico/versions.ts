import { compareVersions } from "../../owners/calico/felix-version.ts";

/**
 * What changed in Felix's rules, and the version that changed it: felix/rules/ and felix/config/, with the pull request where it is what tells the
 * version. Up to 3.2 it is Felix's own list of changes that does, felix/rpm/calico.spec. owners/calico/era.ts recognises versions by the same.
 */
const SINCE = {
  /** What conntrack knows is judged in the chain of each endpoint, and no longer at the top of the kernel's. */
  conntrackInEndpoints: "2.1.2",
  /** felix#1412: failsafes know protocols, and DNS and DHCP are among them. */
  udpFailsafes: "2.2.0",
  /** felix#1506: table mangle; what raw accepted is asked for by its mark alone. */
  preDnat: "2.4.0",
  /** felix#1492: what host endpoints accept may go on to the rules of others; felix#1628: what workloads accept, too. */
  allowAction: "2.4.0",
  allowActionEverywhere: "3.0.0",
  /** felix#1483, felix#1505: lists of networks. */
  netBlocks: "2.4.0",
  /** felix#1557: policies of one direction. */
  policyTypes: "2.6.0",
  /** felix#1556: a metadata address of "none" no longer tells of OpenStack. */
  noneIsNoOpenStack: "2.6.0",
  /** ApplyOnForward: chains of their own for forwarded packets, which no others see. */
  forwardPolicies: "3.0.0",
  /** felix#1558: IPIP of nodes is accepted; before, that of others was dropped. */
  ipipAccepted: "3.0.0",
  /** Named ports, and blocks in place of one rule for each pair of port lists. */
  portBlocks: "3.0.0",
  clusterFailsafes: "3.0.0",
  /** felix#1565: with IPVS the host's own packets may be those of others. Gone once endpoints have marks. */
  ipvsToWorkloads: "3.0.0",
  /** felix#1724, with kube-proxy in mode ipvs. */
  endpointMarks: "3.1.0",
  /** felix#1718. */
  rawFailsafeReplies: "3.1.0",
  /** Sets of networks where there were sets of addresses, with a zero in the names of all. */
  netSets: "3.1.0",
  /** felix#1841: what no policy says a word of may be forwarded. */
  forwardDefault: "3.2.0",
  allHostsNet: "3.2.0",
  natPortRange: "3.2.0",
  /** iptables/actions.go MasqAction, SNATAction. */
  randomFully: "3.3.0",
  /** felix#1910: mangle asks of what workloads send, too, and INPUT of what it accepted. */
  preDnatOfWorkloads: "3.4.0",
  /** Felix's own device, and its set of nodes. */
  vxlan: "3.7.0",
  /** TTA-2019-002: no IPIP out of workloads, and no VXLAN where there is such. */
  workloadTunnels: "3.8.0",
  /** felix#2028. */
  natOutgoingAddress: "3.8.0",
  /** felix#2189: in IPv4 iptables judges a workload's source, and no longer the kernel's rp_filter. */
  reversePathV4: "3.12.0",
  /** felix#2209: what annotations of a rule say stands in its comments. */
  annotations: "3.12.0",
  /** felix#2231: of OpenStack, a workload without an address may ask for one. */
  dhcpBeforeReversePath: "3.14.0",
  /** felix#2336, picked for 3.14. */
  apiServerFailsafe: "3.14.1",
  /** felix#2382. */
  typhaFailsafe: "3.15.0",
  /** felix#2424: what policies accept is accepted behind the rules of all others in FORWARD. */
  acceptAppended: "3.16.0",
  /** The endpoint of all interfaces, for all kinds of policies. */
  allInterfaces: "3.16.0",
  /** felix#2484: workloads may be let tunnel; the rule's comment says “workloads” and no longer “pods”. */
  tunnelsFromWorkloads: "3.17.0",
  serviceLoops: "3.17.0",
  manglePostrouting: "3.18.0",
  rpfilterMark: "3.19.0",
  wireguardMark: "3.20.0",
  vxlanNotrack: "3.21.0",
  policyComments: "3.22.0",
  rpfSkip: "3.23.0",
  /** VXLAN of IPv6; comments say of which family it is. */
  vxlanV6: "3.23.0",
  /** calico#6250: rules let its packets in and out; before, its port was one more failsafe. */
  wireguard: "3.24.0",
  denyWords: "3.26.0",
  /** Nodes are “allowed” where they were “whitelisted”, and WireGuard says its family: at some time between 3.24 and this. */
  allowedHosts: "3.26.0",
  policyGroups: "3.28.0",
  tiers: "3.29.0",
  natAppend: "3.29.0",
  dropMark: "3.30.0",
  /** As it is here; it came with 3.29, with other priorities. */
  nftables: "3.30.0",
  endOfTier: "3.30.0",
  packetLimits: "3.30.0",
  flowLogs: "3.30.0",
  kindsInNames: "3.32.0",
} as const;

export type Feature = keyof typeof SINCE;

/** Releases of older lines that got it, too: each begins it for the rest of its line. Release notes of Calico. */
const PICKED: Partial<Readonly<Record<Feature, readonly string[]>>> = {
  forwardDefault: ["3.0.9", "3.1.4"],
  randomFully: ["3.2.4"],
  workloadTunnels: ["3.0.12", "3.1.7", "3.2.8", "3.3.7", "3.5.7", "3.6.4", "3.7.4"],
};

/** Does this version have it? */
export function hasFeature(version: string, feature: Feature): boolean {
  const picked = PICKED[feature] ?? [];
  return [SINCE[feature], ...picked.filter((first) => lineOf(first) === lineOf(version))].some(
    (first) => compareVersions(version, first) >= 0,
  );
}

/** `3.7` of `3.7.4`. */
function lineOf(version: string): string {
  return version.split(".").slice(0, 2).join(".");
}

/** All that it has, for those who ask of every rule. */
export function featuresOf(version: string): ReadonlySet<Feature> {
  // The keys of the table are the features.
  const all = Object.keys(SINCE) as readonly Feature[];
  return new Set(all.filter((feature) => hasFeature(version, feature)));
}

/** What runs where nobody says. */
export const DEFAULT_VERSION = "3.30.0";

/** From the first release whose rules have hashes on. */
export function isRendered(version: string): boolean {
  return compareVersions(version, "2.1.0") >= 0 && compareVersions(version, "4.0.0") < 0;
}
