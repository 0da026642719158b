import { peekWord, takeWord } from "../../base/words.ts";
import type { Words } from "../../base/words.ts";
import { linkKeywords } from "../../ext/ip/link.ts";
import type { LinkDraft } from "../../ext/ip/link.ts";
import type { Report } from "../report.ts";
import { readStatement } from "../statement.ts";

/** The words of a `link/…` line; `unknown` is asked about those that no table has. */
export function readLinkWords(words: Words, link: LinkDraft, report: Report, unknown: () => boolean): void {
  link.type = (takeWord(words) ?? "").slice("link/".length);
  const next = peekWord(words);
  if (next !== undefined && !linkKeywords.has(next) && next !== "promiscuity") link.mac = takeWord(words) ?? null;
  readStatement(link, words, linkKeywords, report, unknown);
}
