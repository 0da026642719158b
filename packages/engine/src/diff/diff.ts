import type { Snapshot } from "../model/snapshot.ts";
import { compareSections } from "./compare.ts";
import type { SectionDiff } from "./compare.ts";
import {
  cniSections,
  ipvsSections,
  linkSections,
  routeSections,
  routingRuleSections,
  setSections,
  sysctlSections,
} from "./node-sections.ts";
import { nftSections, tableSections } from "./rule-sections.ts";
import type { Section } from "./section.ts";

const SYSCTL = "sysctl";

type Aspect = (snapshot: Snapshot) => readonly Section[] | null;

/** Everything of a node that somebody configures, as its listing is called; null: the snapshot has no such listing. */
const ASPECTS: ReadonlyMap<string, Aspect> = new Map<string, Aspect>([
  ["iptables", ({ tables }) => tables.ip && tableSections(tables.ip)],
  ["ip6tables", ({ tables }) => tables.ip6 && tableSections(tables.ip6)],
  ["nft", ({ nft }) => nft && nftSections(nft)],
  ["ipset", ({ sets }) => sets && setSections(sets)],
  ["ip rule", ({ rules }) => rules.ip && routingRuleSections(rules.ip)],
  ["ip -6 rule", ({ rules }) => rules.ip6 && routingRuleSections(rules.ip6)],
  ["ip route", ({ routes }) => routes.ip && routeSections(routes.ip)],
  ["ip -6 route", ({ routes }) => routes.ip6 && routeSections(routes.ip6)],
  ["ip addr", ({ links }) => links && linkSections(links)],
  [SYSCTL, ({ sysctls }) => sysctls && sysctlSections(sysctls)],
  ["ipvsadm", ({ ipvs }) => ipvs && ipvsSections(ipvs)],
  ["cni", ({ cni }) => cni && cniSections(cni)],
]);

export interface AspectDiff {
  /** The listing: `iptables`, `ip rule` … */
  readonly aspect: string;
  readonly sections: readonly SectionDiff[];
}

/** How two snapshots differ. */
export interface SnapshotDiff {
  /** Without those that are alike. */
  readonly aspects: readonly AspectDiff[];
  /** What only one of the two lists: that says nothing of the other. */
  readonly notCompared: readonly { readonly aspect: string; readonly missingIn: "a" | "b" }[];
}

/**
 * Compares what somebody configured on two nodes, or on one at two times, line by line: as the tools spell it, without counters,
 * the order of independent chains, and what is only passing through (conntrack, neighbours, sockets).
 */
export function diffSnapshots(a: Snapshot, b: Snapshot): SnapshotDiff {
  const aspects: AspectDiff[] = [];
  const notCompared: SnapshotDiff["notCompared"][number][] = [];
  for (const [aspect, sectionsOf] of ASPECTS) {
    const [before, after] = [sectionsOf(a), sectionsOf(b)];
    if (before !== null && after !== null) {
      const [left, right] = aspect === SYSCTL ? inBoth(before, after) : [before, after];
      const sections = compareSections(left, right);
      if (sections.length > 0) aspects.push({ aspect, sections });
    } else if (before !== null || after !== null) {
      notCompared.push({ aspect, missingIn: before === null ? "a" : "b" });
    }
  }
  return { aspects, notCompared };
}

/** A setting that is not listed has some value all the same. */
function inBoth(a: readonly Section[], b: readonly Section[]): readonly [readonly Section[], readonly Section[]] {
  const [ofA, ofB] = [a, b].map((sections) => new Set(sections.map(({ name }) => name)));
  return [a.filter(({ name }) => ofB?.has(name)), b.filter(({ name }) => ofA?.has(name))];
}
