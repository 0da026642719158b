import type { RuleView } from "../owners/evidence.ts";
import { recogniseOwners } from "../owners/recognise.ts";
import type { Recognition } from "../owners/recognise.ts";
import type { NftRule, NftTable } from "../model/nft.ts";
import type { RoutingRule } from "../model/routing.ts";
import type { Rule, Table } from "../model/ruleset.ts";
import type { IpSet } from "../model/sets.ts";
import type { Snapshot } from "../model/snapshot.ts";
import { printIpRule } from "../print/ip/rule.ts";
import { printSpec } from "../print/iptables-save.ts";
import { printNftRule } from "../print/nft/nft.ts";
import { callersIn } from "./callers.ts";
import type { Leading } from "./callers.ts";
import { misshownRules } from "./misshown.ts";
import type { Misshown } from "./misshown.ts";
import { leadsTo } from "./nft/leads.ts";
import type { AnyChain, AnyTable, NftPlace, Place, XtPlace } from "./place.ts";

/** A snapshot made ready for explaining: who writes on the node, and what leads where. */
export interface Node {
  readonly snapshot: Snapshot;
  readonly owners: Recognition;
  /** Every rule, in the order of the dumps, those of nft itself last. */
  readonly rules: readonly Place[];
  readonly sets: ReadonlyMap<string, IpSet>;
  readonly misshown: ReadonlyMap<Rule, readonly Misshown[]>;
  chain(table: AnyTable, name: string): AnyChain | null;
  rulesOf(chain: AnyChain): readonly Place[];
  /** The rules that jump or go to a chain: the first of them, and how many there are. */
  callers(table: AnyTable, chain: string, most: number): Leading;
  /** The base chains from which a packet can get to a chain; of a base chain itself. */
  hooks(table: AnyTable, chain: string): ReadonlySet<string>;
}

export function nodeOf(snapshot: Snapshot): Node {
  const xt = [...(snapshot.tables.ip ?? []), ...(snapshot.tables.ip6 ?? [])];
  const nft = snapshot.nft ?? [];
  const tables: readonly AnyTable[] = [...xt, ...nft];
  const places = new Map<AnyChain, readonly Place[]>([...xt.flatMap(xtPlaces), ...nft.flatMap(nftPlaces)]);
  const rules = [...places.values()].flat();
  const chains = new Map(tables.map((table) => [table, new Map(chainsOf(table).map((chain) => [chain.name, chain]))]));
  const rulesOf = (chain: AnyChain): readonly Place[] => places.get(chain) ?? [];
  const callers = new Map(tables.map((table) => [table, callersIn(table, chainsOf(table).flatMap(rulesOf))]));
  return {
    snapshot,
    owners: recogniseOwners({
      tables: nft.map(({ name }) => name),
      chains: tables.flatMap((table) => chainsOf(table).map(({ name }) => ({ table: table.name, name }))),
      rules: rules.map(({ view }) => view),
      sets: [
        ...(snapshot.sets ?? []).map(({ name }) => ({ table: null, name })),
        ...nft.flatMap((table) => table.sets.map(({ name }) => ({ table: table.name, name }))),
      ],
      routingRules: [...(snapshot.rules.ip ?? []), ...(snapshot.rules.ip6 ?? [])].map(routingRuleView),
    }),
    rules,
    sets: new Map((snapshot.sets ?? []).map((set) => [set.name, set])),
    misshown: misshownRules(snapshot.views),
    chain: (table, name) => chains.get(table)?.get(name) ?? null,
    rulesOf,
    callers: (table, chain, most) => callers.get(table)?.of(chain, most) ?? { first: [], count: 0 },
    hooks: (table, chain) => callers.get(table)?.hooks(chain) ?? NOWHERE,
  };
}

const NOWHERE: ReadonlySet<string> = new Set<string>();

/** Either table's chains as chains of either. */
function chainsOf(table: AnyTable): readonly AnyChain[] {
  return table.chains;
}

export function routingRuleView(rule: RoutingRule): { readonly priority: number; readonly text: string } {
  return { priority: rule.priority, text: routingRuleText(rule) };
}

/** As `ip rule` prints it behind the priority. */
export function routingRuleText(rule: RoutingRule): string {
  const line = printIpRule([rule]);
  return line.slice(line.indexOf("\t") + 1).trim();
}

function xtPlaces(table: Table): readonly (readonly [AnyChain, readonly XtPlace[]])[] {
  return table.chains.map((chain) => [
    chain,
    chain.rules.map((rule, index): XtPlace => {
      const view = xtView(rule, table, chain.name);
      return { dialect: "xt", table, chain, number: index + 1, rule, view };
    }),
  ]);
}

function nftPlaces(table: NftTable): readonly (readonly [AnyChain, readonly NftPlace[]])[] {
  return table.chains.map((chain) => [
    chain,
    chain.rules.map((rule, index): NftPlace => {
      const view = nftView(rule, table, chain.name);
      return { dialect: "nft", table, chain, number: index + 1, rule, view };
    }),
  ]);
}

/** Bytes of the kernel's field for a comment: XT_MAX_COMMENT_LEN, include/uapi/linux/netfilter/xt_comment.h. */
const LONGEST_COMMENT = 256;
/** Nobody who is recognised writes a longer rule. */
const LONGEST_TEXT = 2048;

function xtView(rule: Rule, table: Table, chain: string): RuleView {
  const { target } = rule;
  const others = rule.matches.filter(({ name }) => name !== "comment");
  return {
    table: table.name,
    chain,
    text: printSpec({ ...rule, matches: others }, table.family)
      .trimStart()
      .slice(0, LONGEST_TEXT),
    comments: commentsOf(rule).map((comment) => comment.slice(0, LONGEST_COMMENT)),
    leadsTo: target?.kind === "jump" || target?.kind === "goto" ? [target.chain] : [],
  };
}

function nftView(rule: NftRule, table: NftTable, chain: string): RuleView {
  return {
    table: table.name,
    chain,
    text: printNftRule({ ...rule, comment: null }, { stateless: true }).slice(0, LONGEST_TEXT),
    comments: rule.comment === null ? [] : [rule.comment.slice(0, LONGEST_COMMENT)],
    leadsTo: leadsTo(rule),
  };
}

/** What `-m comment` says, in order. */
function commentsOf(rule: Rule): readonly string[] {
  return rule.matches.flatMap((match) => {
    const text = match.kind === "match" && match.name === "comment" ? match.args["comment"]?.value : undefined;
    return typeof text === "string" ? [text] : [];
  });
}
