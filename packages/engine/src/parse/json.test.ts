import { describe, expect, it } from "vitest";
import { looksLikeJson, parseJsonObjects } from "./json.ts";
import type { Json } from "./json.ts";
import { newReport } from "./report.ts";

function plain(json: Json): unknown {
  if (json.kind === "scalar") return json.text;
  return json.kind === "array" ? json.items.map(plain) : json.entries.map(([key, value]) => [key, plain(value)]);
}

function read(text: string): { readonly objects: unknown[]; readonly problems: string[] } {
  const report = newReport("f", "a test");
  const objects = parseJsonObjects(text, report).map(plain);
  return {
    objects,
    problems: report.diagnostics.map(({ span }) => `${String(span.line)}:${String(span.column)}`),
  };
}

describe("parseJsonObjects", () => {
  it("keeps every key, also one that stands twice", () => {
    expect(read('[{"dst":"a","encap":"ip","dst":"b"}]').objects).toEqual([
      [
        ["dst", "a"],
        ["encap", "ip"],
        ["dst", "b"],
      ],
    ]);
  });

  it("says where each value stands", () => {
    const [object] = parseJsonObjects('[\n  { "a": 1,\n    "b": "x" } ]', newReport("f", "a test"));
    expect(object?.entries[1]?.[1]).toMatchObject({ line: 3, column: 10, text: "x" });
  });

  it("reads one object, a list, or several lists in a row", () => {
    expect(read('{"a":1}').objects).toHaveLength(1);
    expect(read('[{"a":1},{"a":2}]\n[{"a":3}]\n').objects).toHaveLength(3);
    expect(read("[]\n")).toEqual({ objects: [], problems: [] });
  });

  it("understands escapes, nesting, and bare words", () => {
    expect(read(String.raw`{"a":"\u0041\n\"","b":[{"c":null}],"d":-1.5e3,"e":[],"f":{}}`).objects).toEqual([
      [
        ["a", 'A\n"'],
        ["b", [[["c", "null"]]]],
        ["d", "-1.5e3"],
        ["e", []],
        ["f", []],
      ],
    ]);
  });

  it("goes on at the next object behind a broken one", () => {
    expect(read('[{"a":1},{"a":oops!},{"a":3}]')).toEqual({
      objects: [[["a", "1"]], [["a", "3"]]],
      problems: ["1:19"],
    });
  });

  it("says once that the text breaks off", () => {
    expect(read('[{"a":1},{"a":"unfinished').problems).toHaveLength(1);
    expect(read('[{"a":1},{"a"').objects).toHaveLength(1);
  });

  it("does not follow nesting without end", () => {
    expect(read("[".repeat(5) + '{"a":'.repeat(100)).problems).toHaveLength(1);
  });

  it("takes names of object properties as any other", () => {
    expect(read('{"__proto__":"x","constructor":"y"}').objects).toEqual([
      [
        ["__proto__", "x"],
        ["constructor", "y"],
      ],
    ]);
  });
});

describe("looksLikeJson", () => {
  it("tells JSON from the text forms", () => {
    expect(['[{"a":1}]', '[ {\n"a": 1', "[]\n", "{}"].map(looksLikeJson)).toEqual([true, true, true, true]);
    expect(["default via", "[0:0] -A x", "", "{a"].map(looksLikeJson)).toEqual([false, false, false, false]);
  });
});
