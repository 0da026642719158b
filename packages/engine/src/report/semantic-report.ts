import { printHex } from "../base/hex.ts";
import { isOpen } from "../diff/semantic.ts";
import type { ComparedWitness, SemanticDiff, SemanticGroup } from "../diff/semantic.ts";
import type { ReportMessage, Speaker } from "../messages/catalogue.ts";
import type { End } from "../prove/path/compare.ts";
import { decisiveStep } from "../walk/decisive.ts";
import type { Outcome } from "../walk/trace.ts";
import type { Document, Line, Role, Word } from "./document.ts";
import { blankLine, textLine, word } from "./document.ts";
import type { Json } from "./json.ts";
import { API_VERSION } from "./json.ts";
import { packetLines, packetsJson } from "./packets-text.ts";
import { traceCommand } from "./trace-command.ts";
import { packetJson } from "./trace-json.ts";
import { verdictWords } from "./verdict-text.ts";

/** Outcomes of one side that are shown to people. */
const MOST_OUTCOMES = 3;

/** Which packets fare otherwise, each group with a packet that was walked on both. `files`: what -f was given, A and B. */
export function semanticDocument(diff: SemanticDiff, files: readonly [string, string], say: Speaker): Document {
  const { groups, compared, tooLarge, chances, nextHops } = diff;
  const lines: Line[] = [];
  for (const group of groups) {
    for (const line of groupLines(group, files, say)) lines.push(line);
    lines.push(blankLine);
  }
  for (const { family, origin } of tooLarge) {
    const packets = `${FAMILIES[family]} ${say.report(`origin-${origin}`)}`;
    lines.push(textLine(0, word(say.report("semantic-too-large", { packets }), "unsure")));
  }
  const differ = [...sideLines("semantic-chances", chances, say), ...sideLines("semantic-next-hops", nextHops, say)];
  if (groups.length === 0 && tooLarge.length === 0)
    lines.push(textLine(0, word(say.report(differ.length === 0 ? "semantic-equal" : "semantic-possible"), "good")));
  else if (groups.length > 0) {
    lines.push(textLine(0, word(countText(groups.length, say), "strong")));
  }
  for (const line of differ) lines.push(line);
  const about = compared.map(({ family, origin }) => `${FAMILIES[family]} ${say.report(`origin-${origin}`)}`);
  lines.push(textLine(0, word(say.report("semantic-compared", { packets: about.join(", ") }), "faint")));
  return lines;
}

/** What is not compared, by side. */
function* sideLines(
  heading: "semantic-chances" | "semantic-next-hops",
  { before, after }: SemanticDiff["chances"],
  say: Speaker,
): Iterable<Line> {
  if (before.length + after.length === 0) return;
  yield textLine(0, word(say.report(heading), "unsure"));
  for (const [name, tests] of [
    ["A", before],
    ["B", after],
  ] as const)
    for (const test of tests) yield textLine(2, word(`${name} `, "faint"), word(say.sentence(test)));
}

function countText(count: number, say: Speaker): string {
  return count === 1 ? say.report("semantic-count-1") : say.report("semantic-count", { count });
}

const FAMILIES = { ip: "IPv4", ip6: "IPv6" } as const;

function* groupLines(group: SemanticGroup, files: readonly [string, string], say: Speaker): Iterable<Line> {
  const { family, origin, packets, witness } = group;
  const about = `${FAMILIES[family]} ${say.report(`origin-${origin}`)}: `;
  yield textLine(0, word(about), ...changeWords(group.change, say));
  yield* packetLines(packets, 4, say);
  if (witness === null) yield textLine(2, word(say.report("semantic-unshown"), "bad"));
  else yield* witnessLines(witness, files, say);
}

function changeWords(change: SemanticGroup["change"], say: Speaker): readonly Word[] {
  if (change.kind === "fields")
    return [
      endWord(change.end, say),
      word(say.report("semantic-fields", { fields: change.fields.join(", ") }), "changed"),
    ];
  const { before, after } = change;
  if (before === null) return [word(say.report("semantic-now")), ...wordsOf(after, say)];
  if (after === null) return [word(say.report("semantic-no-more")), ...wordsOf(before, say)];
  return [endWord(before, say), word(" → "), endWord(after, say)];
}

function wordsOf(end: End | null, say: Speaker): readonly Word[] {
  return end === null ? [] : [endWord(end, say)];
}

const ROLES: Readonly<Record<End["verdict"], Role>> = {
  accept: "good",
  drop: "bad",
  reject: "bad",
  queue: "unsure",
  unknown: "unsure",
};

function endWord({ verdict, delivery }: End, say: Speaker): Word {
  const name: ReportMessage =
    verdict === "accept" && delivery !== "none" ? `fate-${delivery}` : (`fate-${verdict}` as const);
  return word(say.report(name), ROLES[verdict]);
}

function* witnessLines(
  { options, trace, after }: ComparedWitness,
  [a, b]: readonly [string, string],
  say: Speaker,
): Iterable<Line> {
  for (const [name, file, outcomes] of [
    ["A", a, trace.outcomes],
    ["B", b, after.outcomes],
  ] as const) {
    yield textLine(2, word(`${name} `, "faint"), word(traceCommand(options, [file])));
    for (const outcome of outcomes.slice(0, MOST_OUTCOMES))
      yield textLine(6, ...verdictWords(outcome, decisiveStep(outcome), "plain", say), word(leftAs(outcome), "faint"));
  }
}

/** The mark that it has in the end, which no verdict tells. */
function leftAs({ verdict, mark }: Outcome): string {
  return verdict === "accept" && mark !== 0 ? `   mark ${printHex(mark)}` : "";
}

/** As docs/json-diff.md says. */
export function semanticJson(diff: SemanticDiff): Json {
  const { groups, compared, tooLarge, chances, nextHops } = diff;
  return {
    apiVersion: API_VERSION,
    kind: "SemanticDiff",
    equal: groups.length === 0 && !isOpen(diff),
    groups: groups.map(({ family, origin, change, packets, witness }): Json => ({
      family,
      origin,
      change: change.kind === "end" ? endsJson(change) : { kind: "fields", ...change.end, fields: [...change.fields] },
      packets: packetsJson(packets),
      witness: witness === null ? null : witnessJson(witness),
    })),
    compared: compared.map((one) => ({ ...one })),
    tooLarge: tooLarge.map((one) => ({ ...one })),
    chances: { before: [...chances.before], after: [...chances.after] },
    nextHops: { before: [...nextHops.before], after: [...nextHops.after] },
  };
}

function endsJson({ before, after }: SemanticGroup["change"] & { readonly kind: "end" }): Json {
  const json = (end: End | null): Json => (end === null ? null : { verdict: end.verdict, delivery: end.delivery });
  return { kind: "end", before: json(before), after: json(after) };
}

function witnessJson({ options, trace, after }: ComparedWitness): Json {
  return { packet: { ...options }, before: trace.outcomes.map(outcomeJson), after: after.outcomes.map(outcomeJson) };
}

function outcomeJson({ verdict, delivery, oif, packet, mark }: Outcome): Json {
  return { verdict, delivery, oif, packet: packetJson(packet), mark: printHex(mark) };
}
