import type { NftElement, NftExpression } from "../../model/nft.ts";
import type { Json, JsonScalar } from "../json.ts";
import type { Report } from "../report.ts";
import { get, keepVerbatim, listOf, numberAt, numberOf, onlyEntry, textAt, textOf, textsAt } from "./reader.ts";
import { readVerdict } from "./verdict.ts";
import { readElementStatements } from "./element-statement.ts";

type Read = (value: Json, report: Report) => NftExpression | null;

/** An expression of libnftables-json(5); what nobody here knows is kept as it stands. */
export function readExpression(value: Json, report: Report): NftExpression {
  if (value.kind === "scalar") return literal(value);
  if (value.kind === "array") return { kind: "list", items: value.items.map((item) => readExpression(item, report)) };
  const [name, inner] = onlyEntry(value) ?? ["", value];
  const read = EXPRESSIONS.get(name);
  return read?.(inner, report) ?? keepVerbatim(value, report);
}

/** Null where there is no such key. */
export function expressionAt(object: Json, key: string, report: Report): NftExpression | null {
  const value = get(object, key);
  return value === undefined || (value.kind === "scalar" && textOf(value) === null)
    ? null
    : readExpression(value, report);
}

/**
 * `"@name"` is a set, `"*"` the wildcard; `true` and `false` are what the text calls `exists` and `missing`. A string that
 * looks like a number is a name.
 */
function literal({ text, isString }: JsonScalar): NftExpression {
  if (!isString) {
    const word = text === "true" ? "exists" : text === "false" ? "missing" : text;
    return { kind: "literal", text: word, quoted: false };
  }
  if (text === "*") return { kind: "wildcard" };
  if (text.startsWith("@") && text.length > 1) return { kind: "set-ref", name: text.slice(1) };
  return { kind: "literal", text, quoted: /^-?\d+$/.test(text) };
}

const familyAt = (value: Json): "ip" | "ip6" | null => ipFamily(textAt(value, "family"));

export function ipFamily(text: string | null): "ip" | "ip6" | null {
  return text === "ip" || text === "ip6" ? text : null;
}

const payload: Read = (value) => {
  const [protocol, field, base] = [textAt(value, "protocol"), textAt(value, "field"), textAt(value, "base")];
  if (protocol !== null && field !== null) return { kind: "payload", protocol, field };
  const [offset, length] = [numberAt(value, "offset"), numberAt(value, "len")];
  if (offset === null || length === null) return null;
  if (base !== "ll" && base !== "nh" && base !== "th" && base !== "ih") return null;
  return { kind: "payload-raw", base, offset, length };
};

/** `{"ct": {"key": "ip saddr", "dir": "original"}}`; before 1.0.9 the family stands in the key. */
const ct: Read = (value) => {
  const [, family = null, key = ""] = /^(?:(ip|ip6) )?(.*)$/.exec(textAt(value, "key") ?? "") ?? [];
  const direction = textAt(value, "dir");
  if (key === "") return null;
  return {
    kind: "ct",
    key,
    direction: direction === "original" || direction === "reply" ? direction : null,
    family: ipFamily(family) ?? familyAt(value),
  };
};

const fib: Read = (value) => {
  const result = textAt(value, "result");
  return result === null ? null : { kind: "fib", flags: textsAt(value, "flags"), result };
};

const tcpOption: Read = (value) => {
  const name = textAt(value, "name");
  if (name !== null) return { kind: "tcp-option", option: name, field: textAt(value, "field"), raw: null };
  const [base, offset, length] = [numberAt(value, "base"), numberAt(value, "offset"), numberAt(value, "len")];
  if (base === null || offset === null || length === null) return null;
  return { kind: "tcp-option", option: String(base), field: null, raw: { offset, length } };
};

const numgen: Read = (value) => {
  const [mode, modulus] = [textAt(value, "mode"), numberAt(value, "mod")];
  if ((mode !== "inc" && mode !== "random") || modulus === null) return null;
  return { kind: "numgen", mode, modulus, offset: numberAt(value, "offset") ?? 0 };
};

const hash =
  (type: "jhash" | "symhash"): Read =>
  (value, report) => {
    const modulus = numberAt(value, "mod");
    if (modulus === null) return null;
    const seed = numberAt(value, "seed");
    const of = expressionAt(value, "expr", report);
    return { kind: "hash", type, of, modulus, seed, offset: numberAt(value, "offset") ?? 0 };
  };

