import type { NftExpression } from "../../model/nft.ts";
import { single } from "../../base/ranges.ts";
import type { Test } from "../../program/test.ts";
import type { Value } from "../../program/value.ts";
import { readConstant } from "./constant.ts";
import { familyTests, HAS_FLOW, protocolTest } from "./context.ts";
import type { NftContext, Reading } from "./context.ts";
import { addressType, readCt } from "./ct.ts";
import { datum, integer, knownType } from "./datatypes.ts";
import type { Datatype } from "./datatypes.ts";
import { readExtension, readIpOption, readTcpOption } from "./options.ts";
import { readMeta } from "./meta.ts";
import { headerValue, HEADERS } from "./payload.ts";
import type { Header, HeaderField } from "./payload.ts";
import { dataTypesOf, referenceOf } from "./set.ts";

/** Lowers an expression; null: nobody here knows it. A constant takes the type that is `expected` in its place. */
export function readExpression(
  expression: NftExpression,
  context: NftContext,
  expected: Datatype | null = null,
): Reading | null {
  switch (expression.kind) {
    case "literal":
    case "list":
      return constantReading(expression, expected);
    case "payload":
      return readPayload(expression, context);
    case "payload-raw": {
      const { base, offset, length } = expression;
      const value: Value = { kind: "payload", bits: length, base, offset };
      return { value, type: integer(length), needs: [], raw: true };
    }
    case "exthdr":
      return readExtension(expression, context);
    case "tcp-option":
      return readTcpOption(expression);
    case "ip-option":
      return readIpOption(expression, context);
    case "meta":
      return readMeta(expression.key, context);
    case "ct": {
      const read = readCt(expression, context);
      return read?.value.kind === "tuple" || read?.value.kind === "ct-zone"
        ? { ...read, needs: [...read.needs, HAS_FLOW] }
        : read;
    }
    case "rt":
      return readRoute(expression, context);
    case "fib":
      return readFib(expression);
    case "socket":
      return readSocket(expression);
    case "numgen":
    case "hash":
      return readNumber(expression, context);
    case "binary":
      return readBinary(expression, context, expected);
    case "map":
      return readMap(expression, context, expected === null ? [] : [expected], { part: 0, end: false });
    case "osf":
    case "ipsec":
      return unknownReading(`${expression.kind} ${expression.key}`, expression.kind === "ipsec");
    case "prefix":
    case "range":
    case "concat":
    case "set":
    case "set-ref":
    case "wildcard":
    case "sctp-chunk":
    case "dccp-option":
    case "verbatim":
      return null;
  }
}

function unknownReading(what: string, isIpsec: boolean): Reading {
  const value: Value = { kind: "unknown", bits: 32, what, why: isIpsec ? "ipsec" : "extension" };
  return { value, type: integer(32), needs: [] };
}

function constantReading(expression: NftExpression, expected: Datatype | null): Reading | null {
  const data = expected === null ? null : readConstant(expression, expected);
  if (expected === null || data === null) return null;
  return { value: { kind: "constant", bits: expected.bits, data }, type: expected, needs: [] };
}

function readPayload(
  { protocol, field: name }: NftExpression & { kind: "payload" },
  context: NftContext,
): Reading | null {
  const header = HEADERS.get(protocol);
  const field = header?.fields.get(name);
  if (header === undefined || field === undefined) return null;
  return { value: headerValue(header, field), type: field.type, needs: needsOf(header, field, context) };
}

const ETHERNET: Test = {
  kind: "number",
  field: "linkTypeIn",
  mask: 0xffff,
  ranges: [single(1)],
  negated: false,
};

/** What nft tests before it reads a header (payload_gen_dependency, src/payload.c). */
function needsOf(
  { needs: { family, proto, ether } }: Header,
  { types }: HeaderField,
  context: NftContext,
): readonly Test[] {
  const tests: Test[] = [...familyTests(context, family)];
  if (ether === true && context.tableFamily !== "netdev") tests.push(ETHERNET);
  if (proto !== undefined) tests.push(protocolTest(proto));
  if (types !== undefined) {
    const value: Value = { kind: "payload", bits: 8, base: "th", offset: 0 };
    tests.push({ kind: "compare", value, ranges: types.map(single), negated: false });
  }
  return tests;
}

function readRoute({ key, family }: NftExpression & { kind: "rt" }, context: NftContext): Reading | null {
  if (key === "nexthop") {
    const type = addressType(family ?? context.family);
    return { value: { kind: "nexthop", bits: type.bits }, type, needs: familyTests(context, family ?? undefined) };
  }
  if (key === "classid") return readMeta("rtclassid", context);
  if (key === "mtu") return { ...unknownReading("rt mtu", false), type: integer(16, true) };
  return key === "ipsec" ? { ...unknownReading("rt ipsec", true), type: knownType("boolean") } : null;
}

