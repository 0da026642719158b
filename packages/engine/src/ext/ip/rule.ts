/**
 * The words of `ip rule` in the order in which iproute2 prints them (ip/iprule.c print_rule), and what they select
 * (net/core/fib_rules.c fib_rule_match, net/ipv4/fib_rules.c fib4_rule_match).
 */
import { parsePrefix } from "../../base/address.ts";
import type { Prefix } from "../../base/address.ts";
import { parseProtocol, printProtocol } from "../../base/protocols.ts";
import { peekWord, takeWord } from "../../base/words.ts";
import type { Draft } from "../../model/draft.ts";
import type { RoutingRule, RoutingRuleAction } from "../../model/routing.ts";
import {
  byKeyword,
  extra,
  extraOf,
  markValue,
  numberValue,
  phrase,
  prefixValue,
  rangeValue,
  tableValue,
  takeValue,
  textValue,
  tosValue,
} from "./phrase.ts";
import type { Phrase, Value } from "./phrase.ts";

/** Null: no word has said yet what the rule does. */
export type RuleDraft = Omit<Draft<RoutingRule>, "action"> & { action: RoutingRuleAction | null };

type RulePhrase = Phrase<RoutingRule, RuleDraft>;

/** The table that an l3mdev rule names. */
const L3MDEV_TABLE = "[l3mdev-table]";

const WHOLE_MASK = 0xffff_ffff;

const fwmarkValue: Value<{ readonly mark: number; readonly mask: number }> = {
  parse(text) {
    const slash = text.indexOf("/");
    const mark = markValue.parse(slash < 0 ? text : text.slice(0, slash));
    const mask = slash < 0 ? WHOLE_MASK : markValue.parse(text.slice(slash + 1));
    return mark === undefined || mask === undefined ? undefined : { mark, mask };
  },
  print: ({ mark, mask }) => markValue.print(mark) + (mask === WHOLE_MASK ? "" : `/${markValue.print(mask)}`),
};

/** A protocol without a name is `ipproto-99`. */
const ipprotoValue: Value<number> = {
  parse: (text) => parseProtocol(text.startsWith("ipproto-") ? text.slice("ipproto-".length) : text) ?? undefined,
  print(number) {
    const name = printProtocol(number);
    return name === String(number) ? `ipproto-${name}` : name;
  },
};

/** Null: `all`. */
const sourceValue: Value<Prefix | null> = {
  parse: (text) => (text === "all" ? null : (parsePrefix(text) ?? undefined)),
  print: (prefix) => (prefix === null ? "all" : prefixValue.print(prefix)),
};

/** Always printed, as `from all` where nothing is selected. */
const from: RulePhrase = {
  words: ["from"],
  read(draft, words) {
    const prefix = takeValue(words, sourceValue);
    if (prefix === undefined) return false;
    draft.from = prefix;
    return true;
  },
  print: (rule) => `from ${sourceValue.print(rule.from)} `,
};

const not: RulePhrase = {
  words: ["not"],
  read(draft) {
    draft.not = true;
    return true;
  },
  print: (rule) => (rule.not ? "not " : ""),
};

const DETACHED = "[detached]";

/** A device that does not exist (any more) is followed by `[detached]`. */
function device(word: "iif" | "oif"): RulePhrase {
  return {
    words: [word],
    read(draft, words) {
      const name = takeWord(words);
      if (name === undefined) return false;
      draft[word] = name;
      if (peekWord(words) === DETACHED) {
        takeWord(words);
        draft.extras.push([word, DETACHED]);
      }
      return true;
    },
    print(rule) {
      if (rule[word] === null) return "";
      return `${word} ${rule[word]} ${extraOf(rule, word) === undefined ? "" : `${DETACHED} `}`;
    },
  };
}

const lookup: RulePhrase = {
  words: ["lookup", "table"],
  read(draft, words) {
    const table = takeValue(words, tableValue);
    if (table === undefined) return false;
    draft.action = { kind: "lookup", table };
    draft.l3mdev = table === L3MDEV_TABLE;
    return true;
  },
  print: ({ action }) => (action.kind === "lookup" ? `lookup ${action.table} ` : ""),
};

const UNRESOLVED = "[unresolved]";

const goto: RulePhrase = {
  words: ["goto"],
  read(draft, words) {
    const priority = takeValue(words, numberValue);
    if (priority === undefined) return false;
    draft.action = { kind: "goto", priority };
    return true;
  },
  print: ({ action }) => (action.kind === "goto" ? `goto ${String(action.priority)} ` : ""),
};

function bareAction(kind: "nop" | "blackhole" | "unreachable" | "prohibit" | "masquerade"): RulePhrase {
  return {
    words: [kind],
    read(draft) {
      draft.action = { kind };
      return true;
    },
    print: ({ action }) => (action.kind === kind ? `${kind} ` : ""),
  };
}

/** What stands after `PRIORITY:`. */
export const ruleWords: readonly RulePhrase[] = [
  not,
  from,
  phrase(
    "to",
    prefixValue,
    (r) => r.to,
    (d, v) => (d.to = v),
  ),
  phrase(
    "tos",
    tosValue,
    (r) => r.tos,
    (d, v) => (d.tos = v),
  ),
  phrase(
    "fwmark",
    fwmarkValue,
    (r) => r.fwmark,
    (d, v) => (d.fwmark = v),
  ),
  device("iif"),
  device("oif"),
  phrase(
    "uidrange",
    { ...rangeValue, print: ({ from: a, to: b }) => `${String(a)}-${String(b)}` },
    (r) => r.uidRange,
    (d, v) => (d.uidRange = v),
  ),
  phrase(
    "ipproto",
    ipprotoValue,
    (r) => r.ipproto,
    (d, v) => (d.ipproto = v),
  ),
  phrase(
    "sport",
    rangeValue,
    (r) => r.sport,
    (d, v) => (d.sport = v),
  ),
  phrase(
    "dport",
    rangeValue,
    (r) => r.dport,
    (d, v) => (d.dport = v),
  ),
  phrase(
    "tun_id",
    textValue,
    (r) => r.tunId,
    (d, v) => (d.tunId = v),
  ),
  lookup,
  phrase(
    "suppress_prefixlength",
    numberValue,
    (r) => r.suppressPrefixLength,
    (d, v) => (d.suppressPrefixLength = v),
  ),
  phrase(
    "suppress_ifgroup",
    textValue,
    (r) => r.suppressIfGroup,
    (d, v) => (d.suppressIfGroup = v),
  ),
  extra(["realms"], 1),
  bareAction("masquerade"),
  goto,
  extra([UNRESOLVED], 0),
  bareAction("nop"),
  bareAction("blackhole"),
  bareAction("unreachable"),
  bareAction("prohibit"),
  extra(["proto", "protocol"], 1),
];

/** Extras of a rule that select nothing. */
const SELECTS_NOTHING: ReadonlySet<string> = new Set(["realms", "proto", "protocol", UNRESOLVED, "iif", "oif"]);

/** A word of a rule that may be a selector nobody here knows: whether the rule matches is then unknown. Null: none. */
export function unknownSelector({ extras }: RoutingRule): string | null {
  return extras.find(([word]) => !SELECTS_NOTHING.has(word))?.[0] ?? null;
}

export const ruleKeywords: ReadonlyMap<string, RulePhrase> = byKeyword(ruleWords);
