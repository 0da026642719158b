import { readFileSync, readdirSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseIptablesSave, printIptablesSave, printRule } from "@hookwalk/engine";
import type { Family, Table } from "@hookwalk/engine";

/** The same texts each time; another one finds others. */
const SEED = 20_261_121;

const FIXTURES = new URL("../fixtures/", import.meta.url);
const dumps = readdirSync(FIXTURES).filter((name) => /^ip6?tables-.*-save/.test(name));

function fixture(name: string): string {
  return readFileSync(new URL(name, FIXTURES), "utf8");
}

/** Every rule of every dump, once. */
const ruleLines = [
  ...new Set(
    dumps.flatMap((name) =>
      fixture(name)
        .split("\n")
        .filter((line) => line.includes("-A ")),
    ),
  ),
];

describe("what the tools wrote", () => {
  it.each(dumps)("comes back byte by byte: %s", (name) => {
    const text = fixture(name);
    const { value, diagnostics } = parseIptablesSave(text, name);
    expect(printIptablesSave(value)).toBe(text);
    // A `policy` match of several elements is kept as it stands, with a word on it.
    expect(diagnostics.filter(({ source }) => !source?.includes(" --next "))).toEqual([]);
    expect(value.flatMap(({ rules }) => rules).length).toBeGreaterThan(600);
  });

  it.each(dumps)("comes back from Windows, too: %s", (name) => {
    const text = fixture(name);
    const { value, diagnostics } = parseIptablesSave(text.replaceAll("\n", "\r\n"), name);
    expect(printIptablesSave(value)).toBe(text);
    expect(diagnostics[0]?.code).toBe("carriage-returns");
  });
});

describe("printing", () => {
  it("prints counters where it is asked to, and where there are some", () => {
    const text = "*raw\n:X - [0:0]\n[1:2] -A X\n-A X -j X\nCOMMIT\n";
    const { value } = parseIptablesSave(text, "f");
    expect(printIptablesSave(value)).toBe(text);
    expect(printIptablesSave(value, { counters: true })).toBe(text.replace("-A X -j", "[0:0] -A X -j"));
    expect(printIptablesSave(value, { counters: false })).toBe(text.replace("[1:2] ", ""));
    expect(printIptablesSave([])).toBe("");
  });

  it.each([
    [
      "-A X -j MARK -m comment --comment 'a b' -s 10/8 --set-mark 1",
      '-A X -s 10.0.0.0/8 -m comment --comment "a b" -j MARK --set-xmark 0x1/0xffffffff',
    ],
    [
      "-A X -p tcp --dport 80:80 --syn ! -f -g Y",
      "-A X -p tcp ! -f -m tcp --dport 80 --tcp-flags FIN,SYN,RST,ACK SYN -g Y",
    ],
    ["-A X -m nosuch --a \"b c\" ! -o lo -j NOSUCH -x 'y z'", "-A X ! -o lo -m nosuch --a \"b c\" -x 'y z' -j NOSUCH"],
    ["-A X -j NOSUCH --x 'y z' -p 47", "-A X -p gre -j NOSUCH --x 'y z'"],
    ["-A X -m mark --mark -m comment --comment c -j Y", "-A X -m mark --mark -m comment --comment c -j Y"],
    ["-A X", "-A X"],
  ])("prints %s in the order of the tool", (written, printed) => {
    const [rule] = parseIptablesSave(`*filter\n:X -\n${written}\nCOMMIT\n`, "f").value[0]?.rules ?? [];
    expect(rule && printRule(rule, "ip")).toBe(printed);
  });
});

/** Lines by number that some part of the result stands for. */
function linesRead(tables: readonly Table[]): Set<number> {
  const lines = new Set<number>();
  for (const table of tables) {
    lines.add(table.span.line);
    for (const chain of table.chains) lines.add(chain.span.line);
    for (const rule of table.rules) lines.add(rule.line);
  }
  return lines;
}

