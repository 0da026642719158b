import { spellStatement } from "../../ext/nft/literals.ts";
import type { NftExpression, NftFamily, NftMatch, NftStatement } from "../../model/nft.ts";
import { parseNftStatement } from "../nft/parse-nft.ts";
import type { Json } from "../json.ts";
import type { Report } from "../report.ts";
import { COUNTING, readElementStatements } from "./element-statement.ts";
import { expressionAt, ipFamily, readExpression } from "./expression.ts";
import { synproxyPairs } from "./object.ts";
import {
  get,
  jsonText,
  keepVerbatim,
  listOf,
  numberAt,
  onlyEntry,
  pairsIn,
  textAt,
  textOf,
  textsAt,
} from "./reader.ts";
import { spellAsText } from "./spelling.ts";
import { readVerdict } from "./verdict.ts";

type Read = (value: Json, report: Report) => NftStatement | null;

/**
 * A statement of libnftables-json(5) in a table of this family, its constants spelt as in nft's text; what nobody here knows
 * is kept as it stands.
 */
export function readStatement(value: Json, family: NftFamily, report: Report): NftStatement {
  const statement = readVerdict(value) ?? readOther(value, report);
  return spellStatement(isPlainReject(statement, family) ? PLAIN_REJECT : statement, family, spellAsText);
}

function readOther(value: Json, report: Report): NftStatement {
  if (value.kind === "scalar" && value.isString) {
    const statement = parseNftStatement(value.text);
    if (statement !== null) return statement;
  }
  const [name, inner] = onlyEntry(value) ?? ["", value];
  const read = STATEMENTS.get(name);
  const statement = read === undefined ? COUNTING.get(name)?.(inner, report, readExpression) : read(inner, report);
  return statement ?? keepVerbatim(value, report);
}

const OPERATORS: readonly NftMatch["op"][] = ["in", "==", "!=", "<", ">", "<=", ">=", "!"];

const match: Read = (value, report) => {
  const op = OPERATORS.find((known) => known === textAt(value, "op"));
  const [left, right] = [expressionAt(value, "left", report), expressionAt(value, "right", report)];
  return op === undefined || left === null || right === null ? null : { kind: "match", op, left, right };
};

const vmap: Read = (value, report) => {
  const [key, map] = [expressionAt(value, "key", report), expressionAt(value, "data", report)];
  return key === null || map === null ? null : { kind: "vmap", key, map };
};

const mangle: Read = (value, report) => {
  const [target, written] = [expressionAt(value, "key", report), expressionAt(value, "value", report)];
  return target === null || written === null ? null : { kind: "mangle", target, value: written };
};

const nat =
  (type: "snat" | "dnat" | "masquerade" | "redirect"): Read =>
  (value, report) => {
    const address = expressionAt(value, "addr", report);
    const flags = [...textsAt(value, "flags"), ...textsAt(value, "type_flags").filter((flag) => flag !== "interval")];
    return {
      kind: "nat",
      type,
      family: ipFamily(textAt(value, "family")),
      address,
      port: expressionAt(value, "port", report),
      flags: flags
        .map((flag) => (flag === "prefix" ? "netmap" : flag))
        .filter((flag, at, all) => all.indexOf(flag) === at),
      withPort: textsAt(value, "type_flags").includes("concat") || mapsToPorts(address),
    };
  };

/** The listing does not say so: the values of an anonymous map do, those of a named one its type. */
function mapsToPorts(address: NftExpression | null): boolean {
  if (address?.kind !== "map" || address.map.kind !== "set") return false;
  return address.map.elements.some(({ data }) => data?.kind === "concat");
}

const PLAIN_REJECT: NftStatement = { kind: "reject", type: null, code: null };

/** Where the text needs no word for "port unreachable" (nftables src/statement.c, reject_stmt_print). */
function isPlainReject(statement: NftStatement, family: NftFamily): boolean {
  if (statement.kind !== "reject" || statement.code?.kind !== "literal") return false;
  const plain = family === "ip" ? "icmp" : family === "ip6" ? "icmpv6" : "icmpx";
  return statement.type === plain && statement.code.text === "port-unreachable";
}

const reject: Read = (value, report) => {
  const type = textAt(value, "type");
  const known = type === "icmp" || type === "icmpv6" || type === "icmpx" || type === "tcp reset" ? type : null;
  if (type !== null && known === null) return null;
  return { kind: "reject", type: known, code: expressionAt(value, "expr", report) };
};

type Pair = readonly [name: string, value: string];

