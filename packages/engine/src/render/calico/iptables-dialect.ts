import { familyOf, printAddress } from "../../base/address.ts";
import { invariant } from "../../base/assert.ts";
import type { Address, Family } from "../../base/address.ts";
import type { Range } from "../../base/ranges.ts";
import type { Action, FelixRule, Fragment } from "./felix-rule.ts";

/** Felix's spelling of every test and action for iptables: felix/iptables/match_builder.go, actions.go. */

/** `! --name words`, in Felix's spelling, which is one that iptables takes. */
export interface FelixOption {
  readonly name: string;
  readonly negated: boolean;
  readonly words: readonly string[];
  /** Felix writes quotes around its word. */
  readonly isQuoted: boolean;
}

/** What stands behind `-m` or `--jump`. */
export interface ExtensionWords {
  readonly name: string;
  readonly options: readonly FelixOption[];
}

/** A test that a rule makes itself. */
export type FieldFragment = Extract<Fragment, { readonly kind: "interface" | "net" | "protocol" }>;
/** A test that an extension makes. */
export type ExtensionFragment = Exclude<Fragment, FieldFragment>;
/** An action that a rule takes itself. */
export type PlainAction = Extract<Action, { readonly kind: "jump" | "goto" | "verdict" }>;
/** An action that an extension takes. */
export type ExtensionAction = Exclude<Action, PlainAction>;

export function isExtension(fragment: Fragment): fragment is ExtensionFragment {
  return fragment.kind !== "interface" && fragment.kind !== "net" && fragment.kind !== "protocol";
}

export function isPlain(action: Action): action is PlainAction {
  return action.kind === "jump" || action.kind === "goto" || action.kind === "verdict";
}

/** A rule, and Felix's text for each of its tests and for its action. */
export interface SpelledRule {
  readonly rule: FelixRule;
  readonly tests: readonly string[];
  /** Null: it has none. */
  readonly action: string | null;
}

export function spell(rule: FelixRule): SpelledRule {
  const { fragments, action } = rule;
  return { rule, tests: fragments.map(fragmentText), action: action === null ? null : actionText(action) };
}

/** What is hashed: HASH stands for the comment that will hold the hash. felix/iptables/rules.go RuleHashes. */
export function felixText(chain: string, { rule: { comments }, tests, action }: SpelledRule): string {
  const said = comments.map((comment) => `-m comment --comment "${comment}"`);
  return [`-A ${chain} HASH`, ...said, ...tests, ...(action === null ? [] : [action])].join(" ");
}

function fragmentText(fragment: Fragment): string {
  if (fragment.kind === "interface") return `--${fragment.side}-interface ${fragment.name}`;
  if (fragment.kind === "net") return `${not(fragment.negated)}--${fragment.side} ${fragment.net}`;
  if (fragment.kind === "protocol") return `${not(fragment.negated)}-p ${fragment.protocol}`;
  // A test of the protocol that was asked for needs no `-m`.
  const isImplicit = fragment.kind === "udp-port";
  return matchesOf(fragment)
    .map(({ name, options }) => [...(isImplicit ? [] : ["-m", name]), ...options.map(optionText)].join(" "))
    .join(" ");
}

function actionText(action: Action): string {
  if (action.kind === "jump" || action.kind === "goto") return `--${action.kind} ${action.chain}`;
  if (action.kind === "verdict") return `--jump ${action.verdict}`;
  const { name, options } = targetOf(action);
  const isShort = action.kind === "reject" && action.withReset;
  return [isShort ? "-j" : "--jump", name, ...options.map(optionText)].join(" ");
}

function optionText({ name, negated, words, isQuoted }: FelixOption): string {
  return [`${not(negated)}--${name}`, ...(isQuoted ? words.map((word) => `"${word}"`) : words)].join(" ");
}

function not(negated: boolean): string {
  return negated ? "! " : "";
}

function option(name: string, words: readonly string[] = [], negated = false): FelixOption {
  return { name, negated, words, isQuoted: false };
}

function match(name: string, ...options: readonly FelixOption[]): readonly ExtensionWords[] {
  return [{ name, options }];
}

const DIRECTIONS = { source: "src", destination: "dst" } as const;

