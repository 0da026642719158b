import type { PhraseId } from "../messages/explain/phrase.ts";
import { readMark } from "./mark.ts";
import type { MarkMeaning, MarkReader } from "./mark.ts";
import { fits } from "./evidence.ts";
import type { Evidence, RoutingRuleView, RuleView } from "./evidence.ts";
import type { MarkField, Owner, RulePattern, RuleShape, TablePattern } from "./owner.ts";
import { owners } from "./owners.ts";
import { versionsOf } from "./versions.ts";
import type { Versions } from "./versions.ts";

/** Whose something is and what it means; the params fill the meaning's holes. */
export interface Meaning {
  readonly owner: Owner;
  readonly means: PhraseId;
  readonly params: Readonly<Record<string, string>>;
}

export interface RuleMeaning {
  /** Null: nobody known. */
  readonly owner: Owner | null;
  /** Null: its owner is known by the chain alone, or not at all. */
  readonly meaning: Meaning | null;
  /** The listing lacks something that the owner always writes into this rule. */
  readonly isCut: boolean;
}

/** An owner that is on the node, and what can be told of it. */
export interface Presence {
  readonly owner: Owner;
  readonly versions: Versions | null;
  /** `IPVS`; null where it has but one way to be run, or nothing tells. */
  readonly variant: string | null;
}

/** Who writes on a node, asked of one thing at a time. */
export interface Recognition {
  readonly present: readonly Presence[];
  /** A table of nft itself. */
  table(name: string): Meaning | null;
  chain(table: string, name: string): Meaning | null;
  rule(view: RuleView): RuleMeaning;
  /** Of an ipset the table is null. */
  set(name: string, table: string | null): Meaning | null;
  device(name: string): Meaning | null;
  routingRule(view: RoutingRuleView): Meaning | null;
  routingTable(name: string): Meaning | null;
  /** What a mark, or the bits of it under a mask, stand for; with an owner as that one reads them, else as all who are here do. */
  mark(value: number, mask: number, owner: Owner | null): readonly MarkMeaning[];
}

export function recogniseOwners(evidence: Evidence): Recognition {
  const chains = rememberedChains();
  const writers = new Set([
    ...evidence.tables.map((name) => tableMeaning(name)?.owner),
    ...evidence.chains.map(({ table, name }) => chains(table, name)?.owner),
  ]);
  const here = owners.filter((owner) => writers.has(owner) || owner.name === "kernel" || isPresent(owner, evidence));
  // A listing of routing rules alone, say: nobody can be ruled out.
  const asked = evidence.rules.length === 0 && here.length <= 1 ? owners : here;
  const readers = new Map<Owner, MarkReader>();
  for (const owner of asked) {
    const fields = [...owner.marks.fields, ...learnedFields(owner, evidence.rules)];
    if (fields.length > 0) readers.set(owner, { owner, fields });
  }
  const isBit: IsBit = (owner, { bit }, mask) =>
    bit === undefined ||
    readers.get(owner)?.fields.some((field) => field.means === bit && field.mask === Number(mask)) === true;
  return {
    present: here
      .filter(({ name }) => name !== "kernel")
      .map((owner) => ({
        owner,
        versions: versionsOf(owner, evidence),
        variant:
          owner.variants.find(({ chain }) => evidence.chains.some(({ name }) => chain.test(name)))?.title ?? null,
      })),
    table: tableMeaning,
    chain: chains,
    rule: (view) => ruleMeaning(view, asked, chains, isBit),
    set: (name, table) => named(asked, ({ sets }) => sets, name, table),
    device: (name) => named(asked, ({ devices }) => devices, name),
    routingTable: (name) => named(asked, ({ routingTables }) => routingTables, name),
    routingRule: (view) => routingMeaning(view, asked),
    mark(value, mask, owner) {
      const own = owner === null ? undefined : readers.get(owner);
      return readMark(value, mask, own === undefined ? [...readers.values()] : [own]);
    },
  };
}

/** Told by something else than its chains. */
function isPresent(owner: Owner, { rules, sets, routingRules }: Evidence): boolean {
  return (
    rules.some((view) => owner.rules.some((shape) => isSign(shape) && fits(shape, view) !== null)) ||
    sets.some(({ table, name }) => owner.sets.some((pattern) => isIn(pattern, table) && pattern.name.test(name))) ||
    routingRules.some((view) =>
      owner.routingRules.some((one) => one.shared !== true && fitsRouting(one, view) !== null),
    )
  );
}

