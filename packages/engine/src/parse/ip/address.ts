import { parsePrefix } from "../../base/address.ts";
import { takeWord } from "../../base/words.ts";
import type { Word, Words } from "../../base/words.ts";
import { addressKeywords } from "../../ext/ip/link.ts";
import type { AddressDraft } from "../../ext/ip/link.ts";
import type { Json } from "../json.ts";
import { quoted, say, spanOfWord } from "../report.ts";
import type { Report } from "../report.ts";
import { readStatement } from "../statement.ts";
import { bare, joined, keyword, scalarText, spellObject, wordAt } from "./json-words.ts";
import type { Spelling } from "./json-words.ts";

/** Does a line with this first word say an address? */
export function isAddressWord(word: string | undefined): boolean {
  return word === "inet" || word === "inet6";
}

/** What `inet ADDRESS …` says, the cursor on `inet`; null where it cannot be read, which has been said. */
export function readAddress(words: Words, report: Report): AddressDraft | null {
  takeWord(words);
  const item = words.items[words.at];
  const prefix = parsePrefix(takeWord(words) ?? "");
  if (item === undefined || prefix === null) {
    const place = item ?? words.items[words.at - 1];
    if (place !== undefined) sayNoAddress(place, report);
    return null;
  }
  const draft: AddressDraft = {
    prefix,
    peer: null,
    broadcast: null,
    scope: "global",
    flags: [],
    label: null,
    span: { file: report.file, line: item.line },
    extras: [],
  };
  if (!continueAddress(draft, words, report)) return null;
  // A point-to-point address prints the length of its network behind the peer.
  if (draft.peer !== null) draft.prefix = { address: prefix.address, length: draft.peer.length };
  return draft;
}

function sayNoAddress(word: Word, report: Report): void {
  say(report, "bad-word-value", spanOfWord(report, word), { word: "inet", value: quoted(word.text) }, "error");
}

/** Reads on: the rest of the address line, or the line of lifetimes below it. */
export function continueAddress(draft: AddressDraft, words: Words, report: Report): boolean {
  const isV4 = typeof draft.prefix.address === "number";
  return readStatement(draft, words, addressKeywords, report, (word) => {
    const isLabel = isV4 && draft.label === null;
    if (isLabel) draft.label = word;
    else draft.flags.push(word);
    return isLabel;
  });
}

/** 2³²−1 seconds. */
const FOREVER = "4294967295";

function lifetime(word: string): Spelling {
  return (value, out) => {
    const seconds = scalarText(value);
    out.push(wordAt(value, word), wordAt(value, seconds === FOREVER ? "forever" : `${seconds}sec`));
  };
}

const JSON_ADDRESS: ReadonlyMap<string, Spelling> = new Map<string, Spelling>([
  ["family", bare],
  ["local", bare],
  ["address", keyword("peer")],
  ["prefixlen", joined("/")],
  ["broadcast", keyword("brd")],
  ["anycast", keyword("any")],
  ["protocol", keyword("proto")],
  ["label", bare],
  ["valid_life_time", lifetime("valid_lft")],
  ["preferred_life_time", lifetime("preferred_lft")],
]);

/** `addr_info` of `ip -j addr`, each address as the words of its text line. */
export function spellAddresses(value: Json): readonly Word[][] {
  const items = value.kind === "array" ? value.items : [];
  return items.flatMap((item) => (item.kind === "object" ? [spellObject(item, JSON_ADDRESS)] : []));
}
