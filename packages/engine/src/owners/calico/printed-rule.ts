/**
 * What a rule tests and does, as iptables-save prints it, in fragments: one option with its words each (`-i cali+`,
 * `-m mark --mark 0x0/0x1000000`, `-j DROP`).
 */
export interface RuleBody {
  /** What iptables-save moves to the front: addresses, devices, protocol. Where they stood in Felix's text is lost. */
  readonly front: readonly string[];
  /** What stands behind the hash's comment, in Felix's order; the target, if there is one, is the last. */
  readonly rest: readonly string[];
}

export interface PrintedRule {
  /** What stands behind `cali:`; null: the rule has no such comment. */
  readonly hash: string | null;
  /** False where the words around the hash are not those that Felix writes. */
  readonly isWhole: boolean;
  readonly body: RuleBody;
}

const WORDS = /"(?:[^"\\]|\\.)*"|\S+/g;
/** With a blank at its start where a stray quote took the words before it apart. */
const HASH_WORD = /^"? *cali:([^"]*)"?$/;

const OPTION = /^-[A-Za-z]$/;
const COMMENT_OPTION = ["-m", "comment", "--comment"];

/** Takes a rule apart: `line` is what iptables-save prints of it, `-A CHAIN …`, without counters. Linear. */
export function readPrintedRule(line: string): PrintedRule {
  const words = wordsOf(line).slice(2);
  const at = words.findIndex((word) => HASH_WORD.test(word));
  if (at < 0) return { hash: null, isWhole: false, body: { front: [], rest: fragmentsOf(words) } };
  const start = Math.max(0, at - COMMENT_OPTION.length);
  return {
    hash: HASH_WORD.exec(words[at] ?? "")?.[1] ?? null,
    isWhole: COMMENT_OPTION.every((word, place) => words[start + place] === word) && !words[at]?.includes(" "),
    body: { front: fragmentsOf(words.slice(0, start)), rest: fragmentsOf(words.slice(at + 1)) },
  };
}

/** Fragments of a text that may hold several. */
export function splitFragments(text: string): readonly string[] {
  return fragmentsOf(wordsOf(text));
}

export function wordsOf(text: string): readonly string[] {
  return text.match(WORDS) ?? [];
}

function fragmentsOf(words: readonly string[]): readonly string[] {
  const fragments: string[][] = [];
  let isStarted = false;
  words.forEach((word, at) => {
    const starts = OPTION.test(word) || (word === "!" && OPTION.test(words[at + 1] ?? ""));
    if (fragments.length === 0 || (starts && !isStarted)) fragments.push([]);
    // The option behind its own `!` starts nothing.
    isStarted = starts && word === "!";
    fragments.at(-1)?.push(word);
  });
  return fragments.map((fragment) => fragment.join(" "));
}
