import type { Word } from "../../base/words.ts";
import type { AddressDraft, LinkDraft } from "../../ext/ip/link.ts";
import type { Report } from "../report.ts";

/** A listing of links while it is read. */
export interface LinkListing {
  readonly report: Report;
  readonly links: LinkDraft[];
  /** Of the address that a line of lifetimes would belong to. */
  address: AddressDraft | null;
  /** The last line was `link/…` with details, so the next may be the kind's own. */
  expectsKind: boolean;
}

export function newLink(name: string, peer: string | null, line: number, report: Report): LinkDraft {
  return {
    index: 0,
    name,
    peer,
    flags: [],
    mtu: 0,
    master: null,
    state: null,
    type: null,
    mac: null,
    kind: null,
    group: null,
    addresses: [],
    span: { file: report.file, line },
    extras: [],
    details: [],
    statistics: [],
    partial: false,
  };
}

/** `eth0@if9`: name, and what it is the other end of or stacked on. */
export function splitName(text: string): readonly [string, string | null] {
  const at = text.lastIndexOf("@");
  return at <= 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
}

/** The link that an `ip -o addr` line is of: the last one where it is the same, else a new one. */
export function partialLink(
  name: string,
  peer: string | null,
  index: number,
  word: Word,
  listing: LinkListing,
): LinkDraft {
  const last = listing.links.at(-1);
  if (last?.index === index && last.name === name) return last;
  const link = newLink(name, peer, word.line, listing.report);
  link.index = index;
  link.partial = true;
  listing.links.push(link);
  return link;
}
