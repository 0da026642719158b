import type { RuleShape } from "./owner.ts";

/** A rule as far as an owner is told by it. */
export interface RuleView {
  readonly table: string;
  readonly chain: string;
  /** As iptables-save prints it, without `-A CHAIN` and without comments; as nft prints it, without counts and comment. */
  readonly text: string;
  readonly comments: readonly string[];
  /** The chains that it jumps or goes to; `@NAME`: those that a map of verdicts names. */
  readonly leadsTo: readonly string[];
}

/** What of a node is looked at to tell who writes on it. */
export interface Evidence {
  /** Tables of nft itself: their names tell more than those of iptables, which are the same on every node. */
  readonly tables: readonly string[];
  readonly chains: readonly { readonly table: string; readonly name: string }[];
  readonly rules: readonly RuleView[];
  /** Of an ipset the table is null. */
  readonly sets: readonly { readonly table: string | null; readonly name: string }[];
  readonly routingRules: readonly RoutingRuleView[];
}

export interface RoutingRuleView {
  readonly priority: number;
  /** As `ip rule` prints it behind the priority. */
  readonly text: string;
}

/** What the named groups hold, or null where it does not fit. */
export function fits(shape: RuleShape, view: RuleView): Readonly<Record<string, string>> | null {
  if (shape.table !== undefined && shape.table !== view.table) return null;
  // Comments first: most rules have none, and most shapes ask for one.
  const comment = shape.comment === undefined ? NOTHING : firstMatch(shape.comment, view.comments);
  if (comment === null) return null;
  const chain = shape.chain === undefined ? NOTHING : groupsOf(shape.chain, view.chain);
  if (chain === null) return null;
  const text = shape.text === undefined ? NOTHING : groupsOf(shape.text, view.text);
  return text === null ? null : { ...chain, ...text, ...comment };
}

type Groups = Readonly<Record<string, string>>;

const NOTHING: Groups = {};

function groupsOf(pattern: RegExp, text: string): Groups | null {
  const match = pattern.exec(text);
  return match === null ? null : (match.groups ?? NOTHING);
}

function firstMatch(pattern: RegExp, texts: readonly string[]): Groups | null {
  for (const text of texts) {
    const groups = groupsOf(pattern, text);
    if (groups !== null) return groups;
  }
  return null;
}