function readFib({ flags, result }: NftExpression & { kind: "fib" }): Reading | null {
  const has = (flag: string): boolean => flags.includes(flag);
  const of = {
    address: has("daddr") ? ("dst" as const) : ("src" as const),
    device: has("oif") ? ("out" as const) : has("iif") ? ("in" as const) : null,
    mark: has("mark"),
  };
  const make = (type: Datatype, what: "type" | "device" | "present"): Reading => ({
    value: { kind: "fib", bits: type.bits, spec: { ...of, result: what } },
    type,
    needs: [],
  });
  switch (result) {
    case "type":
      return make(knownType("fib_addrtype"), "type");
    case "oif":
      return make(knownType("iface_index"), "device");
    case "oifname":
      return make(knownType("ifname"), "device");
    case "check":
      return make(knownType("boolean"), "present");
    default:
      return null;
  }
}

function readSocket({ key }: NftExpression & { kind: "socket" }): Reading | null {
  switch (key) {
    case "transparent":
    case "wildcard":
      return { value: { kind: "socket", bits: 8, what: key }, type: integer(8), needs: [] };
    case "mark":
      return { value: { kind: "socket", bits: 32, what: "mark" }, type: knownType("mark"), needs: [] };
    default:
      return unknownReading(`socket ${key}`, false);
  }
}

const NUMBER = integer(32, true);

/** Numbers that are made up: by chance, by turns, or by a hash (net/netfilter/nft_numgen.c, nft_hash.c). */
function readNumber(expression: NftExpression & { kind: "numgen" | "hash" }, context: NftContext): Reading | null {
  const { modulus, offset } = expression;
  const choice = (what: string, why: "counter" | "hash", uniform: boolean): Reading => ({
    value: { kind: "choice", bits: 32, modulus, offset, uniform, what, why },
    type: NUMBER,
    needs: [],
  });
  if (expression.kind === "numgen") {
    const isRandom = expression.mode === "random";
    return choice(`numgen ${expression.mode} mod ${String(modulus)}`, isRandom ? "hash" : "counter", isRandom);
  }
  if (expression.of === null) return choice(`symhash mod ${String(modulus)}`, "hash", false);
  const key = readKey(expression.of, context);
  if (key === null) return null;
  const isKept = key.every(({ type }) => type.name !== "iface_index");
  if (expression.seed === null || !isKept) return choice(`jhash mod ${String(modulus)}`, "hash", false);
  const of = key.map(({ value, type }): Value =>
    type.host ? { kind: "reversed", bits: value.bits, of: value } : value,
  );
  const value: Value = { kind: "jhash", bits: 32, of, modulus, seed: expression.seed, offset };
  return { value, type: NUMBER, needs: key.flatMap(({ needs }) => needs) };
}

function readBinary(
  { op, left, right }: NftExpression & { kind: "binary" },
  context: NftContext,
  expected: Datatype | null,
): Reading | null {
  const first = readExpression(left, context, expected);
  if (first === null) return null;
  const isShift = op === "<<" || op === ">>";
  const second = readExpression(right, context, isShift ? integer(32, true) : first.type);
  if (second === null) return null;
  const bits = Math.max(first.value.bits, isShift ? 0 : second.value.bits);
  const value: Value = { kind: "binary", bits, op, left: first.value, right: widened(second.value, bits) };
  return { ...first, value, needs: [...first.needs, ...second.needs] };
}

function widened(value: Value, bits: number): Value {
  return value.kind === "constant" && bits > 32 ? { ...value, data: datum(value.data, bits) } : value;
}

/** `KEY map { … }`: the `part`-th value. Those that a rule spells out have the types that are expected in their place. */
export function readMap(
  { key, map }: NftExpression & { kind: "map" },
  context: NftContext,
  expected: readonly Datatype[],
  { part, end }: { readonly part: number; readonly end: boolean },
): Reading | null {
  const read = readKey(key, context);
  const data = map.kind === "set-ref" ? dataTypesOf(map.name, context, typesOf) : expected;
  const type = data?.[part] ?? null;
  if (read === null || data === null || type === null) return null;
  const set = referenceOf(map, { types: read.map((one) => one.type), data }, context);
  if (set === null) return null;
  const value: Value = { kind: "map", bits: type.bits, key: read.map((one) => one.value), set, part, end };
  return { value, type, needs: read.flatMap(({ needs }) => needs) };
}

/** The fields of a key: one, or those of a concatenation. */
export function readKey(expression: NftExpression, context: NftContext): readonly Reading[] | null {
  const parts = expression.kind === "concat" ? expression.parts : [expression];
  const readings: Reading[] = [];
  for (const part of parts) {
    const reading = readExpression(part, context);
    if (reading === null) return null;
    readings.push(reading);
  }
  return readings;
}

/** The types of what an expression gives, as `typeof` asks for them. */
export function typesOf(expression: NftExpression, context: NftContext): readonly Datatype[] | null {
  return readKey(expression, context)?.map(({ type }) => type) ?? null;
}
