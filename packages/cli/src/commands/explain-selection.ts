import { isNftFamily, selectNftTables, selectTables } from "@hookwalk/engine";
import type { ExplainSelection, Family, NftFamily, NftTable, Selection, Snapshot, Speaker } from "@hookwalk/engine";
import { usageError } from "../errors.ts";
import { checkNames, unknownName } from "./known-names.ts";

const MAX_MARK = 0xffff_ffff;

/**
 * What the words behind the command name: `TABLE[/CHAIN[/N]]` with a family before it (`ip6/`, `inet/`), where `@NAME` in the chain's
 * place is a set, map, object or flowtable of nft; `set[/NAME]`, `ip-rule[/PRIORITY]`, `mark[/VALUE]`; blanks do for slashes. Throws where there is no such thing, and says what there is.
 */
export function explainSelection(
  words: readonly string[],
  family: Family | null,
  snapshot: Snapshot,
  say: Speaker,
): ExplainSelection {
  const path = words.join("/").replace(/^\/+|\/+$/g, "");
  const [first, rest] = splitOnce(path);
  if (isNftFamily(first)) return explainPath(rest ?? "", first, snapshot, say);
  return explainPath(path, family, snapshot, say);
}

function splitOnce(path: string): readonly [first: string, rest: string | null] {
  const slash = path.indexOf("/");
  return slash < 0 ? [path, null] : [path.slice(0, slash), path.slice(slash + 1)];
}

function explainPath(path: string, family: NftFamily | null, snapshot: Snapshot, say: Speaker): ExplainSelection {
  const [first, rest] = splitOnce(path);
  switch (first) {
    case "":
      return family === null ? { kind: "all" } : ruleSelection(null, null, family, snapshot, say);
    case "set":
      return { kind: "set", name: rest === null ? null : knownSet(rest, snapshot, say) };
    case "ip-rule":
      return routingSelection(rest, family, snapshot, say);
    case "mark":
      return { kind: "mark", mark: rest === null ? null : parseMark(rest, say) };
    default:
      return ruleSelection(first, rest, family, snapshot, say);
  }
}

/** `0x200`, `512`. */
export function parseMark(text: string, say: Speaker): number {
  const mark = /^(0x[0-9a-f]{1,8}|\d{1,10})$/i.test(text) ? Number(text) : Number.NaN;
  if (mark <= MAX_MARK) return mark;
  throw usageError(say.commandLine("bad-mark", { value: text }), say.commandLine("bad-mark-hint"));
}

function knownSet(name: string, { sets, nft }: Snapshot, say: Speaker): string {
  const names = [...(sets ?? []).map((set) => set.name), ...(nft ?? []).flatMap(contentNames)];
  if (sets === null || names.includes(name)) return name;
  throw unknownName(say.commandLine("no-set", { name }), name, names, say);
}

function contentNames({ sets, objects, flowtables }: NftTable): readonly string[] {
  return [...sets, ...objects, ...flowtables].map(({ name }) => name);
}

function routingSelection(
  text: string | null,
  family: NftFamily | null,
  snapshot: Snapshot,
  say: Speaker,
): ExplainSelection {
  const own = family === "ip" || family === "ip6" ? family : null;
  return { kind: "routing-rule", family: own, priority: text === null ? null : priority(text, own, snapshot, say) };
}

function priority(text: string, family: Family | null, snapshot: Snapshot, say: Speaker): number {
  const known = (["ip", "ip6"] as const)
    .filter((one) => family === null || one === family)
    .flatMap((one) => snapshot.rules[one] ?? [])
    .map((rule) => String(rule.priority));
  if (known.includes(text)) return Number(text);
  throw unknownName(say.commandLine("no-routing-rule", { name: text }), text, known, say);
}

/** A chain's own name may hold slashes and end in a number (`cali-pi-shop/knp.default.web`): what is there decides. */
function ruleSelection(
  table: string | null,
  rest: string | null,
  family: NftFamily | null,
  snapshot: Snapshot,
  say: Speaker,
): ExplainSelection {
  if (rest?.startsWith("@") === true) return contentSelection(table, rest, family, snapshot, say);
  const isChain = rest !== null && chainSizes(snapshot, { family, table, chain: rest }).length > 0;
  const [, before, digits] = (isChain || rest === null ? null : /^(.+)\/(\d{1,9})$/.exec(rest)) ?? [];
  const chain = before ?? rest;
  checkNames(snapshot, { family, table, chain }, say);
  if (digits === undefined) return { kind: "rules", family, table, chain, rule: null };
  const rule = Number(digits);
  const most = chainSizes(snapshot, { family, table, chain }).reduce((a, b) => Math.max(a, b), 0);
  if (rule >= 1 && rule <= most) return { kind: "rules", family, table, chain, rule };
  const name = `${table ?? ""}/${chain ?? ""}`;
  throw usageError(
    say.commandLine("no-rule", { chain: name, number: digits }),
    say.commandLine("rules-up-to", { most }),
  );
}

/** How many rules each chain has that is named so. */
function chainSizes(snapshot: Snapshot, selection: Selection): readonly number[] {
  const tables: readonly SizedTable[] = [...selectTables(snapshot, selection), ...selectNftTables(snapshot, selection)];
  return tables.flatMap(({ chains }) => chains.map(({ rules }) => rules.length));
}

interface SizedTable {
  readonly chains: readonly { readonly rules: readonly unknown[] }[];
}

/** `@NAME`: what a table of nft holds beside chains. */
function contentSelection(
  table: string | null,
  name: string,
  family: NftFamily | null,
  snapshot: Snapshot,
  say: Speaker,
): ExplainSelection {
  checkNames(snapshot, { family, table, chain: null }, say);
  const tables = selectNftTables(snapshot, { family, table, chain: null }).map((found) => found.table);
  const names = tables.flatMap(contentNames).map((one) => `@${one}`);
  if (names.includes(name)) return { kind: "rules", family, table, chain: name, rule: null };
  throw unknownName(say.commandLine("no-set", { name: name.slice(1) }), name, names, say);
}
