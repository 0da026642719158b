import type { Rule, Table } from "./ruleset.ts";

/** How a table was shown: `iptables-save`, `iptables -L`, `nft list ruleset`, `nft -j list ruleset`. */
export type ViewTool = "iptables-save" | "iptables-list" | "nft" | "nft-json";

/** One tool's picture of one table. */
export interface TableView {
  readonly tool: ViewTool;
  /** The table as this tool alone shows it. */
  readonly table: Table;
  /** False: chains or rules may be missing (a filtered listing, one chain of it): what it does not show may still be there. */
  readonly whole: boolean;
  /** How the tool printed each rule, where that is not how iptables-save would. */
  readonly originals: ReadonlyMap<Rule, string>;
}

/** A part of a rule: a field, the target, or a match by its place in `matches`. */
export type ViewedPart = "src" | "dst" | "iif" | "oif" | "proto" | "fragment" | "target" | number;

/** A table that several tools show, put together of what each of them tells. Its `table` stands in the snapshot. */
export interface MergedTable {
  readonly table: Table;
  readonly views: readonly TableView[];
  /** Where each rule comes from. */
  readonly origins: ReadonlyMap<Rule, RuleOrigin>;
  readonly differences: readonly ViewDifference[];
}

/** The place of a view in `views`; or the owner (`kubelet`) whose rule this is known to be: it always writes it so. */
export type Teller = number | string;

export interface RuleOrigin {
  /** The rule as each view shows it, in the order of `views`; null: it does not. */
  readonly shown: readonly (Rule | null)[];
  /** Who tells a part. Parts that are not here, all views tell alike. */
  readonly parts: ReadonlyMap<ViewedPart, Teller>;
}

/** What one view does not tell, or tells wrongly, of a table. */
export interface ViewDifference {
  readonly kind: DifferenceKind;
  readonly chain: string;
  /** The rule of the merged table and its number in the chain, from 1; null: it is about the whole chain. */
  readonly rule: Rule | null;
  readonly number: number | null;
  /** The part as iptables-save spells it (`-m mark --mark 0x200/0xf00`); "" where it is about the whole rule or chain. */
  readonly part: string;
  /** Place in `views` of the one that is wrong, and the rule as it shows it. */
  readonly view: number;
  readonly shown: Rule | null;
  /** Who tells better; null: nobody does, and what depends on it is unknown. */
  readonly told: Teller | null;
}

/**
 * `lost-match`: a match is missing. `inverted`: it says the opposite. `changed`: it says something else, or not all.
 * `missing-rule`, `missing-chain`: it is not shown at all.
 */
export type DifferenceKind = "lost-match" | "inverted" | "changed" | "missing-rule" | "missing-chain";
