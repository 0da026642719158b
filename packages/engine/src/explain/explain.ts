import type { Family } from "../base/address.ts";
import type { Snapshot } from "../model/snapshot.ts";
import type { Bits } from "./bits.ts";
import { explainChain } from "./chain.ts";
import type { Explanation, ExplainSelection, MarkExplanation, TableExplanation } from "./explanation.ts";
import { clearersOf, excludersOf, markUseOf, marksInUse, readersOf, writersOf } from "./mark-use.ts";
import type { MarkUse } from "./mark-use.ts";
import { nodeOf } from "./node.ts";
import type { Node } from "./node.ts";
import { explainRoutingRule } from "./routing-rule.ts";
import { explainSets } from "./set.ts";

const FAMILIES = ["ip", "ip6"] as const;

/** A snapshot, or a part of it, in words. */
export function explainSnapshot(snapshot: Snapshot, selection: ExplainSelection): Explanation {
  const node = nodeOf(snapshot);
  const isAll = selection.kind === "all";
  const rules = isAll ? EVERY_RULE : selection.kind === "rules" ? selection : null;
  const setName = selection.kind === "set" ? selection.name : null;
  const hasSets = isAll || selection.kind === "set";
  return {
    owners: node.owners.present,
    tables: rules === null ? [] : explainTables(node, rules),
    notInWords: isAll ? (snapshot.nft ?? []).map(({ family, name }) => `${family} ${name}`) : [],
    sets: hasSets ? explainSets(node, setName) : [],
    routingRules: isAll
      ? explainRouting(node, null, null)
      : selection.kind === "routing-rule"
        ? explainRouting(node, selection.family, selection.priority)
        : [],
    ...(isAll
      ? explainMarks(node, null)
      : selection.kind === "mark"
        ? explainMarks(node, selection.mark)
        : { marks: [], hiddenMarks: 0 }),
  };
}

type RuleSelection = Extract<ExplainSelection, { kind: "rules" }>;

const EVERY_RULE: RuleSelection = { kind: "rules", family: null, table: null, chain: null, rule: null };

function explainTables(node: Node, { family, table: name, chain, rule }: RuleSelection): readonly TableExplanation[] {
  return FAMILIES.filter((one) => family === null || one === family)
    .flatMap((one) => node.snapshot.tables[one] ?? [])
    .filter((table) => name === null || table.name === name)
    .map((table) => ({
      table,
      chains: table.chains
        .filter((one) => chain === null || one.name === chain)
        .map((one) => explainChain(one, table, node, rule)),
    }))
    .filter(({ chains }) => chain === null || chains.length > 0);
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
