import { felixTexts, isFelixShaped, likeliestText } from "./felix-text.ts";
import type { RuleBody } from "./printed-rule.ts";
import { hasRuleHash, ruleDigest } from "./rule-hash.ts";
import type { ChainDigest } from "./rule-hash.ts";
import type { Vocabulary } from "./vocabulary.ts";
import { characterEdits, portEdits, wordEdits } from "./edits.ts";
import { composedRules, rulesOfOtherChains } from "./lost-rules.ts";

/** A place in a chain: the state before a rule, and under which name its rules are hashed. */
export interface ChainState {
  readonly name: string;
  readonly digest: ChainDigest;
}

/** A rule whose text was found: the state behind it, and the text. */
export interface Found {
  readonly digest: ChainDigest;
  readonly text: string;
}

/** How much may still be tried, in hashes; shared by all chains of a node, so that a dump full of oddities takes seconds, not hours. */
export interface SearchBudget {
  left: number;
}

/** Texts that are tried for a guess: the first hardly ever fails for what Felix wrote. */
const TEXTS_OF_A_GUESS = 2;
export const TEXTS_OF_A_RULE = 4;
/** Characters of a rule that take as long to hash as any fewer. */
const LONG_RULE = 300;

/** The text from which a rule's hash follows at this place, among all that its printed form may stand for, or the first few. */
export function reproduce({ name, digest }: ChainState, body: RuleBody, hash: string, most?: number): Found | null {
  for (const text of most === undefined ? felixTexts(name, body) : take(felixTexts(name, body), most)) {
    const next = ruleDigest(digest, text);
    if (hasRuleHash(next, hash)) return { digest: next, text };
  }
  return null;
}

/** What a place that does not fit turned out to be. */
export type Explanation =
  | { readonly kind: "edited"; readonly found: Found }
  /** Rules that are gone before the place; `found` is the rule at the place itself, which is as Felix wrote it. */
  | { readonly kind: "missing"; readonly lost: readonly Found[]; readonly found: Found };

/** One way to explain a place, and the hashes that it may cost: a hundred thousand take about half a second. */
interface Attempt {
  readonly most: number;
  readonly search: (place: BrokenPlace, budget: SearchBudget) => Explanation | null;
}

/** A rule whose hash does not follow from the state before it. */
export interface BrokenPlace {
  readonly state: ChainState;
  readonly body: RuleBody;
  readonly hash: string;
  readonly vocabulary: Vocabulary;
}

/** Likeliest and cheapest first. */
const ATTEMPTS: readonly Attempt[] = [
  { most: 25_000, search: (place, budget) => lostRules(place, rulesOfOtherChains(place.vocabulary), budget) },
  { most: 25_000, search: (place, budget) => edited(place, wordEdits(place.body, place.vocabulary), budget) },
  { most: 60_000, search: (place, budget) => edited(place, characterEdits(place.body), budget) },
  { most: 132_000, search: (place, budget) => edited(place, portEdits(place.body), budget, 1) },
  { most: 40_000, search: (place, budget) => lostRules(place, composedRules(place.vocabulary), budget) },
];

/** Looks for the edit or the lost rules that explain why a hash does not follow; null where nothing in reach does. */
export function explainBreak(place: BrokenPlace, budget: SearchBudget): Explanation | null {
  for (const { most, search } of ATTEMPTS) {
    const start = Math.min(most, budget.left);
    const allowance: SearchBudget = { left: start };
    const explanation = search(place, allowance);
    budget.left -= start - allowance.left;
    if (explanation !== null) return explanation;
  }
  return null;
}

function edited(
  { state: { name, digest }, body, hash }: BrokenPlace,
  guesses: Iterable<RuleBody>,
  budget: SearchBudget,
  texts = TEXTS_OF_A_GUESS,
): Explanation | null {
  const cost = costOf(body);
  for (const guess of guesses) {
    budget.left -= cost;
    if (budget.left <= 0) return null;
    // The guess is what Felix wrote, and not half as much is hashed this way.
    if (!isFelixShaped(guess)) continue;
    for (const text of take(felixTexts(name, guess), texts)) {
      budget.left -= cost;
      const next = ruleDigest(digest, text);
      if (hasRuleHash(next, hash)) return { kind: "edited", found: { digest: next, text } };
    }
  }
  return null;
}

function lostRules(
  { state, body, hash }: BrokenPlace,
  guesses: Iterable<readonly RuleBody[]>,
  budget: SearchBudget,
): Explanation | null {
  const texts = take(felixTexts(state.name, body), TEXTS_OF_A_RULE);
  const cost = costOf(body);
  for (const guess of guesses) {
    for (const lost of spelled(state, guess)) {
      budget.left -= lost.length + texts.length * cost;
      if (budget.left <= 0) return null;
      const { digest } = lost.at(-1) ?? state;
      for (const text of texts) {
        const next = ruleDigest(digest, text);
        if (hasRuleHash(next, hash)) return { kind: "missing", lost, found: { digest: next, text } };
      }
    }
  }
  return null;
}

/** What trying one text costs: more for a rule so long that Felix would not write it. */
function costOf({ front, rest }: RuleBody): number {
  const length = [...front, ...rest].reduce((sum, fragment) => sum + fragment.length, 0);
  return 1 + Math.floor(length / LONG_RULE);
}

/** A list of guessed rules with the states behind them: one rule in a few spellings, a run of several in the likeliest. */
function* spelled({ name, digest }: ChainState, bodies: readonly RuleBody[]): Generator<readonly Found[]> {
  const [only] = bodies;
  if (only !== undefined && bodies.length === 1) {
    for (const text of take(felixTexts(name, only), TEXTS_OF_A_GUESS))
      yield [{ digest: ruleDigest(digest, text), text }];
    return;
  }
  let state = digest;
  yield bodies.map((body) => {
    const text = likeliestText(name, body);
    state = ruleDigest(state, text);
    return { digest: state, text };
  });
}

export function take<T>(values: Iterable<T>, most: number): readonly T[] {
  const taken: T[] = [];
  for (const value of values) {
    taken.push(value);
    if (taken.length === most) break;
  }
  return taken;
}
