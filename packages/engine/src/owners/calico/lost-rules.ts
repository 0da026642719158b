import type { RuleBody } from "./printed-rule.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** The longest run of rules that is taken over from another chain. */
const LONGEST_RUN = 6;

/** Rules that may be gone from a chain, a list for each guess: rules that stand elsewhere on the node, and runs of them. */
export function* rulesOfOtherChains({ bodies, chains }: Vocabulary): Generator<readonly RuleBody[]> {
  for (const body of bodies) yield [body];
  for (const chain of chains) {
    for (let start = 0; start + 1 < chain.length; start++) {
      for (let length = 2; length <= LONGEST_RUN && start + length <= chain.length; length++) {
        yield chain.slice(start, start + length);
      }
    }
  }
}

/** Rules of at most two fragments before the target, made of what stands on the node. */
export function* composedRules({ fronts, matches, targets }: Vocabulary): Generator<readonly RuleBody[]> {
  for (const target of targets) {
    yield [{ front: [], rest: [target] }];
    for (const front of fronts) yield [{ front: [front], rest: [target] }];
    for (const match of matches) yield [{ front: [], rest: [match, target] }];
  }
  for (const front of fronts) {
    for (const match of matches) {
      for (const target of targets) yield [{ front: [front], rest: [match, target] }];
    }
  }
}
