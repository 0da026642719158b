import type { Family } from "../base/address.ts";
import {
  bitsOf,
  clearAddress,
  familyOf,
  maskOfLength,
  orAddress,
  allOnes,
  printAddress,
  maskAddress,
} from "../base/address.ts";
import { printHex } from "../base/hex.ts";
import { parseProtocol, printProtocol } from "../base/protocols.ts";
import type { Ranges } from "../base/ranges.ts";
import type {
  AddressRange,
  Condition,
  DevicePattern,
  Formula,
  MaskedMark,
  Outcome,
  Place,
  Port,
  Query,
  Question,
  RulePlace,
  Target,
} from "./query.ts";
import { readerOf } from "./terms.ts";
import { FILL, NODE, PREPOSITIONS, PROTOCOLS, QUESTIONS } from "./words.ts";

/** How verbs agree with whom they are said of. */
interface Agreement {
  /** Before a participle. */
  readonly be: string;
  /** Before a verb that is denied. */
  readonly do: string;
  readonly verb: (base: Verb) => string;
}

type Verb = "reach" | "leave" | "match";

const PLURAL: Agreement = { be: "are ", do: "do ", verb: (base) => base };
const THIRD: Readonly<Record<Verb, string>> = { reach: "reaches", leave: "leaves", match: "matches" };
const SINGULAR: Agreement = { be: "is ", do: "does ", verb: (base) => THIRD[base] };

const BEGINNINGS: Readonly<Record<Question, readonly [string, Agreement]>> = {
  which: ["which packets", PLURAL],
  who: ["who", SINGULAR],
  any: ["some packet", SINGULAR],
  every: ["every packet", SINGULAR],
  no: ["no packet", SINGULAR],
};

/** A question in the words of the language, so that its reader sees how it was understood; read again it is the same question. */
export function printQuery(query: Query): string {
  const [beginning, agreement] = BEGINNINGS[query.question];
  return `${beginning} ${claimText(query, agreement)}`;
}

type Claim = Pick<Query, "conditions" | "outcomes">;

function claimText({ conditions, outcomes }: Claim, agreement: Agreement): string {
  const outcome = outcomes.map((one) => outcomeText(one, agreement)).join(" and ");
  return [...conditions.map(conditionText), outcome].join(" ");
}

function conditionText(formula: Formula<Condition>): string {
  return formulaText(formula, printCondition);
}

function outcomeText(formula: Formula<Outcome>, agreement: Agreement): string {
  const isDenied = formula.kind === "not";
  const verb = isDenied ? PLURAL.verb : agreement.verb;
  const before = !startsWithVerb(formula) ? agreement.be : isDenied ? agreement.do : "";
  return before + formulaText(formula, (outcome) => printOutcome(outcome, verb));
}

function startsWithVerb(formula: Formula<Outcome>): boolean {
  switch (formula.kind) {
    case "term":
      return formula.term.kind === "reach" || formula.term.kind === "leave" || formula.term.kind === "rule";
    case "not":
      return startsWithVerb(formula.part);
    case "any":
    case "all":
      return formula.parts.slice(0, 1).some(startsWithVerb);
  }
}

function formulaText<Term>(formula: Formula<Term>, print: (term: Term) => string): string {
  const inside = (part: Formula<Term>): string => {
    const text = formulaText(part, print);
    return part.kind === "any" ? `(${text})` : text;
  };
  switch (formula.kind) {
    case "term":
      return print(formula.term);
    case "not":
      return `not ${inside(formula.part)}`;
    case "any":
      return formula.parts.map(inside).join(" or ");
    case "all":
      return `(${formula.parts.map((part) => formulaText(part, print)).join(" ")})`;
  }
}

function printCondition(condition: Condition): string {
  switch (condition.kind) {
    case "address":
      return `${condition.side === "src" ? "from" : "to"} ${addressesText(condition.addresses)}`;
    case "scope":
      return `${condition.side === "src" ? "from" : "to"} ${condition.scope}`;
    case "own-address":
      return "to node";
    case "device":
      return `in ${deviceText(condition.device)}`;
    case "local":
      return "local";
    case "protocol":
      return protocolText(condition.protocol);
    case "port":
      return portConditionText(condition.side, condition.port);
    case "mark":
      return `${condition.field} ${markText(condition.mark)}`;
    case "state":
      return `state ${condition.state}`;
    case "number":
      return `${condition.field} ${rangesText(condition.ranges)}`;
    case "family":
      return FAMILIES[condition.family];
  }
}

