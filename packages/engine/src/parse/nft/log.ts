import type { NftStatement } from "../../model/nft.ts";
import { takeDigits, takeIf, takePunctIf, takeString, takeWord, takeWordOf } from "./reader.ts";
import type { Reader } from "./reader.ts";

type Pair = readonly [name: string, value: string];

/** In the order in which nft prints them (nftables src/statement.c, log_stmt_print). */
const ORDER: readonly string[] = ["prefix", "group", "snaplen", "queue-threshold", "level", "flags"];

const OPTIONS: ReadonlyMap<string, (reader: Reader, pairs: Pair[]) => void> = new Map([
  ["prefix", (reader, pairs) => pairs.push(["prefix", `"${takePrefix(reader)}"`])],
  ["group", number("group")],
  ["snaplen", number("snaplen")],
  ["queue-threshold", number("queue-threshold")],
  ["level", readLevel],
  ["flags", readFlags],
]);

/** What follows `log`. */
export function readLog(reader: Reader): NftStatement {
  const options: Pair[] = [];
  for (;;) {
    const { kind, word } = reader.scanner;
    const read = kind === "word" ? OPTIONS.get(word) : undefined;
    if (read === undefined) break;
    takeWord(reader);
    read(reader, options);
  }
  return { kind: "log", options: options.sort(([a], [b]) => ORDER.indexOf(a) - ORDER.indexOf(b)) };
}

function takePrefix(reader: Reader): string {
  return reader.scanner.kind === "word" ? takeWord(reader) : takeString(reader);
}

function number(name: string): (reader: Reader, pairs: Pair[]) => void {
  return (reader, pairs) => pairs.push([name, takeDigits(reader)]);
}

/** The level that a log has without naming one, which nft leaves out. */
const DEFAULT_LEVEL = "warn";

function readLevel(reader: Reader, pairs: Pair[]): void {
  const level = takeWord(reader);
  if (level !== DEFAULT_LEVEL) pairs.push(["level", level]);
}

const FLAG_KINDS: ReadonlySet<string> = new Set(["tcp", "ip", "skuid", "ether", "all"]);

/** `flags all`, `flags tcp sequence,options`: one pair a flag. */
function readFlags(reader: Reader, pairs: Pair[]): void {
  const kind = takeWordOf(reader, FLAG_KINDS);
  if (kind === "ip") {
    takeIf(reader, "options");
    pairs.push(["flags", "ip options"]);
  } else if (kind === "tcp") {
    do pairs.push(["flags", `tcp ${takeWord(reader)}`]);
    while (takePunctIf(reader, ","));
  } else pairs.push(["flags", kind]);
}
