import { fragmentOf, isComment, isTarget } from "./fragment.ts";
import type { RuleBody } from "./printed-rule.ts";

/** Texts that are tried for one rule: the tail of the list are orders that Felix hardly writes. */
const MOST_TEXTS = 512;
/** Matches of a rule among which what was moved to the front is tried everywhere; Felix writes no more. */
const MOST_MATCHES = 16;
/** Choices of spellings that are tried for one order of the fragments. */
const MOST_CHOICES = 64;

/**
 * The texts from which Felix may have made a rule that iptables-save prints as `body`, likeliest first: what the tool moved to the front is put back
 * among the matches, what it spells its own way is spelled as Felix does. At most 512.
 */
export function* felixTexts(chain: string, { front, rest }: RuleBody): Generator<string> {
  const isComments = rest.findIndex((fragment) => !isComment(fragment));
  const comments = isComments < 0 ? rest : rest.slice(0, isComments);
  const hasTarget = rest.length > comments.length && isTarget(rest.at(-1) ?? "");
  const matches = rest.slice(comments.length, hasTarget ? -1 : undefined);
  const target = hasTarget ? rest.slice(-1) : [];
  const head = [`-A ${chain} HASH`, ...comments.map((comment) => fragmentOf(comment).spellings[0])].join(" ");
  let left = MOST_TEXTS;
  for (const order of ordersOf(front, matches)) {
    for (const words of choices([...order, ...target])) {
      yield words === "" ? head : `${head} ${words}`;
      if (--left === 0) return;
    }
  }
}

/** The first of them. */
export function likeliestText(chain: string, body: RuleBody): string {
  for (const text of felixTexts(chain, body)) return text;
  return "";
}

/** True: every fragment has a shape that Felix writes, and one target ends them; an empty chain's only rule is a comment. */
export function isFelixShaped({ front, rest }: RuleBody): boolean {
  const all = [...front, ...rest];
  return (
    all.every((fragment) => fragmentOf(fragment).isFelix) &&
    !all.slice(0, -1).some(isTarget) &&
    (isTarget(rest.at(-1) ?? "") || all.every(isComment))
  );
}

/** Every choice of one spelling for each fragment; the first of each comes first. */
function* choices(order: readonly string[]): Generator<string> {
  const spellings = order.map((fragment) => fragmentOf(fragment).spellings);
  let total = 1;
  for (const each of spellings) total = Math.min(MOST_CHOICES, total * each.length);
  for (let choice = 0; choice < total; choice++) {
    let rest = choice;
    yield spellings
      .map((each) => {
        const spelling = each[rest % each.length];
        rest = Math.floor(rest / each.length);
        return spelling;
      })
      .join(" ");
  }
}

/** Where what was moved to the front may have stood among the matches: first as in a policy's rule, then everywhere. */
function* ordersOf(front: readonly string[], matches: readonly string[]): Generator<readonly string[]> {
  if (front.length === 0) {
    yield matches;
    return;
  }
  const moved = front.length === 1 ? front : [...front].sort((a, b) => fragmentOf(a).rank - fragmentOf(b).rank);
  yield inPolicyOrder(moved, matches);
  if (matches.length > 0 && matches.length <= MOST_MATCHES) yield* merges(moved, matches);
  // A floating IP's SNAT asks for the destination before the source, masquerading to a range of ports for the protocol before the interface.
  if (moved.length > 1 && matches.length <= MOST_MATCHES) yield* merges([...moved].reverse(), matches);
}

/** All ways to put two lists together that keep the order of each. */
function* merges(a: readonly string[], b: readonly string[]): Generator<readonly string[]> {
  const [firstA] = a;
  const [firstB] = b;
  if (firstA === undefined || firstB === undefined) {
    yield [...a, ...b];
    return;
  }
  for (const rest of merges(a.slice(1), b)) yield [firstA, ...rest];
  for (const rest of merges(a, b.slice(1))) yield [firstB, ...rest];
}

/** Each moved fragment before the first match that a policy's rule has behind it. */
function inPolicyOrder(moved: readonly string[], matches: readonly string[]): readonly string[] {
  const order: string[] = [];
  const waiting = [...moved];
  for (const match of matches) {
    const { rank } = fragmentOf(match);
    for (let [next] = waiting; next !== undefined && fragmentOf(next).rank < rank; [next] = waiting) {
      order.push(next);
      waiting.shift();
    }
    order.push(match);
  }
  return [...order, ...waiting];
}
