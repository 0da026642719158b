/**
 * What a document says and where its parts stand, by another reader of YAML: `yaml` keeps every sign of a document as a tree, which
 * takes ten times as long.
 */
import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CreateNodeOptions, DocumentOptions, Node, ToStringOptions } from "yaml";
import { isMap, isNode, isScalar, isSeq, LineCounter, parseAllDocuments, stringify } from "yaml";
import type { ObjectDocument } from "../../packages/engine/src/desired/documents.ts";
import { readDocuments } from "../../packages/engine/src/desired/documents.ts";
import { cutKubectlList } from "../../packages/engine/src/desired/kubectl-list.ts";

const TEST = new URL("../", import.meta.url);

type Path = readonly PropertyKey[];

/** `fault`: of a document that nobody can read. */
interface Read {
  readonly value: unknown;
  /** Line and column of each part, and of what is not there. */
  readonly places: readonly string[];
}

function ours(text: string): readonly (Read | "fault")[] {
  return [...readDocuments("f", text)].map((document) => {
    if ("problem" in document) return "fault";
    const { value, placeOf } = document;
    return {
      value,
      places: pathsOf(value).map((path) => {
        const { line, column = 0 } = placeOf(path);
        return `${path.join("/")} ${String(line)}:${String(column)}`;
      }),
    };
  });
}

function theirs(text: string): readonly (Read | "fault")[] {
  const lines = new LineCounter();
  return [...parseAllDocuments(text, { lineCounter: lines, logLevel: "error" })].map((document) => {
    if (document.errors.length > 0) return "fault";
    const value: unknown = document.toJS();
    return {
      value,
      places: pathsOf(value).map((path) => {
        const { line, col } = lines.linePos(deepest(document.contents, path)?.range?.[0] ?? 0);
        return `${path.join("/")} ${String(line)}:${String(col)}`;
      }),
    };
  });
}

/** Nobody asks where nothing stands. */
function pathsOf(value: unknown): readonly Path[] {
  return value === null ? [] : [...paths(value, [])];
}

function* paths(value: unknown, at: Path): Generator<Path> {
  yield at;
  yield [...at, "absent"];
  if (typeof value !== "object" || value === null) return;
  const entries: readonly (readonly [PropertyKey, unknown])[] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value);
  for (const [key, part] of entries) yield* paths(part, [...at, key]);
}

/** The node at a path, or the last one on the way where the path ends in what is not there. */
function deepest(node: Node | null, path: Path): Node | null {
  let found = node;
  for (const key of path) {
    const next = childOf(found, key);
    if (next === null) return found;
    found = next;
  }
  return found;
}

function childOf(node: Node | null, key: PropertyKey): Node | null {
  if (isSeq(node)) {
    const item = node.items[Number(key)];
    return isNode(item) ? item : null;
  }
  if (!isMap(node)) return null;
  const pair = node.items.find((one) => isScalar(one.key) && one.key.value === key);
  if (pair === undefined) return null;
  if (isNode(pair.value)) return pair.value;
  return isNode(pair.key) ? pair.key : null;
}

