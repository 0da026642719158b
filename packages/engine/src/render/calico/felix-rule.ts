/**
 * One rule as Felix has it before it becomes text: felix/iptables/rules.go Rule. What is hashed and what the kernel gets are both made from this value, so
 * that they cannot say different things.
 */
export interface FelixRule {
  readonly comments: readonly string[];
  readonly fragments: readonly Fragment[];
  /** Null: the rule only says something. */
  readonly action: Action | null;
}

/** One test, in the order in which Felix writes them: felix/iptables/match_builder.go. */
export type Fragment =
  | { readonly kind: "interface"; readonly side: "in" | "out"; readonly name: string }
  | { readonly kind: "net"; readonly side: "source" | "destination"; readonly negated: boolean; readonly net: string }
  | { readonly kind: "protocol"; readonly negated: boolean; readonly protocol: string }
  | { readonly kind: "match"; readonly name: string; readonly options: readonly FelixOption[] }
  /** A test of the protocol that was asked for, without `-m`. */
  | { readonly kind: "implicit"; readonly name: string; readonly option: FelixOption };

/** felix/iptables/actions.go. `isShort`: Felix writes `-j` there. */
export type Action =
  | { readonly kind: "jump" | "goto"; readonly chain: string }
  | { readonly kind: "verdict"; readonly verdict: "ACCEPT" | "DROP" | "RETURN" }
  | {
      readonly kind: "target";
      readonly name: string;
      readonly options: readonly FelixOption[];
      readonly isShort?: true;
    };

/** `! --name words`, in Felix's spelling, which is one that iptables takes. */
export interface FelixOption {
  readonly name: string;
  readonly negated: boolean;
  readonly words: readonly string[];
  /** Felix writes quotes around its word. */
  readonly isQuoted: boolean;
}

export interface FelixChain {
  readonly name: string;
  readonly rules: readonly FelixRule[];
}

/** A chain's name, and how to make it. */
export type ChainSource = readonly [name: string, make: () => FelixChain];

/** What is hashed: HASH stands for the comment that will hold the hash. felix/iptables/rules.go RuleHashes. */
export function felixText(chain: string, { comments, fragments, action }: FelixRule): string {
  return [
    `-A ${chain} HASH`,
    ...comments.map((comment) => `-m comment --comment "${comment}"`),
    ...fragments.map(fragmentText),
    ...(action === null ? [] : [actionText(action)]),
  ].join(" ");
}

function fragmentText(fragment: Fragment): string {
  switch (fragment.kind) {
    case "interface":
      return `--${fragment.side}-interface ${fragment.name}`;
    case "net":
      return `${not(fragment.negated)}--${fragment.side} ${fragment.net}`;
    case "protocol":
      return `${not(fragment.negated)}-p ${fragment.protocol}`;
    case "match":
      return ["-m", fragment.name, ...fragment.options.map(optionText)].join(" ");
    case "implicit":
      return optionText(fragment.option);
  }
}

function actionText(action: Action): string {
  switch (action.kind) {
    case "jump":
    case "goto":
      return `--${action.kind} ${action.chain}`;
    case "verdict":
      return `--jump ${action.verdict}`;
    case "target":
      return [action.isShort === true ? "-j" : "--jump", action.name, ...action.options.map(optionText)].join(" ");
  }
}

function optionText({ name, negated, words, isQuoted }: FelixOption): string {
  return [`${not(negated)}--${name}`, ...(isQuoted ? words.map((word) => `"${word}"`) : words)].join(" ");
}

function not(negated: boolean): string {
  return negated ? "! " : "";
}
