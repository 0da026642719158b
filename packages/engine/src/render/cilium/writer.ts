import type { Family } from "../../base/address.ts";
import type { Match, Target } from "../../model/ruleset.ts";
import type { NodeDraft } from "../node/node-draft.ts";
import type { RuleSpec } from "../iptables/spec.ts";
import { match, target } from "../iptables/spec.ts";
import type { TableName } from "../iptables/table-draft.ts";
import type { CiliumChainName } from "./chains.ts";
import type { CiliumContext, FamilyContext } from "./context.ts";

/** Drafts of one family's tables, and what rules of Cilium are made of. */
export interface CiliumWriter {
  readonly context: CiliumContext;
  readonly family: FamilyContext;
  readonly node: NodeDraft;
  /** `-A`. */
  readonly append: (chain: CiliumChainName, spec: RuleSpec) => void;
  /** `-I`. */
  readonly prepend: (chain: CiliumChainName, spec: RuleSpec) => void;
  readonly comment: (text: string) => Match;
  readonly match: (name: string, written: Readonly<Record<string, string>>) => Match;
  readonly target: (name: string, written?: Readonly<Record<string, string>>) => Target;
  /** `-j CT --notrack`; releases before 1.11 say `-j NOTRACK`, which the kernel holds as the same. */
  readonly notrack: Target;
}

const TABLE_OF: Readonly<Record<CiliumChainName, TableName>> = {
  CILIUM_INPUT: "filter",
  CILIUM_OUTPUT: "filter",
  CILIUM_OUTPUT_raw: "raw",
  CILIUM_POST_nat: "nat",
  CILIUM_OUTPUT_nat: "nat",
  CILIUM_PRE_nat: "nat",
  CILIUM_POST_mangle: "mangle",
  CILIUM_PRE_mangle: "mangle",
  CILIUM_PRE_raw: "raw",
  CILIUM_FORWARD: "filter",
};

export function ciliumWriter(context: CiliumContext, family: FamilyContext, node: NodeDraft): CiliumWriter {
  const of: Family = family.family;
  return {
    context,
    family,
    node,
    append: (chain, spec) => {
      node.table(of, TABLE_OF[chain]).append(chain, spec);
    },
    prepend: (chain, spec) => {
      node.table(of, TABLE_OF[chain]).prepend(chain, spec);
    },
    comment: (text) => match(of, "comment", { comment: text }),
    match: (name, written) => match(of, name, written),
    target: (name, written) => target(of, name, written),
    notrack: target(of, "CT", { notrack: "" }),
  };
}

/** `-i DEV`, `-o DEV`. */
export function device(value: string, negated = false): { readonly negated: boolean; readonly value: string } {
  return { negated, value };
}
