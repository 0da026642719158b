import { parseAddressMask } from "../../base/address.ts";
import type { Family } from "../../base/address.ts";
import type { Parsed } from "../../model/diagnostic.ts";
import type { Backend, Verbatim } from "../../model/ruleset.ts";
import { linesOf, sayUnknownLine } from "../lines.ts";
import type { Line } from "../lines.ts";
import { diagnosticsOf, newReport } from "../report.ts";
import type { ParseOptions, Report } from "../report.ts";
import type { SavedLine, SavedTable } from "../saved-line.ts";
import { readWords } from "./words.ts";

export interface IptablesListOptions extends ParseOptions {
  /** Where the command or the file's name tells it; else by the addresses. */
  readonly family?: Family;
  readonly backend?: Backend;
  /** As behind `-t`; else by the built-in chains, where these leave one only. */
  readonly table?: string;
}

/**
 * Reads `iptables -L` with any of -n, -v, -x, --line-numbers: one table a listing, spelled as iptables-save would. What a
 * listing leaves out is marked as lost: the devices of a rule without -v, host names without -n, words that nobody here
 * reads. Rounded counters (`848K`) are left out. A chain that comes again begins another table.
 */
export function parseIptablesList(
  text: string,
  file: string,
  options: IptablesListOptions = {},
): Parsed<readonly SavedTable[]> {
  const report = newReport(file, "iptables -L");
  const state: State = {
    report,
    options,
    family: options.family ?? guessFamily(text),
    tables: [],
    chain: null,
    columns: null,
  };
  for (const line of linesOf(text, report, options)) readLine(state, line);
  return { value: state.tables.map((table) => finished(table, state)), diagnostics: diagnosticsOf(report) };
}

interface TableDraft {
  readonly line: number;
  readonly chains: Set<string>;
  readonly declarations: SavedLine[];
  readonly rules: SavedLine[];
  readonly builtIn: string[];
}

interface State {
  readonly report: Report;
  readonly options: IptablesListOptions;
  readonly family: Family;
  readonly tables: TableDraft[];
  chain: string | null;
  columns: Columns | null;
}

/** Which columns the header names. */
interface Columns {
  readonly number: boolean;
  readonly counters: boolean;
  readonly devices: boolean;
}

const CHAIN = /^Chain (\S+) \((?:policy ([A-Z]+)(?: (\S+) packets, (\S+) bytes)?|\d+ references?)\)$/;
const HEADER = /^(num +)?( *pkts +bytes +)?target +prot +opt +(in +out +)?source +destination *$/;

function readLine(state: State, line: Line): void {
  const text = line.text.trimEnd();
  const chain = CHAIN.exec(text);
  if (chain !== null) {
    declareChain(state, line, chain);
    return;
  }
  const header = HEADER.exec(text);
  if (header !== null) {
    state.columns = {
      number: header[1] !== undefined,
      counters: header[2] !== undefined,
      devices: header[3] !== undefined,
    };
    return;
  }
  const rule =
    state.chain === null || state.columns === null ? null : readRule(state.chain, state.columns, line, state.family);
  if (rule === null) sayUnknownLine(state.report, line);
  else state.tables.at(-1)?.rules.push(rule);
}

function declareChain(state: State, line: Line, [, name = "", policy, packets, bytes]: RegExpExecArray): void {
  let table = state.tables.at(-1);
  if (table === undefined || table.chains.has(name)) {
    table = { line: line.number, chains: new Set(), declarations: [], rules: [], builtIn: [] };
    state.tables.push(table);
  }
  table.chains.add(name);
  state.chain = name;
  state.columns = null;
  if (policy !== undefined) table.builtIn.push(name);
  const counters = exactCounters(packets, bytes);
  const text = `:${name} ${policy ?? "-"}${counters === null ? "" : ` ${counters}`}`;
  table.declarations.push({ text, line: line.number, original: line.text, lost: [], target: null });
}

/** `[1:2]`; null where they are rounded or not listed. */
function exactCounters(packets: string | undefined, bytes: string | undefined): string | null {
  return packets !== undefined && bytes !== undefined && /^\d+$/.test(packets + bytes) ? `[${packets}:${bytes}]` : null;
}

