import type { DataRange, Datum, Gate, SetElement } from "../../program/value-set.ts";
import type { SetReference } from "../../program/value.ts";
import type { Question } from "../oracle.ts";
import { ask, eventQuestion, factQuestion } from "../run.ts";
import type { Run } from "../run.ts";
import { isUnknown } from "./evaluated.ts";
import type { Evaluated, Unknown } from "./evaluated.ts";

/** What a set has for a key. */
type Found =
  | { readonly kind: "element"; readonly element: SetElement }
  | { readonly kind: "none" }
  /** A field of the key is not in the packet: the rule ends. */
  | { readonly kind: "unreadable" }
  /** The key is not known. */
  | { readonly kind: "open"; readonly unknown: Unknown }
  /** The set is not known. */
  | { readonly kind: "unlisted"; readonly question: Question };

/** nft_lookup_eval (net/netfilter/nft_lookup.c). */
function find(run: Run, key: readonly Evaluated[], reference: SetReference): Found {
  const known: Datum[] = [];
  let unknown: Unknown | null = null;
  for (const field of key) {
    if (field === null) return { kind: "unreadable" };
    if (isUnknown(field)) unknown ??= field;
    else known.push(field);
  }
  const set = reference.kind === "anonymous" ? reference.set : run.nftSets.get(reference.id);
  if (unknown !== null) return { kind: "open", unknown };
  const element = set?.find(known) ?? null;
  if (element !== null) return { kind: "element", element };
  return set?.complete === true ? { kind: "none" } : { kind: "unlisted", question: unlisted(reference, known) };
}

function unlisted(reference: SetReference, key: readonly Datum[]): Question {
  const name = reference.kind === "named" ? reference.id : "of the rule";
  return factQuestion(`set ${name} has ${keyText(key)}`, "its elements are not known", false);
}

function keyText(key: readonly Datum[]): string {
  return key.map(datumText).join(" . ");
}

/** Long numbers are addresses or names; a person knows them by their hexadecimal form, too. */
function datumText(value: Datum): string {
  return typeof value === "number" ? String(value) : `0x${value.toString(16)}`;
}

/** The answer of a match: yes or no, or what must be asked. */
export function testLookup(
  run: Run,
  key: readonly Evaluated[],
  reference: SetReference,
  negated: boolean,
): boolean | Question {
  const found = find(run, key, reference);
  switch (found.kind) {
    case "unreadable":
      return false;
    case "none":
      return negated;
    case "element":
      if (found.element.gate === null || negated) return !negated;
      return known(run, gateQuestion(run, found.element.gate));
    case "open": {
      const name = reference.kind === "named" ? reference.id : "the set";
      return known(run, eventQuestion(run, `${found.unknown.what} is in ${name}`, found.unknown.why), negated);
    }
    case "unlisted":
      return known(run, found.question, negated);
  }
}

function gateQuestion(run: Run, gate: Gate): Question {
  return eventQuestion(run, `${gate.what} of the element`, "rate");
}

function known({ oracle }: Run, question: Question, negated = false): boolean | Question {
  const answer = oracle.known(question.key);
  return answer === undefined ? question : answer !== negated;
}

/** More elements than this are not asked about one by one. */
const MOST_ASKED = 64;

/** What a map gives: its element, none, "break" where the rule ends, or nobody can say. Asks what it must. */
export function resolveMap(
  run: Run,
  key: readonly Evaluated[],
  reference: SetReference,
): SetElement | "none" | "break" | Unknown {
  const found = find(run, key, reference);
  switch (found.kind) {
    case "unreadable":
      return "break";
    case "none":
      return "none";
    case "element":
      return passesGate(run, found.element);
    case "open":
      return askElement(run, key, reference, found.unknown);
    case "unlisted":
      return ask(run, found.question)
        ? { kind: "unknown", what: found.question.what, why: found.question.why }
        : "none";
  }
}

function passesGate(run: Run, element: SetElement): SetElement | "break" {
  return element.gate === null || ask(run, gateQuestion(run, element.gate)) ? element : "break";
}

/** Which element an unknown key falls on: each is asked about in turn, with its share of what is left. */
function askElement(
  run: Run,
  key: readonly Evaluated[],
  reference: SetReference,
  unknown: Unknown,
): SetElement | "none" | "break" | Unknown {
  const set = reference.kind === "anonymous" ? reference.set : run.nftSets.get(reference.id);
  if (set?.complete !== true || set.elements.length > MOST_ASKED || key.length > 1) return unknown;
  const found = elementOf(run, set.elements, unknown) ?? set.elements.find((element) => element.key === null);
  return found === undefined ? "none" : passesGate(run, found);
}

function elementOf(run: Run, elements: readonly SetElement[], unknown: Unknown): SetElement | null {
  const { choice } = unknown;
  let left = choice?.modulus ?? null;
  for (const element of elements) {
    const [range] = element.key ?? [];
    if (range === undefined) continue;
    const share = choice === undefined ? null : shareOf(range, choice);
    if (share === 0) continue;
    if (fallsOn(run, unknown, range, share, left)) return element;
    if (share !== null && left !== null) left -= share;
  }
  return null;
}

/** The last that is left need not be asked about. */
function fallsOn(run: Run, unknown: Unknown, range: DataRange, share: number | null, left: number | null): boolean {
  if (share === null || left === null) return asked(run, unknown, range, null);
  return share === left || asked(run, unknown, range, unknown.choice?.uniform === true ? share / left : null);
}

function asked(run: Run, { what, why }: Unknown, range: DataRange, probability: number | null): boolean {
  return ask(run, eventQuestion(run, `${what} gives ${rangeText(range)}`, why, probability));
}

function rangeText({ from, to }: DataRange): string {
  return from === to ? datumText(from) : `${datumText(from)}-${datumText(to)}`;
}

/** How many of the numbers fall into the range. */
function shareOf({ from, to }: DataRange, { modulus, offset }: NonNullable<Unknown["choice"]>): number {
  return Math.max(0, Math.min(Number(to), offset + modulus - 1) - Math.max(Number(from), offset) + 1);
}

/** A number of a few that nobody can say: each is asked about in turn. Of many: unknown. */
export function resolveChoice(run: Run, unknown: Unknown): number | Unknown {
  const { choice } = unknown;
  if (choice === undefined || choice.modulus > MOST_ASKED) return unknown;
  const { modulus, offset, uniform } = choice;
  for (let i = 0; i < modulus - 1; i++) {
    const value = offset + i;
    if (asked(run, unknown, { from: value, to: value }, uniform ? 1 / (modulus - i) : null)) return value;
  }
  return offset + modulus - 1;
}
