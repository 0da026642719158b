import { describe, expect, it } from "vitest";
import { parseSelector } from "./parse-selector.ts";
import { printSelector } from "./print-selector.ts";
import type { Selector } from "./selector.ts";
import { selects } from "./selects.ts";

const PLACE = { file: "policy.yaml", line: 7 };

function read(text: string): Selector {
  const { value, diagnostics } = parseSelector(text, PLACE);
  if (value === null) throw new Error(JSON.stringify(diagnostics));
  return value;
}

const canonical = (text: string): string => printSelector(read(text));

describe("the canonical text", () => {
  it.each([
    ["", "all()"],
    [" \t ", "all()"],
    ["all( )", "all()"],
    ["global()", "global()"],
    ["namespace=='default'", 'namespace == "default"'],
    [`a == 'say "hi"'`, `a == 'say "hi"'`],
    [`a == "it's"`, `a == "it's"`],
    ["a in {'b', 'a', 'b',}", 'a in {"a", "b"}'],
    ["a in {}", "a in {}"],
    ["a notin{'x'}", 'a not in {"x"}'],
    ["a not\tin {'x'}", 'a not in {"x"}'],
    ["a contains'x'", 'a contains "x"'],
    ["a startswith 'x' || b ends  with 'y'", '(a starts with "x" || b ends with "y")'],
    ["a == '1' && b == '2' || c == '3'", '((a == "1" && b == "2") || c == "3")'],
    ["((a == '1')) && (b == '2' && c == '3')", '(a == "1" && (b == "2" && c == "3"))'],
    ["!!has(a)", "has(a)"],
    ["! ! !has( a/b.c-d_e )", "!has(a/b.c-d_e)"],
    ["!(!has(a))", "!!has(a)"],
    ["!(has(b) || !has(a))", "!(has(b) || !has(a))"],
    // An operator's words are labels where no label stands before them.
    ["in in {'in'} && contains contains 'contains'", '(in in {"in"} && contains contains "contains")'],
    ["has == 'x' && all == 'y'", '(has == "x" && all == "y")'],
    // Sorted as bytes: U+FF21 before U+1F600, which UTF-16 has the other way round.
    ["a in {'\u{1f600}', '\uff21'}", 'a in {"\uff21", "\u{1f600}"}'],
  ])("of %s is %s", (text, expected) => {
    expect(canonical(text)).toBe(expected);
  });
});

describe("what cannot be read", () => {
  it.each([
    ["a", 2, "=="],
    ["a =", 3, "=="],
    ["a = 'b'", 3, "=="],
    ["a == b", 6, '"…"'],
    ["a == 'b", 6, "'"],
    ["a in 'b'", 6, "{"],
    ["a in {'b' 'c'}", 11, "}"],
    ["a in {,}", 7, "}"],
    ["(a == 'b'", 10, ")"],
    ["a == 'b')", 9, "&&"],
    ["a == 'b' c == 'd'", 10, "&&"],
    ["a == 'b' && ", 13, "LABEL"],
    ["&& a == 'b'", 1, "LABEL"],
    ["has(a", 1, "LABEL"],
    ["has()", 1, "LABEL"],
    ["all(a)", 1, "LABEL"],
    ["a starts 'x'", 3, "starts with"],
    ["a == 'b' & c == 'd'", 10, "LABEL"],
    ["a\n== 'b'", 2, "=="],
    ["ü == 'b'", 1, "LABEL"],
    [`${"a".repeat(513)} == 'b'`, 513, "512"],
    [`has(${"a".repeat(513)})`, 513, "512"],
  ])("%s: column %i", (text, column, wanted) => {
    const { value, diagnostics } = parseSelector(text, PLACE);
    expect(value).toBeNull();
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]).toMatchObject({ severity: "error", params: { column }, span: { ...PLACE, column } });
    expect(String(diagnostics[0]?.params["expected"])).toContain(wanted);
  });

  it("stands at its place in the line", () => {
    expect(parseSelector("a == ", { ...PLACE, column: 13 }).diagnostics[0]?.span.column).toBe(18);
  });

  it("is refused in time and without a deep stack", () => {
    const deep = parseSelector("(".repeat(200_000), PLACE).diagnostics[0];
    expect(deep).toMatchObject({ code: "selector-too-deep", params: { column: 257 } });
    expect(parseSelector("a".repeat((1 << 20) + 1), PLACE).diagnostics[0]?.code).toBe("selector-too-long");
    expect(parseSelector("!".repeat(100_000), PLACE).value).toBeNull();
    expect(canonical(`${"(".repeat(256)}has(a)${")".repeat(256)}`)).toBe("has(a)");
    const wide = Array.from({ length: 20_000 }, () => "has(a)").join("||");
    expect(selects(read(wide), new Map([["a", ""]]))).toBe(true);
    expect(parseSelector("has( ".repeat(200_000), PLACE).value).toBeNull();
    expect(parseSelector(`a in {${"'x',".repeat(50_000)}`, PLACE).value).toBeNull();
  });
});

describe("labels", () => {
  const labels = new Map([
    ["app", "web-1"],
    ["empty", ""],
    ["__proto__", "x"],
  ]);

  it.each([
    ["app == 'web-1'", true],
    ["app == 'web'", false],
    ["app != 'web'", true],
    ["none != 'web'", true],
    ["none == ''", false],
    ["empty == ''", true],
    ["none not in {'a'}", true],
    ["app not in {'a'}", true],
    ["app not in {'web-1'}", false],
    ["app in {'web-1'}", true],
    ["none in {''}", false],
    ["app contains 'b-'", true],
    ["none contains ''", false],
    ["app starts with 'web'", true],
    ["app ends with 'web'", false],
    ["has(empty)", true],
    ["has(constructor)", false],
    ["has(__proto__)", true],
    ["all()", true],
    ["!all()", false],
    ["global()", true],
  ])("%s: %s", (text, answer) => {
    expect(selects(read(text), labels)).toBe(answer);
  });
});
