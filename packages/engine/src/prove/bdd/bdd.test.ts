import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Bdd, FALSE, TRUE } from "./bdd.ts";
import type { Ref } from "./bdd.ts";
import { BddLimit } from "./limit.ts";
import { commonLiterals, literals } from "./literals.ts";

/** Eight variables on levels that are not neighbours: a function is a number of 256 bits, one for each row. */
const LEVELS = [3, 4, 10, 11, 12, 40, 41, 700] as const;
const ROWS = 1 << LEVELS.length;
const ALL: bigint = (1n << BigInt(ROWS)) - 1n;

const tables: readonly bigint[] = LEVELS.map((_, bit) => {
  let table = 0n;
  for (let row = 0; row < ROWS; row++) if ((row & (1 << bit)) !== 0) table |= 1n << BigInt(row);
  return table;
});

/** The same function twice: as a diagram and as its truth table. */
interface Twice {
  readonly ref: Ref;
  readonly table: bigint;
}

type Build = (bdd: Bdd) => Twice;

const { build } = fc.letrec<{ build: Build }>((tie) => ({
  build: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.nat({ max: LEVELS.length - 1 }).map((bit): Build => (bdd) => ({
      ref: bdd.variable(LEVELS[bit] ?? 0),
      table: tables[bit] ?? 0n,
    })),
    fc.constantFrom<Build>(() => ({ ref: TRUE, table: ALL })),
    tie("build").map(
      (a): Build =>
        (bdd) =>
          not(bdd, a(bdd)),
    ),
    fc.tuple(tie("build"), tie("build")).map(([a, b]): Build => (bdd) => {
      const [f, g] = [a(bdd), b(bdd)];
      return { ref: bdd.and(f.ref, g.ref), table: f.table & g.table };
    }),
    fc.tuple(tie("build"), tie("build")).map(([a, b]): Build => (bdd) => {
      const [f, g] = [a(bdd), b(bdd)];
      return { ref: bdd.xor(f.ref, g.ref), table: f.table ^ g.table };
    }),
    fc.tuple(tie("build"), tie("build")).map(([a, b]): Build => (bdd) => {
      const [f, g] = [a(bdd), b(bdd)];
      return { ref: bdd.minus(f.ref, g.ref), table: f.table & (ALL ^ g.table) };
    }),
    fc.tuple(tie("build"), tie("build"), tie("build")).map(([a, b, c]): Build => (bdd) => {
      const [f, g, h] = [a(bdd), b(bdd), c(bdd)];
      return { ref: bdd.ite(f.ref, g.ref, h.ref), table: (f.table & g.table) | ((ALL ^ f.table) & h.table) };
    }),
  ),
}));

function not(bdd: Bdd, { ref, table }: Twice): Twice {
  return { ref: bdd.not(ref), table: ALL ^ table };
}

function tableOf(bdd: Bdd, ref: Ref): bigint {
  let table = 0n;
  for (let row = 0; row < ROWS; row++) {
    const holds = bdd.holds(ref, (level) => (row & (1 << LEVELS.findIndex((one) => one === level))) !== 0);
    if (holds) table |= 1n << BigInt(row);
  }
  return table;
}

/** The rows where the variable has the other value. */
function flipped(table: bigint, bit: number): bigint {
  const shift = BigInt(1 << bit);
  const ones = tables[bit] ?? 0n;
  return ((table & ones) >> shift) | ((table & (ALL ^ ones)) << shift);
}

function existsIn(table: bigint, bits: readonly number[]): bigint {
  return bits.reduce((sum, bit) => sum | flipped(sum, bit), table);
}

const someBits = fc.uniqueArray(fc.nat({ max: LEVELS.length - 1 }), { maxLength: 5 });
const levelsOf = (bits: readonly number[]): readonly number[] => bits.map((bit) => LEVELS[bit] ?? 0);
const bitCount = (table: bigint): number => table.toString(2).replaceAll("0", "").length;

