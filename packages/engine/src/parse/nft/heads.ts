import {
  CT_KEYS,
  EXTHDR_FIELDS,
  FIB_FLAGS,
  FIB_RESULTS,
  IPSEC_KEYS,
  IP_OPTION_FIELDS,
  META_KEYS,
  OSF_KEYS,
  PAYLOAD_FIELDS,
  RT_KEYS,
  SCTP_CHUNK_FIELDS,
  SOCKET_KEYS,
  TCP_OPTION_FIELDS,
  TUNNELS,
  UNQUALIFIED_META,
} from "../../ext/nft/vocabulary.ts";
import type { NftExpression } from "../../model/nft.ts";
import { say } from "../report.ts";
import {
  expectPunct,
  expectWord,
  fail,
  isWord,
  nested,
  spanHere,
  takeIf,
  takeNumber,
  takePunctIf,
  takeWord,
  takeWordOf,
} from "./reader.ts";
import type { Reader } from "./reader.ts";
import { advance } from "./scanner.ts";

/** Reads what follows the first word of an expression, which has been taken; null: that word is none here. */
export type Head = (reader: Reader, word: string) => NftExpression | null;

/** The words that expressions start with. */
export const HEADS: ReadonlyMap<string, Head> = new Map<string, Head>([
  ...[...UNQUALIFIED_META].map((key): [string, Head] => [key, () => METAS.get(key) ?? null]),
  ...[...PAYLOAD_FIELDS.keys()].map((protocol): [string, Head] => [protocol, readPayload]),
  ...[...EXTHDR_FIELDS.keys()].map((header): [string, Head] => [header, readExthdr]),
  ["meta", readMeta],
  ["ct", readCt],
  ["rt", readRt],
  ["exthdr", readHeaderExists],
  ["fib", readFib],
  ["socket", readSocket],
  ["osf", readOsf],
  ["ipsec", readIpsec],
  ["numgen", readNumgen],
  ["jhash", readJhash],
  ["symhash", readSymhash],
]);

function knows(reader: Reader, words: { has(word: string): boolean } | undefined): boolean {
  const { kind, word } = reader.scanner;
  return kind === "word" && words?.has(word) === true;
}

/** Expressions that start with a protocol's name and are not one of its fields. */
const BESIDES: ReadonlyMap<string, (reader: Reader) => NftExpression | null> = new Map([
  ["tcp option", readTcpOption],
  ["ip option", readIpOption],
  ["sctp chunk", readSctpChunk],
  ["dccp option", readDccpOption],
]);

/** `PROTOCOL FIELD`: one value each, since rules read the same few again and again. */
const PAYLOADS: ReadonlyMap<string, ReadonlyMap<string, NftExpression>> = new Map(
  [...PAYLOAD_FIELDS].map(([protocol, fields]) => [
    protocol,
    new Map([...fields.keys()].map((field) => [field, { kind: "payload", protocol, field }])),
  ]),
);

function readPayload(reader: Reader, protocol: string): NftExpression | null {
  const { kind, word } = reader.scanner;
  if (kind !== "word") return null;
  const payload = PAYLOADS.get(protocol)?.get(word);
  if (payload !== undefined) {
    advance(reader.scanner);
    if (protocol !== "arp" || !word.endsWith("addr")) return payload;
    return { kind: "payload", protocol, field: `${word} ${takeWordOf(reader, ARP_ADDRESSES)}` };
  }
  const beside = BESIDES.get(`${protocol} ${word}`);
  if (beside !== undefined) {
    advance(reader.scanner);
    return beside(reader);
  }
  return TUNNELS.has(protocol) ? readTunneled(reader, protocol) : null;
}

const ARP_ADDRESSES: ReadonlySet<string> = new Set(["ip", "ether"]);

