/**
 * What a document says and where its parts stand, by another reader of YAML: `yaml` keeps every sign of a document as a tree, which
 * takes ten times as long.
 */
import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CreateNodeOptions, DocumentOptions, Node, ToStringOptions } from "yaml";
import { isMap, isNode, isScalar, isSeq, LineCounter, parseAllDocuments, stringify } from "yaml";
import { readDocuments } from "../../packages/engine/src/desired/documents.ts";

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
