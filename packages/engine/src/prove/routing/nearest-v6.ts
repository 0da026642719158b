import type { Address, AddressMask } from "../../base/address.ts";
import { ADDRESS_LABELS, labelOf, SCOPES, scopeRank, sourcesV6, staysOnDevice } from "../../program/source-address.ts";
import { FALSE, TRUE } from "../bdd/bdd.ts";
import type { Ref } from "../bdd/bdd.ts";
import { isSet } from "../bdd/numbers.ts";
import type { Space } from "../space.ts";

/** Packets by the source that MASQUERADE would give them; null: there is none. */
export interface MasqueradeSource {
  readonly when: Ref;
  readonly address: Address | null;
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
  for (const [scope, among] of destinationsBy(space, SCOPES)) {
    const able = staysOnDevice(scope) ? links.filter(({ name }) => name === oif) : links;
    const candidates = able.flatMap((link) =>
      sourcesV6(link).map(({ address, scope: own, isDeprecated }) => ({
        address,
        isHere: own === scope,
        rank: 4 * scopeRank(own, scope) + 2 * Number(!isDeprecated) + Number(link.name === oif),
      })),
    );
    // Rule 1: the destination itself.
    for (const { address, isHere } of candidates) if (isHere) give(space.is("dst", address), address);
    const best = candidates.reduce((most, { rank }) => Math.max(most, rank), -Infinity);
    const first = candidates.filter(({ rank }) => rank === best).map(({ address }) => address);
    for (const [label, alikes] of destinationsBy(space, ADDRESS_LABELS)) {
      const alike = first.filter((address) => labelOf(address) === label);
      const here = bdd.intersection([rest, among, alikes]);
      for (const [address, when] of nearestOf(space, alike.length === 0 ? first : alike, 0))
        give(bdd.and(here, when), address);
    }
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

/** The destinations by the first net that they are in. */
export function* destinationsBy<T>(
  space: Space,
  nets: readonly (readonly [AddressMask, T])[],
): Iterable<readonly [T, Ref]> {
  const { bdd } = space;
  let rest: Ref = TRUE;
  for (const [net, value] of nets) {
    const own = space.inNet("dst", net);
    yield [value, bdd.and(rest, own)];
    rest = bdd.minus(rest, own);
  }
}