/** Operators take two operands, and newer tools print a chain of equal ones as one list. */
const binary =
  (op: "&" | "|" | "^" | "<<" | ">>"): Read =>
  (value, report) => {
    const [first, ...others] = listOf(value).map((item) => readExpression(item, report));
    if (first === undefined || others.length === 0) return null;
    return others.reduce((left, right): NftExpression => ({ kind: "binary", op, left, right }), first);
  };

const prefix: Read = (value, report) => {
  const [address, length] = [expressionAt(value, "addr", report), numberAt(value, "len")];
  return address === null || length === null ? null : { kind: "prefix", address, length };
};

const range: Read = (value, report) => {
  const [from, to] = listOf(value).map((item) => readExpression(item, report));
  return from === undefined || to === undefined ? null : { kind: "range", from, to };
};

const map: Read = (value, report) => {
  const [key, data] = [expressionAt(value, "key", report), expressionAt(value, "data", report)];
  return key === null || data === null ? null : { kind: "map", key, map: data };
};

const set: Read = (value, report) => ({ kind: "set", elements: readElements(value, report) });

const named =
  (make: (name: string, field: string | null) => NftExpression): Read =>
  (value) => {
    const name = textAt(value, "name");
    return name === null ? null : make(name, textAt(value, "field"));
  };

const ipsec: Read = (value) => {
  const [key, direction] = [textAt(value, "key"), textAt(value, "dir")];
  if (key === null) return null;
  const spnum = numberAt(value, "spnum") ?? 0;
  return { kind: "ipsec", key, direction: direction ?? "in", spnum, family: familyAt(value) };
};

const EXPRESSIONS: ReadonlyMap<string, Read> = new Map<string, Read>([
  ["payload", payload],
  ["exthdr", named((header, field) => ({ kind: "exthdr", header, field }))],
  ["tcp option", tcpOption],
  ["ip option", named((option, field) => ({ kind: "ip-option", option, field }))],
  ["sctp chunk", named((chunk, field) => ({ kind: "sctp-chunk", chunk, field }))],
  [
    "dccp option",
    (value) => {
      const option = numberAt(value, "type");
      return option === null ? null : { kind: "dccp-option", option };
    },
  ],
  [
    "meta",
    (value) => {
      const key = textAt(value, "key");
      return key === null ? null : { kind: "meta", key };
    },
  ],
  ["ct", ct],
  [
    "rt",
    (value) => {
      const key = textAt(value, "key");
      return key === null ? null : { kind: "rt", key, family: familyAt(value) };
    },
  ],
  ["fib", fib],
  [
    "socket",
    (value) => {
      const key = textAt(value, "key");
      return key === null ? null : { kind: "socket", key, level: numberAt(value, "level") };
    },
  ],
  [
    "osf",
    (value) => {
      const key = textAt(value, "key");
      return key === null ? null : { kind: "osf", key, ttl: textAt(value, "ttl") };
    },
  ],
  ["ipsec", ipsec],
  ["numgen", numgen],
  ["jhash", hash("jhash")],
  ["symhash", hash("symhash")],
  ["&", binary("&")],
  ["|", binary("|")],
  ["^", binary("^")],
  ["<<", binary("<<")],
  [">>", binary(">>")],
  ["prefix", prefix],
  ["range", range],
  ["concat", (value, report) => ({ kind: "concat", parts: listOf(value).map((part) => readExpression(part, report)) })],
  ["set", set],
  ["map", map],
  ["elem", (value, report) => expressionAt(value, "val", report)],
]);

/** Elements of a set, or pairs of a map: `[key, value]`. */
export function readElements(value: Json, report: Report): readonly NftElement[] {
  return listOf(value).map((item): NftElement => {
    const [key = item, data] = item.kind === "array" && item.items.length === 2 ? item.items : [item];
    return readElement(key, data, report);
  });
}

function readElement(key: Json, data: Json | undefined, report: Report): NftElement {
  const wrapped = onlyEntry(key);
  const inside = wrapped?.[0] === "elem" ? wrapped[1] : null;
  const value = inside === null ? key : (get(inside, "val") ?? key);
  return {
    key: readExpression(value, report),
    data: data === undefined ? null : (readVerdict(data) ?? readExpression(data, report)),
    timeout: numberOf(get(inside ?? undefined, "timeout")),
    expires: numberOf(get(inside ?? undefined, "expires")),
    comment: textAt(inside ?? undefined, "comment"),
    statements: readElementStatements(inside, report, readExpression),
  };
}
