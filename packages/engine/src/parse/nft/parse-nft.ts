import type { Parsed } from "../../model/diagnostic.ts";
import type { NftStatement, NftTable } from "../../model/nft.ts";
import { diagnosticsOf, newReport } from "../report.ts";
import type { ParseOptions, Report } from "../report.ts";
import { readCommands } from "./command.ts";
import { readConcat, readValue } from "./expression.ts";
import type { Reader } from "./reader.ts";
import { finishedTables } from "./ruleset-draft.ts";
import type { RulesetDraft } from "./ruleset-draft.ts";
import { advance, newScanner } from "./scanner.ts";
import { readStatement } from "./statement.ts";
import { startsXtWords } from "./xt-words.ts";

export interface NftOptions extends ParseOptions {
  /** The listing leaves out what sets hold (`nft -t`): their elements are unknown. */
  readonly terse?: boolean;
}

/** So many elements variables may stand for beyond what the text itself has. */
const EXPANSION = 100_000;

/**
 * Reads what `nft list ruleset` prints (1.0.x and newer, also with `-a` or `-s`), and scripts for `nft -f`, whose commands
 * are run one after the other. A rule that cannot be read is kept with its text, its last statement `verbatim`.
 */
export function parseNft(text: string, file: string, options: NftOptions = {}): Parsed<readonly NftTable[]> {
  const report = newReport(file, "nft list ruleset");
  const reader = newReader(text, options.firstLine ?? 1, report);
  const draft: RulesetDraft = new Map();
  advance(reader.scanner);
  readCommands(reader, draft);
  const tables = finishedTables(draft);
  return { value: options.terse === true ? tables.map(withoutElements) : tables, diagnostics: diagnosticsOf(report) };
}

/** One statement alone; null: it is none, or not the only one. `nft -j` prints those so that it has no JSON for. */
export function parseNftStatement(text: string): NftStatement | null {
  const reader = newReader(text, 1, newReport("", "nft"));
  reader.scanner.inChain = true;
  advance(reader.scanner);
  const statement = readStatement(reader);
  return reader.scanner.kind === "end" ? statement : null;
}

function newReader(text: string, firstLine: number, report: Report): Reader {
  return {
    scanner: newScanner(text, firstLine, startsXtWords),
    report,
    scopes: [null],
    concat: readConcat,
    value: readValue,
    depth: 0,
    failure: null,
    budget: EXPANSION + text.length,
  };
}

function withoutElements(table: NftTable): NftTable {
  return { ...table, sets: table.sets.map((set) => ({ ...set, elements: null })) };
}
