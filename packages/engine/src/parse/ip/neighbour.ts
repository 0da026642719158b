import { parseAddress } from "../../base/address.ts";
import { takeWord, wordsOf } from "../../base/words.ts";
import type { Words } from "../../base/words.ts";
import { neighbourKeywords } from "../../ext/ip/neighbour.ts";
import type { NeighbourDraft } from "../../ext/ip/neighbour.ts";
import type { Parsed } from "../../model/diagnostic.ts";
import type { Neighbour } from "../../model/routing.ts";
import { looksLikeJson, parseJsonObjects } from "../json.ts";
import { linesOf, sayUnknownLine, wordsOfLine } from "../lines.ts";
import { diagnosticsOf, newReport, say } from "../report.ts";
import type { ParseOptions, Report } from "../report.ts";
import { readStatement } from "../statement.ts";
import { bare, joined, keyword, scalarText, spellObject, wordAt } from "./json-words.ts";
import type { Spelling } from "./json-words.ts";

export interface IpNeighOptions extends ParseOptions {
  /** The device of the entries that name none (`ip neigh show dev D`). */
  readonly dev?: string;
}

/** `ip neigh`, with `-s` and `-j` alike. */
export function parseIpNeigh(text: string, file: string, options: IpNeighOptions = {}): Parsed<readonly Neighbour[]> {
  const report = newReport(file, "ip neigh");
  const neighbours: Neighbour[] = [];
  if (looksLikeJson(text)) {
    for (const object of parseJsonObjects(text, report, options)) {
      const draft = readNeighbour(wordsOf(spellObject(object, JSON_NEIGHBOUR)), report, options.dev);
      if (draft !== "not-one") keep(draft, neighbours);
      else
        say(report, "incomplete-line", { file, line: object.line, column: object.column }, { format: report.format });
    }
  } else {
    for (const line of linesOf(text, report, options)) {
      const draft = readNeighbour(wordsOf(wordsOfLine(line)), report, options.dev);
      if (draft === "not-one") sayUnknownLine(report, line);
      else keep(draft, neighbours);
    }
  }
  return { value: neighbours, diagnostics: diagnosticsOf(report) };
}

function keep(draft: NeighbourDraft | null, out: Neighbour[]): void {
  if (draft === null) return;
  const { extras, ...neighbour } = draft;
  out.push(extras.length === 0 ? neighbour : { ...neighbour, extras });
}

/** One entry; null where a value of it cannot be read, which has been said. */
function readNeighbour(words: Words, report: Report, dev = ""): NeighbourDraft | "not-one" | null {
  const first = words.items[0];
  const address = parseAddress(takeWord(words) ?? "");
  if (first === undefined || address === null) return "not-one";
  const draft: NeighbourDraft = {
    address,
    dev,
    mac: null,
    states: [],
    span: { file: report.file, line: first.line },
    extras: [],
  };
  const read = readStatement(draft, words, neighbourKeywords, report, (word) => {
    draft.extras.push([word, null]);
    return false;
  });
  return read ? draft : null;
}

/** iproute2 6.1 joins the last of the times to `probes`. */
const probes: Spelling = (value, out) => {
  const times = out.pop();
  if (times === undefined) return;
  out.push({ ...times, text: `${times.text}probes` }, wordAt(value, scalarText(value)));
};

const JSON_NEIGHBOUR: ReadonlyMap<string, Spelling> = new Map<string, Spelling>([
  ["dst", bare],
  ["refcnt", keyword("ref")],
  ["confirmed", joined("/")],
  ["updated", joined("/")],
  ["probes", probes],
  ["state", bare],
]);
