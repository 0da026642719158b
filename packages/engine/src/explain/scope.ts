import type { Owner } from "../owners/owner.ts";
import type { Node } from "./node.ts";
import type { Family } from "../base/address.ts";

/** Where something stands that is to be said: the same mark means different things in rules of different owners. */
export interface Scope {
  readonly node: Node;
  readonly family: Family;
  /** Of the rule; null: nobody known. */
  readonly owner: Owner | null;
}
