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

/**
 * One table of what several tools show of it. Of every part of a rule the most trustworthy one counts that tells it at
 * all; the order of the rules is that of whole listings, so that filtered ones come last in `views`.
 */
export function mergeTable(views: readonly TableView[], family: Family): MergedTable {
  const [first] = views;
  if (first === undefined) throw new Error("no view");
  const shownBy = views.map(({ table }): ChainsByName => new Map(table.chains.map((chain) => [chain.name, chain])));
  const names = new Set(shownBy.flatMap((chains) => [...chains.keys()]));
  const origins = new Map<Rule, RuleOrigin>();
  const differences: ViewDifference[] = [];
  const chains = [...names].map((name): Chain => {
    const shown = shownBy.map((byName) => byName.get(name) ?? null);
    const known = fillFromOwners(assembleChain(shown, views, family), first.table.name, family, views);
    const rules: Rule[] = [];
    for (const assembled of known.map((one) => addDoubt(one, views))) {
      const rule = ruleOf(assembled, views);
      rules.push(rule);
      origins.set(rule, originOf(assembled));
      for (const difference of differencesOf(assembled, rule, rules.length, views, family))
        differences.push(difference);
    }
    for (const [view, chain] of shown.entries()) {
      if (chain !== null) continue;
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
    return { ...chainHead(shown), rules };
  });
  const rules = chains.flatMap((chain) => chain.rules);
  const table: Table = { ...headOf(views), chains, rules, size: { chains: chains.length, rules: rules.length } };
  return { table, views, origins, differences };
}

/** In the order of the listing. */
type ChainsByName = ReadonlyMap<string, Chain>;

/** Policy and counters from the first listing that tells them. */
function chainHead(chains: readonly (Chain | null)[]): Chain {
  const shown = chains.filter((chain) => chain !== null);
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

/** `shown`: the chain in each view. */
function assembleChain(
  shown: readonly (Chain | null)[],
  views: readonly TableView[],
  family: Family,
): readonly Assembled[] {
  let known: readonly Assembled[] = [];
  for (const [index, chain] of shown.entries()) known = addRules(known, chain?.rules ?? [], index, views, family);
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
  if (known.length === 0) return added.map((one) => assembledOf(one, index, views));
  const compare = (a: number, b: number): ReturnType<typeof compareRules> => {
    const [mine, other] = [known[a], added[b]];
    return mine === undefined || other === undefined ? null : compareRules(mine.prepared, other);
  };
  const aligned = align(known.length, added.length, {
    score: (a, b) => compare(a, b)?.score ?? null,
    keyOf: (list, at) => (list === "a" ? known[at]?.prepared : added[at])?.core ?? "",
    isSame: (a, b) => known[a]?.prepared.key === added[b]?.key,
  });
  return aligned.flatMap(({ a, b }): readonly Assembled[] => {
    const mine = a === null ? undefined : known[a];
    const other = b === null ? undefined : added[b];
    const pair = mine === undefined || other === undefined ? null : compareRules(mine.prepared, other);
    if (mine !== undefined && other !== undefined && pair !== null)
      return [addView(mine, other, index, views, family, pair)];
    if (mine !== undefined) return [mine];
    return other === undefined ? [] : [assembledOf(other, index, views)];
  });
}
