import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normaliseRanges } from "@hookwalk/engine";
import { parseQuery } from "../../packages/engine/src/reach/parse-query.ts";
import { printQuery } from "../../packages/engine/src/reach/print-query.ts";
import type {
  AddressRange,
  Condition,
  DevicePattern,
  Formula,
  MaskedMark,
  Outcome,
  Place,
  Port,
  Query,
  RulePlace,
} from "../../packages/engine/src/reach/query.ts";
import { TERM_WORDS } from "../../packages/engine/src/reach/terms.ts";
import { FILL, QUESTIONS } from "../../packages/engine/src/reach/words.ts";

const v4: fc.Arbitrary<AddressRange> = fc
  .tuple(fc.integer({ min: 0, max: 0xffff_ffff }), fc.integer({ min: 0, max: 0xffff_ffff }))
  .map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }));
const v6: fc.Arbitrary<AddressRange> = fc
  .tuple(fc.bigInt(0n, (1n << 128n) - 1n), fc.integer({ min: 0, max: 128 }))
  .map(([address, host]) => {
    const from = (address >> BigInt(host)) << BigInt(host);
    return { from, to: from + (1n << BigInt(host)) - 1n };
  });
const addresses = fc.oneof(v4, v6);
const ranges = (highest: number): fc.Arbitrary<Port["ranges"]> =>
  fc
    .array(fc.tuple(fc.integer({ min: 0, max: highest }), fc.integer({ min: 0, max: highest })), {
      minLength: 1,
      maxLength: 4,
    })
    .map((pairs) => normaliseRanges(pairs.map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }))));
const WITH_PORTS = [6, 17, 132, 136, 33];
const port: fc.Arbitrary<Port> = fc.oneof(
  fc.record({ protocol: fc.constantFrom(null, ...WITH_PORTS), ranges: ranges(0xffff) }),
  fc.record({ protocol: fc.constantFrom(1, 58), ranges: ranges(0xff) }),
);
/** Words of the language too: these stand in quotes. */
const name = fc.oneof(
  fc.constantFrom(
    "eth0",
    "cali1a2b",
    "lo",
    "br-1.5",
    ...TERM_WORDS,
    ...FILL,
    ...QUESTIONS.keys(),
    "and",
    "or",
    "not",
    "node",
  ),
  fc.stringMatching(/^[a-z][a-zA-Z0-9_.(),?-]{0,13}$/),
);
const device: fc.Arbitrary<DevicePattern> = fc.record({
  name: name.filter((text) => text.length < 15),
  prefix: fc.boolean(),
});
const mark: fc.Arbitrary<MaskedMark> = fc.record({
  value: fc.integer({ min: 0, max: 0xffff_ffff }),
  mask: fc.integer({ min: 0, max: 0xffff_ffff }),
});
const place: fc.Arbitrary<Place> = fc.record({ addresses, ports: fc.option(ranges(0xffff)) });
const rule: fc.Arbitrary<RulePlace> = fc.record({
  table: fc.option(name),
  chain: name,
  rule: fc.integer({ min: 1, max: 1e7 }),
});

