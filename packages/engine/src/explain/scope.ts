import type { Family } from "../base/address.ts";
import type { Owner } from "../owners/owner.ts";
import type { Node } from "./node.ts";

/** Where something stands that is to be said: the same mark means different things in rules of different owners. */
export interface Scope {
  readonly node: Node;
  /** Of the rule; null: nobody known. */
  readonly owner: Owner | null;
}

/** The same for what only one family has: rules of iptables, routing rules. */
export interface FamilyScope extends Scope {
  readonly family: Family;
}
