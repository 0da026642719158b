import type { Language } from "../catalogue.ts";
import { phrases as en } from "./en.ts";
import { phrases as zh } from "./zh.ts";

export type PhraseId = keyof typeof en;

/**
 * Something to be said, not yet in any language: a message and what fills its holes, which may be phrases again. A message
 * may have two forms of one place, `{is|is not}`: the second is said where the phrase is negated.
 */
export interface Phrase {
  readonly id: PhraseId;
  readonly negated: boolean;
  readonly params: Readonly<Record<string, Part>>;
}

export type Part = string | number | Phrase | List;

/** Several of a kind, joined as the language joins them. */
export interface List {
  readonly join: Join;
  readonly items: readonly Part[];
}

/**
 * `conditions`: clauses that must all hold. `items`: names and numbers. `plain`: with commas alone. `steps`: what is done, in order.
 * `cases`: with semicolons. `concat`: fields looked up together, as nft joins them. `sentences`: one after the other.
 */
export type Join = "and" | "or" | "conditions" | "items" | "plain" | "steps" | "cases" | "concat" | "sentences";

/** The holes of a message; a place with two forms is none. */
type Holes<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? (Name extends `${string}|${string}` ? never : Name) | Holes<Rest>
  : never;

export type HolesOf<Id extends PhraseId> = Holes<(typeof en)[Id]>;

type ParamsOf<Id extends PhraseId> = [HolesOf<Id>] extends [never]
  ? readonly []
  : readonly [Readonly<Record<HolesOf<Id>, Part>>];

/** Messages that have no other hole than `{value}`: those that a table of options may name. */
export type ValuePhraseId = {
  [Id in PhraseId]: [HolesOf<Id>] extends ["value"] ? Id : never;
}[PhraseId];

/** Messages that have no hole at all. */
export type PlainPhraseId = {
  [Id in PhraseId]: [HolesOf<Id>] extends [never] ? Id : never;
}[PhraseId];

export function phrase<Id extends PhraseId>(id: Id, ...[params]: ParamsOf<Id>): Phrase {
  return { id, negated: false, params: params ?? {} };
}

export function negate(said: Phrase, negated = true): Phrase {
  return { ...said, negated: said.negated !== negated };
}

export function list(join: Join, items: readonly Part[]): List {
  return { join, items };
}

const PHRASES: Readonly<Record<Language, Readonly<Record<PhraseId, string>>>> = { en, zh };

/** What stands between two items, and what before the last one of two, and of more. */
const JOINS: Readonly<Record<Language, Readonly<Record<Join, readonly [between: string, two: string, last: string]>>>> =
  {
    en: {
      and: [", ", " and ", " and "],
      or: [", ", " or ", " or "],
      conditions: [", ", " and ", ", and "],
      items: [", ", ", ", ", "],
      plain: [", ", ", ", ", "],
      steps: [", then ", ", then ", ", then "],
      cases: ["; ", "; ", "; "],
      concat: [" . ", " . ", " . "],
      sentences: [" ", " ", " "],
    },
    zh: {
      and: ["、", "和", "和"],
      or: ["、", "或", "或"],
      conditions: ["，", "，且", "，且"],
      items: ["、", "、", "、"],
      plain: ["，", "，", "，"],
      steps: ["，然后", "，然后", "，然后"],
      cases: ["；", "；", "；"],
      concat: [" . ", " . ", " . "],
      sentences: ["", "", ""],
    },
  };

/** A phrase in words. */
export function renderPhrase(part: Part, language: Language): string {
  if (typeof part === "string") return part;
  if (typeof part === "number") return String(part);
  if ("join" in part) return renderList(part, language);
  let text = "";
  for (const [index, piece] of piecesOf(PHRASES[language][part.id]).entries()) {
    text = joined(text, index % 2 === 0 ? piece : renderHole(piece, part, language), language);
  }
  return text;
}

/** Text and holes in turn, the first of them text. */
function piecesOf(message: string): readonly string[] {
  return message.split(/\{([^{}]*)\}/);
}

function renderHole(hole: string, { negated, params }: Phrase, language: Language): string {
  const forms = hole.split("|");
  if (forms.length === 2) return forms[negated ? 1 : 0] ?? "";
  const part = Object.hasOwn(params, hole) ? params[hole] : undefined;
  return part === undefined ? `{${hole}}` : renderPhrase(part, language);
}

function renderList({ join, items }: List, language: Language): string {
  const [between, two, last] = JOINS[language][join];
  let text = "";
  for (const [index, item] of items.entries()) {
    const isLast = index === items.length - 1;
    const comma = index === 0 ? "" : !isLast ? between : items.length === 2 ? two : last;
    text = joined(joined(text, comma, language), renderPhrase(item, language), language);
  }
  return text;
}

const HAN = /[\u3400-\u9fff]/;
const LATIN = /[A-Za-z0-9]/;
/** Full-width marks have room enough of their own. */
const WIDE_MARK = /[，。；：！？、（）“”]/;

/** Two pieces of a text. In Chinese a blank stands between a Han character and a Latin one, and none beside a full-width mark. */
function joined(before: string, after: string, language: Language): string {
  const [last, first] = [before.at(-1) ?? "", after.at(0) ?? ""];
  if (language !== "zh" || last === "" || first === "") return before + after;
  if ((HAN.test(last) && LATIN.test(first)) || (LATIN.test(last) && HAN.test(first))) return `${before} ${after}`;
  if (last === " " && WIDE_MARK.test(first)) return before.trimEnd() + after;
  if (first === " " && WIDE_MARK.test(last)) return before + after.trimStart();
  return before + after;
}
