import type { AddressMask, Family } from "../../base/address.ts";
import type { Backend, Chain, Counters, Negatable, Rule, Table } from "../../model/ruleset.ts";
import { createDraft } from "./draft.ts";
import type { Draft } from "./draft.ts";
import { cutCommand } from "./command.ts";
import { learnForm } from "./forms.ts";
import { isJumpable, isName } from "./names.ts";
import { firstWord, goToLine, report, reportCount, reportProblem, spend } from "./reader.ts";
import type { Reader } from "./reader.ts";
import { readRule } from "./rule.ts";
import type { ChainDraft, TableDraft } from "./table-draft.ts";
import { endOf, startOf, wordText } from "./words.ts";

const NO_LINES = new Int32Array(0);
const FIRST_LINES = 64;

export function createTable(
  reader: Reader,
  name: string,
  family: Family,
  backend: Backend,
  header: readonly string[],
): TableDraft {
  const span = { file: reader.file, line: reader.line };
  return {
    family,
    backend,
    name,
    chains: new Map(),
    lastChain: null,
    lines: NO_LINES,
    lineCount: 0,
    rules: [],
    span,
    header,
    footer: [],
    committed: false,
    openJumps: [],
  };
}

export function addChain(
  reader: Reader,
  table: TableDraft,
  name: string,
  policy: string | null,
  counters: Counters | null,
): ChainDraft {
  const span = { file: reader.file, line: reader.line };
  const chain = { name, policy, counters, rules: [], span, isJumpable: isJumpable(name, table.family) };
  table.chains.set(name, chain);
  return chain;
}

/** The chain that the second word of a command names; made, with a diagnostic, where no line declared it. Null: no name. */
export function chainOf(reader: Reader, table: TableDraft): ChainDraft | null {
  const { words, text } = reader;
  if (words.count < 2) {
    const params = { option: wordText(words, 0) };
    reportProblem(reader, "error", { code: "missing-value", params, from: 0, to: 1 });
    return null;
  }
  const last = table.lastChain;
  const start = startOf(words, 1);
  if (last?.name.length === endOf(words, 1) - start && text.startsWith(last.name, start)) return last;
  const name = wordText(words, 1);
  const chain = table.chains.get(name) ?? undeclaredChain(reader, table, name);
  if (chain !== null) table.lastChain = chain;
  return chain;
}

function undeclaredChain(reader: Reader, table: TableDraft, name: string): ChainDraft | null {
  const place = { from: 1, to: 2 };
  if (!isName(name)) {
    reportProblem(reader, "error", { code: "bad-name", params: { name }, ...place });
    return null;
  }
  // A bare list of rules has no declarations at all: that was reported where it began.
  if (table.name !== "") {
    reportProblem(reader, "warning", {
      code: "undeclared-chain",
      params: { chain: name, table: table.name },
      ...place,
    });
  }
  return addChain(reader, table, name, null, null);
}

/** Reads the `-A` line under way and appends what it says. */
export function appendRule(reader: Reader, table: TableDraft, draft: Draft): void {
  const before = reportCount(reader);
  const chain = chainOf(reader, table);
  if (chain === null) return;
  readRule(reader, draft, 2);
  noteJump(reader, table, draft);
  const isOne = draft.srcList === null && draft.dstList === null;
  if (isOne && table.lines !== null) {
    noteLine(reader, table, table.lines);
    if (draft.hasForm && reportCount(reader) === before) learnForm(reader, draft.places);
  } else {
    keepRules(reader, table);
    if (isOne) addRule(table, chain, ruleOf(reader, chain.name, draft, draft.src, draft.dst, matchesOf(draft)));
    else for (const rule of draftedRules(reader, chain.name, draft)) addRule(table, chain, rule);
  }
}

function addRule(table: TableDraft, chain: ChainDraft, rule: Rule): void {
  chain.rules.push(rule);
  table.rules.push(rule);
}

/** Notes that the line under way is a rule that can be read. */
export function noteLine(reader: Reader, table: TableDraft, lines: Int32Array): void {
  const at = 2 * table.lineCount++;
  let room = lines;
  if (at === lines.length) {
    room = table.lines = new Int32Array(Math.max(FIRST_LINES, 2 * lines.length));
    room.set(lines);
  }
  room[at] = reader.line;
  room[at + 1] = reader.lineStart;
}

