import type { Family } from "../../base/address.ts";
import type { Chain, Rule, Table } from "../../model/ruleset.ts";

/** How a rule is printed as iptables-save prints it: `printRule` of `print/`, which this layer does not know. */
export type RulePrinter = (rule: Rule, family: Family) => string;

/**
 * What a rule's hash says of it.
 *
 * - `verified`: it follows from the rule's text and from all that stands before it in Felix's order.
 * - `edited`: the hash is Felix's, the rest of the rule is not.
 * - `relabelled`: the rule is Felix's, the hash is not.
 * - `duplicated`: the same hash stood before, and this rule has no place of its own.
 * - `foreign`: no hash, in a chain that is Felix's own.
 * - `unverifiable`: it stands behind a place where the chain's state is lost, or its own hash does not follow and
 *   nothing says why.
 */
export type RuleStatus = "verified" | "edited" | "relabelled" | "duplicated" | "foreign" | "unverifiable";

export interface RuleCheck {
  readonly rule: Rule;
  /** From 1 inside the chain. */
  readonly number: number;
  /** What stands behind `cali:`. */
  readonly hash: string | null;
  readonly status: RuleStatus;
  /**
   * What Felix hashed, its own spelling with HASH where the comment stands: proved by the hash, so null for all that is
   * not `verified`, `edited` or `relabelled`, and for an edit too great to be undone.
   */
  readonly felixText: string | null;
}

/** A rule that Felix wrote and that is gone: what it was, and its hash. */
export interface LostRule {
  readonly felixText: string;
  readonly hash: string;
}

/**
 * What is wrong with a chain, one for each cause: rules behind the cause whose hashes cannot be checked any more are
 * counted in `unverifiable`, not reported again.
 */
export type CalicoFinding = CalicoPlace &
  (
    | {
        readonly kind: "edited";
        /** Null: the rule has words that Felix never writes, and what it was is not known. */
        readonly felixText: string | null;
      }
    /** Rules are gone before this one. Empty: no guess fits, but this rule is word for word one that Felix writes elsewhere. */
    | { readonly kind: "missing"; readonly lost: readonly LostRule[] }
    /** The chain ends before a rule that ends every such chain. No hash can prove it: nothing stands behind the place. */
    | { readonly kind: "truncated"; readonly lost: LostRule }
    /** `rules`: those that moved; `order`: all rules of the chain by their numbers now, as Felix had them. */
    | { readonly kind: "reordered"; readonly rules: readonly number[]; readonly order: readonly number[] }
    /** `hash`: the one that belongs to the rule. */
    | { readonly kind: "relabelled"; readonly hash: string }
    /** `of`: the number of the rule that has the hash by right. */
    | { readonly kind: "duplicated"; readonly of: number }
    | { readonly kind: "foreign" }
    /** The hash does not follow, and no edit or lost rule in reach explains it: one or the other, or a spelling of Felix that is not known here. */
    | { readonly kind: "unexplained" }
  );

/** Where a finding is. */
export interface CalicoPlace {
  readonly table: Table;
  readonly chain: Chain;
  /** The culprit; the first rule behind what is missing, the last rule of a truncated chain, null and 0 where none is left. */
  readonly rule: Rule | null;
  readonly number: number;
  /** Rules behind it whose hashes follow from what is lost here. */
  readonly unverifiable: number;
}

export interface ChainCheck {
  readonly table: Table;
  readonly chain: Chain;
  /** Rules of kernel chains that are not Felix's are not among them. */
  readonly rules: readonly RuleCheck[];
  readonly findings: readonly CalicoFinding[];
}