function checkAccount(text: string, family: Family): void {
  const { value, diagnostics } = parseIptablesSave(text, "f", { family });
  const lines = text.split("\n");
  const accounted = linesRead(value);
  for (const { code, span, source } of diagnostics) {
    expect(span.file).toBe("f");
    accounted.add(span.line);
    const line = (lines[span.line - 1] ?? "").replace(/\r$/, "");
    expect(source, code).toBe(line);
    expect(span.column).toBeGreaterThanOrEqual(1);
    expect(span.endColumn).toBeGreaterThanOrEqual(span.column ?? 1);
    expect(span.endColumn).toBeLessThanOrEqual(line.length + 1);
  }
  // What they delete is not to be found any more.
  if (lines.some((line) => /^[^A-Za-z]*(-[DFX]|--(delete|flush))/.test(line))) return;
  for (const [index, line] of lines.entries()) {
    const isPlain =
      /^[ \t]*(COMMIT\s*|#[^]*|-[INPDFX]([ \t][^]*)?|--(insert|delete|flush|new-chain|policy|delete-chain)[^]*)?\r?$/.test(
        line,
      );
    if (!isPlain) expect(accounted, `line ${String(index + 1)}: ${JSON.stringify(line)}`).toContain(index + 1);
  }
}

/** Pieces that an iptables-save file is made of, and some that it is not. */
const piece = fc.oneof(
  fc.constantFrom(
    ...["-A", "-I", "-D", "-F", "-X", "-N", "-P", "-A X", ":X", "*filter", "*nat", "COMMIT", "X", "Y", "ACCEPT", "!"],
    ...["-s", "-d", "-i", "-o", "-p", "-f", "-m", "-j", "-g", "-c", "tcp", "mark", "--mark", "0x1/0x2", "comment"],
    ...[
      "--comment",
      '"a b"',
      '"',
      "'",
      "\\",
      "1",
      "10.0.0.1",
      "10.0.0.0/8,::1",
      "fe80::/10",
      "--dport",
      "80",
      "-",
      "=",
    ],
    ...[
      "[1:2]",
      "[0:0]",
      "[",
      "#",
      "# Generated by ip6tables-save v1",
      "# Completed on",
      "```",
      "\r",
      "\t",
      "\0",
      "é",
      "\u{1f600}",
      "\ud800",
    ],
    ...["__proto__", "constructor", "--__proto__", "--constructor", "-m constructor"],
  ),
  fc.string({ maxLength: 6, unit: "binary" }),
  fc.constantFrom(...ruleLines),
);
const madeUp = fc
  .array(fc.tuple(piece, fc.constantFrom(" ", " ", " ", "\n", "", "\n-A X ")), { maxLength: 60 })
  .map((pieces) => pieces.flat().join(""));

/** A real dump, or a part of it, with characters and lines changed at random places. */
const mutated = fc
  .tuple(
    fc.constantFrom(...dumps.map(fixture)),
    fc.nat(),
    fc.integer({ min: 0, max: 4000 }),
    fc.array(fc.tuple(fc.nat(), fc.nat({ max: 12 }), piece), { maxLength: 12 }),
  )
  .map(([dump, from, length, edits]) => {
    let text = dump.slice(from % dump.length).slice(0, length);
    for (const [place, dropped, added] of edits) {
      const at = place % (text.length + 1);
      text = text.slice(0, at) + added + text.slice(at + dropped);
    }
    return text;
  });

const anyFamily = fc.constantFrom<Family[]>("ip", "ip6");

/** Rules of the dumps in another order. */
const shuffled = fc
  .array(fc.constantFrom(...ruleLines), { maxLength: 20 })
  .map((lines) => ["# Generated by iptables-save v1.8.9", "*filter", ":X - [0:0]", ...lines, "COMMIT", ""].join("\n"));

/** Words that are no good as values, or not for all. */
const STRANGE = [
  ...["'a'", 'a"b', '"a\\"'],
  ...["!", "-x", "-", "--dport", '""', '"', "'a", "'a b'", 'a"b c"', '"a\\"b"', '"a"b', '"a b"', "\t", ""],
  ...[
    "0",
    "4294967296",
    "0x10/0x20",
    "80:70",
    "65536",
    "::1",
    "1.2.3.4",
    "1.2.3.400",
    "1.2.3.4,5.6.7.8",
    "10/8",
    "a/b",
  ],
  ...["Z", "X", "LOG", "ACCEPT", "SNAT", "a-very-long-name-for-a-device"],
];

/** A rule, and the same rule with another word as one of its values: lines of one form, and nearly so. */
const variants = fc
  .tuple(
    fc.constantFrom(
      ...ruleLines,
      "-A X -s 10.0.0.0/8 -i eth0 -j Y",
      "-A X -p tcp -m tcp --dport 1 -m mark --mark 1 -g Y",
    ),
    fc.array(fc.tuple(fc.nat(), fc.constantFrom(...ruleLines), fc.nat()), { minLength: 1, maxLength: 6 }),
  )
  .map(([line, changes]) => {
    const words = line.split(" ");
    const values = words.flatMap((_, index) => (words[index - 1]?.startsWith("-") === true ? [index] : []));
    const changed = changes.map(([place, other, choice]) => {
      const pool = [...other.split(" "), ...STRANGE];
      return words.with(values[place % values.length] ?? 0, pool[choice % pool.length] ?? "").join(" ");
    });
    return [line, ...changed, line];
  });