const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({
    kind: fc.constant("address" as const),
    side: fc.constantFrom("src" as const, "dst" as const),
    addresses,
  }),
  fc.constantFrom({ kind: "own-address" as const }, { kind: "local" as const }),
  fc.record({
    kind: fc.constant("scope" as const),
    side: fc.constantFrom("src" as const, "dst" as const),
    scope: fc.constantFrom("any" as const, "unicast" as const),
  }),
  fc.record({ kind: fc.constant("device" as const), device }),
  fc.record({ kind: fc.constant("protocol" as const), protocol: fc.integer({ min: 0, max: 255 }) }),
  fc.record({ kind: fc.constant("port" as const), side: fc.constantFrom("sport" as const, "dport" as const), port }),
  fc.record({ kind: fc.constant("mark" as const), field: fc.constantFrom("mark" as const, "ctmark" as const), mark }),
  fc.record({
    kind: fc.constant("state" as const),
    state: fc.constantFrom(
      "new" as const,
      "established" as const,
      "invalid" as const,
      "untracked" as const,
      "any" as const,
    ),
  }),
  fc.record({ kind: fc.constant("number" as const), field: fc.constant("length" as const), ranges: ranges(0xffff) }),
  fc.record({ kind: fc.constant("number" as const), field: fc.constant("ttl" as const), ranges: ranges(0xff) }),
  fc.record({ kind: fc.constant("family" as const), family: fc.constantFrom("ip" as const, "ip6" as const) }),
);
const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  fc
    .record({
      ports: fc.array(port, { maxLength: 2 }),
      places: fc.array(fc.oneof(place, fc.constant("node" as const)), { maxLength: 2 }),
    })
    .filter(({ ports, places }) => ports.length + places.length > 0)
    .map((target) => ({ kind: "reach" as const, target })),
  fc
    .constantFrom("accepted" as const, "forwarded" as const, "undecided" as const, "untracked" as const)
    .map((kind) => ({ kind })),
  fc.record({ kind: fc.constant("leave" as const), device }),
  fc.record({
    kind: fc.constant("translated" as const),
    how: fc.constantFrom("masqueraded" as const, "snatted" as const, "dnatted" as const),
    to: fc.option(place),
  }),
  fc.record({ kind: fc.constant("marked" as const), mark }),
  fc.record({ kind: fc.constant("rule" as const), how: fc.constantFrom("reach" as const, "match" as const), rule }),
);

/** As the parser makes them: no group inside a group of its own kind, none of a single part. */
function formula<Term>(term: fc.Arbitrary<Term>, depth = 2): fc.Arbitrary<Formula<Term>> {
  const leaf = term.map((one): Formula<Term> => ({ kind: "term", term: one }));
  if (depth === 0) return leaf;
  const inner = formula(term, depth - 1);
  const group = fc
    .record({
      kind: fc.constantFrom("all" as const, "any" as const),
      parts: fc.array(inner, { minLength: 2, maxLength: 3 }),
    })
    .filter(({ kind, parts }) => parts.every((part) => part.kind !== kind));
  return fc.oneof(
    { weight: 3, arbitrary: leaf },
    inner.map((part) => ({ kind: "not" as const, part })),
    group,
  );
}

const query: fc.Arbitrary<Query> = fc.record({
  question: fc.constantFrom("which" as const, "who" as const, "any" as const, "every" as const, "no" as const),
  conditions: fc.array(formula(condition), { maxLength: 3 }),
  outcomes: fc.array(formula(outcome), { minLength: 1, maxLength: 2 }),
});

describe("questions", () => {
  it("are, read again as they were printed, the same", () => {
    fc.assert(
      fc.property(query, (asked) => {
        expect(parseQuery(printQuery(asked))).toEqual({ query: asked, problem: null });
      }),
      { numRuns: 2000 },
    );
  });

  const word = fc.oneof(
    fc.constantFrom(
      ...TERM_WORDS,
      ...FILL,
      ...QUESTIONS.keys(),
      "and",
      "or",
      "not",
      "except",
      "other",
      "than",
      "node",
      "rule",
    ),
    fc.constantFrom(
      "(",
      ")",
      ",",
      '"',
      "tcp/80",
      "10.0.0.0/8",
      "eth0",
      "fd00::1",
      "filter/FORWARD/1",
      "0x1/0x1",
      "1-",
      "[::",
      "\u0000",
      "__proto__",
      "constructor",
    ),
    fc.string({ unit: "binary", maxLength: 12 }),
  );

  it("may be anything at all: an answer or a problem at one of its columns", () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 40 }), (words) => {
        const text = words.join(" ");
        const { query: asked, problem } = parseQuery(text);
        if (asked === null) expect(problem.column).toBeLessThanOrEqual(text.length + 1);
        else expect(parseQuery(printQuery(asked)).query).toEqual(asked);
      }),
      { numRuns: 5000 },
    );
  });

  it.each([
    "(",
    "not ",
    "from ",
    "from 1 or ",
    '"',
    ",",
    "except ",
    "tcp or ",
    "reach tcp/1 or ",
    "which ",
    "1,",
    "[",
    "a/",
  ])("take no longer than their length: %j over and over", (part) => {
    const began = performance.now();
    for (const start of ["which ", "which from 10.0.0.0/8 ", "which reach ", "which tcp/"])
      parseQuery(start + part.repeat(Math.floor(8000 / part.length)));
    expect(performance.now() - began).toBeLessThan(1000);
  });
});