/** A comment, or a text that means the same wherever it stands. */
function isSign({ comment, chain, table, text }: RuleShape): boolean {
  return comment !== undefined || (text !== undefined && chain === undefined && table === undefined);
}

/** Names are many and each is asked often. */
function rememberedChains(): (table: string, name: string) => Meaning | null {
  const known = new Map<string, Meaning | null>();
  return (table, name) => {
    const key = `${table} ${name}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const meaning = chainMeaning(table, name);
    known.set(key, meaning);
    return meaning;
  };
}

function chainMeaning(table: string, name: string): Meaning | null {
  return named(owners, ({ chains }) => chains, name, table);
}

/** What a table of nft itself is for; null: nobody known has one of that name. */
function tableMeaning(name: string): Meaning | null {
  return named(owners, ({ tables }) => tables, name);
}

/** Whether these bits mean to their owner on this node what the pattern asks for. */
type IsBit = (owner: Owner, pattern: RulePattern, mask: string | undefined) => boolean;

/** Comments and shapes first, of the chain's own owner before others; then the chain that it leads to, or that it stands in. */
function ruleMeaning(view: RuleView, asked: readonly Owner[], chains: Recognition["chain"], isBit: IsBit): RuleMeaning {
  const chain = chains(view.table, view.chain)?.owner ?? tableMeaning(view.table)?.owner ?? null;
  const own = chain === null || chain.name === "kernel" ? null : chain;
  for (const owner of own === null ? asked : [own, ...asked]) {
    for (const pattern of owner.rules) {
      const params = fits(pattern, view);
      if (params === null || !isBit(owner, pattern, params["mask"])) continue;
      const isCut = pattern.guard !== undefined && !isGuarded(view.text, pattern.guard);
      return { owner, meaning: { owner, means: pattern.means, params }, isCut };
    }
  }
  const target = view.leadsTo.map((name) => chains(view.table, name)?.owner).find((owner) => owner !== undefined);
  return { owner: own ?? target ?? null, meaning: null, isCut: false };
}

/** A match without a word of its own is one that a listing has lost. */
function isGuarded(text: string, guard: string): boolean {
  return text.includes(`-m ${guard} --`) || text.includes(`-m ${guard} ! --`);
}

/** The first pattern that fits. */
function named(
  asked: readonly Owner[],
  patternsOf: (owner: Owner) => readonly TablePattern[],
  name: string,
  table: string | null = null,
): Meaning | null {
  for (const owner of asked) {
    for (const pattern of patternsOf(owner)) {
      const match = isIn(pattern, table) ? pattern.name.exec(name) : null;
      if (match !== null) return { owner, means: pattern.means, params: { ...match.groups } };
    }
  }
  return null;
}

function isIn(pattern: TablePattern, table: string | null): boolean {
  return pattern.table === undefined || pattern.table === table;
}

function routingMeaning(view: RoutingRuleView, asked: readonly Owner[]): Meaning | null {
  for (const owner of asked) {
    for (const pattern of owner.routingRules) {
      const params = fitsRouting(pattern, view);
      if (params !== null) return { owner, means: pattern.means, params };
    }
  }
  return null;
}

function fitsRouting(
  { priority, text }: Owner["routingRules"][number],
  view: RoutingRuleView,
): Readonly<Record<string, string>> | null {
  if (priority !== undefined && (view.priority < priority[0] || view.priority > priority[1])) return null;
  const match = text.exec(view.text);
  return match === null ? null : { ...match.groups };
}

/** Nobody shares out more bits than a mark has, in a few ways each. */
const MOST_LEARNED = 128;

/** Bits that the rules themselves name, each once for each meaning. */
function learnedFields(owner: Owner, rules: readonly RuleView[]): readonly MarkField[] {
  const patterns = owner.marks.learned ?? [];
  const found = new Map<string, MarkField>();
  if (patterns.length === 0) return [];
  for (const view of rules) {
    if (found.size >= MOST_LEARNED) break;
    for (const pattern of patterns) {
      const mask = Number(fits(pattern, view)?.["mask"]);
      if (Number.isInteger(mask) && mask > 0) {
        found.set(`${pattern.means} ${String(mask)}`, { value: mask, mask, means: pattern.means });
      }
    }
  }
  return [...found.values()];
}