describe("any text", () => {
  it("never throws, and each line is read or reported with its place", () => {
    fc.assert(fc.property(fc.oneof(madeUp, mutated), anyFamily, checkAccount), { numRuns: 3000, seed: SEED });
  });

  it("says of a line what it would say of it alone", () => {
    fc.assert(
      fc.property(fc.array(variants, { maxLength: 6 }), anyFamily, (groups, family) => {
        const lines = groups.flat();
        const head = ["*filter", ":X - [0:0]", ":Y - [0:0]"];
        const complaints = (rules: readonly string[]): readonly string[] =>
          parseIptablesSave([...head, ...rules, "COMMIT", ""].join("\n"), "f", { family })
            // That is said of a chain's first line only, and of jumps when the table ends.
            .diagnostics.filter(({ code }) => code !== "undeclared-chain" && code !== "missing-chain")
            .map(({ code, span, source }) => `${code} ${String(span.column)} ${String(source)}`);
        expect(complaints(lines)).toEqual(lines.flatMap((line) => complaints([line])));
      }),
      { numRuns: 2000, seed: SEED },
    );
  });

  it("prints what it parses the same again", () => {
    let compared = 0;
    fc.assert(
      fc.property(fc.oneof(madeUp, mutated, shuffled), anyFamily, (text, family) => {
        const printed = printIptablesSave(parseIptablesSave(text, "f", { family }).value);
        const again = parseIptablesSave(printed, "f", { family });
        // A rule that was not understood may read otherwise once its words stand in the tool's order.
        if (again.diagnostics.some(({ severity }) => severity === "error")) return;
        compared++;
        expect(printIptablesSave(again.value)).toBe(printed);
      }),
      { numRuns: 2000, seed: SEED },
    );
    expect(compared).toBeGreaterThan(500);
  });

  /** Each would take minutes if some step looked again at what it has seen. */
  it.each<readonly [string, (size: number) => string]>([
    ["open quotes", (size) => '-A X "\n'.repeat(size / 7)],
    ["one open quote and many words", (size) => `-A X "${"a ".repeat(size / 2)}`],
    ["backslashes", (size) => `-A X "${"\\".repeat(size)}`],
    ["single quotes", (size) => "-A X '\n".repeat(size / 7)],
    ["brackets", (size) => "[\n".repeat(size / 2)],
    ["counters", (size) => `[${"1".repeat(size)}`],
    ["tables", (size) => "*raw\n".repeat(size / 5)],
    ["nameless tables", (size) => "-A X\n# Generated by\n".repeat(size / 20)],
    ["matches and late options", (size) => `-A X${" -m tcp".repeat(size / 14)}${" --dport 1".repeat(size / 20)}`],
    ["bangs", (size) => `-A X${" !".repeat(size / 2)}`],
    ["blanks", (size) => `-A X${" ".repeat(size)}y`],
    [
      "address lists",
      (size) => `-A X -s ${"1.1.1.1,".repeat(size / 16)}1.1.1.1 -d ${"1.1.1.1,".repeat(size / 16)}1.1.1.1\n`,
    ],
    [
      "short address lists",
      (size) => `-A X -s ${"1.1.1.1,".repeat(99)}1.1.1.1 -d ${"1.1.1.1,".repeat(99)}1.1.1.1\n`.repeat(size / 1600),
    ],
    ["insertions", (size) => "-I X -j Y\n".repeat(size / 10)],
    ["deletions", (size) => "-A X -j Y\n".repeat(size / 20) + "-D X -j X\n".repeat(size / 20)],
    ["flushes", (size) => "-N A\n-F\n".repeat(size / 8)],
    ["chain deletions", (size) => "-N A\n-X\n".repeat(size / 8)],
    ["unknown matches", (size) => "-A X -m a --b c -m d --e\n".repeat(size / 25)],
    ["one word", (size) => "a".repeat(size)],
  ])("takes linear time on %s", (_what, make) => {
    const { diagnostics } = parseIptablesSave(make(2_000_000), "f");
    expect(diagnostics.length).toBeGreaterThan(0);
  });
});
