import type { NftChain, NftRule, NftTable } from "../model/nft.ts";
import type { Chain, Rule, Table } from "../model/ruleset.ts";
import type { RuleView } from "../owners/evidence.ts";

/** A rule and where it stands, as explanations and traces name it. */
export type Place = XtPlace | NftPlace;

/** A rule of iptables. */
export interface XtPlace {
  readonly dialect: "xt";
  readonly table: Table;
  readonly chain: Chain;
  /** From 1. */
  readonly number: number;
  readonly rule: Rule;
  readonly view: RuleView;
}

/** A rule of nft itself. */
export interface NftPlace {
  readonly dialect: "nft";
  readonly table: NftTable;
  readonly chain: NftChain;
  /** From 1. */
  readonly number: number;
  readonly rule: NftRule;
  readonly view: RuleView;
}

export type AnyTable = Place["table"];
export type AnyChain = Place["chain"];
