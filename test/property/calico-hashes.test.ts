import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { calicoFindings, parseIptablesSave, printRule, verifyCalico } from "@hookwalk/engine";
import type { Table } from "@hookwalk/engine";

/** The same edits each time; another one finds others. */
const SEED = 20_261_126;

const PRINTABLE = Array.from({ length: 95 }, (_, at) => String.fromCharCode(0x20 + at));

interface HashedLine {
  readonly at: number;
  readonly text: string;
  /** Where the rule's body is: everything but `-A CHAIN` and the hash's comment. */
  readonly places: readonly number[];
}

function linesOf(node: string): readonly string[] {
  const text = readFileSync(new URL(`../nodes/${node}/iptables-save.txt`, import.meta.url), "utf8");
  return text.split("\n").filter((line) => !line.startsWith("#"));
}

function hashedLines(lines: readonly string[]): readonly HashedLine[] {
  return lines.flatMap((text, at) => {
    const parts = /^(-A \S+ )(.*?)(-m comment --comment "cali:.{16}" )(.*)$/.exec(text);
    if (parts === null) return [];
    const [, head = "", front = "", hash = "", rest = ""] = parts;
    const afterHash = head.length + front.length + hash.length;
    const places = [
      ...Array.from(front, (_, place) => head.length + place),
      ...Array.from(rest, (_, place) => afterHash + place),
    ];
    return [{ at, text, places }];
  });
}

function tablesOf(lines: readonly string[]): readonly Table[] {
  return parseIptablesSave(lines.join("\n"), "rules").value;
}

/** Line numbers that stand for what a dump's rules say, printed back. */
function printed(tables: readonly Table[]): string {
  return tables.flatMap((table) => table.rules.map((rule) => printRule(rule, table.family))).join("\n");
}

describe.each(["calico-slave1", "calico-slave2"])("the hashes of %s", (node) => {
  const lines = linesOf(node);
  const hashed = hashedLines(lines);
  const untouched = printed(tablesOf(lines));

  it("tell one changed character of any rule, and name that rule alone", () => {
    // Every rule with a hash, each with edits of its own.
    for (const [index, { at, text, places }] of hashed.entries()) {
      const edit = fc.record({ place: fc.constantFrom(...places), character: fc.constantFrom(...PRINTABLE) });
      fc.assert(
        fc.property(edit, ({ place, character }) => {
          const changed = text.slice(0, place) + character + text.slice(place + 1);
          const { value: tables, diagnostics } = parseIptablesSave(lines.with(at, changed).join("\n"), "rules");
          // `0X1` is `0x1`: iptables itself sees no difference.
          fc.pre(printed(tables) !== untouched);
          const checks = verifyCalico(tables, printRule);
          const found = checks.flatMap(({ findings }) => findings);
          expect(found.map(({ kind, rule }) => [kind, rule?.line])).toEqual([["edited", at + 1]]);
          // Where iptables could still load the rule, Felix's text was found again, and all behind the culprit checked.
          if (diagnostics.length > 0) return;
          const others = checks.flatMap(({ rules }) => rules.filter(({ rule }) => rule.line !== at + 1));
          expect(others.filter(({ status }) => status !== "verified")).toEqual([]);
        }),
        { seed: SEED + index, numRuns: 2 },
      );
    }
  });

  it("tell a rule that is gone, and name the one behind the gap", () => {
    for (const [index, { at, text }] of hashed.entries()) {
      const next = hashed[index + 1];
      if (next?.at !== at + 1 || chainOf(next.text) !== chainOf(text)) continue;
      const found = calicoFindings(tablesOf(lines.toSpliced(at, 1)), printRule);
      expect(found.map(({ kind, rule }) => [kind, rule?.line])).toEqual([["missing", at + 1]]);
    }
  });

  it("tell two neighbours that changed places", () => {
    for (const [index, { at, text }] of hashed.entries()) {
      const next = hashed[index + 1];
      if (next?.at !== at + 1 || chainOf(next.text) !== chainOf(text)) continue;
      const found = calicoFindings(tablesOf(lines.with(at, next.text).with(at + 1, text)), printRule);
      expect(found.map(({ kind }) => kind)).toEqual(["reordered"]);
    }
  });
});

describe("a dump full of wrong hashes", () => {
  it("takes bounded time for rules that no hash fits", () => {
    const rules = Array.from({ length: 200 }, (_, chain) =>
      Array.from(
        { length: 50 },
        (__, at) =>
          `-A cali-c${String(chain)} -p udp -s 10.0.0.${String(at)}/32 -m comment --comment "cali:${"x".repeat(16)}" -m mark --mark 0x0/0x1 -j DROP`,
      ),
    );
    const start = performance.now();
    const all = calicoFindings(tablesOf(["*filter", ...rules.flat(), "COMMIT"]), printRule);
    expect(all.map(({ kind }) => kind)).toEqual(Array<string>(200).fill("unexplained"));
    expect(performance.now() - start).toBeLessThan(60_000);
  });
});

function chainOf(line: string): string {
  return line.split(" ")[1] ?? "";
}