describe("Bdd", () => {
  it("is the truth table, and equal functions are one number", () => {
    fc.assert(
      fc.property(build, build, (a, b) => {
        const bdd = new Bdd();
        const [f, g] = [a(bdd), b(bdd)];
        expect(tableOf(bdd, f.ref)).toBe(f.table);
        expect(f.ref === g.ref).toBe(f.table === g.table);
        expect(bdd.within(f.ref, g.ref)).toBe((f.table & (ALL ^ g.table)) === 0n);
        expect(bdd.disjoint(f.ref, g.ref)).toBe((f.table & g.table) === 0n);
        expect(tableOf(bdd, bdd.union([f.ref, g.ref, f.ref]))).toBe(f.table | g.table);
        expect(tableOf(bdd, bdd.intersection([f.ref, g.ref]))).toBe(f.table & g.table);
      }),
      { numRuns: 400 },
    );
  });

  it("knows whether three have something in common, and makes no nodes for it", () => {
    fc.assert(
      fc.property(build, build, build, (a, b, c) => {
        const bdd = new Bdd();
        const [f, g, h] = [a(bdd), b(bdd), c(bdd)];
        const before = bdd.size;
        expect(bdd.meetAll([f.ref, g.ref, h.ref])).toBe((f.table & g.table & h.table) !== 0n);
        expect(bdd.meets(f.ref, g.ref)).toBe((f.table & g.table) !== 0n);
        expect(bdd.size).toBe(before);
      }),
      { numRuns: 400 },
    );
  });

  it("quantifies, alone and over a conjunction", () => {
    fc.assert(
      fc.property(build, build, someBits, (a, b, bits) => {
        const bdd = new Bdd();
        const [f, g] = [a(bdd), b(bdd)];
        const cube = bdd.cube(levelsOf(bits));
        expect(tableOf(bdd, bdd.exists(f.ref, cube))).toBe(existsIn(f.table, bits));
        expect(tableOf(bdd, bdd.andExists(f.ref, g.ref, cube))).toBe(existsIn(f.table & g.table, bits));
      }),
      { numRuns: 400 },
    );
  });

  it("joins the values of some variables as it does a function", () => {
    fc.assert(
      fc.property(build, fc.array(fc.option(fc.boolean()), { minLength: 8, maxLength: 8 }), (a, chosen) => {
        const bdd = new Bdd();
        const f = a(bdd);
        const values = LEVELS.map((level, bit) => ({ level, value: chosen[bit] ?? null }));
        const fixed = values.flatMap(({ level, value }) => (value === null ? [] : [{ level, value }]));
        const set = bdd.intersection(
          fixed.map(({ level, value }) => (value ? bdd.variable(level) : bdd.not(bdd.variable(level)))),
        );
        expect(bdd.andValues(f.ref, fixed)).toBe(bdd.and(f.ref, set));
      }),
      { numRuns: 400 },
    );
  });

  it("finds the variables that have one value wherever a function holds", () => {
    fc.assert(
      fc.property(build, build, (a, b) => {
        const bdd = new Bdd();
        const valuesIn = (f: Ref): Ref =>
          bdd.intersection(
            LEVELS.flatMap((level) => [bdd.variable(level), bdd.not(bdd.variable(level))]).filter((one) =>
              bdd.within(f, one),
            ),
          );
        const [f, g] = [a(bdd).ref, b(bdd).ref];
        expect(literals(bdd, f)).toBe(valuesIn(f));
        if (f !== FALSE && g !== FALSE)
          expect(commonLiterals(bdd, literals(bdd, f), literals(bdd, g))).toBe(valuesIn(bdd.or(f, g)));
      }),
    );
  });

  it("simplifies away only what nobody cares about", () => {
    fc.assert(
      fc.property(build, build, (a, b) => {
        const bdd = new Bdd();
        const [f, care] = [a(bdd), b(bdd)];
        const simple = bdd.simplify(f.ref, care.ref);
        expect(tableOf(bdd, simple) & care.table).toBe(f.table & care.table);
      }),
      { numRuns: 400 },
    );
  });

  it("puts functions in the place of variables all at once, in whatever order they stand", () => {
    fc.assert(
      fc.property(build, fc.array(fc.tuple(fc.nat({ max: 7 }), build), { maxLength: 4 }), (a, replaced) => {
        const bdd = new Bdd();
        const f = a(bdd);
        const by = new Map(replaced.map(([bit, make]) => [bit, make(bdd)]));
        const substitution = bdd.substitution(new Map([...by].map(([bit, { ref }]) => [LEVELS[bit] ?? 0, ref])));
        let expected = 0n;
        for (let row = 0; row < ROWS; row++) {
          const seen = LEVELS.reduce(
            (sum, _, bit) => sum | (Number(((by.get(bit)?.table ?? tables[bit] ?? 0n) >> BigInt(row)) & 1n) << bit),
            0,
          );
          if (((f.table >> BigInt(seen)) & 1n) === 1n) expected |= 1n << BigInt(row);
        }
        expect(tableOf(bdd, bdd.compose(f.ref, substitution))).toBe(expected);
      }),
      { numRuns: 300 },
    );
  });

  it("counts, picks, and knows what it depends on", () => {
    fc.assert(
      fc.property(build, (a) => {
        const bdd = new Bdd();
        const { ref, table } = a(bdd);
        expect(bdd.count(ref, LEVELS)).toBe(BigInt(bitCount(table)));
        const picked = bdd.pick(ref);
        expect(picked === null).toBe(table === 0n);
        if (picked !== null) {
          expect(bdd.holds(ref, (level) => picked.get(level) === true)).toBe(true);
          expect(bdd.restrict(ref, picked)).toBe(TRUE);
        }
        const depends = LEVELS.filter((_, bit) => flipped(table, bit) !== table);
        expect(bdd.support(ref)).toEqual(depends);
        expect(bdd.variables(ref)).toBe(bdd.cube(depends));
      }),
      { numRuns: 300 },
    );
  });

  it("forgets what was made since a mark, and makes it again", () => {
    fc.assert(
      fc.property(build, build, (a, b) => {
        const bdd = new Bdd();
        const f = a(bdd);
        const mark = bdd.mark();
        const before = b(bdd);
        bdd.release(mark);
        expect(bdd.size).toBe(mark);
        expect(tableOf(bdd, f.ref)).toBe(f.table);
        const again = b(bdd);
        expect(again.ref).toBe(before.ref);
        expect(tableOf(bdd, again.ref)).toBe(before.table);
        expect(a(bdd).ref).toBe(f.ref);
      }),
      { numRuns: 300 },
    );
  });

  it("is small for two equal numbers in the right order and for a parity, and says when it has no room", () => {
    const equal = (bdd: Bdd): Ref => {
      let result: Ref = TRUE;
      for (let bit = 0; bit < 64; bit++) {
        result = bdd.and(result, bdd.not(bdd.xor(bdd.variable(2 * bit), bdd.variable(2 * bit + 1))));
      }
      return result;
    };
    const bdd = new Bdd();
    expect(
      bdd.count(
        equal(bdd),
        Array.from({ length: 128 }, (_, level) => level),
      ),
    ).toBe(1n << 64n);
    const parity = new Bdd();
    let odd: Ref = FALSE;
    for (let level = 4999; level >= 0; level--) odd = parity.xor(parity.variable(level), odd);
    expect(parity.support(odd)).toHaveLength(5000);
    expect(parity.size).toBeLessThan(20_000);
    expect([parity.isSmall(odd, 5000), parity.isSmall(odd, 4999)]).toEqual([true, false]);
    expect(() => equal(new Bdd(100))).toThrow(BddLimit);
  });
});
