import { assertNever } from "../base/assert.ts";
import type { Speaker } from "../messages/catalogue.ts";
import type { NatEnd, Outcome, StackHook, Step, Trace } from "../walk/trace.ts";
import type { Line, Row, Word } from "./document.ts";
import { rowOf, textLine, word } from "./document.ts";
import { printHex } from "../base/hex.ts";
import { printEnd } from "./packet-text.ts";
import { routeText } from "./route-text.ts";
import { actionText, comments, conditionText, jumpOf, ruleText } from "./rule-text.ts";

type RuleStep = Extract<Step, { kind: "rule" }>;

interface Reading {
  readonly say: Speaker;
  readonly verbosity: number;
}

/** The decisive step and the sign that stands before it. */
interface Marked {
  readonly step: Step;
  readonly sign: Word;
}

/** Where the texts of `-v` begin. */
const DEEP = 12;

/** Some steps of an outcome as lines: one a step that matched, below the name of the hook that it happened in. */
export function stepLines(
  trace: Trace,
  outcome: Outcome,
  range: { readonly from: number; readonly to: number },
  marked: Marked | null,
  say: Speaker,
  options: { readonly verbosity: number },
): readonly Line[] {
  const reading = { say, verbosity: options.verbosity };
  const lines: Line[] = [];
  const before = outcome.steps.slice(0, range.from);
  const steps = outcome.steps.slice(range.from, range.to);
  let place = placeAfter(null, before);
  let mark = markAfter(trace.arrival.mark, before);
  for (const [index, step] of steps.entries()) {
    const isDecisive = step === marked?.step;
    if (!isDecisive && isFolded(step, steps[index + 1], reading)) continue;
    const here = placeAfter(place, [step]);
    if (here !== null && here !== "route" && here !== place) {
      lines.push(textLine(2, word(say.report(`hook-${here}`), "strong")));
    }
    place = here;
    const aside = "mark" in step && step.mark !== mark ? [word(printHex(step.mark), "changed")] : [];
    mark = markAfter(mark, [step]);
    const row = stepRow(step, steps[index + 1], reading);
    lines.push(isDecisive ? { ...standingOut(row), sign: marked.sign, aside } : { ...row, aside });
    if (step.kind === "rule") for (const line of detailLines(step, reading)) lines.push(line);
  }
  return lines;
}

/** The same row with its last cell in strong words. */
function standingOut(row: Row): Row {
  const last = row.cells.length - 1;
  const cells = row.cells.map((words, index) =>
    index < last ? words : words.map(({ text, role }) => word(text, role === "plain" ? "strong" : role)),
  );
  return { ...row, cells };
}

/** The hook that the packet is in once it took these steps; a routing decision stands between two hooks. */
function placeAfter(place: StackHook | "route" | null, steps: readonly Step[]): StackHook | "route" | null {
  for (const step of steps) {
    if (step.kind === "route") place = "route";
    else if (step.kind !== "drop" && "hook" in step) place = step.hook;
  }
  return place;
}

function markAfter(mark: number, steps: readonly Step[]): number {
  for (const step of steps) if ("mark" in step) mark = step.mark;
  return mark;
}

/** Left out of the short form: what every packet does there, and what the line before or after says already. */
function isFolded(step: Step, next: Step | undefined, { verbosity }: Reading): boolean {
  if (verbosity > 0) return false;
  switch (step.kind) {
    case "return":
    case "policy":
      return true;
    case "rule":
      return entersSilently(step, next);
    case "note":
    case "conntrack":
    case "nat":
    case "route":
    case "drop":
    case "socket":
      return false;
    default:
      return assertNever(step);
  }
}

/** An unconditional jump whose chain stands in the next line anyway. */
function entersSilently(step: RuleStep, next: Step | undefined): boolean {
  const chain = jumpedTo(step);
  return (
    chain !== null && next?.kind === "rule" && next.chain === chain && conditionText(step.rule, step.family) === ""
  );
}

function jumpedTo({ rule }: RuleStep): string | null {
  return jumpOf(rule)?.chain ?? null;
}

