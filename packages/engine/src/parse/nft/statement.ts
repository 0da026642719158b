import { datatypeOf } from "../../ext/nft/datatype.ts";
import { isVerdict } from "../../ext/nft/verdict.ts";
import { BIT_TYPES } from "../../ext/nft/vocabulary.ts";
import type { NftElement, NftExpression, NftMatch, NftStatement } from "../../model/nft.ts";
import { readConcat, readConstant, readMap, readSetOrReference, readValue } from "./expression.ts";
import { readOption } from "./heads.ts";
import { readLog } from "./log.ts";
import { readNat, takeAddressPort, takeFamily } from "./nat.ts";
import {
  expectPunct,
  expectWord,
  fail,
  isWord,
  nested,
  takeIf,
  takeNameText,
  takeNumber,
  takePunctIf,
  takeString,
  takeWord,
} from "./reader.ts";
import type { Reader } from "./reader.ts";
import { advance } from "./scanner.ts";
import { readElement } from "./set-literal.ts";
import { readStateful } from "./stateful.ts";
import { readSynproxy } from "./synproxy.ts";
import { readVerdict } from "./verdict.ts";

/** One statement of a rule. */
export function readStatement(reader: Reader): NftStatement {
  const { kind, word } = reader.scanner;
  const read = kind === "word" ? STATEMENTS.get(word) : undefined;
  if (read !== undefined) {
    advance(reader.scanner);
    return read(reader);
  }
  return readVerdict(reader) ?? readStateful(reader) ?? readComparison(reader);
}

const STATEMENTS: ReadonlyMap<string, (reader: Reader) => NftStatement> = new Map<
  string,
  (reader: Reader) => NftStatement
>([
  ["notrack", () => ({ kind: "notrack" })],
  ["log", readLog],
  ["reject", readReject],
  ["snat", (reader) => readNat(reader, "snat")],
  ["dnat", (reader) => readNat(reader, "dnat")],
  ["masquerade", (reader) => readNat(reader, "masquerade")],
  ["redirect", (reader) => readNat(reader, "redirect")],
  ["queue", readQueue],
  ["dup", readDup],
  ["fwd", readFwd],
  ["add", (reader) => readSetUpdate(reader, "add")],
  ["update", (reader) => readSetUpdate(reader, "update")],
  ["delete", (reader) => readSetUpdate(reader, "delete")],
  ["set", readOldSetUpdate],
  ["meter", readMeter],
  ["tproxy", readTproxy],
  ["synproxy", readSynproxy],
  ["flow", readFlow],
  ["reset", (reader) => ({ kind: "reset", option: readOption(reader) })],
  ["xt", readXt],
]);

const OPERATORS: ReadonlyMap<string, NftMatch["op"]> = new Map([
  ["==", "=="],
  ["eq", "=="],
  ["!=", "!="],
  ["ne", "!="],
  ["<", "<"],
  ["lt", "<"],
  [">", ">"],
  ["gt", ">"],
  ["<=", "<="],
  ["le", "<="],
  [">=", ">="],
  ["ge", ">="],
  ["!", "!"],
]);

const CT_OBJECTS: ReadonlyMap<string, "helper" | "timeout" | "expectation"> = new Map([
  ["helper", "helper"],
  ["timeout", "timeout"],
  ["expectation", "expectation"],
]);

/** `EXPRESSION [OPERATOR] CONSTANT`, `EXPRESSION vmap MAP`, `EXPRESSION set VALUE`. */
function readComparison(reader: Reader): NftStatement {
  let left = readConcat(reader, "expression");
  while (isWord(reader, "map")) left = readMap(reader, left);
  if (takeIf(reader, "vmap")) return { kind: "vmap", key: left, map: readSetOrReference(reader) };
  if (takeIf(reader, "set")) return readMangle(reader, left);
  const { kind, word } = reader.scanner;
  const operator = kind === "punct" || kind === "word" ? OPERATORS.get(word) : undefined;
  if (operator !== undefined) advance(reader.scanner);
  const right = readConstant(reader);
  if (takePunctIf(reader, "/")) return maskedMatch(reader, operator ?? "==", left, right);
  return { kind: "match", op: operator ?? implicitOperator(left, right), left, right };
}

/** Without an operator a match of bits asks for any of them, as `nft -j` says it with `in`. */
function implicitOperator(left: NftExpression, right: NftExpression): "in" | "==" {
  if (right.kind === "set" || right.kind === "set-ref" || left.kind === "binary") return "==";
  const type = datatypeOf(left);
  return type !== null && BIT_TYPES.has(type) ? "in" : "==";
}

/** `tcp flags syn / syn,ack`: of the bits behind the slash those before it. */
function maskedMatch(reader: Reader, op: NftMatch["op"], left: NftExpression, right: NftExpression): NftStatement {
  const mask = readConstant(reader);
  return { kind: "match", op, left: { kind: "binary", op: "&", left, right: mask }, right };
}

/** `EXPRESSION set VALUE`, and what looks like it: `ct helper set "ftp"`. */
function readMangle(reader: Reader, target: NftExpression): NftStatement {
  const object = target.kind === "ct" ? CT_OBJECTS.get(target.key) : undefined;
  if (object !== undefined) return { kind: "ct-object", type: object, name: readValue(reader) };
  // `ct event set mark`: names of bits are also names of keys.
  const mode = datatypeOf(target) === "ct_event" ? "constant" : "value";
  return { kind: "mangle", target, value: readValue(reader, mode) };
}

