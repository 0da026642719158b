import { chainMeaning } from "./chain-names.ts";
import { isFront, isTarget } from "./fragment.ts";
import { KNOWN_FRAGMENTS, KNOWN_RULES } from "./known-rules.ts";
import { bitsFromLowest } from "./marks.ts";
import { splitFragments, wordsOf } from "./printed-rule.ts";
import type { RuleBody } from "./printed-rule.ts";

/**
 * What the rules of a node are made of, and a little that Felix writes on every node: the stuff from which a rule that was edited, or that is gone, is
 * put together again until its hash fits. Everything as iptables-save prints it.
 */
export interface Vocabulary {
  /** Whole rules, each once. */
  readonly bodies: readonly RuleBody[];
  readonly fronts: readonly string[];
  readonly matches: readonly string[];
  readonly targets: readonly string[];
  /** Words by the word before them: all that stands behind `--mark`. */
  readonly words: ReadonlyMap<string, readonly string[]>;
  /** Chains as lists of rules, for what is missing in one and stands in its like. */
  readonly chains: readonly (readonly RuleBody[])[];
}

/** Of each kind of thing no more than this is kept. */
const MOST = 2000;
const MOST_WORDS = 256;

/** Gathers the vocabulary of a node: its rules by chain, and the names of all chains and sets of Felix. */
export function gatherVocabulary(
  chains: readonly (readonly RuleBody[])[],
  chainNames: readonly string[],
  setNames: readonly string[],
): Vocabulary {
  const bodies = new Map<string, RuleBody>();
  const fragments = new Set<string>();
  const words = new Map<string, Set<string>>();
  for (const body of [...KNOWN_RULES, ...chains.flat()]) {
    if (bodies.size < MOST) bodies.set(bodyKey(body), body);
    for (const fragment of [...body.front, ...body.rest]) keep(fragments, fragment, MOST);
  }
  const others = [...marksOf(fragments), ...setNames.flatMap(setFragments), ...chainNames.flatMap(chainFragments)];
  for (const fragment of [...KNOWN_FRAGMENTS, ...others]) {
    keep(fragments, fragment, 2 * MOST);
  }
  for (const fragment of fragments) gatherWords(words, fragment);
  const all = [...fragments];
  return {
    bodies: [...bodies.values()],
    fronts: all.filter(isFront),
    matches: all.filter((fragment) => !isFront(fragment) && !isTarget(fragment)),
    targets: all.filter(isTarget),
    words: new Map([...words].map(([before, kept]) => [before, [...kept]])),
    chains: chains.filter((chain) => chain.length > 1).slice(0, MOST),
  };
}

/** The same for two bodies of the same words. */
export function bodyKey({ front, rest }: RuleBody): string {
  return `${front.join(" ")} | ${rest.join(" ")}`;
}

function keep(set: Set<string>, value: string, most: number): void {
  if (set.size < most) set.add(value);
}

function gatherWords(words: Map<string, Set<string>>, fragment: string): void {
  let before = "";
  for (const word of wordsOf(fragment)) {
    const kept = words.get(before);
    if (kept === undefined) words.set(before, new Set([word]));
    else keep(kept, word, MOST_WORDS);
    before = word;
  }
}

/** Each bit that the node's rules touch: set, cleared, and tested both ways. */
function marksOf(fragments: ReadonlySet<string>): readonly string[] {
  let mask = 0;
  for (const fragment of fragments) {
    const [, digits] = /^-j MARK --set-xmark 0x[\da-f]+\/(0x[\da-f]{1,8})$/.exec(fragment) ?? [];
    if (digits !== undefined) mask = (mask | Number(digits)) >>> 0;
  }
  return bitsFromLowest(mask)
    .map((bit) => `0x${bit.toString(16)}`)
    .flatMap((bit) =>
      [`${bit}/${bit}`, `0x0/${bit}`].flatMap((mark) => [`-m mark --mark ${mark}`, `-j MARK --set-xmark ${mark}`]),
    );
}

function setFragments(name: string): readonly string[] {
  return [`-m set --match-set ${name} src`, `-m set --match-set ${name} dst`];
}

/** How rules lead to a chain, and the interface that its name speaks of. */
function chainFragments(name: string): readonly string[] {
  const jumps = [`-j ${name}`, `-g ${name}`];
  const meaning = chainMeaning(name);
  const isEndpoint = meaning?.of !== null && /-(workload|host|forward)$/.test(meaning?.role ?? "");
  return isEndpoint ? [...jumps, `-i ${meaning?.of ?? ""}`, `-o ${meaning?.of ?? ""}`] : jumps;
}

/** A body with one fragment more, less or other; `splitFragments` of a text that was edited may be several. */
export function withFragment(
  body: RuleBody,
  part: "front" | "rest",
  at: number,
  remove: number,
  text: string,
): RuleBody {
  const fragments = body[part].slice();
  fragments.splice(at, remove, ...(text === "" ? [] : splitFragments(text)));
  return { ...body, [part]: fragments };
}
