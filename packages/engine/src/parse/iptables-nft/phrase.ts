import type { Family } from "../../base/address.ts";
import type { Loss } from "../../model/ruleset.ts";
import type { Saved } from "../pattern.ts";

/** What nft shows of one part of a rule that iptables-nft made, and the part itself as iptables-save spells it. */
export interface Phrase {
  /** A regular expression of the whole statement, in the spelling of `spelling.ts`. */
  readonly shown: string;
  /** `-m mark $1 --mark $2`. Null: it stands for several rules, or says something else than the rule. */
  readonly saved: Saved;
  /** The extension that nft distorts here, where `saved` is null: its name, behind `-m` or `-j`. */
  readonly of?: string;
  readonly lost?: Loss;
  /** Both when absent. */
  readonly families?: readonly Family[];
}

/** The operator of a match that is the other way round. */
export const NOT = "(!= |! )?";
/** A number as iptables and nft print marks. */
export const HEX = "0x[0-9a-f]+";

/** `!` where the operator is not plain equality. */
export function not(operator: string): string {
  return operator === "" || operator.startsWith("==") ? "" : "!";
}

/** `a-b` as iptables spells a range. */
export function range(text: string): string {
  return text.replace("-", ":");
}

/** As iptables prints masks. */
export function hex(value: number): string {
  return `0x${(value >>> 0).toString(16)}`;
}
