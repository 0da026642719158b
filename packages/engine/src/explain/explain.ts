import type { Family } from "../base/address.ts";
import { SEEN_BY } from "../ext/nft/families.ts";
import { list, phrase } from "../messages/explain/phrase.ts";
import type { Snapshot } from "../model/snapshot.ts";
import type { Bits } from "./bits.ts";
import { explainChain } from "./chain.ts";
import type { Explanation, ExplainSelection, MarkExplanation, TableExplanation } from "./explanation.ts";
import { clearersOf, excludersOf, markUseOf, marksInUse, readersOf, writersOf } from "./mark-use.ts";
import type { MarkUse } from "./mark-use.ts";
import { explainIpvs } from "./ipvs.ts";
import { meaningPhrase } from "./meaning.ts";
import { explainContents } from "./nft/contents.ts";
import { nodeOf } from "./node.ts";
import type { Node } from "./node.ts";
import type { AnyChain, AnyTable } from "./place.ts";
import { explainRoutingRule } from "./routing-rule.ts";
import { explainSets } from "./set.ts";

const FAMILIES = ["ip", "ip6"] as const;

/** A snapshot, or a part of it, in words. */
export function explainSnapshot(snapshot: Snapshot, selection: ExplainSelection): Explanation {
  const node = nodeOf(snapshot);
  const isAll = selection.kind === "all";
  const rules = isAll ? EVERY_RULE : selection.kind === "rules" ? selection : null;
  return {
    owners: node.owners.present,
    tables: rules === null ? [] : explainTables(node, rules),
    sets: isAll ? explainSets(node, null) : [],
    ...(selection.kind === "set" ? explainNamed(node, selection.name) : {}),
    routingRules: isAll
      ? explainRouting(node, null, null)
      : selection.kind === "routing-rule"
        ? explainRouting(node, selection.family, selection.priority)
        : [],
    ipvs: isAll ? explainIpvs(node) : [],
    ...(isAll
      ? explainMarks(node, null)
      : selection.kind === "mark"
        ? explainMarks(node, selection.mark)
        : { marks: [], hiddenMarks: 0 }),
  };
}

type RuleSelection = Extract<ExplainSelection, { kind: "rules" }>;

const EVERY_RULE: RuleSelection = { kind: "rules", family: null, table: null, chain: null, rule: null };

function tablesOf({ snapshot }: Node): readonly AnyTable[] {
  return [...FAMILIES.flatMap((family) => snapshot.tables[family] ?? []), ...(snapshot.nft ?? [])];
}

/** A chain may also be one of the things that a table of nft holds, `@NAME`. */
function explainTables(node: Node, { family, table: name, chain, rule }: RuleSelection): readonly TableExplanation[] {
  const thing = chain?.startsWith("@") === true ? chain.slice(1) : null;
  return tablesOf(node)
    .filter((table) => family === null || SEEN_BY[family].includes(table.family))
    .filter((table) => name === null || table.name === name)
    .map((table) =>
      explainTable(table, node, {
        chains: chainsOf(table).filter((one) => chain === null || one.name === chain),
        rule,
        contents: "sets" in table && (chain === null || thing !== null) ? explainContents(table, node, thing) : [],
      }),
    )
    .filter(({ chains, contents }) => chain === null || chains.length + contents.length > 0);
}

/** Either table's chains as chains of either. */
function chainsOf(table: AnyTable): readonly AnyChain[] {
  return table.chains;
}

interface TableParts {
  readonly chains: readonly AnyChain[];
  readonly rule: number | null;
  readonly contents: TableExplanation["contents"];
}

function explainTable(table: AnyTable, node: Node, { chains, rule, contents }: TableParts): TableExplanation {
  const meaning = "sets" in table ? node.owners.table(table.name) : null;
  const flags = "sets" in table ? table.flags : [];
  const comment = "sets" in table && meaning === null ? table.comment : null;
  return {
    table,
    owner: meaning?.owner ?? null,
    meaning: meaning === null ? null : meaningPhrase(meaning),
    says: [
      ...(flags.includes("dormant") ? [phrase("table-dormant")] : []),
      ...(flags.length === 0 ? [] : [phrase("table-flags", { flags: list("items", flags) })]),
      ...(comment === null ? [] : [phrase("comment-is", { comment })]),
    ],
    contents,
    chains: chains.map((chain) => explainChain(chain, table, node, rule)),
  };
}

/** Sets of ipset by a name, and what tables of nft hold by it. */
function explainNamed(node: Node, name: string | null): Pick<Explanation, "sets" | "tables"> {
  const tables = (node.snapshot.nft ?? [])
    .map((table) => explainTable(table, node, { chains: [], rule: null, contents: explainContents(table, node, name) }))
    .filter(({ contents }) => contents.length > 0);
  const sets = explainSets(node, name);
  return { tables, sets: tables.length > 0 ? (sets ?? []) : sets };
}

function explainRouting(node: Node, family: Family | null, priority: number | null): Explanation["routingRules"] {
  return FAMILIES.filter((one) => family === null || one === family)
    .flatMap((one) => node.snapshot.rules[one] ?? [])
    .filter((rule) => priority === null || rule.priority === priority)
    .map((rule) => explainRoutingRule(rule, node));
}

/** More than a person reads; endpoints with a mark each can be thousands. */
const LISTED_MARKS = 256;

function explainMarks(node: Node, mark: number | null): Pick<Explanation, "marks" | "hiddenMarks"> {
  const use = markUseOf(node);
  const all = mark === null ? marksInUse(use) : [{ value: mark, mask: 0xffff_ffff }];
  const listed = all.slice(0, LISTED_MARKS);
  return { marks: listed.map((bits) => explainMark(bits, use, node)), hiddenMarks: all.length - listed.length };
}

function explainMark({ value, mask }: Bits, use: MarkUse, node: Node): MarkExplanation {
  return {
    value,
    mask,
    meanings: node.owners.mark(value, mask, null),
    readers: readersOf(value, use),
    excluders: excludersOf(value, use),
    writers: writersOf(value, use),
    clearers: clearersOf(value, use),
    routingRules: FAMILIES.flatMap((family) => node.snapshot.rules[family] ?? []).filter(
      ({ fwmark }) => fwmark !== null && (value & fwmark.mask) >>> 0 === fwmark.mark,
    ),
  };
}
