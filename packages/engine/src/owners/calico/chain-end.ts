import { chainMeaning } from "./chain-names.ts";
import { isComment } from "./fragment.ts";
import type { RuleBody } from "./printed-rule.ts";

/** A rule of Felix that lets nothing past it, in its spelling and in that of iptables-save. */
const DENYING_TEXT = /^-A \S+ HASH(?: -m comment --comment "[^"]*")* --jump (?:DROP|REJECT)(?: |$)/;
const DENYING_TARGET = /^-j (?:DROP|REJECT)(?: |$)/;
const DISPATCH = /^cali-(?:from|to)-wl-dispatch(?:-.)?$/;

const END_OF_ENDPOINT: RuleBody = {
  front: [],
  rest: ['-m comment --comment "Drop if no profiles matched"', "-j DROP"],
};
const END_OF_DISPATCH: RuleBody = { front: [], rest: ['-m comment --comment "Unknown interface"', "-j DROP"] };

/**
 * The rule with which Felix ends such a chain in every version: a workload's chain and the dispatch to them deny what nothing before allowed. Null: any
 * rule may be the last. `like`: the last rules of the node's other chains of this kind, which know how this Felix denies.
 */
export function lastRuleOf(chain: string, like: () => ReadonlyMap<ChainKind, RuleBody>): RuleBody | null {
  const kind = kindOf(chain);
  return kind === null ? null : (like().get(kind) ?? (kind === "endpoint" ? END_OF_ENDPOINT : END_OF_DISPATCH));
}

export type ChainKind = "endpoint" | "dispatch";

export function kindOf(chain: string): ChainKind | null {
  if (DISPATCH.test(chain)) return "dispatch";
  const role = chainMeaning(chain)?.role;
  return role === "to-workload" || role === "from-workload" ? "endpoint" : null;
}

export function denies({ front, rest }: RuleBody): boolean {
  return front.length === 0 && DENYING_TARGET.test(rest.at(-1) ?? "") && rest.slice(0, -1).every(isComment);
}

export function isDenyingText(felixText: string): boolean {
  return DENYING_TEXT.test(felixText);
}
