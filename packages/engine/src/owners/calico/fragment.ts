import { felixSpellings } from "./fragment-spelling.ts";

/** One option of a rule with its words, as iptables-save prints it, and what is to be known of it. */
export interface Fragment {
  /** Felix's spellings, likeliest first; the text itself where Felix writes no such thing. */
  readonly spellings: readonly string[];
  /** False: Felix writes no such thing. */
  readonly isFelix: boolean;
  /** Where it stands among the matches of a policy's rule. */
  readonly rank: number;
}

/** In which order the matches of a policy's rule stand: felix/rules/policy.go CalculateRuleMatch. */
const POLICY_ORDER: readonly RegExp[] = [
  /^-[io] /,
  /^-p /,
  /^-s /,
  /^-m set --match-set \S+ src$/,
  /^-m multiport --sports /,
  /^-m set --match-set \S+ src,src$/,
  /^-d /,
  /^-m set --match-set \S+ dst(,dst)?$/,
  /^-m multiport --dports /,
  /^-m icmp6? --/,
  /^! -p /,
  /^! -s /,
  /^-m set ! --match-set \S+ src$/,
  /^-m multiport ! --sports /,
  /^-m set ! --match-set \S+ src,src$/,
  /^! -d /,
  /^-m set ! --match-set \S+ dst(,dst)?$/,
  /^-m multiport ! --dports /,
  /^-m icmp6? ! --/,
];

/** A search tries the same fragments thousands of times; what it makes up only once must not fill the memory. */
const memo = new Map<string, Fragment>();
const MOST_REMEMBERED = 4096;

export function fragmentOf(text: string): Fragment {
  const known = memo.get(text);
  if (known !== undefined) return known;
  const spellings = felixSpellings(text);
  const rank = POLICY_ORDER.findIndex((shape) => shape.test(text));
  const fragment: Fragment = {
    spellings: spellings.length === 0 ? [text] : spellings,
    isFelix: spellings.length > 0,
    rank: rank < 0 ? POLICY_ORDER.length : rank,
  };
  if (memo.size >= MOST_REMEMBERED) memo.clear();
  memo.set(text, fragment);
  return fragment;
}

export function isTarget(text: string): boolean {
  return text.startsWith("-j ") || text.startsWith("-g ");
}

export function isComment(text: string): boolean {
  return text.startsWith("-m comment ");
}

/** True where iptables-save moves the fragment before the hash's comment. */
export function isFront(text: string): boolean {
  return /^(?:! )?-[sdiopf](?: |$)/.test(text);
}
