import type { Address } from "../base/address.ts";
import type { StackHook } from "../program/program.ts";
import { FALSE } from "./bdd/bdd.ts";
import type { Ref } from "./bdd/bdd.ts";
import { between, numberBits } from "./bdd/numbers.ts";
import type { Bits } from "./bdd/numbers.ts";
import { changed } from "./flow.ts";
import type { Flow } from "./flow.ts";
import type { Space } from "./space.ts";

/** A rule that asks something of packets, or does something with them. */
export interface Place {
  readonly space: Space;
  /** As people name it: `filter/FORWARD/3`. */
  readonly place: string;
  /** Tells two visits of one rule apart, since chance does not fall the same way twice: `1 forward`. */
  readonly visit: string;
  /** Null: nobody asks what becomes of the packets behind the table, so that NAT changes nothing. */
  readonly hook: StackHook | null;
}

/** A place, and what rules before it have done beside changing the packet. */
export interface Asking extends Place {
  /** ipsets that a rule may have changed before: what they hold now nobody knows. */
  readonly changedSets: ReadonlySet<string>;
}

/** What nobody can say at this place. */
export function unknownHere({ space, place, visit }: Place, what: string, why: string): Ref {
  return space.unknown(`${visit} ${place} ${what}`, { what: `${what} at ${place}`, why });
}

/** The bits of a number that nobody can tell. */
function unknownBits(at: Place, bits: Bits, what: string): readonly Ref[] {
  return bits.map((level, index) =>
    unknownHere(at, `bit ${String(bits.length - 1 - index)} of ${what} (${String(level)})`, "extension"),
  );
}

/** A field that nobody can tell from here on. */
export function anything(at: Place, flow: Flow, bits: Bits, what: string): Flow {
  const values = unknownBits(at, bits, what);
  return changed(
    flow,
    bits.flatMap((level, index) => {
      const value = values[index];
      return level === null || value === undefined ? [] : [[level, value] as const];
    }),
  );
}

/** A number of a range that nobody knows. */
export function oneOf(
  at: Place,
  bits: Bits,
  { from, to }: { readonly from: Address; readonly to: Address },
  what: string,
): readonly Ref[] {
  const { bdd } = at.space;
  const values = unknownBits(at, bits, what);
  const levels = values.map((value) => bdd.level(value));
  // Values of the unknown bits outside of the range stand for its first number.
  const inside = between(bdd, levels, from, to);
  const first = numberBits(bits, from);
  return values.map((value, index) => bdd.ite(inside, value, first[index] ?? FALSE));
}
