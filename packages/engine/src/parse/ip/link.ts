import { takeWord, wordsOf } from "../../base/words.ts";
import type { Words } from "../../base/words.ts";
import { headKeywords } from "../../ext/ip/link.ts";
import type { LinkDraft } from "../../ext/ip/link.ts";
import type { Parsed } from "../../model/diagnostic.ts";
import type { Link } from "../../model/routing.ts";
import { looksLikeJson, parseJsonObjects } from "../json.ts";
import { linesOf, sayUnknownLine, unjoinLine, wordsOfLine } from "../lines.ts";
import type { Line } from "../lines.ts";
import { diagnosticsOf, newReport } from "../report.ts";
import type { ParseOptions, Report } from "../report.ts";
import { readStatement } from "../statement.ts";
import { continueAddress, isAddressWord, readAddress } from "./address.ts";
import { readBrief } from "./brief.ts";
import { readLinkObject } from "./link-json.ts";
import { newLink, partialLink, splitName } from "./link-listing.ts";
import type { LinkListing } from "./link-listing.ts";
import { readLinkWords } from "./link-words.ts";

/** `ip addr`, with `-4`, `-6`, `-d`, `-s`, `-o`, `-br` and `-j` alike. */
export function parseIpAddr(text: string, file: string, options: ParseOptions = {}): Parsed<readonly Link[]> {
  return parseLinks(text, newReport(file, "ip addr"), options);
}

/** `ip link`, with `-d`, `-s`, `-o`, `-br` and `-j` alike. */
export function parseIpLink(text: string, file: string, options: ParseOptions = {}): Parsed<readonly Link[]> {
  return parseLinks(text, newReport(file, "ip link"), options);
}

function parseLinks(text: string, report: Report, options: ParseOptions): Parsed<readonly Link[]> {
  const listing: LinkListing = { report, links: [], address: null, expectsKind: false };
  if (looksLikeJson(text)) {
    for (const object of parseJsonObjects(text, report, options)) readLinkObject(object, listing);
  } else {
    for (const line of linesOf(text, report, options)) {
      for (const piece of unjoinLine(line)) {
        if (!readLine(piece, listing)) sayUnknownLine(report, piece);
      }
    }
  }
  return { value: listing.links.map(finished), diagnostics: diagnosticsOf(report) };
}

/** Leaves out what the listing did not have. */
function finished({ extras, details, statistics, partial, ...link }: LinkDraft): Link {
  return {
    ...link,
    ...(extras.length > 0 && { extras }),
    ...(details.length > 0 && { details }),
    ...(statistics.length > 0 && { statistics }),
    ...(partial && { partial }),
  };
}

const INDEX = /^\d{1,10}:$/;
const FLAGS = /^<.*>$/;

function readLine(line: Line, listing: LinkListing): boolean {
  const words = wordsOf(wordsOfLine(line));
  const [first, second, third] = words.items.map((word) => word.text);
  if (first === undefined) return true;
  if (INDEX.test(first) && second !== undefined && third !== undefined) return readHead(words, third, listing);
  const link = listing.links.at(-1);
  const { expectsKind } = listing;
  listing.expectsKind = false;
  if (link !== undefined && !link.partial) {
    if (first.startsWith("link/")) return readLinkLine(line, words, link, listing);
    if (isAddressWord(first)) return addAddress(words, link, listing);
    if (isDetail(line, first, expectsKind)) return addDetail(line, first, expectsKind, link);
  }
  if (first === "valid_lft" && listing.address !== null) return continueAddress(listing.address, words, listing.report);
  return readBrief(words, listing);
}

/** `2: eth0@if3: <BROADCAST,UP> mtu 1500 …`, or `2: eth0    inet 10.0.0.1/24 …` of `ip -o addr`. */
function readHead(words: Words, third: string, listing: LinkListing): boolean {
  const index = Number.parseInt(takeWord(words) ?? "", 10);
  const nameWord = words.items[words.at];
  const text = takeWord(words) ?? "";
  if (nameWord === undefined) return false;
  if (isAddressWord(third)) {
    const [name, peer] = splitName(text);
    return addAddress(words, partialLink(name, peer, index, nameWord, listing), listing);
  }
  if (!text.endsWith(":") || !FLAGS.test(third)) return false;
  const [name, peer] = splitName(text.slice(0, -1));
  const link = newLink(name, peer, nameWord.line, listing.report);
  link.index = index;
  link.flags = (takeWord(words) ?? "")
    .slice(1, -1)
    .split(",")
    .filter((flag) => flag !== "");
  const read = readStatement(link, words, headKeywords, listing.report, (word) => {
    link.extras.push([word, null]);
    return false;
  });
  listing.address = null;
  if (read) listing.links.push(link);
  return true;
}

function addAddress(words: Words, link: LinkDraft, listing: LinkListing): boolean {
  listing.address = readAddress(words, listing.report);
  if (listing.address !== null) link.addresses.push(listing.address);
  return true;
}

/** `link/ether MAC brd MAC …`. What `ip -d` adds (`promiscuity 0 …`) is kept as it stands. */
function readLinkLine(line: Line, words: Words, link: LinkDraft, listing: LinkListing): boolean {
  readLinkWords(words, link, listing.report, () => {
    const rest = words.items[words.at - 1];
    if (rest === undefined) return true;
    link.extras.push(["link", line.text.slice(rest.column - 1 - line.before)]);
    words.at = words.items.length;
    listing.expectsKind = rest.text === "promiscuity";
    return listing.expectsKind;
  });
  return true;
}

/** Words that lines below the link start with. Counters are rows of numbers below their heads. */
const DETAILS: ReadonlySet<string> = new Set(["alias", "altname", "RX", "RX:", "TX", "TX:", "vf", "prog/xdp"]);
const SLAVE = /^\w+_slave$/;
const KIND = /^[a-z][a-z0-9_-]*$/;
const NUMBERS = /^\s+[\d. ]+$/;

function isDetail(line: Line, first: string, expectsKind: boolean): boolean {
  return (expectsKind && KIND.test(first)) || DETAILS.has(first) || SLAVE.test(first) || NUMBERS.test(line.text);
}

function addDetail(line: Line, first: string, expectsKind: boolean, link: LinkDraft): boolean {
  if (expectsKind && !DETAILS.has(first) && !SLAVE.test(first)) link.kind = first;
  (link.addresses.length === 0 ? link.details : link.statistics).push(line.text);
  return true;
}