const REJECT_TYPES: ReadonlyMap<string, "icmp" | "icmpv6" | "icmpx"> = new Map([
  ["icmp", "icmp"],
  ["icmpv6", "icmpv6"],
  ["icmpx", "icmpx"],
]);

/** What follows `reject`. */
function readReject(reader: Reader): NftStatement {
  if (!takeIf(reader, "with")) return { kind: "reject", type: null, code: null };
  if (takeIf(reader, "tcp")) {
    expectWord(reader, "reset");
    return { kind: "reject", type: "tcp reset", code: null };
  }
  const type = REJECT_TYPES.get(takeWord(reader));
  if (type === undefined) fail(reader);
  takeIf(reader, "type");
  return { kind: "reject", type: type ?? null, code: readConstant(reader) };
}

const QUEUE_FLAGS: ReadonlySet<string> = new Set(["bypass", "fanout"]);

/** `queue num 1-5 bypass,fanout`, `queue flags bypass to 1-5`. */
function readQueue(reader: Reader): NftStatement {
  const flags: string[] = [];
  if (takeIf(reader, "flags")) takeQueueFlags(reader, flags);
  const queue = takeIf(reader, "num") || takeIf(reader, "to") ? readConcatOrMap(reader) : null;
  takeQueueFlags(reader, flags);
  return { kind: "queue", queue, flags };
}

function readConcatOrMap(reader: Reader): NftExpression {
  const value = readConcat(reader, "value");
  return isWord(reader, "map") ? readMap(reader, value) : value;
}

function takeQueueFlags(reader: Reader, flags: string[]): void {
  while (reader.scanner.kind === "word" && QUEUE_FLAGS.has(reader.scanner.word)) {
    flags.push(takeWord(reader));
    takePunctIf(reader, ",");
  }
}

function takeDevice(reader: Reader): NftExpression | null {
  return takeIf(reader, "device") ? readValue(reader) : null;
}

/** `dup to ADDRESS [device DEVICE]`; of netdev tables `dup to DEVICE`, which JSON, too, calls an address. */
function readDup(reader: Reader): NftStatement {
  expectWord(reader, "to");
  const address = readValue(reader);
  return { kind: "dup", address, device: takeDevice(reader), family: null };
}

/** `fwd to DEVICE`, `fwd ip to ADDRESS device DEVICE`. */
function readFwd(reader: Reader): NftStatement {
  const family = takeFamily(reader);
  expectWord(reader, "to");
  const target = readValue(reader);
  if (family === null) return { kind: "fwd", address: null, device: target, family };
  return { kind: "fwd", address: target, device: takeDevice(reader), family };
}

type SetOp = "add" | "update" | "delete";

/** `add @set { KEY timeout 1m counter : DATA }`. */
function readSetUpdate(reader: Reader, op: SetOp): NftStatement {
  expectPunct(reader, "@");
  const set = takeNameText(reader, true);
  const { key, data, timeout, statements } = readDynamicElement(reader);
  const isValue = data === null || !isVerdict(data);
  if (!isValue) fail(reader);
  return { kind: "set-update", op, set, key, data: isValue ? data : null, timeout, statements };
}

/** `{ KEY … }`: what a packet adds to a set. */
function readDynamicElement(reader: Reader): NftElement {
  expectPunct(reader, "{");
  const element = nested<NftElement>(reader, () => readElement(reader, "expression"), NO_ELEMENT);
  expectPunct(reader, "}");
  return element;
}

const NO_ELEMENT: NftElement = {
  key: { kind: "wildcard" },
  data: null,
  timeout: null,
  expires: null,
  comment: null,
  statements: [],
};

const SET_OPS: ReadonlyMap<string, SetOp> = new Map([
  ["add", "add"],
  ["update", "update"],
  ["delete", "delete"],
]);

/** `set add KEY @set`, as it was written first. */
function readOldSetUpdate(reader: Reader): NftStatement {
  const op = SET_OPS.get(takeWord(reader));
  if (op === undefined) fail(reader);
  const { key, timeout, statements } = readElement(reader, "expression");
  expectPunct(reader, "@");
  return {
    kind: "set-update",
    op: op ?? "add",
    set: takeNameText(reader, true),
    key,
    data: null,
    timeout,
    statements,
  };
}

/** `meter NAME [size N] { KEY [timeout T] STATEMENT }`. */
function readMeter(reader: Reader): NftStatement {
  const name = takeNameText(reader);
  const size = takeIf(reader, "size") ? takeNumber(reader) : null;
  const { key, timeout, statements } = readDynamicElement(reader);
  return { kind: "meter", name, size, key, timeout, statements };
}

/** `tproxy [ip|ip6] to ADDRESS:PORT`. nft 1.0.6 leaves out a port that is a map. */
function readTproxy(reader: Reader): NftStatement {
  const family = takeFamily(reader);
  expectWord(reader, "to");
  return { kind: "tproxy", family, ...takeAddressPort(reader) };
}

/** `flow add @flowtable`. */
function readFlow(reader: Reader): NftStatement {
  if (!takeIf(reader, "add")) expectWord(reader, "offload");
  expectPunct(reader, "@");
  return { kind: "flow", flowtable: takeNameText(reader, true) };
}

/** `xt match "socket"`; 1.0.6 prints the name without quotes. */
function readXt(reader: Reader): NftStatement {
  const type = isWord(reader, "target") ? "target" : "match";
  if (!takeIf(reader, "watcher")) expectWord(reader, type);
  const name = takeNameText(reader);
  return { kind: "xt", type, name, text: reader.scanner.kind === "string" ? takeString(reader) : null };
}
