import { wordsOf } from "../../base/words.ts";
import type { Word } from "../../base/words.ts";
import type { Parsed } from "../../model/diagnostic.ts";
import type { IpSet } from "../../model/sets.ts";
import { linesOf, sayUnknownLine, wordsOfLine } from "../lines.ts";
import type { Line } from "../lines.ts";
import { diagnosticsOf, newReport, quoted, say, spanOfWord } from "../report.ts";
import type { ParseOptions } from "../report.ts";
import { finishedSets, openSet, readElement, readSetOptions } from "./set-listing.ts";
import type { OpenSet, SetListing } from "./set-listing.ts";
import { readSetXml } from "./xml.ts";

/** `ipset save`, `ipset list` and `ipset list -o xml`; the first two may even be mixed. */
export function parseIpset(text: string, file: string, options: ParseOptions = {}): Parsed<readonly IpSet[]> {
  const report = newReport(file, "ipset");
  const listing: SetListing = { report, sets: new Map() };
  const lines = linesOf(text, report, options);
  if (/^\s*</.test(text)) readSetXml(lines, listing);
  else readLines(lines, listing);
  return { value: finishedSets(listing), diagnostics: diagnosticsOf(report) };
}

/** Where in an `ipset list` the reader is. */
interface Place {
  name: Word | null;
  set: OpenSet | null;
  inMembers: boolean;
}

function readLines(lines: Iterable<Line>, listing: SetListing): void {
  const place: Place = { name: null, set: null, inMembers: false };
  for (const line of lines) {
    const known = readCommand(line, listing) || readListLine(line, place, listing);
    if (!known) sayUnknownLine(listing.report, line);
  }
}

/** `create NAME TYPE …` or `add NAME ELEMENT …`; false: the line is neither. */
function readCommand(line: Line, listing: SetListing): boolean {
  const start = line.text.trimStart();
  if (!start.startsWith("create ") && !start.startsWith("add ")) return false;
  const items = wordsOfLine(line);
  const [command, name, third] = items;
  if (command === undefined || name === undefined || third === undefined) return false;
  if (command.text === "create") {
    const set = openSet(name, third, listing);
    const words = wordsOf(items);
    words.at = 3;
    if (set !== null) readSetOptions(words, set, listing.report);
    return true;
  }
  const set = listing.sets.get(name.text);
  if (set === undefined) {
    say(listing.report, "undeclared-set", spanOfWord(listing.report, name), { set: quoted(name.text) }, "error");
  } else if (set !== null) readElement(items.slice(2), set, listing.report);
  return true;
}

/** Heads of `ipset list` that are kept for printing back. */
const HEADS: ReadonlySet<string> = new Set(["Revision", "Size in memory", "References", "Number of entries"]);

/** A line of `ipset list`; false: it is none. */
function readListLine(line: Line, place: Place, listing: SetListing): boolean {
  const colon = line.text.indexOf(":");
  const head = line.text.slice(0, Math.max(colon, 0)).trim();
  if (head === "Name") {
    place.name = wordsOfLine(line)[1] ?? null;
    place.set = null;
    place.inMembers = false;
    return place.name !== null;
  }
  if (place.name === null) return false;
  if (place.inMembers) {
    if (place.set !== null) readElement(wordsOfLine(line), place.set, listing.report);
    return true;
  }
  return readHead(head, line, place, listing);
}

function readHead(head: string, line: Line, place: Place, listing: SetListing): boolean {
  const items = wordsOfLine(line);
  if (head === "Type") {
    const [, type] = items;
    if (type === undefined || place.name === null) return false;
    place.set = openSet(place.name, type, listing);
    if (place.set !== null) place.set.draft.terse = true;
    return true;
  }
  if (head === "Members") {
    place.inMembers = true;
    if (place.set !== null) place.set.draft.terse = false;
    return true;
  }
  if (head !== "Header" && !HEADS.has(head)) return false;
  if (place.set === null) return listing.sets.get(place.name?.text ?? "") === null;
  const words = wordsOf(items);
  words.at = 1;
  if (head === "Header") readSetOptions(words, place.set, listing.report);
  else place.set.draft.header.push([head, line.text.slice(line.text.indexOf(":") + 1).trim()]);
  return true;
}