/** `vxlan ip saddr`: the packet inside is not modelled, so this is kept as it stands. */
function readTunneled(reader: Reader, protocol: string): NftExpression | null {
  const { word } = reader.scanner;
  if (!PAYLOAD_FIELDS.has(word)) return null;
  const span = spanHere(reader);
  advance(reader.scanner);
  const inner = readPayload(reader, word);
  if (inner?.kind !== "payload") {
    fail(reader);
    return null;
  }
  const text = `${protocol} ${inner.protocol} ${inner.field}`;
  say(reader.report, "nft-unreadable", span, { text });
  return { kind: "verbatim", text };
}

function fieldOf(reader: Reader, fields: ReadonlySet<string>): string | null {
  return knows(reader, fields) ? takeWord(reader) : null;
}

/** `,OFFSET,LENGTH`, in bits. */
export function takeBits(reader: Reader): { readonly offset: number; readonly length: number } {
  expectPunct(reader, ",");
  const offset = takeNumber(reader);
  expectPunct(reader, ",");
  return { offset, length: takeNumber(reader) };
}

/** `tcp option maxseg size`, `tcp option sack-perm`, `tcp option @34,8,8`. */
function readTcpOption(reader: Reader): NftExpression {
  const isRaw = takePunctIf(reader, "@");
  const option = takeWord(reader);
  if (isRaw) return { kind: "tcp-option", option, field: null, raw: takeBits(reader) };
  return { kind: "tcp-option", option, field: fieldOf(reader, TCP_OPTION_FIELDS), raw: null };
}

/** `reset tcp option sack-perm`: an option without a field. */
export function readOption(reader: Reader): NftExpression {
  expectWord(reader, "tcp");
  expectWord(reader, "option");
  return { kind: "tcp-option", option: takeWord(reader), field: null, raw: null };
}

function readIpOption(reader: Reader): NftExpression {
  const option = takeWord(reader);
  return { kind: "ip-option", option, field: fieldOf(reader, IP_OPTION_FIELDS) };
}

function readSctpChunk(reader: Reader): NftExpression {
  const chunk = takeWord(reader);
  return { kind: "sctp-chunk", chunk, field: fieldOf(reader, SCTP_CHUNK_FIELDS) };
}

function readDccpOption(reader: Reader): NftExpression {
  return { kind: "dccp-option", option: takeNumber(reader) };
}

/** Keys that were spelled otherwise once. */
const NOW: ReadonlyMap<string, string> = new Map([
  ["secpath", "ipsec"],
  ["ibrhwdr", "ibrhwaddr"],
]);

const METAS: ReadonlyMap<string, NftExpression> = new Map(
  [...META_KEYS.keys()].map((key) => [key, { kind: "meta", key: NOW.get(key) ?? key }]),
);

function readMeta(reader: Reader): NftExpression | null {
  return METAS.get(takeWordOf(reader, METAS)) ?? null;
}

function familyOf(reader: Reader): "ip" | "ip6" | null {
  if (takeIf(reader, "ip")) return "ip";
  return takeIf(reader, "ip6") ? "ip6" : null;
}

function readCt(reader: Reader): NftExpression {
  const direction = takeIf(reader, "original") ? "original" : takeIf(reader, "reply") ? "reply" : null;
  const family = familyOf(reader);
  return { kind: "ct", key: takeWordOf(reader, CT_KEYS), direction, family };
}

/** `rt nexthop` of the route, or `rt type` of the routing header. */
function readRt(reader: Reader, word: string): NftExpression | null {
  if (knows(reader, EXTHDR_FIELDS.get("rt"))) return readExthdr(reader, word);
  const family = familyOf(reader);
  if (family === null && !knows(reader, RT_KEYS)) return null;
  return { kind: "rt", key: takeWordOf(reader, RT_KEYS), family };
}

function readExthdr(reader: Reader, header: string): NftExpression | null {
  if (!knows(reader, EXTHDR_FIELDS.get(header))) return null;
  const field = takeWord(reader);
  if (!takePunctIf(reader, "[")) return { kind: "exthdr", header, field };
  const index = takeNumber(reader);
  expectPunct(reader, "]");
  return { kind: "exthdr", header, field: `${field}[${String(index)}]` };
}

