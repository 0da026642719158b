import type { Family } from "../../base/address.ts";
import type { Match, Rule, Verbatim } from "../../model/ruleset.ts";
import type { TableView } from "../../model/views.ts";
import { canonicalRules, guardedRules } from "../../owners/canonical-rules.ts";
import { parseIptablesSave } from "../iptables-save/parse-iptables-save.ts";
import type { Assembled, Slot } from "./assembled.ts";
import { ruleOf } from "./assembled.ts";
import { compareRules } from "./compare.ts";
import { isFieldLoss, isLost } from "./loss.ts";
import { COMMENT, prepare } from "./prepared.ts";
import type { Prepared } from "./prepared.ts";

/**
 * What is known of rules by whose they are: a canonical rule tells what a distorted one says; a guard that its owner
 * always writes and that no view shows is a match that is unknown.
 */
export function fillFromOwners(
  rules: readonly Assembled[],
  table: string,
  family: Family,
  views: readonly TableView[],
): readonly Assembled[] {
  return rules.map((rule) => addGuard(fill(rule, table, family, views), family, views));
}

type MatchSlot = Slot<Match | Verbatim>;

function fill(assembled: Assembled, table: string, family: Family, views: readonly TableView[]): Assembled {
  const told = assembled.matches.filter(({ value }) => !isFieldLoss(value));
  if (!told.some(({ value }) => isLost(value))) return assembled;
  for (const { owner, prepared: canonical } of canonicalOf(table, family)) {
    if (canonical.rule.chain !== ruleOf(assembled, views).chain) continue;
    const pairs = compareRules(canonical, assembled.prepared)?.pairs;
    if (pairs === undefined || pairs.includes(null)) continue;
    const unpaired = canonical.matches.filter((match, at) => !pairs.includes(at) && match.name !== COMMENT);
    if (unpaired.length > 0) continue;
    const matches = assembled.matches.map((slot): MatchSlot => {
      const at = pairs[told.indexOf(slot)] ?? null;
      const known = at === null ? undefined : canonical.matches[at]?.match;
      return isLost(slot.value) && known !== undefined ? { ...slot, value: known, from: owner } : slot;
    });
    return rebuilt({ ...assembled, matches }, family, views);
  }
  return assembled;
}

/** Does a rule miss the match that its owner always writes into it? */
export function lacksGuard({ matches }: Pick<Rule, "matches">): boolean {
  return missingGuard(matches) !== null;
}

function missingGuard(matches: readonly (Match | Verbatim)[]): string | null {
  const comment = matches.find(({ name }) => name === COMMENT);
  const text = comment?.kind === "match" ? comment.args[COMMENT]?.value : undefined;
  if (typeof text !== "string") return null;
  const guard = guardedRules.find((one) => one.comment.test(text));
  return guard === undefined || matches.some(({ name }) => name === guard.match) ? null : guard.match;
}

function addGuard(assembled: Assembled, family: Family, views: readonly TableView[]): Assembled {
  const name = missingGuard(assembled.matches.map(({ value }) => value));
  if (name === null) return assembled;
  const value: Verbatim = { kind: "verbatim", name, text: "", lost: "match" };
  const slot: MatchSlot = { versions: views.map(() => null), value, from: 0 };
  return rebuilt({ ...assembled, matches: [slot, ...assembled.matches] }, family, views);
}

function rebuilt(assembled: Assembled, family: Family, views: readonly TableView[]): Assembled {
  return { ...assembled, prepared: prepare(ruleOf(assembled, views), family) };
}

interface Canonical {
  readonly owner: string;
  readonly prepared: Prepared;
}

const known = new Map<string, readonly Canonical[]>();

function canonicalOf(table: string, family: Family): readonly Canonical[] {
  const key = `${family} ${table}`;
  const found = known.get(key) ?? readCanonical(table, family);
  known.set(key, found);
  return found;
}

function readCanonical(table: string, family: Family): readonly Canonical[] {
  return canonicalRules
    .filter((one) => one.family === family && one.table === table)
    .flatMap(({ owner, rule }) => {
      const { value } = parseIptablesSave(`*${table}\n${rule}\nCOMMIT\n`, "", { family });
      return value.flatMap(({ rules }) => rules.map((one) => ({ owner, prepared: prepare(one, family) })));
    });
}
