import type { KubeProxyConfiguration } from "../../desired/kube-proxy-configuration.ts";
import type { Version } from "../node/version.ts";
import { isAtLeast } from "../node/version.ts";

type Mode = KubeProxyConfiguration["mode"];

/** The versions whose rules are known, of one mode. */
interface KnownVersions {
  readonly oldest: Version;
  /** The last minor version; null: no later one is known to have changed them. */
  readonly newest: number | null;
  /** What is rendered where nobody tells a version. */
  readonly assumed: Version;
}

export const KNOWN: Readonly<Record<Mode, KnownVersions>> = {
  iptables: { oldest: [1, 28, 0], newest: 34, assumed: [1, 30, 0] },
  ipvs: { oldest: [1, 21, 0], newest: null, assumed: [1, 30, 0] },
  nftables: { oldest: [1, 31, 0], newest: 34, assumed: [1, 33, 0] },
};

/** Null where the rules of a version are known in a mode, else those that are: `1.28 … 1.34`. */
export function knownInstead(mode: Mode, version: Version): string | null {
  const { oldest, newest } = KNOWN[mode];
  const [major, minor] = version;
  const isKnown = isAtLeast(version, oldest) && (newest === null || (major === 1 && minor <= newest));
  if (isKnown) return null;
  const from = oldest.slice(0, 2).join(".");
  return newest === null ? `≥ ${from}` : `${from} … 1.${String(newest)}`;
}

export type Change =
  /** Modes iptables, ipvs, nftables. Zone hints of endpoints count at all (feature gate TopologyAwareHints). */
  | "zoneHints"
  /** They count with whatever the service's annotation says but "disabled"; before, with "auto" alone. */
  | "anyHintsAnnotation"
  /** They count without any annotation (feature gate ServiceTrafficDistribution). */
  | "hintsAlone"
  /** Hints for nodes count before those for zones (feature gate PreferSameTrafficDistribution). */
  | "nodeHints"
  /** What still serves while it ends is used where nothing is ready (feature gate ProxyTerminatingEndpoints). */
  | "terminatingEndpoints"
  /** Mode iptables. What conntrack calls invalid may pass where `nf_conntrack_tcp_be_liberal` is set. */
  | "liberalConntrack"
  /** Mode iptables. Objects of nfacct count what is dropped as invalid, and node ports on loopback addresses. */
  | "counters"
  /** Mode nftables. What has no endpoints is refused behind DNAT, not before. */
  | "refusalBehindDnat"
  /** Mode ipvs. Source ranges are enforced in filter, and no longer by a mark in nat. */
  | "filterFirewall"
  /** Mode ipvs. An address of a service answers on its ports alone, and loopback traffic is left in peace. */
  | "accessFilter"
  /** Mode ipvs. The health check's port is spared by that filter. */
  | "healthCheckSpared"
  /** Mode ipvs. What comes from the node itself is held to a load balancer's source ranges. */
  | "outFilter";

/**
 * The first versions that have a change; several where it went into an older line, too: lowest first. CHANGELOG-1.29.md …
 * CHANGELOG-1.34.md of kubernetes, by pull request; mode ipvs by pkg/proxy/ipvs/proxier.go, release by release.
 */
const SINCE: Readonly<Record<Change, readonly Version[]>> = {
  zoneHints: [[1, 24, 0]],
  anyHintsAnnotation: [[1, 27, 0]],
  hintsAlone: [[1, 31, 0]],
  nodeHints: [[1, 34, 0]],
  terminatingEndpoints: [[1, 26, 0]],
  liberalConntrack: [[1, 29, 0]], // 120412
  counters: [[1, 31, 0]], // 122812, 125015
  // 132456, 133969
  refusalBehindDnat: [
    [1, 33, 6],
    [1, 34, 0],
  ],
  filterFirewall: [[1, 25, 0]],
  accessFilter: [[1, 26, 0]],
  healthCheckSpared: [[1, 28, 0]],
  outFilter: [[1, 29, 0]],
};

/** Does a version have a change? */
export function has(version: Version, change: Change): boolean {
  const [, minor] = version;
  const since = SINCE[change];
  const ofLine = since.find(([, line]) => line === minor);
  return ofLine === undefined ? since.some(([, line]) => line < minor) : isAtLeast(version, ofLine);
}
