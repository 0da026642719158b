import { compareVersions } from "../../owners/calico/felix-version.ts";

/** What changed in Felix's rules, and the version that changed it: felix/rules/, tag by tag; owners/calico/era.ts recognises versions by the same. */
const SINCE = {
  /** What conntrack knows is judged in the chain of each endpoint, and no longer at the top of the kernel's. */
  conntrackInEndpoints: "2.1.2",
  /** Everything that the second renderer is: mangle, forward policies, blocks of matches, sets with a zero in their names. */
  forwardChains: "3.16.0",
  serviceLoops: "3.17.0",
  manglePostrouting: "3.18.0",
  rpfilterMark: "3.19.0",
  wireguardMark: "3.20.0",
  vxlanNotrack: "3.21.0",
  policyComments: "3.22.0",
  rpfSkip: "3.23.0",
  denyWords: "3.26.0",
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

/** `2.1.0` to `2.3.x`, and from `3.16.0` on. */
export function isRendered(version: string): boolean {
  const within = (from: string, before: string): boolean =>
    compareVersions(version, from) >= 0 && compareVersions(version, before) < 0;
  return within("2.1.0", "2.4.0") || within("3.16.0", "4.0.0");
}
