import type { NftExpression, NftMatch, NftStatement } from "../../model/nft.ts";
import type { Json } from "../json.ts";
import type { Report } from "../report.ts";
import { COUNTING, readElementStatements } from "./element-statement.ts";
import { expressionAt, ipFamily, readExpression } from "./expression.ts";
import { get, jsonText, keepVerbatim, listOf, numberAt, onlyEntry, textAt, textOf, textsAt } from "./reader.ts";
import { readVerdict } from "./verdict.ts";

type Read = (value: Json, report: Report) => NftStatement | null;

/** A statement of libnftables-json(5); what nobody here knows is kept as it stands. */
export function readStatement(value: Json, report: Report): NftStatement {
  const verdict = readVerdict(value);
  if (verdict !== null) return verdict;
  const [name, inner] = onlyEntry(value) ?? ["", value];
  const read: Read | undefined = STATEMENTS.get(name) ?? COUNTING.get(name);
  return read?.(inner, report) ?? keepVerbatim(value, report);
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

const reject: Read = (value, report) => {
  const type = textAt(value, "type");
  const known = type === "icmp" || type === "icmpv6" || type === "icmpx" || type === "tcp reset" ? type : null;
  if (type !== null && known === null) return null;
  return { kind: "reject", type: known, code: expressionAt(value, "expr", report) };
};

/** Options in the order in which they stand, as the text spells them. */
function optionsOf(value: Json): readonly (readonly [string, string])[] {
  if (value.kind !== "object") return [];
  return value.entries.map(([key, inner]) => [
    key,
    inner.kind === "array" ? textsOf(inner).join(",") : inner.kind === "scalar" ? inner.text : jsonText(inner),
  ]);
}

function textsOf(value: Json): readonly string[] {
  return listOf(value).flatMap((item) => textOf(item) ?? []);
}

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
  const wrapped = onlyEntry(element);
  const inside = wrapped?.[0] === "elem" ? wrapped[1] : null;
  const key = inside === null ? readExpression(element, report) : expressionAt(inside, "val", report);
  if (key === null) return null;
  return {
    kind: "set-update",
    op,
    set: set.replace(/^@/, ""),
    key,
    data: expressionAt(value, "data", report),
    timeout: numberAt(inside ?? undefined, "timeout"),
    statements: [...readElementStatements(inside, report), ...readElementStatements(value, report)],
  };
};

const meter: Read = (value, report) => {
  const [name, key] = [textAt(value, "name"), expressionAt(value, "key", report)];
  const statement = get(value, "stmt");
  if (name === null || key === null || statement === undefined) return null;
  const statements = listOf(statement).map((item) => readStatement(item, report));
  return {
    kind: "meter",
    name,
    size: numberAt(value, "size"),
    key,
    timeout: numberAt(value, "timeout"),
    statements,
  };
};

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
  ["log", (value) => ({ kind: "log", options: optionsOf(value) })],
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
  [
    "synproxy",
    (value) => ({ kind: "synproxy", options: value.kind === "scalar" ? named(value.text) : optionsOf(value) }),
  ],
  ["flow", flow],
  ["reset", (value, report) => ({ kind: "reset", option: readExpression(value, report) })],
  ["xt", xt],
]);

function named(text: string): readonly (readonly [string, string])[] {
  return text === "null" ? [] : [["name", text]];
}
