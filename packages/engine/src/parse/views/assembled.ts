import type { Family } from "../../base/address.ts";
import type { Match, Rule, Target, Verbatim } from "../../model/ruleset.ts";
import type { RuleOrigin, TableView, Teller, ViewedPart, ViewTool } from "../../model/views.ts";

import type { Comparison } from "./compare.ts";
import { isFieldLoss, isLost, openFields } from "./loss.ts";
import { COMMENT, prepare } from "./prepared.ts";
import type { Prepared } from "./prepared.ts";
import type { Field } from "./spelling.ts";

/** A part of a rule as each view shows it. */
export interface Slot<T> {
  /** In the order of the views; null: that view does not have it. */
  readonly versions: readonly (T | null)[];
  /** The best of them. */
  readonly value: T;
  /** Who told it. */
  readonly from: Teller;
}

/** One rule while the views are put together. */
export interface Assembled {
  /** In the order of the views; null: that view does not show the rule. */
  readonly shown: readonly (Rule | null)[];
  readonly matches: readonly Slot<Match | Verbatim>[];
  readonly target: Slot<Target | null>;
  /** The rule as all views so far tell it. */
  readonly prepared: Prepared;
}

/** Whose word on a part counts more. Of what iptables itself wrote, iptables knows every argument. */
const TRUST: Readonly<Record<ViewTool, number>> = { "iptables-save": 3, "iptables-list": 2, nft: 1, "nft-json": 0 };

/** A rule as the view at `index` alone shows it. */
export function assembledOf(prepared: Prepared, index: number, views: readonly TableView[]): Assembled {
  const { rule } = prepared;
  const alone = <T>(value: T): readonly (T | null)[] => views.map((_, at) => (at === index ? value : null));
  return {
    shown: alone(rule),
    matches: rule.matches.map((match) => ({ versions: alone(match), value: match, from: index })),
    target: { versions: alone(rule.target), value: rule.target, from: index },
    prepared,
  };
}

/** The same rule with what the view at `index` shows of it. */
export function addView(
  known: Assembled,
  added: Prepared,
  index: number,
  views: readonly TableView[],
  family: Family,
  { pairs }: Comparison,
): Assembled {
  const { rule } = added;
  const trust = (from: Teller): number => (typeof from === "string" ? 0 : TRUST[views[from]?.tool ?? "nft-json"]);
  const join = <T extends Match | Verbatim | Target | null>(slot: Slot<T>, value: T): Slot<T> => {
    const isBetter = isLost(slot.value) ? !isLost(value) : !isLost(value) && trust(index) > trust(slot.from);
    const versions = slot.versions.with(index, value);
    return isBetter ? { versions, value, from: index } : { ...slot, versions };
  };
  const field = (slot: Slot<Match | Verbatim>): boolean => isFieldLoss(slot.value);
  const old = known.matches.filter((slot) => !field(slot));
  const matches = joinMatches(old, rule, pairs, join, (match) => ({
    versions: views.map((_, at) => (at === index ? match : null)),
    value: match,
    from: index,
  }));
  const stillOpen = known.matches.filter((slot) => field(slot) && [...openFields(rule)].length > 0);
  const all = [...matches, ...stillOpen];
  const target = join(known.target, rule.target);
  const shown = known.shown.with(index, rule);
  // What says the same is spelt the same, whoever tells it.
  const isSame = known.prepared.key === added.key;
  const prepared = isSame ? known.prepared : prepare(ruleOf({ shown, matches: all, target }, views), family);
  return { shown, matches: all, target, prepared };
}

/** Both lists in one: pairs join, what only the new rule has goes in between, before comments. */
function joinMatches(
  old: readonly Slot<Match | Verbatim>[],
  rule: Rule,
  pairs: Comparison["pairs"],
  join: (slot: Slot<Match | Verbatim>, value: Match | Verbatim) => Slot<Match | Verbatim>,
  alone: (match: Match | Verbatim) => Slot<Match | Verbatim>,
): readonly Slot<Match | Verbatim>[] {
  const out = [...old];
  const told = rule.matches.filter((match) => !isFieldLoss(match));
  const added: { readonly before: number; readonly slot: Slot<Match | Verbatim> }[] = [];
  for (const [index, match] of told.entries()) {
    const at = pairs[index] ?? null;
    const slot = at === null ? undefined : out[at];
    if (at !== null && slot !== undefined) out[at] = join(slot, match);
    else added.push({ before: placeOf(index, match, pairs, old), slot: alone(match) });
  }
  return out
    .flatMap((slot, at) => [...added.filter(({ before }) => before === at).map((one) => one.slot), slot])
    .concat(added.filter(({ before }) => before >= old.length).map((one) => one.slot));
}

function placeOf(
  index: number,
  match: Match | Verbatim,
  pairs: Comparison["pairs"],
  old: readonly Slot<Match | Verbatim>[],
): number {
  let place = pairs.slice(index).find((at) => at !== null) ?? old.length;
  if (match.name !== COMMENT) while (place > 0 && old[place - 1]?.value.name === COMMENT) place--;
  return place;
}

/** The rule that the views together tell. It stands where the most trustworthy of them shows it. */
export function ruleOf({ shown, matches, target }: Omit<Assembled, "prepared">, views: readonly TableView[]): Rule {
  const byTrust = shown
    .flatMap((rule, index) => (rule === null ? [] : [{ rule, trust: TRUST[views[index]?.tool ?? "nft-json"] }]))
    .sort((a, b) => b.trust - a.trust)
    .map(({ rule }) => rule);
  const [first] = byTrust;
  if (first === undefined) throw new Error("a rule that no view shows");
  const field = <K extends Field>(name: K): Rule[K] =>
    (byTrust.find((rule) => !openFields(rule).has(name)) ?? first)[name];
  return {
    chain: first.chain,
    src: field("src"),
    dst: field("dst"),
    iif: field("iif"),
    oif: field("oif"),
    proto: field("proto"),
    fragment: field("fragment"),
    matches: matches.map(({ value }) => value),
    target: target.value,
    counters: byTrust.find(({ counters }) => counters !== null)?.counters ?? null,
    file: first.file,
    line: first.line,
  };
}

/** Who tells each part that some view that shows the rule does not tell alike. */
export function originOf({ shown, matches, target }: Omit<Assembled, "prepared">): RuleOrigin {
  const parts = new Map<ViewedPart, Teller>();
  const isShared = (slot: Slot<Match | Verbatim | Target | null>): boolean =>
    typeof slot.from === "number" &&
    slot.versions.every((version, index) => shown[index] === null || (version !== null && !isLost(version)));
  for (const [index, slot] of matches.entries()) if (!isShared(slot)) parts.set(index, slot.from);
  if (typeof target.from === "string" || target.versions.some(isLost)) parts.set("target", target.from);
  return { shown, parts };
}
