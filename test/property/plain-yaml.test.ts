/** What the reader of kubectl's own style reads, the reader of all of YAML reads alike; and of what kubectl prints it reads all. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDocument, stringify } from "yaml";
import { readPlainYaml } from "../../packages/engine/src/desired/plain-yaml.ts";

const SEED = 20_261_126;

/** By the reader of all of YAML; undefined: it is none. */
function whole(text: string): unknown {
  const document = parseDocument(text, { prettyErrors: false });
  return document.errors.length > 0 ? undefined : (document.toJS() as unknown);
}

function plain(text: string): unknown {
  const read = readPlainYaml(text);
  return read === null ? "not plain" : read.value;
}

const word = fc.oneof(
  fc.constantFrom(
    "10.96.0.1",
    "fd00::1",
    "a",
    "true",
    "no",
    "null",
    "~",
    "0x1f",
    "1e3",
    "007",
    "-0",
    "-",
    "- a",
    "a: b",
    "a #b",
  ),
  fc.constantFrom(
    "",
    " ",
    "x ",
    "80",
    "-5",
    "1.5",
    ".5",
    "2026-01-01T00:00:00Z",
    "it's",
    'say "x"',
    "l1\nl2\n",
    "l1\n\n  l2",
    "é",
    "<<",
  ),
  fc.string({ unit: "grapheme", maxLength: 8 }),
);
const key = fc.oneof(
  fc.constantFrom("name", "kubernetes.io/service-name", "a-b", "_x", "constructor", "true", "y"),
  fc.string({ maxLength: 5 }),
);
const scalar = fc.oneof(word, fc.integer(), fc.boolean(), fc.constant(null), fc.double({ noNaN: true }));
const tree = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: "small", withCrossShrink: true }, scalar, tie("list"), tie("map")),
  list: fc.array(tie("value"), { maxLength: 4 }),
  map: fc.dictionary(key, tie("value"), { maxKeys: 4 }),
}));
const style = fc.record({ indentSeq: fc.boolean(), lineWidth: fc.constantFrom(0, 20) });

/** One character more, fewer, or another one. */
const edit = fc.record({
  at: fc.nat(10_000),
  cut: fc.nat(2),
  put: fc.constantFrom(
    "",
    " ",
    "\n",
    "-",
    "- ",
    ":",
    ": ",
    "#",
    "'",
    '"',
    "|",
    "{",
    "&a ",
    "*a",
    "\t",
    "  ",
    "x",
    "0",
    "\n---\n",
    "? ",
  ),
});

describe("the two readers agree", () => {
  it("on what a printer of YAML writes, and on that with a few characters changed", () => {
    let both = 0;
    const property = fc.property(tree.map, style, fc.array(edit, { maxLength: 3 }), (value, options, edits) => {
      let text = stringify(value, options);
      for (const { at, cut, put } of edits) {
        const place = at % (text.length + 1);
        text = text.slice(0, place) + put + text.slice(place + cut);
      }
      const read = plain(text);
      if (read === "not plain") return;
      both++;
      expect(read, text).toEqual(whole(text));
    });
    fc.assert(property, { seed: SEED, numRuns: 5000 });
    expect(both).toBeGreaterThan(500);
  });
});

describe("what kubectl prints is plain", () => {
  it.each([
    ["values", 'a: 1\nb: "2"\nc: x y\nd: 10.0.0.0/8\ne: true\nf: null\ng: {}\nh: []\ni: fd00::1\nj: -7\nk: ""\n'],
    ["lists beside and below their key", "a:\n- 1\n- 2\nb:\n  - c: 1\n    d: 2\n  - c: 3\ne: 5\n"],
    ["an annotation of several lines", 'm:\n  last: |\n    {"a":1}\n\n    more\n  next: |-\n    x\nn: 1\n'],
    ["comments and empty lines", "# one\na: 1\n\n# two\nb:\n  # three\n  c: 2\n"],
  ])("%s", (_what, text) => {
    expect(plain(text)).toEqual(whole(text));
    expect(plain(text)).not.toBe("not plain");
  });

  it("tells where each entry of a list beneath the root stands", () => {
    const text = "apiVersion: v1\nitems:\n- a: 1\n  b:\n  - 5\n- a: 2\nkind: List\n";
    expect(readPlainYaml(text)?.items.map(({ start, end }) => text.slice(start, end))).toEqual([
      "- a: 1\n  b:\n  - 5\n",
      "- a: 2\n",
    ]);
  });
});

it.each([
  "a: [1]",
  "a: &x 1",
  "a: >\n  x\n",
  "a: 'x\n  y'",
  "a: x\n  y",
  "a:\n - - 1",
  "? a\n: 1",
  "a: 1\na: 2",
  "\ta: 1",
  "- 1\nb: 2",
  "a: 1\r\n",
])("%j is for the other reader", (text) => {
  expect(readPlainYaml(text)).toBeNull();
});
