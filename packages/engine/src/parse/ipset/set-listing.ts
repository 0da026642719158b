import type { Word } from "../../base/words.ts";
import { peekWord, takeWord, wordsOf } from "../../base/words.ts";
import type { Words } from "../../base/words.ts";
import { findSetType } from "../../ext/set/types.ts";
import type { SetType } from "../../ext/set/types.ts";
import type { Draft } from "../../model/draft.ts";
import type { IpSet, SetOption } from "../../model/sets.ts";
import { quoted, say, spanOfWord } from "../report.ts";
import type { Report } from "../report.ts";
import { sayBadValue, sayUnknownWord } from "../statement.ts";
import { parseElement } from "./element.ts";

/** The sets of a dump while it is read; what `ipset save`, `ipset list` and its XML have in common. */
export interface SetListing {
  readonly report: Report;
  /** By name. Null: a set of an unknown type, which has been said. */
  readonly sets: Map<string, OpenSet | null>;
}

export interface OpenSet {
  readonly draft: Draft<Required<IpSet>>;
  readonly type: SetType;
}

/** Begins a set; null where its type is not known. */
export function openSet(name: Word, typeWord: Word, listing: SetListing): OpenSet | null {
  const { report, sets } = listing;
  const type = findSetType(typeWord.text);
  if (sets.has(name.text)) say(report, "same-set", spanOfWord(report, name), { set: quoted(name.text) });
  if (type === null) {
    say(report, "unknown-set-type", spanOfWord(report, typeWord), { type: quoted(typeWord.text) }, "error");
    sets.set(name.text, null);
    return null;
  }
  const draft: OpenSet["draft"] = {
    name: name.text,
    type: type.name,
    family: "ip",
    dimensions: [...type.dimensions],
    options: [],
    elements: [],
    span: { file: report.file, line: name.line },
    header: [],
    terse: false,
  };
  const set = { draft, type };
  // A set that stands twice stands where the later one does.
  sets.delete(name.text);
  sets.set(name.text, set);
  return set;
}

const FLAGS: ReadonlySet<string> = new Set(["counters", "skbinfo", "forceadd", "nomatch", "wildcard"]);
const VALUES: ReadonlySet<string> = new Set([
  "range",
  "hashsize",
  "maxelem",
  "netmask",
  "bitmask",
  "markmask",
  "timeout",
  "size",
  "bucketsize",
  "initval",
  "probes",
  "resize",
  "packets",
  "bytes",
  "skbmark",
  "skbprio",
  "skbqueue",
  "before",
  "after",
]);
/** How the command itself may be told to behave; says nothing of the set. */
const COMMAND_FLAGS: ReadonlySet<string> = new Set(["-exist", "-!"]);

/** Options of a set or an element. `comment` is a flag of a set and a value of an element. */
function readOptions(words: Words, commentHasValue: boolean, report: Report): SetOption[] | null {
  const options: SetOption[] = [];
  for (let name = takeWord(words); name !== undefined; name = takeWord(words)) {
    if (COMMAND_FLAGS.has(name)) continue;
    const isFlag = FLAGS.has(name) || (name === "comment" && !commentHasValue);
    if (isFlag) options.push({ name, value: null });
    else if (VALUES.has(name) || name === "comment" || name === "family") {
      const value = takeWord(words);
      if (value === undefined) {
        sayBadValue(name, words, report);
        return null;
      }
      options.push({ name, value: unquoted(value) });
    } else {
      options.push({ name, value: null });
      sayUnknownWord(words, report);
    }
  }
  return options;
}

function unquoted(text: string): string {
  return text.length >= 2 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}

/** The words behind `create NAME TYPE`, or behind `Header:`. */
export function readSetOptions(words: Words, { draft }: OpenSet, report: Report): void {
  for (const option of readOptions(words, false, report) ?? []) {
    if (option.name !== "family") draft.options.push(option);
    else if (option.value === "inet" || option.value === "inet6") draft.family = option.value === "inet" ? "ip" : "ip6";
    else say(report, "bad-word-value", draft.span, { word: "family", value: quoted(option.value ?? "") }, "error");
  }
}

/** An element with its options. */
export function readElement(items: readonly Word[], { draft, type }: OpenSet, report: Report): void {
  const words = wordsOf(items);
  const [first] = items;
  const text = peekWord(words);
  if (first === undefined || text === undefined) return;
  takeWord(words);
  const options = readOptions(words, true, report);
  if (options === null) return;
  const has = (flag: string): boolean => options.some(({ name, value }) => name === flag && value === null);
  const parts = parseElement(text, type, draft.family, has("wildcard"));
  if (parts === null) {
    const params = { element: quoted(text), type: type.name };
    say(report, "bad-element", spanOfWord(report, first), params, "error");
    return;
  }
  const nomatch = has("nomatch");
  const kept = nomatch ? options.filter(({ name }) => name !== "nomatch") : options;
  draft.elements.push({ parts, nomatch, options: kept, text, line: first.line });
}

/** The sets as the model has them. */
export function finishedSets(listing: SetListing): readonly IpSet[] {
  return [...listing.sets.values()].flatMap((set) => (set === null ? [] : [finished(set.draft)]));
}

function finished({ header, terse, ...set }: OpenSet["draft"]): IpSet {
  return { ...set, ...(header.length > 0 && { header }), ...(terse && { terse }) };
}
