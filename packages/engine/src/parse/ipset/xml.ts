import { splitWords, wordsOf } from "../../base/words.ts";
import type { Word } from "../../base/words.ts";
import { sayUnknownLine } from "../lines.ts";
import type { Line } from "../lines.ts";
import { openSet, readElement, readSetOptions } from "./set-listing.ts";
import type { OpenSet, SetListing } from "./set-listing.ts";

/** A tag with the text behind it. ipset prints every tag whole on one line and escapes nothing. */
interface Tag {
  readonly name: string;
  readonly isClosing: boolean;
  /** The `name` attribute. */
  readonly label: string | undefined;
  readonly text: string;
  readonly column: number;
}

const TAG = /<(\/?)([a-z]+)(?: name="([^"<>]*)")?(\/?)>/g;
const COMMENT_END = '"</comment>';

function tagsOf(line: Line): Tag[] {
  const tags: Tag[] = [];
  TAG.lastIndex = 0;
  for (let match = TAG.exec(line.text); match !== null; match = TAG.exec(line.text)) {
    const [whole, slash, name = "", label] = match;
    const start = match.index + whole.length;
    const isComment = name === "comment" && line.text.charAt(start) === '"';
    const close = isComment ? line.text.indexOf(COMMENT_END, start) + 1 : line.text.indexOf("<", start);
    const end = close <= 0 ? line.text.length : close;
    tags.push({ name, isClosing: slash === "/", label, text: line.text.slice(start, end), column: match.index + 1 });
    TAG.lastIndex = end;
  }
  return tags;
}

/** Heads of the text form under their names here. */
const HEADS: ReadonlyMap<string, string> = new Map([
  ["revision", "Revision"],
  ["memsize", "Size in memory"],
  ["references", "References"],
  ["numentries", "Number of entries"],
]);

const FRAME: ReadonlySet<string> = new Set(["ipsets", "ipset", "header", "members"]);

/** `ipset list -o xml`, whose elements and options are those of the text form in tags. */
export function readSetXml(lines: Iterable<Line>, listing: SetListing): void {
  let name: Word | null = null;
  let set: OpenSet | null = null;
  for (const line of lines) {
    const tags = tagsOf(line);
    const [first] = tags;
    if (first === undefined) {
      sayUnknownLine(listing.report, line);
    } else if (first.name === "ipset" && first.label !== undefined) {
      name = { text: first.label, line: line.number, column: first.column };
      set = null;
    } else if (first.name === "type" && name !== null) {
      set = openSet(name, { text: first.text, line: line.number, column: first.column }, listing);
      if (set !== null) set.draft.terse = true;
    } else if (set !== null) readTags(tags, line, set, listing);
  }
}

function readTags(tags: readonly Tag[], line: Line, set: OpenSet, listing: SetListing): void {
  const [first] = tags;
  if (first === undefined) return;
  const head = HEADS.get(first.name);
  if (first.name === "member") {
    readElement(wordsOfTags(tags.slice(1), line, true), set, listing.report);
  } else if (first.name === "header" && !first.isClosing) {
    readSetOptions(wordsOf(wordsOfTags(tags.slice(1), line, false)), set, listing.report);
  } else if (head !== undefined) set.draft.header.push([head, first.text]);
  else if (first.name === "members") set.draft.terse = false;
  else if (!FRAME.has(first.name)) sayUnknownLine(listing.report, line);
}

/** `<elem>10.0.0.1</elem><timeout>5</timeout>` as the words `10.0.0.1 timeout 5`. */
function wordsOfTags(tags: readonly Tag[], line: Line, isMember: boolean): Word[] {
  const words: Word[] = [];
  for (const { name, isClosing, text, column } of tags) {
    if (isClosing) continue;
    if (!isMember || name !== "elem") words.push({ text: name, line: line.number, column });
    for (const word of splitWords(text, line.number, column - 1)) words.push(word);
  }
  return words;
}
