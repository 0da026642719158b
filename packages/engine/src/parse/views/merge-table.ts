import type { Family } from "../../base/address.ts";
import type { Chain, Rule, Table } from "../../model/ruleset.ts";
import type { MergedTable, RuleOrigin, TableView, ViewDifference } from "../../model/views.ts";
import { align } from "./align.ts";
import { addView, assembledOf, originOf, ruleOf } from "./assembled.ts";
import type { Assembled } from "./assembled.ts";
import { compareRules } from "./compare.ts";
import { addDoubt } from "./doubt.ts";
import { differencesOf } from "./differences.ts";
import { fillFromOwners } from "./owner-rules.ts";
import { prepare } from "./prepared.ts";
import type { Prepared } from "./prepared.ts";

/**
 * One table of what several tools show of it. Of every part of a rule the most trustworthy one counts that tells it at
 * all; the order of the rules is that of whole listings, so that filtered ones come last in `views`.
 */
export function mergeTable(views: readonly TableView[], family: Family): MergedTable {
  const [first] = views;
  if (first === undefined) throw new Error("no view");
  const names = chainNames(views);
  const origins = new Map<Rule, RuleOrigin>();
  const differences: ViewDifference[] = [];
  const chains = names.map((name): Chain => {
    const known = fillFromOwners(assembleChain(name, views, family), first.table.name, family, views);
    const without = new Set(
      [...views.keys()].filter((view) => chainOf(views[view]?.table ?? first.table, name) === null),
    );
    const rules: Rule[] = [];
    for (const assembled of known.map((one) => addDoubt(one, views))) {
      const rule = ruleOf(assembled, views);
      rules.push(rule);
      origins.set(rule, originOf(assembled));
      for (const difference of differencesOf(assembled, rule, rules.length, views, family))
        differences.push(difference);
    }
    for (const view of without) {
      differences.push({
        kind: "missing-chain",
        chain: name,
        rule: null,
        number: null,
        part: "",
        view,
        shown: null,
        told: null,
      });
    }
    return { ...chainHead(name, views), rules };
  });
  const rules = chains.flatMap((chain) => chain.rules);
  const table: Table = { ...headOf(views), chains, rules, size: { chains: chains.length, rules: rules.length } };
  return { table, views, origins, differences };
}

function chainOf(table: Table, name: string): Chain | null {
  return table.chains.find((chain) => chain.name === name) ?? null;
}

/** In the order of the first listing; what only later ones have, behind. */
function chainNames(views: readonly TableView[]): readonly string[] {
  return [...new Set(views.flatMap(({ table }) => table.chains.map(({ name }) => name)))];
}

/** Policy and counters from the first listing that tells them. */
function chainHead(name: string, views: readonly TableView[]): Chain {
  const shown = views.map(({ table }) => chainOf(table, name)).filter((chain) => chain !== null);
  const [first] = shown;
  if (first === undefined) throw new Error("a chain that no view shows");
  const policy = shown.find((chain) => chain.policy !== null)?.policy ?? null;
  return { ...first, policy, counters: shown.find(({ counters }) => counters !== null)?.counters ?? null };
}

/** The table's own line and comments are those of iptables-save, where it is among the views. */
function headOf(views: readonly TableView[]): Omit<Table, "chains" | "rules" | "size"> {
  const [first] = views;
  const named = views.find(({ tool }) => tool === "iptables-save") ?? first;
  if (first === undefined || named === undefined) throw new Error("no view");
  const { header, footer, span } = named.table;
  const backend = views.find(({ table }) => table.backend !== "unknown")?.table.backend ?? "unknown";
  return { family: first.table.family, backend, name: first.table.name, header, footer, span, committed: true };
}

function assembleChain(name: string, views: readonly TableView[], family: Family): readonly Assembled[] {
  let known: readonly Assembled[] = [];
  for (const [index, { table }] of views.entries()) {
    const rules = chainOf(table, name)?.rules ?? [];
    known = addRules(known, rules, index, views, family);
  }
  return known;
}

function addRules(
  known: readonly Assembled[],
  rules: readonly Rule[],
  index: number,
  views: readonly TableView[],
  family: Family,
): readonly Assembled[] {
  const added = rules.map((rule) => prepare(rule, family));
  const pairOf = (a: number, b: number): ReturnType<typeof compareRules> => {
    const [mine, other] = [known[a], added[b]];
    return mine === undefined || other === undefined ? null : compareRules(mine.prepared, other);
  };
  const aligned = align(known.length, added.length, {
    score: (a, b) => pairOf(a, b)?.score ?? null,
    keyOf: (list, at) => coreOf(list === "a" ? known[at]?.prepared : added[at]),
  });
  return aligned.flatMap(({ a, b }): readonly Assembled[] => {
    const mine = a === null ? undefined : known[a];
    const rule = b === null ? undefined : rules[b];
    const pair = a === null || b === null ? null : pairOf(a, b);
    if (mine !== undefined && rule !== undefined && pair !== null)
      return [addView(mine, rule, index, views, family, pair)];
    if (mine !== undefined) return [mine];
    return rule === undefined ? [] : [assembledOf(rule, index, views, family)];
  });
}

/** What no tool loses: the fields and the target. */
function coreOf(prepared: Prepared | undefined): string {
  return prepared === undefined ? "" : [...prepared.fields, prepared.target.key].join("|");
}
