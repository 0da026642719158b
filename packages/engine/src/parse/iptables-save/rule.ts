import { familyOf, parseAddressMask, parseV4Net } from "../../base/address.ts";
import type { AddressMask, Family } from "../../base/address.ts";
import { parseProtocol } from "../../base/protocols.ts";
import type { Negatable } from "../../model/ruleset.ts";
import { emptyDraft, letterAt, partEnd, refuse } from "./draft.ts";
import type { Draft } from "./draft.ts";
import { appendOption, loadMatch, loadTarget, settleExtensions } from "./extensions.ts";
import {
  LETTER_C,
  LETTER_D,
  LETTER_F,
  LETTER_G,
  LETTER_I,
  LETTER_J,
  LETTER_M,
  LETTER_O,
  LETTER_S,
  NO_LETTER,
} from "./options.ts";
import { isDevice } from "./names.ts";
import { recall, remember } from "./memo.ts";
import { spend } from "./reader.ts";
import type { Problem, Reader } from "./reader.ts";
import { BANG, LONG, SHORT, endOf, hashOf, isOldNegation, rawText, shapeAt, startOf, wordText } from "./words.ts";

/**
 * Reads the words from `from` on into the draft: everything of a rule behind `-A CHAIN`. What cannot be read is reported
 * and stays in the draft as a Verbatim; a Verbatim without a name holds words that belong to no extension.
 */
export function readRule(reader: Reader, draft: Draft, from: number): void {
  emptyDraft(draft);
  draft.hasForm = !reader.isKeeping && !reader.words.hasOddQuotes;
  const count = reader.words.count;
  for (let at = from; at < count;) at = readPart(reader, draft, at);
  draft.counters ??= reader.counters;
  if (draft.unsettled) settleExtensions(reader, draft);
}

/** Reads one option of the rule, with all that belongs to it; gives the word that comes next. */
function readPart(reader: Reader, draft: Draft, start: number): number {
  const { words } = reader;
  const negated = shapeAt(words, start) === BANG;
  const at = negated ? start + 1 : start;
  const letter = letterAt(reader, at);
  switch (letter) {
    case NO_LETTER:
      return appendOption(reader, draft, start) ?? refuseStray(reader, draft, start);
    case LETTER_M:
      return negated ? refuse(reader, draft, cannotNegate(reader, at), start, at) : loadMatch(reader, draft, at);
    case LETTER_J:
    case LETTER_G:
      if (negated) return refuse(reader, draft, cannotNegate(reader, at), start, at);
      return once(reader, draft, LETTER_J, start, at + 2) ?? loadTarget(reader, draft, at, letter === LETTER_G);
    case LETTER_F:
      return once(reader, draft, letter, start, at + 1) ?? readFragment(reader, draft, start, at);
    case LETTER_C:
      return once(reader, draft, letter, start, at + 3) ?? readCounters(reader, draft, start, at);
    default:
      return once(reader, draft, letter, start, at + 2) ?? readValue(reader, draft, letter, start, at, negated);
  }
}

/** Reports a second `-s`, `-j` … of a rule and keeps its words; null when it is the first. */
function once(reader: Reader, draft: Draft, letter: number, start: number, end: number): number | null {
  const bit = 1 << (letter & 31);
  if ((draft.seen & bit) === 0) {
    draft.seen |= bit;
    return null;
  }
  const to = Math.min(end, reader.words.count);
  const option = `-${String.fromCharCode(letter)}`;
  return refuse(reader, draft, { code: "option-twice", params: { option }, from: start, to }, start, to);
}

function cannotNegate(reader: Reader, at: number): Problem {
  return { code: "not-negatable", params: { option: rawText(reader.words, at, at + 1) }, from: at - 1, to: at };
}

function refuseStray(reader: Reader, draft: Draft, start: number): number {
  const { words } = reader;
  const at = shapeAt(words, start) === BANG && start + 1 < words.count ? start + 1 : start;
  const isOption = shapeAt(words, at) === LONG || shapeAt(words, at) === SHORT;
  const word = rawText(words, at, at + 1);
  const problem: Problem = isOption
    ? { code: "unknown-option", params: { option: word }, from: at, to: at + 1 }
    : { code: "stray-word", params: { word }, from: at, to: at + 1 };
  return refuse(reader, draft, problem, start, partEnd(reader, at + 1));
}

function readFragment(reader: Reader, draft: Draft, start: number, at: number): number {
  if (reader.family === "ip6") {
    const option = wordText(reader.words, at);
    return refuse(reader, draft, { code: "unknown-option", params: { option }, from: at, to: at + 1 }, start, at + 1);
  }
  draft.fragment = { negated: start !== at, value: true };
  return at + 1;
}

/** `-c PACKETS BYTES`. */
function readCounters(reader: Reader, draft: Draft, start: number, at: number): number {
  const { words } = reader;
  const packets = at + 1 < words.count ? wordText(words, at + 1) : "";
  const bytes = at + 2 < words.count ? wordText(words, at + 2) : "";
  if (/^\d{1,20}$/.test(packets) && /^\d{1,20}$/.test(bytes) && start === at) {
    draft.counters = { packets, bytes };
    return at + 3;
  }
  const params = { option: "-c", value: `${packets} ${bytes}`.trim() };
  return refuse(reader, draft, { code: "bad-value", params, from: at, to: at + 1 }, start, partEnd(reader, at + 1));
}

