import { parseNft, renderPhrase } from "@hookwalk/engine";
import type { NftExpression, NftMatch, NftStatement, Part, Snapshot } from "@hookwalk/engine";
import { unknownSnapshot } from "@hookwalk/engine";
import { describe, expect, it } from "vitest";
import { explainSnapshot } from "../../packages/engine/src/explain/explain.ts";
import { nodeOf } from "../../packages/engine/src/explain/node.ts";
import type { Node } from "../../packages/engine/src/explain/node.ts";
import { expressionsIn, operandsOf } from "../../packages/engine/src/explain/nft/operands.ts";
import type { NftPlace } from "../../packages/engine/src/explain/place.ts";
import { explainRule } from "../../packages/engine/src/explain/rule.ts";
import { findCases, readCase } from "./case-runner.ts";

const LANGUAGES = ["en", "zh"] as const;

function snapshotOf(text: string): Snapshot {
  return { ...unknownSnapshot("nft"), nft: parseNft(text, "nft").value };
}

/** Every case that has tables of nft itself. */
const snapshots = findCases().flatMap((path): readonly (readonly [string, Snapshot])[] => {
  const text = readCase(path).files.find(({ name }) => name === "nft")?.text;
  return text === undefined ? [] : [[path, snapshotOf(text)]];
});

function rulesOf({ rules }: Node): readonly NftPlace[] {
  return rules.filter((place) => place.dialect === "nft");
}

function sentences(place: NftPlace, node: Node): readonly string[] {
  const { says } = explainRule(place, node);
  return LANGUAGES.map((language) => renderPhrase(says, language));
}

/** The ids of all messages in a part. */
function idsIn(part: Part): readonly string[] {
  if (typeof part !== "object") return [];
  if ("join" in part) return part.items.flatMap(idsIn);
  return [part.id, ...Object.values(part.params).flatMap(idsIn)];
}

const UNKNOWN: ReadonlySet<string> = new Set([
  "unknown-match",
  "unknown-target",
  "unknown-field",
  "meta-other",
  "ct-other",
  "jump-missing",
]);

/** What a rule compares and writes, spelled out. */
function constantsOf(statement: NftStatement): readonly string[] {
  return operandsOf(statement).flatMap((operand) =>
    [...expressionsIn(operand)].flatMap((expression) => (isSaid(expression) ? [expression.text] : [])),
  );
}

function isSaid(expression: NftExpression): expression is NftExpression & { kind: "literal" } {
  return expression.kind === "literal" && !UNSAID.has(expression.text);
}

/** A question and its answer, and what a clause says by name: local addresses, versions of IP, a trace that is switched on. */
const UNSAID: ReadonlySet<string> = new Set(["exists", "missing", "0", "1", "local", "ipv4", "ipv6", "ip", "ip6"]);

function isMark(expression: NftExpression): boolean {
  return [...expressionsIn(expression)].some((one) => "key" in one && one.key === "mark");
}

/** Bits are said by what becomes of them (see bits.test.ts), flags by their names. */
function isOfBits(statement: NftStatement): boolean {
  if (statement.kind !== "match" && statement.kind !== "mangle") return false;
  return operandsOf(statement).some(isMark);
}

const TURNED: Readonly<Record<NftMatch["op"], NftMatch["op"] | null>> = {
  in: "!=",
  "==": "!=",
  "!=": "==",
  "<": ">=",
  ">": "<=",
  "<=": ">",
  ">=": "<",
  "!": "in",
};

describe.each(snapshots)("%s", (_, snapshot) => {
  const node = nodeOf(snapshot);

  it("is explained without a hole and without an empty sentence", () => {
    const { tables, marks } = explainSnapshot(snapshot, { kind: "all" });
    const chains = tables.flatMap((table) => table.chains);
    const said: readonly Part[] = [
      ...tables.flatMap(({ says, contents }) => [...says, ...contents.flatMap((one) => one.says)]),
      ...chains.flatMap(({ says }) => says),
      ...chains.flatMap(({ rules }) => rules.flatMap((rule) => [rule.says, ...rule.notes])),
      ...chains.flatMap(({ rules }) => rules.flatMap(({ needs }) => needs.map(({ what }) => what))),
    ];
    expect(marks.every(({ meanings }) => meanings.length === 0)).toBe(true);
    for (const language of LANGUAGES) {
      for (const text of said.map((part) => renderPhrase(part, language))) {
        expect(text).toMatch(/\S{2}/);
        expect(text).not.toMatch(/\{\w+\}|undefined|\(\)|（）/);
      }
    }
  });

  it("has words for every rule that is understood", () => {
    const without = rulesOf(node).filter((place) => {
      const isForeign = place.rule.statements.some(({ kind }) => kind === "xt" || kind === "verbatim");
      return !isForeign && idsIn(explainRule(place, node).says).some((id) => UNKNOWN.has(id));
    });
    expect(without.map(({ view }) => view.text)).toEqual([]);
  });

  it("loses no value", () => {
    for (const place of rulesOf(node)) {
      const values = place.rule.statements.filter((one) => !isOfBits(one)).flatMap(constantsOf);
      for (const text of sentences(place, node)) {
        const lost = values.filter((value) => !text.toLowerCase().includes(value.toLowerCase()));
        expect(lost, `${place.view.text}\n${text}`).toEqual([]);
      }
    }
  });

  it("loses no statement: without it the sentence is another one, and so it is turned round", () => {
    for (const place of rulesOf(node)) {
      const whole = sentences(place, node);
      for (const [what, statements] of [...shortened(place), ...turned(place)]) {
        const other = sentences({ ...place, rule: { ...place.rule, statements } }, node);
        for (const [at, text] of whole.entries())
          expect(other[at], `${what} of ${place.view.text}: ${text}`).not.toBe(text);
      }
    }
  });
});

type Changed = readonly (readonly [string, readonly NftStatement[]])[];

/** That a packet is counted goes without saying where more is done, and so does what a later statement implies. */
function shortened({ rule: { statements } }: NftPlace): Changed {
  return statements.flatMap((statement, at) => {
    if (statement.kind === "counter" && statement.name === null) return [];
    if (statement.kind === "continue" || isImplied(statement)) return [];
    return [[`without ${statement.kind}`, statements.filter((_, other) => other !== at)] as const];
  });
}

/** `meta l4proto tcp` before `tcp dport 80`. */
function isImplied(statement: NftStatement): boolean {
  return (
    statement.kind === "match" &&
    statement.left.kind === "meta" &&
    /^(l4proto|nfproto|protocol)$/.test(statement.left.key)
  );
}

function turned({ rule: { statements } }: NftPlace): Changed {
  return statements.flatMap((statement, at) => {
    const op = statement.kind === "match" ? TURNED[statement.op] : null;
    if (statement.kind !== "match" || op === null || statement.right.kind === "verbatim") return [];
    return [[`turned ${statement.op}`, statements.with(at, { ...statement, op })] as const];
  });
}
