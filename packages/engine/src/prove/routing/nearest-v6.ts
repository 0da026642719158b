import type { Address } from "../../base/address.ts";
import { ADDRESS_LABELS, labelOf, usableOf } from "../../program/source-address.ts";
import { FALSE, TRUE } from "../bdd/bdd.ts";
import type { Ref } from "../bdd/bdd.ts";
import { isSet } from "../bdd/numbers.ts";
import type { Space } from "../space.ts";

/** Packets by the source that MASQUERADE would give them; null: there is none. */
export interface MasqueradeSource {
  readonly when: Ref;
  readonly address: Address | null;
}

interface Candidate {
  readonly address: bigint;
  /** Deprecated addresses come last, and those of another device behind those of the one that the packet leaves by. */
  readonly rank: number;
}

/** ipv6_dev_get_saddr (net/ipv6/addrconf.c), RFC 6724: the first rule by which two candidates differ decides. */
export function nearestV6(space: Space, oif: string): readonly MasqueradeSource[] {
  const { bdd } = space;
  const sources: MasqueradeSource[] = [];
  let rest: Ref = TRUE;
  const give = (among: Ref, address: Address | null): void => {
    const when = bdd.and(rest, among);
    if (when === FALSE) return;
    sources.push({ when, address });
    rest = bdd.minus(rest, among);
  };
  const links = [...space.program.links.values()].sort((a, b) => a.index - b.index);
  // Rule 1: the destination itself, whatever its scope.
  for (const { addresses } of links)
    for (const { prefix } of addresses)
      if (typeof prefix.address === "bigint") give(space.is("dst", prefix.address), prefix.address);
  const candidates = links.flatMap((link) =>
    usableOf(link, "bigint").flatMap(({ prefix: { address }, flags }): readonly Candidate[] =>
      typeof address === "bigint"
        ? [{ address, rank: Number(!flags.includes("deprecated")) * 2 + Number(link.name === oif) }]
        : [],
    ),
  );
  const best = candidates.reduce((most, { rank }) => Math.max(most, rank), 0);
  const first = candidates.filter(({ rank }) => rank === best).map(({ address }) => address);
  for (const [label, among] of labelSets(space)) {
    const alike = first.filter((address) => labelOf(address) === label);
    const nearest = nearestOf(space, alike.length === 0 ? first : alike, 0);
    const here = bdd.and(rest, among);
    for (const [address, when] of nearest) give(bdd.and(here, when), address);
  }
  give(TRUE, null);
  return sources;
}

/** Rule 8: the longest common prefix; of equally long ones the first. By address, of destinations from a bit on. */
function nearestOf(space: Space, candidates: readonly bigint[], depth: number): ReadonlyMap<bigint, Ref> {
  const { bdd } = space;
  const [first] = candidates;
  if (first === undefined) return new Map();
  if (candidates.every((one) => one === first)) return new Map([[first, TRUE]]);
  const level = space.layout.bits.dst[depth] ?? 0;
  const place = space.layout.bits.dst.length - 1 - depth;
  const side = (isHigh: boolean): ReadonlyMap<bigint, Ref> => {
    const own = candidates.filter((one) => isSet(one, place) === isHigh);
    return own.length === 0 ? new Map([[first, TRUE]]) : nearestOf(space, own, depth + 1);
  };
  const [low, high] = [side(false), side(true)];
  const all = new Set([...low.keys(), ...high.keys()]);
  return new Map([...all].map((one) => [one, bdd.node(level, low.get(one) ?? FALSE, high.get(one) ?? FALSE)]));
}

/** The destinations of each label. */
function* labelSets(space: Space): Iterable<readonly [number, Ref]> {
  const { bdd } = space;
  let rest: Ref = TRUE;
  for (const [net, number] of ADDRESS_LABELS) {
    const own = space.inNet("dst", net);
    yield [number, bdd.and(rest, own)];
    rest = bdd.minus(rest, own);
  }
}
