import type { Chain, Rule, Table } from "../../model/ruleset.ts";
import type { CalicoFinding, ChainCheck, RuleCheck, RuleStatus } from "./chain-check.ts";
import { isDenyingText, lastRuleOf } from "./chain-end.ts";
import type { ChainKind } from "./chain-end.ts";
import { isCalicoChain } from "./chain-names.ts";
import { felixTexts, isFelixShaped, likeliestText } from "./felix-text.ts";
import { TEXTS_OF_A_RULE, explainBreak, reproduce, take } from "./hash-search.ts";
import type { ChainState, Found, SearchBudget } from "./hash-search.ts";
import { outOfOrder } from "./out-of-order.ts";
import type { PrintedRule, RuleBody } from "./printed-rule.ts";
import { APPENDED, chainDigest, ruleDigest, ruleHash } from "./rule-hash.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** A chain whose rules were taken apart. */
export interface ReadChain {
  readonly table: Table;
  readonly chain: Chain;
  /** One for each rule of the chain. */
  readonly printed: readonly PrintedRule[];
}

/** What a check may draw on when a hash does not follow. */
export interface CheckMeans {
  readonly vocabulary: () => Vocabulary;
  /** How the node's chains of each kind end. */
  readonly ends: () => ReadonlyMap<ChainKind, RuleBody>;
  readonly budget: SearchBudget;
}

/** How far a place looks for the rule that belongs there. */
const FARTHEST_MOVE = 256;

/** A finding before its place and its consequences are known. */
type Cause = CalicoFinding extends infer F ? (F extends CalicoFinding ? Omit<F, Place> : never) : never;
type Place = "table" | "chain" | "rule" | "number" | "unverifiable";

interface Entry {
  readonly rule: Rule;
  readonly number: number;
  readonly printed: PrintedRule;
  /** Null until the walk has come to it. */
  status: RuleStatus | null;
  felixText: string | null;
}

/** The walk down one chain, in Felix's order. */
interface Walk {
  readonly entries: readonly Entry[];
  readonly means: CheckMeans;
  /** Null: lost, because a hash did not follow and nothing says why. */
  state: ChainState | null;
  /** In a kernel chain, the other of two: rules that Felix appends are hashed apart from those that it inserts. Else null. */
  other: ChainState | null;
  /** Numbers of the rules in the order in which their hashes follow from each other. */
  readonly order: number[];
  readonly byHash: Map<string, number>;
  readonly causes: { readonly number: number; readonly cause: Cause }[];
}

/**
 * Computes the hash of every rule of a chain again, as felix/iptables/rules.go does: each from the one before and the
 * rule's text. Where one does not follow, finds out why: a rule that stands elsewhere in the chain, a hash that somebody
 * changed, an edit, a rule that is gone. What was found gives the state back, so that one cause is one finding.
 */
export function verifyChain({ table, chain, printed }: ReadChain, means: CheckMeans): ChainCheck {
  const isOwn = isCalicoChain(chain.name);
  const all = chain.rules.flatMap((rule, at): Entry[] => {
    const read = printed[at];
    if (read === undefined || (read.hash === null && !isOwn)) return [];
    const status = read.hash === null ? "foreign" : null;
    return [{ rule, number: at + 1, printed: read, status, felixText: null }];
  });
  const walk: Walk = {
    entries: all.filter(({ status }) => status === null),
    means,
    state: startOf(chain.name),
    other: isOwn ? null : startOf(chain.name + APPENDED),
    order: [],
    byHash: new Map(),
    causes: [],
  };
  walkDown(walk);
  reportEnd(walk, chain);
  for (const { number, status } of all) {
    if (status === "foreign") walk.causes.push({ number, cause: { kind: "foreign" } });
  }
  reportOrder(walk);
  const rules = all.map(checkOf);
  return { table, chain, rules, findings: findingsOf(table, chain, rules, walk.causes) };
}

function startOf(name: string): ChainState {
  return { name, digest: chainDigest(name) };
}

function checkOf({ rule, number, printed, status, felixText }: Entry): RuleCheck {
  return { rule, number, hash: printed.hash, status: status ?? "unverifiable", felixText };
}

/** Every rule in turn, unless a later one belongs before it. */
function walkDown(walk: Walk): void {
  for (const [at, entry] of walk.entries.entries()) {
    // Each round either settles this rule or another one that belongs before it.
    while (entry.status === null && walk.state !== null) settle(walk, entry, at, walk.state);
    if (entry.status === null) followsOther(walk, entry);
  }
}

function settle(walk: Walk, entry: Entry, at: number, state: ChainState): void {
  if (follows(walk, entry, state)) return;
  if (isDuplicate(walk, entry) || followsOther(walk, entry)) return;
  const other = walk.entries
    .slice(at + 1, at + 1 + FARTHEST_MOVE)
    .find((later) => later.status === null && spend(walk) && follows(walk, later, state, TEXTS_OF_A_RULE));
  if (other !== undefined || isRelabelled(walk, entry, at, state)) return;
  explain(walk, entry, state);
}

/** Pays for trying a rule at a place where it may not belong; false where nothing is left. */
function spend({ means: { budget } }: Walk): boolean {
  budget.left -= TEXTS_OF_A_RULE;
  return budget.left > 0;
}

/** The rule's own hash follows from the state: it is as Felix wrote it. */
function follows(walk: Walk, entry: Entry, state: ChainState, most?: number): boolean {
  const found = reproduce(state, entry.printed.body, entry.printed.hash ?? "", most);
  if (found === null) return false;
  accept(walk, entry, state, found, "verified");
  // The words around the hash are not hashed; if they were edited, the rest of the rule gave the text back.
  if (!entry.printed.isWhole) blame(walk, entry, "edited", { kind: "edited", felixText: found.text });
  return true;
}

