import type { Span } from "../../base/span.ts";
import type {
  NftBaseChain,
  NftElement,
  NftExpression,
  NftFamily,
  NftFlowtable,
  NftObject,
  NftRule,
  NftSet,
  NftStatement,
  NftTable,
} from "../../model/nft.ts";

/** A ruleset while commands change it: each table by its family and name. */
export type RulesetDraft = Map<string, TableDraft>;

export interface TableDraft {
  readonly family: NftFamily;
  readonly name: string;
  handle: number | null;
  flags: readonly string[];
  comment: string | null;
  readonly chains: Map<string, ChainDraft>;
  readonly sets: Map<string, SetDraft>;
  /** By type and name. */
  readonly objects: Map<string, ObjectDraft>;
  readonly flowtables: Map<string, FlowtableDraft>;
  readonly span: Span;
}

export interface ChainDraft {
  name: string;
  handle: number | null;
  comment: string | null;
  base: NftBaseChain | null;
  rules: NftRule[];
  readonly span: Span;
}

export interface SetDraft {
  handle: number | null;
  readonly isMap: boolean;
  type: readonly string[];
  typeof: NftExpression | null;
  data: readonly string[];
  typeofData: NftExpression | null;
  givesIntervals?: boolean;
  flags: readonly string[];
  timeout: number | null;
  gcInterval: number | null;
  size: number | null;
  policy: string | null;
  autoMerge: boolean;
  comment: string | null;
  statements: NftStatement[];
  elements: NftElement[];
  readonly span: Span;
}

export interface ObjectDraft {
  readonly type: string;
  readonly name: string;
  handle: number | null;
  comment: string | null;
  body: NftObject["body"];
  readonly span: Span;
}

export interface FlowtableDraft {
  handle: number | null;
  hook: string;
  priority: number;
  devices: readonly string[];
  flags: readonly string[];
  readonly span: Span;
}

export function tableKey(family: NftFamily, name: string): string {
  return `${family} ${name}`;
}

export function newTable(family: NftFamily, name: string, span: Span): TableDraft {
  return {
    family,
    name,
    handle: null,
    flags: [],
    comment: null,
    chains: new Map(),
    sets: new Map(),
    objects: new Map(),
    flowtables: new Map(),
    span,
  };
}

export function newChain(name: string, span: Span): ChainDraft {
  return { name, handle: null, comment: null, base: null, rules: [], span };
}

export function newSet(isMap: boolean, span: Span): SetDraft {
  return {
    handle: null,
    isMap,
    type: [],
    typeof: null,
    data: [],
    typeofData: null,
    flags: [],
    timeout: null,
    gcInterval: null,
    size: null,
    policy: null,
    autoMerge: false,
    comment: null,
    statements: [],
    elements: [],
    span,
  };
}

/** What stands under a name, made first if nothing does: `table x { … }` twice adds to one table. */
export function findOrAdd<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

/** The tables as the model has them. */
export function finishedTables(draft: RulesetDraft): readonly NftTable[] {
  return [...draft.values()].map(({ chains, sets, objects, flowtables, ...table }) => ({
    ...table,
    chains: [...chains.values()],
    sets: [...sets].map(([name, set]) => finishedSet(name, set)),
    objects: [...objects.values()],
    flowtables: [...flowtables].map(([name, flowtable]): NftFlowtable => ({ name, ...flowtable })),
  }));
}

function finishedSet(name: string, { isMap, data, flags, ...set }: SetDraft): NftSet {
  // nft does not print the flag where the time itself says it.
  const timed = set.timeout === null || flags.includes("timeout") ? flags : [...flags, "timeout"];
  return { name, ...set, flags: timed, data: isMap ? data : null };
}