const FAMILIES: Readonly<Record<Family, string>> = { ip: "ip4", ip6: "ip6" };

function printOutcome(outcome: Outcome, verb: Agreement["verb"]): string {
  switch (outcome.kind) {
    case "reach":
      return `${verb("reach")} ${targetText(outcome.target)}`;
    case "leave":
      return `${verb("leave")} by ${deviceText(outcome.device)}`;
    case "translated":
      return outcome.to === null ? outcome.how : `${outcome.how} to ${placeText(outcome.to)}`;
    case "marked":
      return `marked ${markText(outcome.mark)}`;
    case "rule":
      return `${verb(outcome.how)} ${ruleText(outcome.rule)}`;
    case "accepted":
    case "delivered":
    case "forwarded":
    case "sent":
    case "dropped":
    case "rejected":
    case "queued":
    case "undecided":
    case "untracked":
      return outcome.kind;
  }
}

/** A network where it is one. */
function addressesText({ from, to }: AddressRange): string {
  if (from === to) return printAddress(from);
  const family = familyOf(from);
  for (let length = 0; length < bitsOf(from); length++) {
    const mask = maskOfLength(length, family);
    const last = orAddress(from, clearAddress(allOnes(family), mask));
    if (maskAddress(from, mask) === from && last === to) return `${printAddress(from)}/${String(length)}`;
  }
  return `${printAddress(from)}-${printAddress(to)}`;
}

function placeText({ addresses, ports }: Place): string {
  const text = addressesText(addresses);
  if (ports === null) return text;
  return `${familyOf(addresses.from) === "ip6" ? `[${text}]` : text}:${rangesText(ports)}`;
}

function rangesText(ranges: Ranges): string {
  return ranges.map(({ from, to }) => (from === to ? String(from) : `${String(from)}-${String(to)}`)).join(",");
}

function deviceText({ name, prefix }: DevicePattern): string {
  return nameText(prefix ? `${name}+` : name);
}

/** A name that means something else by itself stands in quotes. */
function nameText(text: string): string {
  const word = text.toLowerCase();
  const means = FILL.has(word) || NODE.has(word) || PREPOSITIONS.has(word) || QUESTIONS.has(word) || WORDS.has(word);
  const isOdd = means || /[(),?."]/.test(text) || readerOf({ kind: "word", text, column: 1 }) !== null;
  return isOdd ? `"${text}"` : text;
}

const WORDS: ReadonlySet<string> = new Set(["port", "ports", "and", "or", "not", "rule", "chain", "except", "unicast"]);

function protocolText(protocol: number): string {
  const alone = [...PROTOCOLS].find(([, number]) => number === protocol)?.[0];
  if (alone !== undefined) return alone;
  const name = printProtocol(protocol);
  return `proto ${parseProtocol(name) === protocol ? name : String(protocol)}`;
}

function portText({ protocol, ranges }: Port): string {
  return protocol === null ? `port ${rangesText(ranges)}` : `${protocolText(protocol)}/${rangesText(ranges)}`;
}

function portConditionText(side: "sport" | "dport", port: Port): string {
  if (side === "dport") return portText(port);
  return `sport ${port.protocol === null ? rangesText(port.ranges) : portText(port)}`;
}

const ALL_BITS = 0xffff_ffff;

function markText({ value, mask }: MaskedMark): string {
  return mask === ALL_BITS ? printHex(value) : `${printHex(value)}/${printHex(mask)}`;
}

function ruleText({ table, chain, rule }: RulePlace): string {
  return `rule ${String(rule)} of ${nameText(table === null ? chain : `${table}/${chain}`)}`;
}

function targetText({ ports, places }: Target): string {
  const where = places.map((place) => (place === "node" ? place : placeText(place))).join(" or ");
  const what = ports.map(portText).join(" or ");
  return what === "" ? where : where === "" ? what : `${what} on ${where}`;
}
