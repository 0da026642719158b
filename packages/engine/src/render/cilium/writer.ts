import type { Family } from "../../base/address.ts";
import type { Match, Target } from "../../model/ruleset.ts";
import type { RuleSpec } from "../iptables/spec.ts";
import { match, target } from "../iptables/spec.ts";
import type { TableDraft, TableName } from "../iptables/table-draft.ts";
import type { CiliumChainName } from "./chains.ts";
import { ciliumChains } from "./chains.ts";
import type { CiliumContext, FamilyContext } from "./context.ts";

/** Drafts of one family's tables, and what rules of Cilium are made of. */
export interface CiliumWriter {
  readonly context: CiliumContext;
  readonly family: FamilyContext;
  readonly drafts: Readonly<Record<TableName, TableDraft>>;
  /** `-A`. */
  append(chain: CiliumChainName, spec: RuleSpec): void;
  /** `-I`. */
  prepend(chain: CiliumChainName, spec: RuleSpec): void;
  comment(text: string): Match;
  match(name: string, written: Readonly<Record<string, string>>): Match;
  target(name: string, written?: Readonly<Record<string, string>>): Target;
  /** `-j CT --notrack`; releases before 1.11 say `-j NOTRACK`, which the kernel holds as the same. */
  readonly notrack: Target;
}

const TABLE_OF = new Map<string, TableName>(ciliumChains.map(({ name, table }) => [name, table]));

export function ciliumWriter(
  context: CiliumContext,
  family: FamilyContext,
  drafts: Readonly<Record<TableName, TableDraft>>,
): CiliumWriter {
  const of: Family = family.family;
  const draftOf = (chain: CiliumChainName): TableDraft => drafts[TABLE_OF.get(chain) ?? "filter"];
  return {
    context,
    family,
    drafts,
    append: (chain, spec) => {
      draftOf(chain).append(chain, spec);
    },
    prepend: (chain, spec) => {
      draftOf(chain).prepend(chain, spec);
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
