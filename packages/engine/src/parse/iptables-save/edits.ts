import { isAlike } from "../../base/alike.ts";
import type { Rule } from "../../model/ruleset.ts";
import type { Draft } from "./draft.ts";
import { isName } from "./names.ts";
import { reportProblem, spend } from "./reader.ts";
import type { Problem, Reader } from "./reader.ts";
import { readRule } from "./rule.ts";
import type { ChainDraft, TableDraft } from "./table-draft.ts";
import { addChain, chainOf, draftedRules, insertRules, keepRules } from "./tables.ts";

import { rawText, wordText } from "./words.ts";

/**
 * The lines of a restore file that are no `-A`: `-I -D -N -P -F -X`, as iptables-restore would carry them out on the
 * chains read so far. The first word is the command. What cannot be carried out is reported and changes nothing.
 */
export function runEdit(reader: Reader, table: TableDraft, draft: Draft): void {
  const { words } = reader;
  const edit = EDITS.get(wordText(words, 0));
  if (edit === undefined) {
    reportProblem(reader, "error", {
      code: "unknown-command",
      params: { command: wordText(words, 0) },
      from: 0,
      to: 1,
    });
  } else if (!spend(reader, 1 + Math.floor((table.rules.length + table.chains.size) / MOVES_PER_RULE)))
    reportProblem(reader, "error", tooMuchWork(reader));
  else {
    keepRules(reader, table);
    table.lastChain = null;
    const problem = edit(reader, table, draft, words.count > 1 ? wordText(words, 1) : "");
    if (problem !== null) reportProblem(reader, "error", problem);
  }
}

/** So many rules can be moved in the time that it takes to make or compare one. */
const MOVES_PER_RULE = 64;

type Edit = (reader: Reader, table: TableDraft, draft: Draft, chain: string) => Problem | null;

const EDITS: ReadonlyMap<string, Edit> = new Map([
  ["-I", insert],
  ["--insert", insert],
  ["-D", remove],
  ["--delete", remove],
  ["-N", declare],
  ["--new-chain", declare],
  ["-P", setPolicy],
  ["--policy", setPolicy],
  ["-F", flush],
  ["--flush", flush],
  ["-X", dropChain],
  ["--delete-chain", dropChain],
]);

/** `-I CHAIN [NUMBER] …`: before the rule that has the number; first when there is none. */
function insert(reader: Reader, table: TableDraft, draft: Draft, name: string): Problem | null {
  const chain = chainOf(reader, table);
  if (chain === null) return null;
  const number = numberAt(reader, 2);
  const place = (number ?? 1) - 1;
  if (place < 0 || place > chain.rules.length) return noSuchRule(name, rawText(reader.words, 2, 3));
  readRule(reader, draft, number === null ? 2 : 3);
  insertRules(reader, table, chain, place, draft);
  return null;
}

/** `-D CHAIN NUMBER`, or `-D CHAIN …`: the first rule that says the same. */
function remove(reader: Reader, table: TableDraft, draft: Draft, name: string): Problem | null {
  const chain = table.chains.get(name);
  if (chain === undefined) return noSuchChain(name);
  const number = numberAt(reader, 2);
  if (number !== null) {
    const rule = chain.rules[number - 1];
    if (rule === undefined) return noSuchRule(name, String(number));
    removeRule(table, chain, rule);
    return null;
  }
  readRule(reader, draft, 2);
  for (const wanted of draftedRules(reader, name, draft)) {
    if (!spend(reader, chain.rules.length)) return tooMuchWork(reader);
    const rule = chain.rules.find((candidate) => saysTheSame(candidate, wanted));
    if (rule === undefined) return noSuchRule(name, rawText(reader.words, 2, reader.words.count));
    removeRule(table, chain, rule);
  }
  return null;
}

function removeRule(table: TableDraft, chain: ChainDraft, rule: Rule): void {
  chain.rules.splice(chain.rules.indexOf(rule), 1);
  table.rules.splice(table.rules.indexOf(rule), 1);
}

function declare(reader: Reader, table: TableDraft, _draft: Draft, name: string): Problem | null {
  if (!isName(name)) return malformed(reader);
  if (table.chains.has(name)) return { code: "chain-twice", params: { chain: name }, from: 1, to: 2 };
  addChain(reader, table, name, null, null);
  return null;
}

function setPolicy(reader: Reader, table: TableDraft, _draft: Draft, name: string): Problem | null {
  const policy = reader.words.count > 2 ? wordText(reader.words, 2) : "";
  if (!isName(name) || (policy !== "ACCEPT" && policy !== "DROP")) return malformed(reader);
  const chain = table.chains.get(name) ?? addChain(reader, table, name, policy, null);
  chain.policy = policy;
  return null;
}

function flush(_reader: Reader, table: TableDraft, _draft: Draft, name: string): Problem | null {
  const chain = table.chains.get(name);
  if (name !== "" && chain === undefined) return noSuchChain(name);
  const flushed = chain === undefined ? [...table.chains.values()] : [chain];
  for (const each of flushed) each.rules = [];
  table.rules = chain === undefined ? [] : table.rules.filter((rule) => rule.chain !== name);
  return null;
}

/** `-X CHAIN` deletes an empty chain; alone, every empty chain that is not built in. */
function dropChain(_reader: Reader, table: TableDraft, _draft: Draft, name: string): Problem | null {
  if (name !== "" && !table.chains.has(name)) return noSuchChain(name);
  for (const chain of [...table.chains.values()]) {
    const isMeant = name === "" ? chain.policy === null : chain.name === name;
    if (!isMeant) continue;
    if (chain.rules.length === 0) table.chains.delete(chain.name);
    else if (name !== "") return { code: "chain-in-use", params: { chain: name }, from: 1, to: 2 };
  }
  return null;
}

function numberAt(reader: Reader, word: number): number | null {
  const text = word < reader.words.count ? rawText(reader.words, word, word + 1) : "";
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}

/** Do two rules test and do the same, wherever they stand and whatever they have counted? */
function saysTheSame(a: Rule, b: Rule): boolean {
  return (
    isAlike(a.src, b.src) &&
    isAlike(a.dst, b.dst) &&
    isAlike(a.iif, b.iif) &&
    isAlike(a.oif, b.oif) &&
    isAlike(a.proto, b.proto) &&
    isAlike(a.fragment, b.fragment) &&
    isAlike(a.target, b.target) &&
    isAlike(a.matches, b.matches)
  );
}

function tooMuchWork(reader: Reader): Problem {
  return { code: "too-much-work", params: {}, from: 0, to: reader.words.count };
}

function malformed(reader: Reader): Problem {
  const text = rawText(reader.words, 0, reader.words.count);
  return { code: "unknown-line", params: { format: "iptables-save", text }, from: 0, to: reader.words.count };
}

function noSuchChain(chain: string): Problem {
  return { code: "no-such-chain", params: { chain }, from: 1, to: 2 };
}

function noSuchRule(chain: string, rule: string): Problem {
  return { code: "no-such-rule", params: { chain, rule }, from: 2, to: 3 };
}
