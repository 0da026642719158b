import type { TableDraft } from "../iptables/table-draft.ts";
import type { ProxyContext } from "./context.ts";
import type { RuleParts } from "./rule-parts.ts";

/** The drafts of the two tables that have rules, and what rules are made of. */
export interface Writer {
  readonly context: ProxyContext;
  readonly parts: RuleParts;
  readonly nat: TableDraft;
  readonly filter: TableDraft;
  /** Rules of endpoints go without comments. */
  readonly isLarge: boolean;
}