/** Options as the text has them: a prefix in quotes, a pair for each flag. */
const logOptions: (value: Json) => readonly Pair[] = (value) =>
  pairsIn(value).flatMap(([key, inner]): readonly Pair[] => {
    if (key === "flags") return listOf(inner).map((flag): Pair => ["flags", textOf(flag) ?? jsonText(flag)]);
    const text = textOf(inner) ?? jsonText(inner);
    return [[key, key === "prefix" ? `"${text}"` : text]];
  });

const queue: Read = (value, report) => ({
  kind: "queue",
  queue: expressionAt(value, "num", report),
  flags: textsAt(value, "flags"),
});

const copy =
  (kind: "dup" | "fwd"): Read =>
  (value, report) => ({
    kind,
    address: expressionAt(value, "addr", report),
    device: expressionAt(value, "dev", report),
    family: ipFamily(textAt(value, "family")),
  });

/** `{"set": {"op": "add", "elem": …, "set": "@name"}}`, and of a map with its `data`. */
const setUpdate: Read = (value, report) => {
  const op = textAt(value, "op");
  const set = textAt(value, "set") ?? textAt(value, "map");
  const element = get(value, "elem");
  if ((op !== "add" && op !== "update" && op !== "delete") || set === null || element === undefined) return null;
  const inside = elementIn(element);
  const key = readExpression(element, report);
  return {
    kind: "set-update",
    op,
    set: set.replace(/^@/, ""),
    key,
    data: expressionAt(value, "data", report),
    timeout: numberAt(inside, "timeout"),
    statements: [
      ...readElementStatements(inside ?? null, report, readExpression),
      ...readElementStatements(value, report, readExpression),
    ],
  };
};

const meter: Read = (value, report) => {
  const [name, key] = [textAt(value, "name"), expressionAt(value, "key", report)];
  const statement = get(value, "stmt");
  if (name === null || key === null || statement === undefined) return null;
  const statements = listOf(statement).map((item) => readOther(item, report));
  const timeout = numberAt(elementIn(get(value, "key")), "timeout");
  return { kind: "meter", name, size: numberAt(value, "size"), key, timeout, statements };
};

/** What stands inside of `{"elem": …}`, where a time or a statement stands beside the value. */
function elementIn(value: Json | undefined): Json | undefined {
  const entry = value === undefined ? null : onlyEntry(value);
  return entry?.[0] === "elem" ? entry[1] : undefined;
}

const ctObject =
  (type: "helper" | "timeout" | "expectation"): Read =>
  (value, report) => ({ kind: "ct-object", type, name: readExpression(value, report) });

const tproxy: Read = (value, report) => ({
  kind: "tproxy",
  family: ipFamily(textAt(value, "family")),
  address: expressionAt(value, "addr", report),
  port: expressionAt(value, "port", report),
});

const flow: Read = (value) => {
  const flowtable = textAt(value, "flowtable");
  return flowtable === null ? null : { kind: "flow", flowtable: flowtable.replace(/^@/, "") };
};

const xt: Read = (value) => {
  const type = textAt(value, "type");
  return {
    kind: "xt",
    type: type === "match" || type === "target" ? type : null,
    name: textAt(value, "name"),
    text: null,
  };
};

const STATEMENTS: ReadonlyMap<string, Read> = new Map<string, Read>([
  ["match", match],
  ["vmap", vmap],
  ["mangle", mangle],
  ["notrack", () => ({ kind: "notrack" })],
  ["snat", nat("snat")],
  ["dnat", nat("dnat")],
  ["masquerade", nat("masquerade")],
  ["redirect", nat("redirect")],
  ["reject", reject],
  ["log", (value) => ({ kind: "log", options: logOptions(value) })],
  ["queue", queue],
  ["dup", copy("dup")],
  ["fwd", copy("fwd")],
  ["set", setUpdate],
  ["map", setUpdate],
  ["meter", meter],
  ["ct helper", ctObject("helper")],
  ["ct timeout", ctObject("timeout")],
  ["ct expectation", ctObject("expectation")],
  ["tproxy", tproxy],
  ["synproxy", (value) => ({ kind: "synproxy", options: synproxyOptions(value) })],
  ["flow", flow],
  ["reset", (value, report) => ({ kind: "reset", option: readExpression(value, report) })],
  ["xt", xt],
]);

/** A named one is a string. */
function synproxyOptions(value: Json): readonly Pair[] {
  const name = textOf(value);
  return name === null ? synproxyPairs(value) : [["name", name]];
}