/** Puts the rules themselves into the table, by reading their lines once more. From then on they are kept as they come. */
export function keepRules(reader: Reader, table: TableDraft): void {
  const { lines } = table;
  if (lines === null) return;
  table.lines = null;
  table.lastChain = null;
  reader.isKeeping = true;
  if (table.lineCount === 0) return;
  const { line, lineStart, family, isRereading } = reader;
  const draft = createDraft();
  reader.family = table.family;
  reader.isRereading = true;
  for (let index = 0; index < table.lineCount; index++) {
    goToLine(reader, lines[2 * index] ?? 0, lines[2 * index + 1] ?? 0);
    cutCommand(reader, firstWord(reader));
    readRule(reader, draft, 2);
    const chain = chainOf(reader, table);
    if (chain === null) continue;
    addRule(table, chain, ruleOf(reader, chain.name, draft, draft.src, draft.dst, matchesOf(draft)));
  }
  reader.family = family;
  reader.isRereading = isRereading;
  // The line that was under way, as it was.
  goToLine(reader, line, lineStart);
  cutCommand(reader, firstWord(reader));
}

/** Puts the rules before the one that has the given place (from 0) in the chain. */
export function insertRules(reader: Reader, table: TableDraft, chain: ChainDraft, place: number, draft: Draft): void {
  noteJump(reader, table, draft);
  const added = draftedRules(reader, chain.name, draft);
  const next = chain.rules[place];
  const at = next === undefined ? table.rules.length : table.rules.indexOf(next);
  chain.rules = [...chain.rules.slice(0, place), ...added, ...chain.rules.slice(place)];
  table.rules = [...table.rules.slice(0, at), ...added, ...table.rules.slice(at)];
}

/** The rules that a draft stands for; none, with a diagnostic, where they are too many. */
export function draftedRules(reader: Reader, chain: string, draft: Draft): readonly Rule[] {
  const { srcList, dstList } = draft;
  const matches = matchesOf(draft);
  const rules: Rule[] = [];
  if (!spend(reader, (srcList?.length ?? 1) * (dstList?.length ?? 1))) {
    report(reader, "error", "too-much-work", {});
    return rules;
  }
  for (const src of srcList ?? [draft.src]) {
    for (const dst of dstList ?? [draft.dst]) rules.push(ruleOf(reader, chain, draft, src, dst, matches));
  }
  return rules;
}

const NO_MATCHES: Rule["matches"] = [];

/** A copy of just the right size: the draft's own array is used again for the next rule. */
function matchesOf(draft: Draft): Rule["matches"] {
  return draft.matchCount === 0 ? NO_MATCHES : draft.matches.slice(0, draft.matchCount);
}

function ruleOf(
  reader: Reader,
  chain: string,
  draft: Draft,
  src: Negatable<AddressMask> | null,
  dst: Negatable<AddressMask> | null,
  matches: Rule["matches"],
): Rule {
  const { iif, oif, proto, fragment, target, counters } = draft;
  return {
    chain,
    src,
    dst,
    iif,
    oif,
    proto,
    fragment,
    matches,
    target,
    counters,
    file: reader.file,
    line: reader.line,
  };
}

/** A jump to a chain that no line has declared yet; a later line still may. */
function noteJump(reader: Reader, table: TableDraft, draft: Draft): void {
  const { target } = draft;
  if (target === null || (target.kind !== "jump" && target.kind !== "goto") || table.chains.has(target.chain)) return;
  const { words, line, lineStart, lineEnd } = reader;
  let word = words.count - 1;
  while (word > 0 && wordText(words, word) !== target.chain) word--;
  const start = startOf(words, word);
  table.openJumps.push({ chain: target.chain, line, lineStart, lineEnd, start, end: endOf(words, word) });
}

/** Ends the table: reports what it left open. Of a bare list of rules nobody expects the chains. */
export function closeTable(reader: Reader, table: TableDraft): void {
  if (table.name === "") return;
  const { line, lineStart, lineEnd } = reader;
  for (const jump of table.openJumps) {
    if (table.chains.has(jump.chain)) continue;
    reader.line = jump.line;
    reader.lineStart = jump.lineStart;
    reader.lineEnd = jump.lineEnd;
    const params = { chain: jump.chain, table: table.name };
    report(reader, "warning", "missing-chain", params, jump.start, jump.end);
  }
  reader.line = line;
  reader.lineStart = lineStart;
  reader.lineEnd = lineEnd;
}

/** The finished table. Its chains and rules come to be when they are first looked at. */
export function tableOf(reader: Reader, draft: TableDraft): Table {
  const { family, backend, name, span, header, footer, committed } = draft;
  const ruleCount = draft.lines === null ? draft.rules.length : draft.lineCount;
  const chainCount = draft.chains.size;
  let chains: readonly Chain[] | null = null;
  return {
    family,
    backend,
    name,
    span,
    header,
    footer,
    committed,
    size: { chains: chainCount, rules: ruleCount },
    get chains(): readonly Chain[] {
      keepRules(reader, draft);
      return (chains ??= [...draft.chains.values()]);
    },
    get rules(): readonly Rule[] {
      keepRules(reader, draft);
      return draft.rules;
    },
  };
}