/** The matches that make a test. */
export function matchesOf(fragment: ExtensionFragment): readonly ExtensionWords[] {
  switch (fragment.kind) {
    case "mark": {
      // Felix writes a bare zero.
      const value = fragment.value === 0 ? "0" : hex(fragment.value);
      return match("mark", option("mark", [`${value}/${hex(fragment.mask)}`], fragment.negated));
    }
    case "set": {
      const direction = DIRECTIONS[fragment.side];
      const word = fragment.withPort ? `${direction},${direction}` : direction;
      return match("set", option("match-set", [fragment.set, word], fragment.negated));
    }
    case "ports": {
      const words = fragment.ranges.map((range) => span(range, ":")).join(",");
      return match("multiport", option(`${fragment.side}-ports`, [words], fragment.negated));
    }
    case "udp-port":
      return match("udp", option("dport", [String(fragment.port)]));
    case "icmp": {
      const { type, code } = fragment.icmp;
      const { name, word } = ICMP[fragment.family];
      const asked = code === null ? String(type) : `${String(type)}/${String(code)}`;
      return match(name, option(word, [asked], fragment.negated));
    }
    case "ct-state":
      return match("conntrack", option("ctstate", [fragment.states], fragment.negated));
    case "local": {
      const limit = fragment.scope === "host" ? [] : [option("limit-iface-out")];
      return match("addrtype", option(`${DIRECTIONS[fragment.side]}-type`, ["LOCAL"], fragment.negated), ...limit);
    }
    case "reverse-path-failed":
      return match("rpfilter", option("invert"), ...(fragment.byMark ? [option("validmark")] : []));
    case "ipvs":
      return match("ipvs", option("ipvs"));
    case "limit":
      return match(
        "limit",
        option("limit", [`${String(fragment.perSecond)}/sec`]),
        option("limit-burst", [String(fragment.burst)]),
      );
    case "connections":
      return [
        ...match("tcp", option("tcp-flags", ["FIN,SYN,RST,ACK", "SYN"])),
        ...match("connlimit", option("connlimit-above", [String(fragment.above)]), option("connlimit-mask", ["0"])),
      ];
    case "verdict-map":
      invariant(false, "iptables has no verdict maps");
  }
}

const ICMP: Readonly<Record<Family, { readonly name: string; readonly word: string }>> = {
  ip: { name: "icmp", word: "icmp-type" },
  ip6: { name: "icmp6", word: "icmpv6-type" },
};

/** syslog's level "notice". */
const LOG_LEVEL = "5";

/** Of each packet; kernels before 4.8 had another option for it. */
const NFLOG_BYTES = "80";

export function targetOf(action: ExtensionAction): ExtensionWords {
  switch (action.kind) {
    case "set-mark":
      return target("MARK", option("set-mark", [`${hex(action.value)}/${hex(action.mask)}`]));
    case "clear-mark":
      return target("MARK", option("set-mark", [`0/${hex(action.mask)}`]));
    case "notrack":
      return target("NOTRACK");
    case "reject":
      return target("REJECT", ...(action.withReset ? [option("reject-with", ["tcp-reset"])] : []));
    case "log": {
      const prefix: FelixOption = { name: "log-prefix", negated: false, words: [`${action.prefix}: `], isQuoted: true };
      return target("LOG", prefix, option("log-level", [LOG_LEVEL]));
    }
    case "nflog":
      return target(
        "NFLOG",
        option("nflog-group", [String(action.group)]),
        option("nflog-prefix", [action.prefix]),
        option("nflog-size", [NFLOG_BYTES]),
      );
    case "dnat": {
      const address = printAddress(action.address);
      return target(
        "DNAT",
        option("to-destination", [action.port === null ? address : `${address}:${String(action.port)}`]),
      );
    }
    case "snat": {
      const address = printAddress(action.address);
      const word = action.ports === null ? address : `${beforePort(action.address)}:${span(action.ports, "-")}`;
      return target("SNAT", option("to-source", [word]), ...randomly(action.isRandom));
    }
    case "masquerade": {
      const toPorts = action.ports === null ? [] : [option("to-ports", [span(action.ports, "-")])];
      return target("MASQUERADE", ...toPorts, ...randomly(action.isRandom));
    }
  }
}

function target(name: string, ...options: readonly FelixOption[]): ExtensionWords {
  return { name, options };
}

/** An address of IPv6 in brackets: Felix leaves them out, and no tool takes that. */
export function beforePort(address: Address): string {
  return familyOf(address) === "ip" ? printAddress(address) : `[${printAddress(address)}]`;
}

function randomly(isRandom: boolean): readonly FelixOption[] {
  return isRandom ? [option("random-fully")] : [];
}

function span({ from, to }: Range, between: string): string {
  return from === to && between === ":" ? String(from) : `${String(from)}${between}${String(to)}`;
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
