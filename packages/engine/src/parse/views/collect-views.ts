import type { Family } from "../../base/address.ts";
import type { Table } from "../../model/ruleset.ts";
import type { MergedTable, TableView } from "../../model/views.ts";
import { compareRules } from "./compare.ts";
import { isLossy } from "./loss.ts";
import { mergeTable } from "./merge-table.ts";
import { lacksGuard } from "./owner-rules.ts";
import { prepare } from "./prepared.ts";
import type { Prepared } from "./prepared.ts";
import { splitNameless } from "./split-nameless.ts";

export interface Views {
  /** Tables of one family as iptables-save shows them; null: no file speaks of them. */
  readonly saved: readonly Table[] | null;
  /** As other tools do. */
  readonly others: readonly TableView[];
  /** Does any of the texts have a rule whose owner always writes a guard into it? */
  readonly mayLackGuards: boolean;
}

export interface Collected {
  readonly tables: readonly Table[] | null;
  readonly merged: readonly MergedTable[];
}

/** Puts together what all tools show of the tables of one family. A table that one tool shows whole stays as it is. */
export function collectViews({ saved, others, mayLackGuards }: Views, family: Family): Collected {
  if (saved === null && others.length === 0) return { tables: null, merged: [] };
  const named = nameAll(saved ?? [], others).map((table): TableView => ({
    tool: "iptables-save",
    table,
    whole: table.committed,
    originals: new Map(),
  }));
  // A part of a filtered dump is recorded as such: what it does not show may be there.
  const filtered = new Set(named.map(({ table }) => table).filter((table) => saved?.includes(table) === false));
  const merged: MergedTable[] = [];
  const tables: Table[] = [];
  for (const group of groupsOf([...named, ...others], family)) {
    const one = groupTable(group, family, mayLackGuards, filtered);
    tables.push("table" in one ? one.table : one);
    if ("table" in one) merged.push(one);
  }
  return { tables, merged };
}

/** The tables with their names, as far as the listings together tell them. */
function nameAll(saved: readonly Table[], others: readonly TableView[]): readonly Table[] {
  if (!saved.some(({ name }) => name === "")) return saved;
  const places = new Map<string, Set<string>>();
  for (const { name, chains } of [...saved, ...others.map(({ table }) => table)]) {
    if (name === "") continue;
    for (const chain of chains) places.set(chain.name, (places.get(chain.name) ?? new Set<string>()).add(name));
  }
  return saved.flatMap((table) =>
    table.name === "" ? splitNameless(table, (chain) => places.get(chain) ?? new Set()) : [table],
  );
}

/** Views of one table; whole ones first. */
type Group = readonly TableView[];

function groupsOf(views: readonly TableView[], family: Family): readonly Group[] {
  const groups: TableView[][] = [];
  // What names its backend comes first: then the others find whose picture they are.
  const order = [...views].sort(
    (a, b) => Number(a.table.backend === "unknown") - Number(b.table.backend === "unknown"),
  );
  for (const view of order) {
    const { name, backend } = view.table;
    const fits = groups.filter((group) => name !== "" && group[0]?.table.name === name && backendsFit(group, backend));
    const group = backend === "unknown" ? fits.find((one) => showsSame(one, view, family)) : fits[0];
    if (group === undefined) groups.push([view]);
    else group.push(view);
  }
  const place = new Map(views.map((view, index) => [view, index]));
  const first = (group: Group): number => Math.min(...group.map((view) => place.get(view) ?? 0));
  return groups
    .sort((a, b) => first(a) - first(b))
    .map((group) => [...group].sort((a, b) => Number(b.whole) - Number(a.whole)));
}

function backendsFit(group: Group, backend: Table["backend"]): boolean {
  return backend === "unknown" || group.every(({ table }) => table.backend === "unknown" || table.backend === backend);
}

/** So many rules are looked at to tell whether two listings show one table. */
const SAMPLE = 200;

/** Of a listing that does not name its backend: is it a picture of this table, or of the other backend's of that name? */
function showsSame(group: Group, view: TableView, family: Family): boolean {
  const known = new Map<string, readonly Prepared[]>(
    group.flatMap(({ table }) =>
      table.chains.map(
        ({ name, rules }) => [name, rules.slice(0, SAMPLE).map((rule) => prepare(rule, family))] as const,
      ),
    ),
  );
  const sample = view.table.chains.flatMap((chain) => chain.rules.slice(0, 20)).slice(0, SAMPLE);
  if (sample.length === 0) return true;
  const found = sample.filter((rule) => {
    const prepared = prepare(rule, family);
    return known.get(rule.chain)?.some((other) => compareRules(other, prepared) !== null) === true;
  });
  return found.length * 2 >= sample.length;
}

/** The group's table; a merged one where there is more to say than one listing does. */
function groupTable(
  group: Group,
  family: Family,
  mayLackGuards: boolean,
  filtered: ReadonlySet<Table>,
): Table | MergedTable {
  const [only, ...others] = group;
  if (only === undefined) throw new Error("a group without a view");
  const isPlain = others.length === 0 && only.tool === "iptables-save" && !filtered.has(only.table);
  if (isPlain && !(mayLackGuards && only.table.rules.some(lacksGuard))) return only.table;
  const merged = mergeTable(group, family);
  const isAlike =
    merged.differences.length === 0 && only.whole && only.tool === "iptables-save" && !merged.table.rules.some(isLossy);
  return isAlike ? only.table : merged;
}
