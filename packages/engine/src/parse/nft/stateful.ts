import { inBytes } from "../../ext/nft/bytes.ts";
import type { NftRate, NftStatement } from "../../model/nft.ts";
import { expectPunct, expectWord, fail, isWord, takeDigits, takeIf, takeNumber, takeWord } from "./reader.ts";
import type { Reader } from "./reader.ts";
import { advance, peekWord } from "./scanner.ts";

/** Statements that keep a state, which elements of sets may have too; null: none of them stands here. */
export function readStateful(reader: Reader): NftStatement | null {
  const { kind, word } = reader.scanner;
  const read = kind === "word" ? STATEFUL.get(word) : undefined;
  if (read === undefined || (word === "ct" && peekWord(reader.scanner) !== "count")) return null;
  advance(reader.scanner);
  return read(reader);
}

const STATEFUL: ReadonlyMap<string, (reader: Reader) => NftStatement> = new Map([
  ["counter", readCounter],
  ["limit", readLimit],
  ["quota", readQuota],
  ["last", readLast],
  ["ct", readCtCount],
]);

/** `counter`, `counter packets 1 bytes 2`, `counter name "x"`. */
function readCounter(reader: Reader): NftStatement {
  if (takeIf(reader, "name")) return { kind: "counter", counters: null, name: reader.value(reader) };
  if (!isWord(reader, "packets") && !isWord(reader, "bytes")) return { kind: "counter", counters: null, name: null };
  let packets = "0";
  let bytes = "0";
  for (;;) {
    if (takeIf(reader, "packets")) packets = takeDigits(reader);
    else if (takeIf(reader, "bytes")) bytes = takeDigits(reader);
    else return { kind: "counter", counters: { packets, bytes }, name: null };
  }
}

function readLimit(reader: Reader): NftStatement {
  if (takeIf(reader, "name")) return { kind: "limit", name: reader.value(reader), rate: null };
  return { kind: "limit", name: null, rate: takeRate(reader) };
}

const PERIODS: ReadonlySet<string> = new Set(["second", "minute", "hour", "day", "week"]);
const BYTES: ReadonlySet<string> = new Set(["bytes", "kbytes", "mbytes"]);

/** What the kernel takes where a rate of packets names no burst (net/netfilter/nft_limit.c, NFT_LIMIT_PKT_BURST_DEFAULT). */
const DEFAULT_BURST = 5;

/** `rate [over] 5/second [burst 7 packets]`, `rate 10 mbytes/second`. */
export function takeRate(reader: Reader): NftRate {
  expectWord(reader, "rate");
  const over = takeIf(reader, "over");
  if (!over) takeIf(reader, "until");
  const rate = takeNumber(reader);
  const [unit, per] = takeUnit(reader);
  if (!takeIf(reader, "burst")) {
    return unit === "packets"
      ? { over, rate, unit, per, burst: DEFAULT_BURST, burstUnit: "packets" }
      : { over, rate, unit, per, burst: 0, burstUnit: "bytes" };
  }
  const burst = takeNumber(reader);
  if (unit === "packets") {
    takeIf(reader, "packets");
    return { over, rate, unit, per, burst, burstUnit: "packets" };
  }
  return { over, rate, unit, per, burst, burstUnit: takeByteUnit(reader) };
}

/** `/second`, ` mbytes/second`: a word may hold a slash. */
function takeUnit(reader: Reader): readonly [unit: string, per: string] {
  const { kind, word } = reader.scanner;
  const [unit = "", joined] = kind === "word" ? word.split("/", 2) : ["packets"];
  if (unit !== "packets") {
    if (!BYTES.has(unit)) fail(reader);
    advance(reader.scanner);
  }
  if (joined !== undefined) {
    if (!PERIODS.has(joined)) fail(reader);
    return [unit, joined];
  }
  expectPunct(reader, "/");
  const per = takeWord(reader);
  if (!PERIODS.has(per)) fail(reader);
  return [unit, per];
}

function takeByteUnit(reader: Reader): string {
  const unit = takeWord(reader);
  if (!BYTES.has(unit)) fail(reader);
  return unit;
}

function readQuota(reader: Reader): NftStatement {
  if (takeIf(reader, "name")) {
    return { kind: "quota", name: reader.value(reader), over: false, bytes: "0", used: null, unit: "bytes" };
  }
  const quota = takeQuota(reader);
  return { kind: "quota", name: null, ...quota };
}

/** `[over|until] 10 mbytes [used 5 kbytes]`. */
export function takeQuota(reader: Reader): {
  readonly over: boolean;
  readonly bytes: string;
  readonly used: string | null;
  readonly unit: string;
} {
  const over = takeIf(reader, "over");
  if (!over) takeIf(reader, "until");
  const count = takeDigits(reader);
  const unit = takeByteUnit(reader);
  const bytes = inBytes(count, unit);
  if (!takeIf(reader, "used")) return { over, bytes, used: null, unit };
  const used = takeDigits(reader);
  return { over, bytes, used: inBytes(used, takeByteUnit(reader)), unit };
}

/** `last`, `last used 5m3s`, `last used never`. */
function readLast(reader: Reader): NftStatement {
  if (!takeIf(reader, "used")) return { kind: "last", used: null };
  const used = takeWord(reader);
  return { kind: "last", used: used === "never" ? null : used };
}

/** `ct count [over] 5`; `ct` has been taken. */
function readCtCount(reader: Reader): NftStatement {
  expectWord(reader, "count");
  const over = takeIf(reader, "over");
  return { kind: "ct-count", over, count: takeNumber(reader) };
}
