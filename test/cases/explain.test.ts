import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSnapshot } from "@hookwalk/engine";
import type { Rule, Snapshot } from "@hookwalk/engine";
import { describe, expect, it } from "vitest";
import { explainChain } from "../../packages/engine/src/explain/chain.ts";
import { explainSnapshot } from "../../packages/engine/src/explain/explain.ts";
import { nodeOf } from "../../packages/engine/src/explain/node.ts";
import type { Node } from "../../packages/engine/src/explain/node.ts";
import type { Place, XtPlace } from "../../packages/engine/src/explain/place.ts";
import { parseBits } from "../../packages/engine/src/explain/bits-text.ts";
import { printedOptions } from "../../packages/engine/src/explain/xt/printed.ts";
import { explainRule } from "../../packages/engine/src/explain/rule.ts";
import { findMatch, findTarget } from "../../packages/engine/src/ext/xt/registry.ts";
import { renderPhrase } from "../../packages/engine/src/messages/explain/phrase.ts";
import type { Part } from "../../packages/engine/src/messages/explain/phrase.ts";
import { CASES, findCases, readCase } from "./case-runner.ts";

const LANGUAGES = ["en", "zh"] as const;
const FIXTURES = join(CASES, "../fixtures");

/** The rules of every case file, and of dumps that hold every extension of iptables. */
const snapshots: readonly (readonly [string, Snapshot])[] = [
  ...findCases().map((path): readonly [string, Snapshot] => {
    const files = readCase(path).files.map(({ name, text }) => ({ path: `${name}.txt`, text }));
    return [path, parseSnapshot(files, { name: path })];
  }),
  ...readdirSync(FIXTURES)
    .filter((file) => /^ip6?tables-.*-save\.iptables/.test(file))
    .map((file): readonly [string, Snapshot] => {
      const text = readFileSync(join(FIXTURES, file), "utf8");
      return [file, parseSnapshot([{ path: file, text }], { name: file })];
    }),
];

function xtRules({ rules }: Node): readonly XtPlace[] {
  return rules.filter((place) => place.dialect === "xt");
}

function sentences(place: Place, node: Node): readonly string[] {
  const { says } = explainRule(place, node);
  return LANGUAGES.map((language) => renderPhrase(says, language));
}

/** The numbers and names in what `-m` and `-j` were given. */
function valuesOf({ rule, table }: XtPlace): readonly string[] {
  const { family } = table;
  const matches = rule.matches.flatMap((match) => {
    if (match.name === "comment") return [];
    if (match.kind === "verbatim") return [match.text];
    const extension = findMatch(match.name, family);
    return extension === null ? [] : printedOptions(extension, match.args).map(({ text }) => text);
  });
  const { target } = rule;
  const extension = target?.kind === "target" ? findTarget(target.name, family) : null;
  const own =
    extension === null || target?.kind !== "target"
      ? []
      : printedOptions(extension, target.args).map(({ text }) => text);
  return [...matches, ...own]
    .filter((text) => !isFlip(text))
    .flatMap((text) => text.match(/[\w.:+-]+/g) ?? [])
    .filter((value) => !UNSAID.has(value));
}

/** `--set-xmark 0x6/0x3` is said bit by bit: what is set, cleared and flipped (see bits.test.ts). */
function isFlip(text: string): boolean {
  const bits = parseBits(text);
  return bits !== null && (bits.value & ~bits.mask) !== 0 && bits.mask !== 0xffff_ffff;
}

/** A mask of all bits, no bits at all, and an address that is none are said by other words. */
const UNSAID: ReadonlySet<string> = new Set(["0xffffffff", "0x0", "0x00", "0xff", "0.0.0.0", "::"]);

/** The rule without one of the things that it asks for. */
function shortened(rule: Rule): readonly (readonly [string, Rule])[] {
  const fields = (["src", "dst", "iif", "oif", "proto", "fragment"] as const).flatMap(
    (field): readonly (readonly [string, Rule])[] =>
      rule[field] === null ? [] : [[field, { ...rule, [field]: null }]],
  );
  const matches = rule.matches.flatMap((match, index): readonly (readonly [string, Rule])[] =>
    match.name === "comment" ? [] : [[match.name, { ...rule, matches: rule.matches.filter((_, at) => at !== index) }]],
  );
  return [...fields, ...matches];
}

