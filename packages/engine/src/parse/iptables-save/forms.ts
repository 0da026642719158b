import { familyOf, parseAddressMask, parseV4Net } from "../../base/address.ts";
import type { Checked, Form, Forms, Place } from "./form.ts";
import { isDevice } from "./names.ts";
import type { Reader } from "./reader.ts";
import type { TableDraft } from "./table-draft.ts";
import { backslashAt, endOf, startOf } from "./words.ts";

/** As many as the rules of one chain, or of chains of one kind, are likely to have. */
const MOST_FORMS = 8;

const APPEND = "-A ";

/** Does the line under way, from `start` on, have a form that was met before, and only words that can be read? */
export function hasKnownForm(reader: Reader, table: TableDraft, start: number): boolean {
  const { text, formsOf } = reader;
  const { latest, last } = formsOf[reader.family];
  if (last === null || !text.startsWith(APPEND, start)) return false;
  const chainEnd = wordEnd(reader, start + APPEND.length);
  if (chainEnd < 0 || !isDeclared(table, text, start + APPEND.length, chainEnd)) return false;
  const { next } = last;
  if (next !== null && fits(reader, table, next, chainEnd)) {
    formsOf[reader.family].last = next;
    return true;
  }
  const index = latest.findIndex((form) => form !== next && fits(reader, table, form, chainEnd));
  const form = latest[index];
  if (form === undefined) return false;
  follow(formsOf[reader.family], form, index);
  return true;
}

/** Notes that a line of this form came next; it stands at `index` among the latest forms. */
function follow(forms: Forms, form: Form, index: number): void {
  const { latest } = forms;
  latest.copyWithin(1, 0, index);
  latest[0] = form;
  if (forms.last !== null) forms.last.next = form;
  forms.last = form;
}

function fits(reader: Reader, table: TableDraft, form: Form, start: number): boolean {
  const { text, lineEnd } = reader;
  const { texts, places } = form;
  let at = start;
  for (let index = 0; index < places.length; index++) {
    const before = texts[index];
    const place = places[index];
    if (before === undefined || place === undefined || !text.startsWith(before, at)) return false;
    const from = at + before.length;
    at = wordEnd(reader, from);
    if (at < 0 || !accepts(reader, table, place, from, at)) return false;
  }
  const rest = texts[places.length] ?? "";
  return at + rest.length === lineEnd && text.startsWith(rest, at);
}

/** Takes the form of the `-A` line under way, which was read without complaint. */
export function learnForm(reader: Reader, places: readonly Place[]): void {
  const { words, text, lineEnd } = reader;
  const forms = reader.formsOf[reader.family];
  const texts: string[] = [];
  let at = endOf(words, 1);
  for (const { word } of places) {
    texts.push(text.slice(at, startOf(words, word)));
    at = endOf(words, word);
  }
  texts.push(text.slice(at, lineEnd));
  const known = forms.latest.findIndex((form) => isSame(form.texts, texts));
  const form = forms.latest[known] ?? { texts, places: places.slice(), next: null };
  if (known < 0 && forms.latest.length < MOST_FORMS) forms.latest.push(form);
  follow(forms, form, known < 0 ? forms.latest.length - 1 : known);
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, index) => text === b[index]);
}

const TAB = 9;
const SPACE = 32;
const EXCLAMATION = 33;
const DOUBLE_QUOTE = 34;
const SINGLE_QUOTE = 39;
const DASH = 45;

/** Where the word ends that begins at `start`; −1 when it is one that needs a closer look. */
function wordEnd(reader: Reader, start: number): number {
  const { text, lineEnd, words } = reader;
  if (start >= lineEnd) return -1;
  let c = text.charCodeAt(start);
  if (c === DOUBLE_QUOTE) {
    const close = text.indexOf('"', start + 1);
    return close < 0 || close >= lineEnd || backslashAt(words, start) < close ? -1 : close + 1;
  }
  if (c === DASH || c === EXCLAMATION || c === SINGLE_QUOTE) return -1;
  let at = start;
  while (c !== SPACE && c !== TAB) {
    if (c === DOUBLE_QUOTE) return -1;
    if (++at === lineEnd) break;
    c = text.charCodeAt(at);
  }
  return at === start ? -1 : at;
}

function accepts(reader: Reader, table: TableDraft, place: Place, start: number, end: number): boolean {
  const { text, family } = reader;
  switch (place.kind) {
    case "chain":
      return table.chains.get(text.slice(start, end))?.isJumpable === true;
    case "net": {
      if (family === "ip") return parseV4Net(text, start, end) !== null;
      const net = parseAddressMask(text.slice(start, end));
      return net !== null && familyOf(net.value) === family;
    }
    case "device":
      return isDevice(text.slice(start, end));
    case "value": {
      const { option, checked } = place;
      const isQuoted = text.charCodeAt(start) === DOUBLE_QUOTE;
      const value = option.option.codec.parse(isQuoted ? text.slice(start + 1, end - 1) : text.slice(start, end), "");
      return value !== undefined && (checked === null || isUnobjected(checked, option.name, value));
    }
  }
}

function isDeclared(table: TableDraft, text: string, start: number, end: number): boolean {
  const last = table.lastChain;
  if (last?.name.length === end - start && text.startsWith(last.name, start)) return true;
  const chain = table.chains.get(text.slice(start, end));
  if (chain === undefined) return false;
  table.lastChain = chain;
  return true;
}

function isUnobjected({ extension, args }: Checked, name: string, value: unknown): boolean {
  const changed = { ...args, [name]: { negated: args[name]?.negated === true, value } };
  return extension.check(extension.normalise(changed)) === null;
}
