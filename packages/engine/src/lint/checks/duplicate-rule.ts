import type { Action } from "../../program/action.ts";
import type { CompiledRule } from "../../program/program.ts";
import type { Test } from "../../program/test.ts";
import type { Check, Finding, Subject } from "../finding.ts";
import { eachOnce, ownerOf, placeOf, reachedChains, textOf } from "../reached.ts";
import type { ReachedChain, ReachedRule } from "../reached.ts";
import { someLines } from "../rule-faults.ts";

const NAME = "duplicate-rule";

/** Rules that stand twice in one chain, word for word. */
export const duplicateRule: Check = {
  name: NAME,
  severities: ["warning", "info"],
  example: ["-A POSTROUTING -m mark --mark 0x21 -j MASQUERADE", "-A POSTROUTING -m mark --mark 0x21 -j MASQUERADE"],
  run: (subject) => eachOnce(reachedChains(subject).flatMap((at) => [...findingsOf(subject, at)])),
};

function* findingsOf(subject: Subject, at: ReachedChain): Iterable<Finding> {
  const before = new Map<string, ReachedRule>();
  /** The last rule so far that may change what later ones see. */
  let changed = 0;
  for (const rule of at.chain.rules) {
    const one = { at, rule };
    const text = textOf(subject, rule);
    const first = before.get(text);
    if (first !== undefined && !hangsOnMore(rule.tests)) {
      const isNothing = isOnceEnough(first.rule) && changed <= first.rule.number;
      yield {
        check: NAME,
        severity: isNothing && ownerOf(subject, one) === null ? "warning" : "info",
        message: isNothing ? "duplicate-rule" : "duplicate-rule-counts",
        params: { first: first.rule.number },
        where: placeOf(one),
        related: someLines([one, first]),
        witness: null,
      };
    }
    before.set(text, one);
    if (!leavesAll(rule)) changed = rule.number;
  }
}

/** Tests that answer anew each time (`limit`, `statistic`), or that nobody here knows: the same words may mean another packet. */
function hangsOnMore(tests: readonly Test[]): boolean {
  return tests.some(({ kind }) => kind === "unknown" || kind === "chance");
}

/** Does a packet that comes by look the same afterwards to every later rule of the chain? */
function leavesAll({ action, then }: CompiledRule): boolean {
  return then.length === 0 && (ENDS.has(action.kind) || action.kind === "log" || action.kind === "continue");
}

const ENDS: ReadonlySet<Action["kind"]> = new Set(["accept", "drop", "return", "reject", "nat", "goto", "tproxy"]);

/** Does doing it again, right away, change nothing? */
function isOnceEnough({ action, then }: CompiledRule): boolean {
  if (then.length > 0) return false;
  if (action.kind === "set-mark") return (action.keep & action.flip) === 0;
  return ENDS.has(action.kind) || action.kind === "notrack" || action.kind === "continue";
}
