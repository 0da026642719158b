import type { RuleView } from "../owners/evidence.ts";
import { recogniseOwners } from "../owners/recognise.ts";
import type { Recognition } from "../owners/recognise.ts";
import type { RoutingRule } from "../model/routing.ts";
import type { Chain, Rule, Table } from "../model/ruleset.ts";
import type { IpSet } from "../model/sets.ts";
import type { Snapshot } from "../model/snapshot.ts";
import { printIpRule } from "../print/ip/rule.ts";
import { printSpec } from "../print/iptables-save.ts";
import { misshownRules } from "./misshown.ts";
import type { Misshown } from "./misshown.ts";

/** A snapshot made ready for explaining: who writes on the node, and what leads where. */
export interface Node {
  readonly snapshot: Snapshot;
  readonly owners: Recognition;
  /** Every rule, in the order of the dumps. */
  readonly rules: readonly Place[];
  readonly sets: ReadonlyMap<string, IpSet>;
  readonly misshown: ReadonlyMap<Rule, readonly Misshown[]>;
  chain(table: Table, name: string): Chain | null;
  rulesOf(chain: Chain): readonly Place[];
  /** The rules that jump or go to a chain. */
  callers(table: Table, chain: string): readonly Place[];
  /** The base chains from which a packet can get to a chain; of a base chain itself. */
  hooks(table: Table, chain: string): ReadonlySet<string>;
}

/** A rule and where it stands, as explanations and traces name it. */
export interface Place {
  readonly table: Table;
  readonly chain: Chain;
  /** From 1. */
  readonly number: number;
  readonly rule: Rule;
  readonly view: RuleView;
}

export function nodeOf(snapshot: Snapshot): Node {
  const tables = [...(snapshot.tables.ip ?? []), ...(snapshot.tables.ip6 ?? [])];
  const places = new Map(
    tables.flatMap((table) => table.chains.map((chain) => [chain, placesOf(table, chain)] as const)),
  );
  const rules = [...places.values()].flat();
  const chains = new Map(tables.map((table) => [table, new Map(table.chains.map((chain) => [chain.name, chain]))]));
  const callers = callersOf(rules);
  const owners = recogniseOwners({
    chains: tables.flatMap((table) => table.chains.map(({ name }) => ({ table: table.name, name }))),
    rules: rules.map(({ view }) => view),
    sets: (snapshot.sets ?? []).map(({ name }) => name),
    routingRules: [...(snapshot.rules.ip ?? []), ...(snapshot.rules.ip6 ?? [])].map(routingRuleView),
  });
  const rulesOf = (chain: Chain): readonly Place[] => places.get(chain) ?? [];
  const hooks = new Map(tables.map((table) => [table, hooksOf(table, rulesOf)]));
  const calling = (table: Table, chain: string): readonly Place[] => callers.get(table)?.get(chain) ?? [];
  return {
    snapshot,
    owners,
    rules,
    sets: new Map((snapshot.sets ?? []).map((set) => [set.name, set])),
    misshown: misshownRules(snapshot.views),
    chain: (table, name) => chains.get(table)?.get(name) ?? null,
    rulesOf,
    callers: calling,
    hooks: (table, chain) => hooks.get(table)?.get(chain) ?? NOWHERE,
  };
}

export function routingRuleView(rule: RoutingRule): { readonly priority: number; readonly text: string } {
  return { priority: rule.priority, text: routingRuleText(rule) };
}

/** As `ip rule` prints it behind the priority. */
export function routingRuleText(rule: RoutingRule): string {
  const line = printIpRule([rule]);
  return line.slice(line.indexOf("\t") + 1).trim();
}

function placesOf(table: Table, chain: Chain): readonly Place[] {
  return chain.rules.map((rule, index) => ({
    table,
    chain,
    number: index + 1,
    rule,
    view: viewOf(rule, table, chain),
  }));
}

/** Bytes of the kernel's field for a comment: XT_MAX_COMMENT_LEN, include/uapi/linux/netfilter/xt_comment.h. */
const LONGEST_COMMENT = 256;
/** Nobody who is recognised writes a longer rule. */
const LONGEST_TEXT = 2048;

function viewOf(rule: Rule, table: Table, chain: Chain): RuleView {
  const { target } = rule;
  const others = rule.matches.filter(({ name }) => name !== "comment");
  return {
    table: table.name,
    chain: chain.name,
    text: printSpec({ ...rule, matches: others }, table.family)
      .trimStart()
      .slice(0, LONGEST_TEXT),
    comments: commentsOf(rule).map((comment) => comment.slice(0, LONGEST_COMMENT)),
    leadsTo: target?.kind === "jump" || target?.kind === "goto" ? target.chain : null,
  };
}

/** What `-m comment` says, in order. */
export function commentsOf(rule: Rule): readonly string[] {
  return rule.matches.flatMap((match) => {
    const text = match.kind === "match" && match.name === "comment" ? match.args["comment"]?.value : undefined;
    return typeof text === "string" ? [text] : [];
  });
}

function callersOf(rules: readonly Place[]): ReadonlyMap<Table, ReadonlyMap<string, readonly Place[]>> {
  const tables = new Map<Table, Map<string, Place[]>>();
  for (const place of rules) {
    const { leadsTo } = place.view;
    if (leadsTo === null) continue;
    const chains = tables.get(place.table) ?? new Map<string, Place[]>();
    tables.set(place.table, chains);
    const found = chains.get(leadsTo);
    if (found === undefined) chains.set(leadsTo, [place]);
    else found.push(place);
  }
  return tables;
}

/** From each base chain forwards: every chain that it leads to, by jumps and gotos of whatever depth. */
function hooksOf(table: Table, rulesOf: Node["rulesOf"]): ReadonlyMap<string, ReadonlySet<string>> {
  const chains = new Map(table.chains.map((chain) => [chain.name, chain]));
  const hooks = new Map<string, Set<string>>();
  for (const base of table.chains.filter(({ policy }) => policy !== null)) {
    const reached = new Set([base.name]);
    // A set that grows while it is gone through: each chain once.
    for (const name of reached) {
      const found = hooks.get(name);
      if (found === undefined) hooks.set(name, new Set([base.name]));
      else found.add(base.name);
      const chain = chains.get(name);
      for (const { view } of chain === undefined ? [] : rulesOf(chain)) {
        if (view.leadsTo !== null) reached.add(view.leadsTo);
      }
    }
  }
  return hooks;
}

const NOWHERE: ReadonlySet<string> = new Set<string>();
