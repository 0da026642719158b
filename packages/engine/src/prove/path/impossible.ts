import { FALSE, TRUE } from "../bdd/bdd.ts";
import type { Ref } from "../bdd/bdd.ts";
import type { Space } from "../space.ts";

/** ip6_rcv_core (net/ipv6/ip6_input.c): addresses that nothing from outside can have; packets with them meet no hook. */
export function impossibleAddresses(space: Space): Ref {
  const { bdd } = space;
  if (space.layout.family === "ip") return FALSE;
  const fromOutside = [space.is("src", 1n), space.is("dst", 1n), groups(space, "dst", 1n)];
  return bdd.union([
    groups(space, "src", null),
    groups(space, "dst", 0n),
    bdd.minus(bdd.union(fromOutside), space.device("iif", "lo", false)),
  ]);
}

/** ip6_finish_output2: groups of this node alone, and of no scope, that would leave it. */
export function groupsOfThisNode(space: Space): Ref {
  const { bdd } = space;
  if (space.layout.family === "ip") return FALSE;
  const own = bdd.or(groups(space, "dst", 0n), groups(space, "dst", 1n));
  return bdd.minus(own, space.device("oif", "lo", false));
}

/** ip6_forward: no source of this link alone, nor one that is no host's; of what goes back by its device nobody asks. */
export function sourcesOfTheirLink(space: Space): Ref {
  const { bdd, layout } = space;
  const turnsBack = layout.bits.iif.map((level, index) => {
    const [iif, oif] = [level, layout.bits.oif[index] ?? null];
    return iif === null || oif === null ? TRUE : bdd.not(bdd.xor(bdd.variable(iif), bdd.variable(oif)));
  });
  const top = (bits: bigint, length: number): Ref => {
    const shift = BigInt(128 - length);
    return space.masked("src", ((1n << BigInt(length)) - 1n) << shift, bits << shift);
  };
  const sources = [top(0x3fan, 10), top(0xffn, 8), space.is("src", 0n), space.is("src", 1n)];
  return bdd.minus(bdd.union(sources), bdd.intersection(turnsBack));
}

/** Of one scope; null: of any. */
function groups(space: Space, field: "src" | "dst", scope: bigint | null): Ref {
  return scope === null
    ? space.masked(field, 0xffn << 120n, 0xffn << 120n)
    : space.masked(field, 0xff0fn << 112n, (0xff00n | scope) << 112n);
}