function accept(walk: Walk, entry: Entry, { name }: ChainState, { digest, text }: Found, status: RuleStatus): void {
  walk.state = { name, digest };
  walk.order.push(entry.number);
  walk.byHash.set(ruleHash(digest), entry.number);
  entry.status = status;
  entry.felixText = text;
}

function blame(walk: Walk, entry: Entry, status: RuleStatus, cause: Cause): void {
  entry.status = status;
  walk.causes.push({ number: entry.number, cause });
}

function isDuplicate(walk: Walk, entry: Entry): boolean {
  const of = walk.byHash.get(entry.printed.hash ?? "");
  if (of === undefined) return false;
  blame(walk, entry, "duplicated", { kind: "duplicated", of });
  return true;
}

/** The rule follows from the other state of a kernel chain, which takes the place of the first. */
function followsOther(walk: Walk, entry: Entry): boolean {
  const { state, other } = walk;
  if (other === null || !follows(walk, entry, other)) return false;
  walk.other = state;
  return true;
}

/** The rule is as it was and its hash is not: the next rule's hash follows from it all the same, or its own nearly does. */
function isRelabelled(walk: Walk, entry: Entry, at: number, state: ChainState): boolean {
  const next = firstOpen(walk.entries, at + 1);
  for (const text of take(felixTexts(state.name, entry.printed.body), TEXTS_OF_A_RULE)) {
    if (!spend(walk)) return false;
    const digest = ruleDigest(state.digest, text);
    const hash = ruleHash(digest);
    const behind = { name: state.name, digest };
    const isProved =
      next !== undefined && reproduce(behind, next.printed.body, next.printed.hash ?? "", TEXTS_OF_A_RULE) !== null;
    if (!isProved && !isNear(hash, entry.printed.hash ?? "")) continue;
    accept(walk, entry, state, { digest, text }, "relabelled");
    blame(walk, entry, "relabelled", { kind: "relabelled", hash });
    return true;
  }
  return false;
}

function firstOpen(entries: readonly Entry[], from: number): Entry | undefined {
  let at = from;
  while (at < entries.length && entries[at]?.status !== null) at++;
  return entries[at];
}

/** Hashes of different rules agree in one character of 64; these agree in all but two. */
function isNear(hash: string, other: string): boolean {
  let differences = Math.abs(hash.length - other.length);
  for (let at = 0; at < Math.min(hash.length, other.length); at++) if (hash[at] !== other[at]) differences++;
  return differences <= 2;
}

/** Looks for what happened before or to the rule, first where the walk stands, then in the other state of a kernel chain. */
function explain(walk: Walk, entry: Entry, state: ChainState): void {
  const { other } = walk;
  if (isExplained(walk, entry, state)) return;
  if (other !== null && isExplained(walk, entry, other)) walk.other = state;
  else giveUp(walk, entry);
}

function isExplained(walk: Walk, entry: Entry, state: ChainState): boolean {
  const { body, hash } = entry.printed;
  const { vocabulary, budget } = walk.means;
  const explanation = explainBreak({ state, body, hash: hash ?? "", vocabulary: vocabulary() }, budget);
  if (explanation === null) return false;
  const { kind, found } = explanation;
  accept(walk, entry, state, found, kind === "edited" ? "edited" : "verified");
  if (kind === "edited") blame(walk, entry, "edited", { kind, felixText: found.text });
  else {
    const lost = explanation.lost.map(({ text, digest }) => ({ felixText: text, hash: ruleHash(digest) }));
    walk.causes.push({ number: entry.number, cause: { kind, lost } });
  }
  return true;
}

function giveUp(walk: Walk, entry: Entry): void {
  walk.state = null;
  if (isFelixShaped(entry.printed.body)) blame(walk, entry, "unverifiable", { kind: "unexplained" });
  else blame(walk, entry, "edited", { kind: "edited", felixText: null });
}

function reportOrder(walk: Walk): void {
  const rules = outOfOrder(walk.order);
  const [number] = rules;
  if (number === undefined) return;
  walk.causes.push({ number, cause: { kind: "reordered", rules, order: walk.order } });
}

/** A chain that lets pass what Felix always denies at its end. */
function reportEnd({ state, entries, order, means, causes }: Walk, chain: Chain): void {
  const end = lastRuleOf(chain.name, means.ends);
  if (state === null || end === null) return;
  const last = entries.find(({ number }) => number === order.at(-1));
  if (isDenyingText(last?.felixText ?? "")) return;
  const felixText = likeliestText(chain.name, end);
  const hash = ruleHash(ruleDigest(state.digest, felixText));
  causes.push({ number: chain.rules.length, cause: { kind: "truncated", lost: { felixText, hash } } });
}

/** The causes with their places. What cannot be checked behind one belongs to the last cause before it that lost the state. */
function findingsOf(
  table: Table,
  chain: Chain,
  rules: readonly RuleCheck[],
  causes: Walk["causes"],
): readonly CalicoFinding[] {
  const sorted = [...causes].sort((a, b) => a.number - b.number);
  return sorted.map(({ number, cause }): CalicoFinding => {
    const rule = chain.rules[number - 1] ?? null;
    return { table, chain, rule, number, unverifiable: losesState(cause) ? behind(rules, number) : 0, ...cause };
  });
}

function losesState(cause: Cause): boolean {
  switch (cause.kind) {
    case "edited":
      return cause.felixText === null;
    case "missing":
      return cause.lost.length === 0;
    case "unexplained":
      return true;
    case "truncated":
    case "reordered":
    case "relabelled":
    case "duplicated":
    case "foreign":
      return false;
  }
}

function behind(rules: readonly RuleCheck[], number: number): number {
  return rules.filter((check) => check.number > number && check.status === "unverifiable").length;
}
