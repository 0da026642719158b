import fc from "fast-check";
import { expect, it } from "vitest";
import { Bdd } from "./bdd.ts";
import { between, maskedBits, maskedEquals } from "./numbers.ts";

const BITS = [2, 4, 6, 9, 10, 11] as const;
const number = fc.nat({ max: 70 });

/** The numbers of six bits for which a function holds. */
function members(bdd: Bdd, ref: number): readonly number[] {
  return Array.from({ length: 64 }, (_, value) => value).filter((value) =>
    bdd.holds(ref, (level) => ((value >>> (5 - BITS.findIndex((one) => one === level))) & 1) === 1),
  );
}

it("compares numbers, under a mask and as bigints too", () => {
  fc.assert(
    fc.property(number, number, number, (from, to, mask) => {
      const bdd = new Bdd();
      const all = Array.from({ length: 64 }, (_, value) => value);
      const inside = all.filter((value) => value >= from && value <= to);
      expect(members(bdd, between(bdd, BITS, from, to))).toEqual(inside);
      expect(members(bdd, between(bdd, BITS, BigInt(from), BigInt(to)))).toEqual(inside);
      expect(members(bdd, between(bdd, maskedBits(BITS, mask), from, to))).toEqual(
        all.filter((value) => (value & mask) >= from && (value & mask) <= to),
      );
      expect(members(bdd, maskedEquals(bdd, BITS, mask, from))).toEqual(all.filter((value) => (value & mask) === from));
    }),
    { numRuns: 500 },
  );
});
