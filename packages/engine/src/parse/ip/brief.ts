import { parsePrefix } from "../../base/address.ts";
import type { Prefix } from "../../base/address.ts";
import { peekWord, takeWord } from "../../base/words.ts";
import type { Words } from "../../base/words.ts";
import { addressKeywords } from "../../ext/ip/link.ts";
import type { AddressDraft } from "../../ext/ip/link.ts";
import { newLink, splitName } from "./link-listing.ts";
import type { LinkListing } from "./link-listing.ts";

/** IF_OPER_ states (RFC 2863) as iproute2 prints them. */
const STATES: ReadonlySet<string> = new Set([
  "UNKNOWN",
  "NOTPRESENT",
  "DOWN",
  "LOWERLAYERDOWN",
  "TESTING",
  "DORMANT",
  "UP",
]);

const FLAGS = /^<(.*)>$/;

/** A line of `ip -br addr` (`eth0@if2 UP 10.0.0.1/24 …`) or `ip -br link` (`eth0 UP MAC <FLAGS>`); false: it is neither. */
export function readBrief(words: Words, listing: LinkListing): boolean {
  const [nameWord, stateWord] = words.items;
  if (nameWord === undefined || stateWord === undefined || !STATES.has(stateWord.text)) return false;
  const [name, peer] = splitName(nameWord.text);
  const link = newLink(name, peer, nameWord.line, listing.report);
  link.partial = true;
  link.state = stateWord.text;
  words.at = 2;
  const flags = FLAGS.exec(words.items.at(-1)?.text ?? "");
  if (flags !== null) {
    link.flags = (flags[1] ?? "").split(",").filter((flag) => flag !== "");
    link.mac = words.items.length > 3 ? (words.items[2]?.text ?? null) : null;
  } else {
    for (let address = readBriefAddress(words, listing); address !== null; address = readBriefAddress(words, listing)) {
      link.addresses.push(address);
    }
    if (peekWord(words) !== undefined) return false;
  }
  listing.links.push(link);
  return true;
}

/** Words of an address that the brief form has too. */
const BRIEF_WORDS: ReadonlySet<string> = new Set(["peer", "metric"]);

function readBriefAddress(words: Words, listing: LinkListing): AddressDraft | null {
  const item = words.items[words.at];
  const prefix = parsePrefix(item?.text ?? "");
  if (item === undefined || prefix === null) return null;
  takeWord(words);
  const draft: AddressDraft = {
    prefix,
    peer: null,
    broadcast: null,
    scope: scopeOf(prefix),
    flags: [],
    label: null,
    span: { file: listing.report.file, line: item.line },
    extras: [],
  };
  for (let word = peekWord(words); word !== undefined && BRIEF_WORDS.has(word); word = peekWord(words)) {
    takeWord(words);
    if (addressKeywords.get(word)?.read(draft, words, word) !== true) return null;
  }
  if (draft.peer !== null) draft.prefix = { address: prefix.address, length: draft.peer.length };
  return draft;
}

/** The scope that the kernel gives an address by itself (inet_set_ifa, ipv6_addr_type): the brief form does not print it. */
function scopeOf({ address }: Prefix): string {
  if (typeof address === "number") return address >>> 24 === 127 ? "host" : "global";
  if (address === 1n) return "host";
  return address >> 118n === 0xfe80n >> 6n ? "link" : "global";
}