/** `-s -d -i -o -p`: one word behind the option, `!` before the option or (as long ago) before the word. */
function readValue(
  reader: Reader,
  draft: Draft,
  letter: number,
  start: number,
  at: number,
  negatedBefore: boolean,
): number {
  const { words } = reader;
  const isOld = isOldNegation(words, at + 1);
  const value = isOld ? at + 2 : at + 1;
  if (value >= words.count) {
    const option = wordText(words, at);
    return refuse(
      reader,
      draft,
      { code: "missing-value", params: { option }, from: at, to: at + 1 },
      start,
      words.count,
    );
  }
  if (takeValue(reader, draft, letter, value, negatedBefore !== isOld)) return value + 1;
  const option = wordText(words, at);
  if (shapeAt(words, value) === SHORT || shapeAt(words, value) === LONG) {
    return refuse(reader, draft, { code: "missing-value", params: { option }, from: at, to: at + 1 }, start, value);
  }
  const params = { option, value: wordText(words, value) };
  return refuse(reader, draft, { code: "bad-value", params, from: value, to: value + 1 }, start, value + 1);
}

function takeValue(reader: Reader, draft: Draft, letter: number, at: number, negated: boolean): boolean {
  switch (letter) {
    case LETTER_S:
    case LETTER_D:
      return takeNet(reader, draft, letter, at, negated);
    case LETTER_I:
    case LETTER_O:
      return takeDevice(reader, draft, letter, at, negated);
    default:
      return takeProtocol(reader, draft, at, negated);
  }
}

function takeNet(reader: Reader, draft: Draft, letter: number, at: number, negated: boolean): boolean {
  const { words, text } = reader;
  const value =
    (reader.family === "ip" ? parseV4Net(text, startOf(words, at), endOf(words, at)) : null) ?? netAt(reader, at);
  if (value === null) {
    const word = wordText(words, at);
    return word.includes(",") && takeNets(reader, draft, letter, word, negated);
  }
  if (draft.hasForm) draft.places.push({ kind: "net", word: at });
  // The tools do not keep a network that holds every address.
  const kept = Number(value.mask) === 0 && !negated ? null : { negated, value };
  if (letter === LETTER_S) draft.src = kept;
  else draft.dst = kept;
  return true;
}

/** The network that a word names, in any of the spellings that the tools take. */
function netAt(reader: Reader, at: number): AddressMask | null {
  const { words, text, family } = reader;
  const memo = reader.memos[family].nets;
  const hash = hashOf(words, at);
  const start = startOf(words, at);
  const end = endOf(words, at);
  const known = recall(memo, hash, text, start, end);
  if (known !== undefined) return known;
  const net = parseNet(wordText(words, at), family);
  return net === null ? null : remember(memo, hash, text, start, end, net);
}

/** `-s a,b`: one rule for each. The tools refuse `! -s a,b`, which would match everything. */
function takeNets(reader: Reader, draft: Draft, letter: number, word: string, negated: boolean): boolean {
  if (negated || !spend(reader, word.length)) return false;
  const nets: Negatable<AddressMask>[] = [];
  for (const part of word.split(",")) {
    const value = parseNet(part, reader.family);
    if (value === null) return false;
    nets.push({ negated: false, value });
  }
  if (letter === LETTER_S) draft.srcList = nets;
  else draft.dstList = nets;
  return true;
}

/** An address or network of the family, IPv4 also with fewer than four numbers (`10/8`), as xtables_ipparse_any reads it. */
function parseNet(word: string, family: Family): AddressMask | null {
  const net = parseAddressMask(word) ?? (family === "ip" ? parseAddressMask(padded(word)) : null);
  return net !== null && familyOf(net.value) === family ? net : null;
}

function padded(word: string): string {
  const parts = /^(\d{1,3}(?:\.\d{1,3}){0,2})(\/.+)?$/.exec(word);
  if (parts === null) return word;
  const [, address = "", mask = ""] = parts;
  return address + ".0".repeat(4 - address.split(".").length) + mask;
}

function takeDevice(reader: Reader, draft: Draft, letter: number, at: number, negated: boolean): boolean {
  const { words, text } = reader;
  const memo = reader.memos[reader.family].devices;
  const start = startOf(words, at);
  const end = endOf(words, at);
  let device = recall(memo, hashOf(words, at), text, start, end);
  if (device === undefined) {
    const value = wordText(words, at);
    if (!isDevice(value)) return false;
    device = remember(memo, hashOf(words, at), text, start, end, { negated: false, value });
  }
  if (draft.hasForm) draft.places.push({ kind: "device", word: at });
  if (negated) device = { negated, value: device.value };
  // `+` is every device: the tools do not keep it.
  const kept = device.value === "+" && !negated ? null : device;
  if (letter === LETTER_I) draft.iif = kept;
  else draft.oif = kept;
  return true;
}

function takeProtocol(reader: Reader, draft: Draft, at: number, negated: boolean): boolean {
  const { words, text } = reader;
  const memo = reader.memos[reader.family].protocols;
  const start = startOf(words, at);
  const end = endOf(words, at);
  let proto = recall(memo, hashOf(words, at), text, start, end);
  if (proto === undefined) {
    const value = parseProtocol(wordText(words, at));
    if (value === null) return false;
    proto = remember(memo, hashOf(words, at), text, start, end, { negated: false, value });
  }
  if (proto.value === 0) return !negated;
  draft.proto = negated ? { negated, value: proto.value } : proto;
  return true;
}
