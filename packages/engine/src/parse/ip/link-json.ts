import { wordsOf } from "../../base/words.ts";
import type { Word } from "../../base/words.ts";
import { headKeywords } from "../../ext/ip/link.ts";
import type { LinkDraft } from "../../ext/ip/link.ts";
import type { Json, JsonObject } from "../json.ts";
import { say } from "../report.ts";
import { readStatement } from "../statement.ts";
import { readAddress, spellAddresses } from "./address.ts";
import { bare, keyword, scalarText, spellObject, valueOf, wordAt } from "./json-words.ts";
import type { Spelling } from "./json-words.ts";
import { newLink } from "./link-listing.ts";
import type { LinkListing } from "./link-listing.ts";
import { readLinkWords } from "./link-words.ts";

/** An object of `ip -j link` or `ip -j addr`. */
export function readLinkObject(object: JsonObject, listing: LinkListing): void {
  const { report } = listing;
  const name = scalarText(valueOf(object, "ifname"));
  if (name === "") {
    // iproute2 prints an empty object for a link that a filter left out.
    const span = { file: report.file, line: object.line, column: object.column };
    if (object.entries.length > 0) say(report, "incomplete-line", span, { format: report.format }, "error");
    return;
  }
  const link = newLink(name, peerOf(object), object.line, report);
  const index = valueOf(object, "ifindex");
  link.index = Number(scalarText(index));
  link.partial = index === undefined;
  link.flags = textsOf(valueOf(object, "flags"));
  link.kind = kindOf(object);
  const read = readStatement(link, wordsOf(pick(object, JSON_HEAD)), headKeywords, report, () => false);
  if (!read) return;
  readLinkPart(object, link, listing);
  for (const words of spellAddresses(valueOf(object, "addr_info") ?? NOTHING)) {
    const address = readAddress(wordsOf(words), report);
    if (address !== null) link.addresses.push(address);
  }
  listing.links.push(link);
}

const NOTHING: Json = { kind: "array", items: [], line: 0, column: 0 };

/** The other end by name, or as `if9` where it is in another namespace. */
function peerOf(object: JsonObject): string | null {
  const name = valueOf(object, "link");
  if (name !== undefined) return scalarText(name) === "null" ? "NONE" : scalarText(name);
  const index = valueOf(object, "link_index");
  return index === undefined ? null : `if${scalarText(index)}`;
}

function kindOf(object: JsonObject): string | null {
  const info = valueOf(object, "linkinfo");
  const kind = info?.kind === "object" ? valueOf(info, "info_kind") : undefined;
  return kind === undefined ? null : scalarText(kind);
}

function textsOf(value: Json | undefined): string[] {
  return value?.kind === "array" ? value.items.map(scalarText) : [];
}

/** What the text form has on its second line, and below it. */
function readLinkPart(object: JsonObject, link: LinkDraft, { report }: LinkListing): void {
  const words = pick(object, JSON_LINK);
  if (words.length > 0) readLinkWords(wordsOf(words), link, report, () => false);
  const alias = valueOf(object, "ifalias");
  if (alias !== undefined) link.details.push(`    alias ${scalarText(alias)}`);
  for (const altname of textsOf(valueOf(object, "altnames"))) link.details.push(`    altname ${altname}`);
}

/** The words of those keys that a table has. */
function pick(object: JsonObject, spellings: ReadonlyMap<string, Spelling>): Word[] {
  return spellObject({ ...object, entries: object.entries.filter(([key]) => spellings.has(key)) }, spellings);
}

const JSON_HEAD: ReadonlyMap<string, Spelling> = new Map<string, Spelling>([
  ["mtu", keyword("mtu")],
  ["qdisc", keyword("qdisc")],
  ["master", keyword("master")],
  ["operstate", keyword("state")],
  ["linkmode", keyword("mode")],
  ["group", keyword("group")],
  ["txqlen", keyword("qlen")],
]);

const JSON_LINK: ReadonlyMap<string, Spelling> = new Map<string, Spelling>([
  ["link_type", (value, out) => out.push(wordAt(value, `link/${scalarText(value)}`))],
  ["address", bare],
  ["broadcast", keyword("brd")],
  ["permaddr", keyword("permaddr")],
  ["link_netnsid", keyword("link-netnsid")],
]);