/** The rule with one thing that it asks for turned round. */
function negated(rule: Rule): readonly (readonly [string, Rule])[] {
  return rule.matches.flatMap((match, index) => {
    if (match.kind !== "match") return [];
    return Object.entries(match.args).flatMap(([name, arg]): readonly (readonly [string, Rule])[] => {
      if (arg?.negated !== true) return [];
      const args = { ...match.args, [name]: { ...arg, negated: false } };
      return [[`${match.name} --${name}`, { ...rule, matches: rule.matches.with(index, { ...match, args }) }]];
    });
  });
}

function isComment(part: Part): boolean {
  return typeof part === "object" && "id" in part && part.id === "note-comment";
}

describe.each(snapshots)("%s", (_, snapshot) => {
  const node = nodeOf(snapshot);

  it("is explained without a hole and without an empty sentence", () => {
    const { tables, routingRules, sets } = explainSnapshot(snapshot, { kind: "all" });
    const chains = tables.flatMap((table) => table.chains);
    const rules = chains.flatMap((chain) => chain.rules);
    const said: readonly Part[] = [
      ...chains.flatMap(({ says }) => says),
      // A comment may look like anything.
      ...rules.flatMap(({ says, notes }) => [says, ...notes.filter((note) => !isComment(note))]),
      ...rules.flatMap(({ needs }) => needs.map(({ what }) => what)),
      ...routingRules.flatMap(({ says, notes }) => [says, ...notes]),
      ...(sets ?? []).flatMap(({ says }) => says),
    ];
    for (const language of LANGUAGES) {
      for (const text of said.map((part) => renderPhrase(part, language))) {
        expect(text).toMatch(/\S{2}/);
        expect(text).not.toMatch(/\{\w+\}|undefined|\(\)|（）/);
      }
    }
  });

  it("loses no value of a match or a target", () => {
    for (const place of xtRules(node)) {
      for (const text of sentences(place, node)) {
        const lost = valuesOf(place).filter((value) => !text.includes(value));
        expect(lost, `${place.view.text}\n${text}`).toEqual([]);
      }
    }
  });

  it("loses no test: without it the sentence is another one, and so it is without its `!`", () => {
    for (const place of xtRules(node)) {
      const whole = sentences(place, node);
      for (const [what, rule] of [...shortened(place.rule), ...negated(place.rule)]) {
        const other = sentences({ ...place, rule }, node);
        for (const [at, text] of whole.entries()) expect(other[at], `${what}: ${text}`).not.toBe(text);
      }
    }
  });
});

it("goes through every chain of a case", () => {
  const [, snapshot] = snapshots.find(([path]) => path.endsWith(".txt")) ?? [];
  const table = snapshot?.tables.ip?.[0];
  if (snapshot === undefined || table === undefined) throw new Error("no case has a table");
  const node = nodeOf(snapshot);
  for (const chain of table.chains) {
    expect(explainChain(chain, table, node, null).rules).toHaveLength(chain.rules.length);
  }
});

describe("what is hostile", () => {
  const explained = (rules: string): number => {
    const snapshot = parseSnapshot(
      [{ path: "iptables-save.txt", text: `*filter\n:FORWARD ACCEPT [0:0]\n${rules}COMMIT\n` }],
      {
        name: "hostile",
      },
    );
    const began = performance.now();
    explainSnapshot(snapshot, { kind: "all" });
    return performance.now() - began;
  };

  it.each([
    ["a comment of a million slashes", `-A FORWARD -m comment --comment "${"a/".repeat(500_000)}" -j DROP\n`],
    [
      "a mark that never ends",
      `-A FORWARD -m mark --mark 0x1/0x1 -m comment --comment "${"0x1/".repeat(200_000)}" -j ACCEPT\n`,
    ],
    [
      "three thousand marks",
      Array.from(
        { length: 3000 },
        (_, at) => `-A FORWARD -m mark --mark ${String(at + 1)} -j MARK --set-mark ${String(at + 7)}\n`,
      ).join(""),
    ],
    [
      "a chain of jumps",
      Array.from({ length: 5000 }, (_, at) => `-A c${String(at)} ! -o lo -j c${String(at + 1)}\n`).join(""),
    ],
  ])("takes no longer than its size allows: %s", (_, rules) => {
    expect(explained(rules)).toBeLessThan(5000);
  });
});