describe("reads a document as another reader does, each part at its place", () => {
  const files = readdirSync(TEST, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".yaml"));
  it("of every file that tests have", () => {
    expect(files.length).toBeGreaterThan(50);
    for (const name of files) {
      const text = readFileSync(new URL(name, TEST), "utf8");
      expect(ours(text), name).toEqual(theirs(text));
    }
  });

  it.each([
    ["values of nothing", "a:\nb:\n- \n-   \n- c:   # d: e\n-\n  # - f\n-\n"],
    ["values of nothing between braces", '{a, b: , c: [1,2], "d":, e: !!str }'],
    ["blocks of text", "a: |\n  x\n  --- y\nb: >-  # c | d\n  y\n'e': |+\n\n\"f|\":\n  |2-\n    z\n"],
    ["quotes", "a: 'b''c'\n\"d\": \"e \\\n  f\\u0041\"\n- x: 1\n".replace("- x: 1\n", "")],
    ["anchors and aliases", "a: &x [1, {b: 2}]\nc: *x\nd: &y\n  e: &z f\ng: [*y, *z]\n"],
    ["tags", "a: !!str 1\nb: !foo 1\nc: !foo [1]\nd: !<tag:x> {e: 1}\nf: !!int 5\n- g: 1\n".replace("- g: 1\n", "")],
    ["keys of many lines", "? a\n? |\n  b\n: c\n? d\n:\n"],
    ["lists in lists", "- - - a\n    - b\n  -\n  - c\n-   d: e\n    f:\n    - g\n"],
    ["documents", "# a\n---\nb: 1\n--- # c\nd: 2\n...\n# e\n---\n---\nf: 3\n...\ng: 4\n"],
    ["directives", "%YAML 1.2\n# a\n---\nb: 1\n...\n%TAG ! tag:x,2000:\n---\nc: !d 2\n---\ne: 3\n"],
    ["markers that are none", "a: '---'\nb: |\n  ---\n  ...\nc: ---x\n----: d\n...e: f\n"],
    ["lines of Windows", "a: 1\r\nb: |\r\n x\r\n y\r\n---\r\nc:\r\n- d\r\n"],
    ["a byte order mark", "\ufeffa: 1\nb: {c: d}\n"],
    [
      "texts that are numbers elsewhere",
      "- 0o17\n- 1_0\n- 1:20\n- 0x1f\n- 08\n- +5\n- -0\n- 0b1\n- -0x1\n- 1.\n- -.5\n- 1e3\n",
    ],
    [
      "and what is none",
      "- yes\n- No\n- TRUE\n- nULL\n- ~\n- =\n- 2001-01-01\n- .NaN\n- -.Inf\n- +.inf\n- 9007199254740993\n",
    ],
    ["a merge is a key", "<<: {a: 1}\nb: <<\n"],
    ["names that JavaScript has for itself", "__proto__: {a: 1}\nconstructor: 2\ntoString: 3\n"],
    ["nothing", ""],
    ["a comment", "# a\n"],
    ["a fault, and what follows", "a: [1\n---\nb: 2\n---\nc: d: e\n---\nf: 3\n"],
    ["keys that stand twice", 'a: 1\n"a": 2\n---\n{a: 1, a: 2}\n'],
    ["tabs", "a:\n\t- b\n---\na:\tb\n"],
  ])("%s", (_what, text) => {
    expect(ours(text)).toEqual(theirs(text));
  });

  const key = fc.oneof(
    fc.constantFrom(
      "a",
      "b-c",
      "d.e/f",
      "__proto__",
      "yes",
      "2.5",
      "x: y",
      "#",
      "- z",
      "?",
      "'",
      "|",
      "~",
      "long key with words",
    ),
    fc.string({ maxLength: 6 }).filter((text) => !/^(?:null|~|)$/i.test(text)),
  );
  const leaf = fc.oneof(
    fc.constantFrom(
      null,
      true,
      false,
      0,
      -1,
      1.5,
      1e21,
      "",
      "true",
      "1",
      "0o7",
      "10.0.0.1",
      "a\nb\n",
      " a",
      "a\n\n b\n",
      "---",
      "a # b",
    ),
    fc.string({ unit: "grapheme-ascii", maxLength: 100 }),
    fc.integer(),
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(tie("tree"), { maxLength: 4 }),
      fc.dictionary(key, tie("tree"), { maxKeys: 4 }),
    ),
  }));
  const style: fc.Arbitrary<DocumentOptions & CreateNodeOptions & ToStringOptions> = fc.record({
    collectionStyle: fc.constantFrom("any", "block", "flow"),
    indent: fc.constantFrom(1, 2, 4),
    indentSeq: fc.boolean(),
    simpleKeys: fc.constant(false),
    singleQuote: fc.boolean(),
    nullStr: fc.constantFrom("null", "~", ""),
    lineWidth: fc.constantFrom(0, 20, 80),
    defaultStringType: fc.constantFrom("PLAIN", "QUOTE_DOUBLE", "QUOTE_SINGLE", "BLOCK_LITERAL", "BLOCK_FOLDED"),
    defaultKeyType: fc.constantFrom(null, "PLAIN", "QUOTE_DOUBLE"),
    aliasDuplicateObjects: fc.boolean(),
  });
  const written = fc.array(fc.tuple(tree, style), { minLength: 1, maxLength: 3 });

  it("whatever is written, however it is written", () => {
    fc.assert(
      fc.property(written, (documents) => {
        const text = documents.map(([value, how]) => `---\n${stringify({ value }, how)}`).join("");
        expect(ours(text)).toEqual(theirs(text));
      }),
      { numRuns: 1500 },
    );
  });
});

