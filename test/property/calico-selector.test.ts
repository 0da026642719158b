import fc from "fast-check";
import { expect, it } from "vitest";
import { parseSelector } from "../../packages/engine/src/selector/parse-selector.ts";
import { printSelector } from "../../packages/engine/src/selector/print-selector.ts";
import type { Labels } from "../../packages/engine/src/selector/selector.ts";
import { selects } from "../../packages/engine/src/selector/selects.ts";

const RUNS = { seed: 424_242, numRuns: 4_000 };
const PLACE = { file: "selector", line: 1 };

/** A selector as text, beside what it means: the meaning is built with the text and never sees the parser's tree. */
interface Meant {
  readonly text: string;
  readonly means: (labels: Labels) => boolean;
}

const label = fc.constantFrom("a", "b", "in", "has", "projectcalico.org/namespace");
const value = fc.constantFrom("", "x", "xy", "yx", "é", "\u{1f600}");
const blank = fc.constantFrom("", " ", "\t ");
const quote = fc.constantFrom("'", '"');
const literal = fc.tuple(quote, value).map(([mark, text]) => ({ value: text, text: mark + text + mark }));

const COMPARISONS: readonly (readonly [string, (value: string | undefined, wanted: string) => boolean])[] = [
  ["==", (has, wanted) => has === wanted],
  ["!=", (has, wanted) => has !== wanted],
  ["contains", (has, wanted) => has?.includes(wanted) === true],
  ["starts with", (has, wanted) => has?.startsWith(wanted) === true],
  ["endswith", (has, wanted) => has?.endsWith(wanted) === true],
];

const comparison = fc
  .tuple(label, fc.constantFrom(...COMPARISONS), literal, blank)
  .map(([key, [sign, holds], wanted, gap]): Meant => {
    return { text: `${key} ${sign}${gap}${wanted.text}`, means: (labels) => holds(labels.get(key), wanted.value) };
  });
const membership = fc
  .tuple(label, fc.boolean(), fc.array(literal, { maxLength: 3 }), fc.constantFrom("", ","))
  .map(([key, isIn, values, comma]): Meant => {
    const text = `${key} ${isIn ? "in" : "not in"} {${values.map((each) => each.text).join(", ")}${values.length > 0 ? comma : ""}}`;
    const holds = (has: string | undefined): boolean => values.filter((each) => each.value === has).length > 0;
    return { text, means: (labels) => holds(labels.get(key)) === isIn };
  });
const presence = label.map((key): Meant => ({
  text: `has( ${key})`,
  means: (labels) => labels.get(key) !== undefined,
}));
const everything = fc.constantFrom<Meant>(
  { text: "all()", means: () => true },
  { text: "global( )", means: () => true },
);

const { selector } = fc.letrec<{ selector: Meant; term: Meant }>((tie) => ({
  term: fc.oneof(
    { depthSize: "small" },
    comparison,
    membership,
    presence,
    everything,
    tie("selector").map((inner): Meant => ({ text: `(${inner.text})`, means: inner.means })),
    fc.tuple(comparison, fc.integer({ min: 1, max: 3 })).map(([inner, times]): Meant => ({
      text: "!".repeat(times) + inner.text,
      means: (labels) => inner.means(labels) === (times % 2 === 0),
    })),
    tie("selector").map((inner): Meant => ({ text: `! (${inner.text})`, means: (labels) => !inner.means(labels) })),
  ),
  selector: fc
    .array(fc.array(tie("term"), { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 })
    .map((ors): Meant => ({
      text: ors.map((ands) => ands.map((each) => each.text).join("&&")).join(" || "),
      means: (labels) => {
        let isAny = false;
        for (const ands of ors) isAny ||= ands.reduce((all, each) => all && each.means(labels), true);
        return isAny;
      },
    })),
}));
const labelled = fc.dictionary(label, value).map((pairs): Labels => new Map(Object.entries(pairs)));

it("selects what its text means", () => {
  fc.assert(
    fc.property(selector, labelled, ({ text, means }, labels) => {
      const { value: tree } = parseSelector(text, PLACE);
      expect(tree).not.toBeNull();
      if (tree !== null) expect(selects(tree, labels)).toBe(means(labels));
    }),
    RUNS,
  );
});

it("means the same as its canonical text, which reads as itself", () => {
  fc.assert(
    fc.property(selector, labelled, ({ text, means }, labels) => {
      const tree = parseSelector(text, PLACE).value;
      const canonical = tree === null ? "" : printSelector(tree);
      const again = parseSelector(canonical, PLACE).value;
      expect(again).not.toBeNull();
      if (again === null) return;
      expect(selects(again, labels)).toBe(means(labels));
      // Felix writes `!(!a)` as `!!a`, and that as `a`.
      if (!canonical.includes("!!")) expect(again).toEqual(tree);
    }),
    RUNS,
  );
});

it("never throws, and says where it stopped", () => {
  const piece = fc.constantFrom(
    "a",
    " ",
    "==",
    "!",
    "=",
    "'",
    '"',
    "(",
    ")",
    "{",
    "}",
    ",",
    "&&",
    "|",
    "in",
    "has(",
    "all()",
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(piece, { maxLength: 12 }).map((parts) => parts.join("")),
      ),
      (text) => {
        const { value: tree, diagnostics } = parseSelector(text, PLACE);
        expect(diagnostics).toHaveLength(tree === null ? 1 : 0);
        const column = diagnostics[0]?.span.column ?? 1;
        expect(column).toBeGreaterThanOrEqual(1);
        expect(column).toBeLessThanOrEqual(text.length + 1);
      },
    ),
    RUNS,
  );
});
