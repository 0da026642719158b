import { limitedName } from "../../owners/calico/chain-names.ts";
import { nflog, rule } from "./build.ts";
import type { NodeContext } from "./context.ts";
import type { Action, FelixRule, Fragment } from "./felix-rule.ts";
import type { Direction } from "./input.ts";

/** Whose a decision is, as a letter. felix/rules/rule_defs.go RuleOwnerType. */
type Owner = "policy" | "profile";

const OWNERS = { policy: "P", profile: "R" } as const;
const DIRECTIONS = { ingress: "I", egress: "E" } as const;
const ACTIONS = { allow: "A", deny: "D", pass: "P" } as const;

/** What becomes of a packet. */
export type Decision = keyof typeof ACTIONS;

/** felix/rules/rule_defs.go NFLOGInboundGroup, NFLOGOutboundGroup. */
const GROUPS = { ingress: 1, egress: 2 } as const;

/** A chain whose decisions are told. */
export interface Logged {
  readonly owner: Owner;
  readonly direction: Direction;
}

/** What the collector of flow logs is told of a decision: of which rule of whom (`0|NAME`), of a tier that ends (`|NAME`), of the profiles' end (""). */
export function flowLog(
  { felix }: NodeContext,
  { owner, direction }: Logged,
  decision: Decision,
  of: string,
): Action | null {
  if (!felix.flowLogs) return null;
  return nflog(GROUPS[direction], flowPrefix(`${ACTIONS[decision]}${OWNERS[owner]}${DIRECTIONS[direction]}${of}`));
}

/** The rule that tells it, where packets pass these tests; none without flow logs. */
export function flowLogRules(tests: readonly Fragment[], told: Action | null): readonly FelixRule[] {
  return told === null ? [] : [rule(tests, told)];
}

/** The kernel keeps as many characters. */
const LONGEST = 63;
const KEPT = 10;

/** From its full length on, the middle is a hash: felix/rules/nflog_prefix.go maybeHash. */
export function flowPrefix(text: string): string {
  if (text.length < LONGEST) return text;
  const hash = limitedName("", text, LONGEST - KEPT - KEPT - 1);
  return `${text.slice(0, KEPT)}${hash}_${text.slice(-KEPT)}`;
}