describe("a list of kubectl's that is read part by part", () => {
  const item = (n: number): string =>
    `- apiVersion: v1\n  data:\n    a: |\n      - b\n\n      kind: c${"x".repeat(n % 90)}\n# d\n\n  items:\n  - e: ${String(n)}\n  -\n`;
  const items = Array.from({ length: 100_000 }, (_, n) => item(n)).join("");
  const listOf = (text: string): string =>
    `apiVersion: v1\nitems:\n${text}kind: List\nmetadata:\n  resourceVersion: ""\n`;
  /** The same where it is read at once: a comment stands before it, a line that all places are behind. */
  const atOnce = (text: string): string => `# at once\n${text}`;
  const read = (text: string): ObjectDocument | undefined => [...readDocuments("f", text)][0];

  it("has the same values and places", () => {
    const text = listOf(items);
    expect(cutKubectlList(text)?.parts.length).toBeGreaterThan(1);
    const [whole, cut] = [read(atOnce(text)), read(text)];
    if (whole === undefined || cut === undefined || "problem" in whole || "problem" in cut) throw new Error("a fault");
    expect(JSON.stringify(sorted(cut.value))).toBe(JSON.stringify(sorted(whole.value)));
    const asked: readonly Path[] = [
      [],
      ["kind"],
      ["metadata", "resourceVersion"],
      ["absent"],
      ["items"],
      ["items", 100_000],
      ["items", "absent"],
      ...[0, 1, 50_000, 70_000, 99_999].flatMap((n) => [
        ["items", n],
        ["items", n, "items", 0, "e"],
        ["items", n, "items", 1],
        ["items", n, "data", "a", "b"],
      ]),
    ];
    const every = Array.from({ length: 100_000 }, (_, n): Path => ["items", n, "items"]);
    for (const path of [...asked, ...every]) {
      const { line, column } = whole.placeOf(path);
      const found = cut.placeOf(path);
      if (found.line !== line - 1 || found.column !== column)
        expect(found, path.join("/")).toEqual({ file: "f", line: line - 1, column });
    }
  }, 60_000);

  it.each([
    ["within an item", listOf(items.replace(/- e: 99000\n/, "- e: f: g\n"))],
    ["behind them", `${listOf(items)}items: []\n`],
    ["between them", listOf(`${items}-h: i\n`)],
    ["an anchor that stands elsewhere", listOf(`- &a b\n${items}- *a\n`)],
  ])(
    "has the same fault, or none: %s",
    (_what, text) => {
      const [whole, cut] = [read(atOnce(text)), read(text)];
      if (whole === undefined || cut === undefined) throw new Error("no document");
      if ("problem" in whole) expect(cut).toEqual({ ...whole, span: { ...whole.span, line: whole.span.line - 1 } });
      else expect("value" in cut && JSON.stringify(cut.value)).toBe(JSON.stringify(whole.value));
    },
    60_000,
  );
});

/** The fields of a list in the order of their names. */
function sorted(value: unknown): unknown {
  return Object.entries(typeof value === "object" && value !== null ? value : {}).sort(([a], [b]) => (a < b ? -1 : 1));
}

it("stays as quick with what is meant to make it slow", () => {
  const many = 50_000;
  for (const text of [
    "---\n".repeat(many / 10),
    "%\n".repeat(many),
    "%\n---\n".repeat(many / 10),
    "[".repeat(many),
    "- ".repeat(many),
    "a: 'x\n---\n".repeat(many / 10),
    `a: "${"\n".repeat(many)}`,
    `{${"a,".repeat(many)}}`,
    `a:${" \n#x\n".repeat(many)}`,
    `a: |\n${" \n".repeat(many)}`,
    `${"- \n#'\n".repeat(many)}b`,
  ]) {
    for (const document of readDocuments("f", text)) if ("placeOf" in document) document.placeOf(["a", 1]);
  }
}, 60_000);
