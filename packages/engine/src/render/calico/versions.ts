import { compareVersions } from "../../owners/calico/felix-version.ts";

/**
 * What changed in Felix's rules, and the version that changed it: felix/rules/ and felix/config/, with the pull request where it is what tells the
 * version; owners/calico/era.ts recognises versions by the same.
 */
const SINCE = {
  /** What conntrack knows is judged in the chain of each endpoint, and no longer at the top of the kernel's. */
  conntrackInEndpoints: "2.1.2",
  /**
   * Everything that the second renderer is: mangle, forward policies, blocks of matches, sets with a zero in their names, endpoint marks. It came piece
   * by piece from 2.4 on and is as it is here since set `all-hosts` is `all-hosts-net`.
   */
  forwardChains: "3.2.0",
  /** iptables/actions.go MasqAction, SNATAction. */
  randomFully: "3.3.0",
  /** Felix's own device, its set of nodes, and no VXLAN out of workloads. */
  vxlan: "3.7.0",
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

/** Does this version have it? */
export function hasFeature(version: string, feature: Feature): boolean {
  return compareVersions(version, SINCE[feature]) >= 0;
}

/** All that it has, for those who ask of every rule. */
export function featuresOf(version: string): ReadonlySet<Feature> {
  // The keys of the table are the features.
  const all = Object.keys(SINCE) as readonly Feature[];
  return new Set(all.filter((feature) => hasFeature(version, feature)));
}

/** What runs where nobody says. */
export const DEFAULT_VERSION = "3.30.0";

/** `2.1.0` to `2.3.x`, and from `3.2.0` on. What 2.4 to 3.1 wrote changed piece by piece, in an order of which the releases are not known here. */
export function isRendered(version: string): boolean {
  const within = (from: string, before: string): boolean =>
    compareVersions(version, from) >= 0 && compareVersions(version, before) < 0;
  return within("2.1.0", "2.4.0") || within(SINCE.forwardChains, "4.0.0");
}