function readHeaderExists(reader: Reader): NftExpression {
  return { kind: "exthdr", header: takeWordOf(reader, EXTHDR_FIELDS), field: null };
}

/** `fib saddr . iif oif`. */
function readFib(reader: Reader): NftExpression {
  const flags = [takeWordOf(reader, FIB_FLAGS)];
  while (takePunctIf(reader, ".")) flags.push(takeWordOf(reader, FIB_FLAGS));
  return { kind: "fib", flags, result: takeWordOf(reader, FIB_RESULTS) };
}

function readSocket(reader: Reader): NftExpression {
  const key = takeWordOf(reader, SOCKET_KEYS);
  return { kind: "socket", key, level: takeIf(reader, "level") ? takeNumber(reader) : null };
}

function readOsf(reader: Reader): NftExpression {
  const ttl = takeIf(reader, "ttl") ? takeWord(reader) : null;
  return { kind: "osf", key: takeWordOf(reader, OSF_KEYS), ttl };
}

/** `ipsec in [spnum 2] [ip|ip6] saddr`. */
function readIpsec(reader: Reader): NftExpression {
  const direction = takeWordOf(reader, DIRECTIONS);
  const spnum = takeIf(reader, "spnum") ? takeNumber(reader) : 0;
  const family = familyOf(reader);
  return { kind: "ipsec", key: takeWordOf(reader, IPSEC_KEYS), direction, spnum, family };
}

const DIRECTIONS: ReadonlySet<string> = new Set(["in", "out"]);

function offsetOf(reader: Reader): number {
  return takeIf(reader, "offset") ? takeNumber(reader) : 0;
}

function readNumgen(reader: Reader): NftExpression {
  const mode = isWord(reader, "inc") ? "inc" : "random";
  expectWord(reader, mode);
  expectWord(reader, "mod");
  const modulus = takeNumber(reader);
  return { kind: "numgen", mode, modulus, offset: offsetOf(reader) };
}

/** `jhash ip saddr . ip daddr mod 2 [seed 0xdead] [offset 7]`. */
function readJhash(reader: Reader): NftExpression | null {
  const of = nested(reader, () => reader.concat(reader, "expression"), null);
  if (of === null) fail(reader);
  expectWord(reader, "mod");
  const modulus = takeNumber(reader);
  const seed = takeIf(reader, "seed") ? takeNumber(reader) : null;
  return { kind: "hash", type: "jhash", of, modulus, seed, offset: offsetOf(reader) };
}

function readSymhash(reader: Reader): NftExpression {
  expectWord(reader, "mod");
  const modulus = takeNumber(reader);
  return { kind: "hash", type: "symhash", of: null, modulus, seed: null, offset: offsetOf(reader) };
}

/** Whether an expression starts with these two words: where what no table knows ends. */
export function startsExpression(first: string, second: string): boolean {
  if (PAYLOAD_FIELDS.get(first)?.has(second) === true || EXTHDR_FIELDS.get(first)?.has(second) === true) return true;
  return SECONDS.get(first)?.has(second) === true;
}

const SECONDS: ReadonlyMap<string, { has(word: string): boolean }> = new Map<string, { has(word: string): boolean }>([
  ["meta", META_KEYS],
  ["ct", new Set([...CT_KEYS.keys(), "original", "reply", "timeout", "expectation"])],
  ["rt", RT_KEYS],
  ["exthdr", EXTHDR_FIELDS],
  ["fib", FIB_FLAGS],
  ["socket", SOCKET_KEYS],
  ["tcp", new Set(["option"])],
  ["ip", new Set(["option"])],
  ["numgen", new Set(["inc", "random"])],
  ["ipsec", DIRECTIONS],
]);