/** A row by its columns; the opt column of ip6tables before 1.8.9 is blank. */
function rowOf({ number, counters, devices }: Columns): RegExp {
  const before = `${number ? "(?:\\d+) +" : ""}${counters ? "(\\d+[KMGTP]?) +(\\d+[KMGTP]?)(?: |$)" : "()()"}`;
  const between = devices ? " +(!?\\S+) +(!?\\S+)" : "()()";
  return new RegExp(
    `^ *${before} *(?:([^ !-]\\S*) +)?(!?\\w[\\w.-]*) +(?:(--|-f|!f) *)?${between} +(!?\\S+) +(!?\\S+)(?: +(.*))?$`,
  );
}

const rows = new Map<string, RegExp>();

function rowFor(columns: Columns): RegExp {
  const key = JSON.stringify(columns);
  const known = rows.get(key) ?? rowOf(columns);
  rows.set(key, known);
  return known;
}

/** `-m bpf` is listed with a NUL behind it. */
function readRule(chain: string, columns: Columns, line: Line, family: Family): SavedLine | null {
  const row = rowFor(columns).exec(line.text.replaceAll("\0", " ").trimEnd());
  if (row === null) return null;
  const [, packets, bytes, target = "", prot = "", opt = "", iif = "", oif = "", src = "", dst = "", words = ""] = row;
  const lost: Verbatim[] = [];
  const counters = exactCounters(packets, bytes);
  let text = `${counters === null ? "" : `${counters} `}-A ${chain}`;
  text += netOf("-s", src, lost) + netOf("-d", dst, lost);
  if (columns.devices) text += valueOf("-i", iif) + valueOf("-o", oif);
  else lost.push({ kind: "verbatim", name: "", text: "", lost: "devices" });
  text += valueOf("-p", prot) + fragmentOf(opt);
  const wording = readWords(words, target, family);
  return {
    text: text + wording.saved,
    line: line.number,
    original: line.text.trim(),
    lost: [...lost, ...wording.lost],
    target: wording.target,
  };
}

const ANY: ReadonlySet<string> = new Set(["*", "any", "all", "0"]);

function valueOf(option: string, column: string): string {
  const [value, not] = column.startsWith("!") ? [column.slice(1), " !"] : [column, ""];
  return ANY.has(value) && not === "" ? "" : `${not} ${option} ${value}`;
}

function fragmentOf(opt: string): string {
  return opt === "-f" ? " -f" : opt === "!f" ? " ! -f" : "";
}

/** Without -n a network may be listed by its name, which only the resolver of that node could tell. */
function netOf(option: "-s" | "-d", column: string, lost: Verbatim[]): string {
  const [value, not] = column.startsWith("!") ? [column.slice(1), " !"] : [column, ""];
  if (value === "anywhere") return "";
  if (parseAddressMask(value) !== null) return `${not} ${option} ${value}`;
  lost.push({
    kind: "verbatim",
    name: "",
    text: `${not} ${option} ${value}`.trim(),
    lost: option === "-s" ? "source" : "destination",
  });
  return "";
}

/** The family of the first address that any rule names; `ip` where there is none. */
function guessFamily(text: string): Family {
  const address = /\s!?([0-9a-f.]*[:.][0-9a-f:.]*)(?:\/\d+)? +!?[0-9a-f:.]+/.exec(text)?.[1] ?? "";
  return address.includes(":") ? "ip6" : "ip";
}

/** Built-in chains of each table: two of them leave no doubt. */
const BUILT_IN: readonly (readonly [table: string, chains: string])[] = [
  ["raw", "OUTPUT PREROUTING"],
  ["filter", "FORWARD INPUT OUTPUT"],
  ["nat", "INPUT OUTPUT POSTROUTING PREROUTING"],
  ["nat", "OUTPUT POSTROUTING PREROUTING"],
  ["mangle", "FORWARD INPUT OUTPUT POSTROUTING PREROUTING"],
];

/** Are these all built-in chains of the table? nat has INPUT only since Linux 2.6.36; security has those of filter. */
export function isBuiltInOf(table: string, chains: readonly string[]): boolean {
  const names = [...chains].sort().join(" ");
  return BUILT_IN.some(([name, own]) => own === names && name === (table === "security" ? "filter" : table));
}

function finished({ line, declarations, rules, builtIn }: TableDraft, { options, family, report }: State): SavedTable {
  const chains = builtIn.sort().join(" ");
  // `-t security` lists the chains of filter: only its name tells them apart, and without -t the tool lists filter.
  const name = options.table ?? BUILT_IN.find(([, own]) => own === chains)?.[0] ?? "";
  const backend = options.backend ?? "unknown";
  return { family, backend, name, file: report.file, line, lines: [...declarations, ...rules] };
}