/** A table as people name it: those of nft with their family. */
function tableName({ table, family, native }: Pick<RuleStep, "table" | "family" | "native">): string {
  return native === true ? `${family} ${table}` : table;
}

function stepRow(step: Step, next: Step | undefined, reading: Reading): Row {
  const { say } = reading;
  switch (step.kind) {
    case "rule":
      return ruleRow(step, next, reading);
    case "return":
      return rowOf([tableName(step), step.chain, [word(say.report("chain-end"), "faint")]]);
    case "policy":
      return rowOf([tableName(step), step.chain, say.report("policy", { policy: step.policy })]);
    case "conntrack":
      return rowOf(["conntrack", "", step.state]);
    case "nat":
      return rowOf(["nat", say.report(`nat-${step.what}`), natWords(step.from, step.to)]);
    case "route":
      return routeRow(step, say);
    case "drop":
      return rowOf([say.report("drop"), "", say.sentence(step.what)]);
    case "socket":
      return rowOf([say.report("socket"), "", say.sentence(step.what)]);
    case "note":
      return rowOf([say.report("note"), "", [word(say.sentence(step.what), "faint")]]);
    default:
      return assertNever(step);
  }
}

function natWords(from: NatEnd, to: NatEnd): readonly Word[] {
  return [word(`${printEnd(from.address, from.port)} → `), word(printEnd(to.address, to.port), "changed")];
}

function routeRow(step: Extract<Step, { kind: "route" }>, say: Speaker): Row {
  const heading = say.report(step.why === "reroute" ? "reroute" : "route");
  const delivered =
    step.result === "forward" ? (step.oif ?? say.report("unknown-device")) : say.report(`route-${step.result}`);
  const text = step.route === null ? delivered : routeText(step.route);
  return rowOf([[word(heading, "strong")], "", [word(text), word(`  ${routedBy(step, say)}`, "faint")]], { indent: 2 });
}

/** Who chose the route; nobody where the address alone says where the packet goes. */
function routedBy({ rule, table, result }: Extract<Step, { kind: "route" }>, say: Speaker): string {
  if (table === null) return result === "forward" || result === "local" ? say.report("route-assumed") : "";
  if (rule === null) return say.report("route-by-table", { table });
  return say.report("route-by", { rule: rule.priority, table });
}

const ARROWS = { jump: "→", goto: "⇒" } as const;

function ruleRow(step: RuleStep, next: Step | undefined, { say, verbosity }: Reading): Row {
  const { rule, family, chain, number } = step;
  const table = tableName(step);
  const place = `${chain} ${String(number)}`;
  const condition = conditionText(rule, family);
  const words = comments(rule);
  const note = words.length === 0 ? [] : [word(words.join(" · "), "faint")];
  const target = jumpOf(rule);
  if (target !== null) {
    const jump = `${ARROWS[target.kind]} ${target.chain}`;
    const isEmpty = next?.kind === "return" && next.chain === target.chain;
    const what = [word(condition === "" ? "" : `${condition} `), word(jump)];
    if (isEmpty) what.push(word(` ${say.report("nothing-matched")}`, "faint"));
    return rowOf([table, place, what], { detail: verbosity > 0 ? [] : note });
  }
  const action = actionText(rule, family) ?? say.report("only-counts");
  const detail = note.length > 0 ? note : condition === "" ? [] : [word(condition, "faint")];
  return rowOf([table, place, action], { detail: verbosity > 0 ? [] : detail });
}

/** Below the line with `-v`: what the rule tests, and what people wrote beside it; with `-vv` the rule itself. */
function detailLines({ rule, family }: RuleStep, { verbosity }: Reading): readonly Line[] {
  if (verbosity === 0) return [];
  const condition = jumpOf(rule) !== null ? "" : conditionText(rule, family);
  const texts = [condition, ...comments(rule)].filter((text) => text !== "");
  if (verbosity > 1) texts.push(`${rule.file}:${String(rule.line)}  ${ruleText(rule, family)}`);
  return texts.map((text) => textLine(DEEP, word(text, "faint")));
}
