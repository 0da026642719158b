import type { RuleShape } from "./owner.ts";

/** A rule as far as an owner is told by it. */
export interface RuleView {
  readonly table: string;
  readonly chain: string;
  /** As iptables-save prints it, without `-A CHAIN` and without comments. */
  readonly text: string;
  readonly comments: readonly string[];
  /** The user chain that it jumps or goes to. */
  readonly leadsTo: string | null;
}

/** What of a node is looked at to tell who writes on it. */
export interface Evidence {
  readonly chains: readonly { readonly table: string; readonly name: string }[];
  readonly rules: readonly RuleView[];
  readonly sets: readonly string[];
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
  const params: Record<string, string> = {};
  const takes = (pattern: RegExp | undefined, texts: readonly string[]): boolean => {
    if (pattern === undefined) return true;
    for (const text of texts) {
      const match = pattern.exec(text);
      if (match === null) continue;
      Object.assign(params, match.groups);
      return true;
    }
    return false;
  };
  const all = takes(shape.chain, [view.chain]) && takes(shape.text, [view.text]) && takes(shape.comment, view.comments);
  return all ? params : null;
}
