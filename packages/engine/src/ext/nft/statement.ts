import { parseAddress } from "../../base/address.ts";
import type { Family } from "../../base/address.ts";
import type { NftExpression, NftStatement } from "../../model/nft.ts";
import type { Action, RejectWith } from "../../program/action.ts";
import type { RulePart } from "../../program/program.ts";
import { PROTO } from "../../program/protocol.ts";
import type { Test, UnknownWhy } from "../../program/test.ts";
import type { Value } from "../../program/value.ts";
import { compileAssignment } from "./assign.ts";
import { readConstant } from "./constant.ts";
import { familyTests, protocolTest, setId } from "./context.ts";
import type { NftContext } from "./context.ts";
import { addressType } from "./ct.ts";
import { knownType } from "./datatypes.ts";
import type { Datatype } from "./datatypes.ts";
import { readExpression, readKey } from "./expression.ts";
import { compileMatch } from "./match.ts";
import { compileNat } from "./nat.ts";
import { listed } from "./listed.ts";
import { gateOf, referenceOf } from "./set.ts";

/** What a statement asks, and what it does then; null: it only asks. */
interface Lowered {
  readonly tests: readonly Test[];
  readonly action: Action | null;
}

/**
 * The statements of a rule as parts: a part ends where something is done. Matches behind it are asked afterwards, and what was
 * done stays if they fail (net/netfilter/nf_tables_core.c nft_do_chain).
 */
export function compileStatements(statements: readonly NftStatement[], context: NftContext): readonly RulePart[] {
  const parts: RulePart[] = [];
  let tests: Test[] = statements.flatMap((statement) => askedFirst(statement, context));
  for (const statement of statements) {
    const lowered = compileStatement(statement, context);
    for (const test of lowered.tests) tests.push(test);
    if (lowered.action === null) continue;
    parts.push({ tests, action: lowered.action });
    tests = [];
  }
  if (tests.length > 0 || parts.length === 0) parts.push({ tests, action: { kind: "continue" } });
  return parts;
}

/** What a reject needs nft asks at the very beginning of the rule, before anything is done (stmt_reject_gen_dependency). */
function askedFirst(statement: NftStatement, context: NftContext): readonly Test[] {
  if (statement.kind !== "reject") return [];
  if (statement.type === "tcp reset") return [protocolTest(PROTO.tcp)];
  const family = { icmp: "ip", icmpv6: "ip6" } as const;
  return statement.type === null || statement.type === "icmpx" ? [] : familyTests(context, family[statement.type]);
}

const NOTHING: Lowered = { tests: [], action: null };

function does(action: Action, tests: readonly Test[] = []): Lowered {
  return { tests, action };
}

function asks(...tests: readonly Test[]): Lowered {
  return { tests, action: null };
}

function unknownTest(what: string, why: UnknownWhy, said: readonly object[] = []): Test {
  return said.length === 0 ? { kind: "unknown", what, why } : { kind: "unknown", what, why, listed: said };
}

function compileStatement(statement: NftStatement, context: NftContext): Lowered {
  switch (statement.kind) {
    case "match":
      return asks(
        ...(compileMatch(statement, context) ?? [
          unknownTest(`a match on ${wordOf(statement.left)}`, "extension", [statement]),
        ]),
      );
    case "accept":
    case "drop":
    case "continue":
    case "return":
      return does({ kind: statement.kind });
    case "jump":
    case "goto":
      return does({ kind: statement.kind, chain: statement.chain });
    case "vmap":
      return compileVerdictMap(statement, context);
    case "counter":
    case "last":
    case "log":
      return NOTHING;
    case "limit":
    case "quota":
      return asks(unknownTest(statement.kind, "rate", listed(statement, context.objects)));
    case "ct-count":
      return asks(unknownTest("ct count", "counter", [statement]));
    case "mangle":
      return compileMangle(statement, context);
    case "notrack":
      return does({ kind: "notrack" });
    case "nat": {
      const compiled = compileNat(statement, context);
      return compiled === null ? unknownAction(statement.type, "malformed") : does(compiled.action, compiled.needs);
    }
    case "reject":
      return compileReject(statement, context);
    case "queue":
      return does({ kind: "queue", bypass: statement.flags.includes("bypass"), what: queueName(statement.queue) });
    case "dup":
    case "fwd":
      return compileCopy(statement, context);
    case "set-update":
      return compileElement(statement.set, statement, context);
    case "meter":
      return compileElement(statement.name, { ...statement, op: "update", data: null }, context);
    case "ct-object":
      return NOTHING;
    case "tproxy":
      return compileTproxy(statement, context);
    case "synproxy":
      return does({ kind: "unknown", what: "synproxy", why: "extension" }, [protocolTest(PROTO.tcp)]);
    case "flow":
      return does({ kind: "offload", what: `flow add @${statement.flowtable}` });
    case "reset":
      return compileReset(statement.option, context);
    case "xt":
      return compileXt(statement);
    case "verbatim":
      return unknownAction("a statement that nobody here knows", "extension");
  }
}

function unknownAction(what: string, why: UnknownWhy): Lowered {
  return does({ kind: "unknown", what, why });
}

/** What an expression reads, in a word or two. */
function wordOf(expression: NftExpression): string {
  if (expression.kind === "payload") return `${expression.protocol} ${expression.field}`;
  const hasKey = "key" in expression && typeof expression.key === "string";
  return hasKey ? `${expression.kind} ${expression.key}` : expression.kind;
}

function compileVerdictMap({ key, map }: NftStatement & { kind: "vmap" }, context: NftContext): Lowered {
  const read = readKey(key, context);
  const types = read?.map(({ type }) => type) ?? [];
  const set = read === null ? null : referenceOf(map, { types, data: [] }, context);
  if (read === null || set === null) return unknownAction(`vmap of ${wordOf(key)}`, "extension");
  return does(
    { kind: "verdict-map", key: read.map(({ value }) => value), set },
    read.flatMap(({ needs }) => needs),
  );
}

function compileMangle({ target, value }: NftStatement & { kind: "mangle" }, context: NftContext): Lowered {
  const compiled = compileAssignment(target, value, context);
  if (compiled === null) return unknownAction(`${wordOf(target)} set`, "extension");
  return does({ kind: "assign", target: compiled.target, value: compiled.value }, compiled.needs);
}

/** Codes as ICMP spells them for both families (net/netfilter/nft_reject.c icmp_code_v4, icmp_code_v6). */
const ICMPX: readonly Readonly<Record<Family, RejectWith>>[] = [
  { ip: "icmp-net-unreachable", ip6: "icmp6-no-route" },
  { ip: "icmp-port-unreachable", ip6: "icmp6-port-unreachable" },
  { ip: "icmp-host-unreachable", ip6: "icmp6-addr-unreachable" },
  { ip: "icmp-admin-prohibited", ip6: "icmp6-adm-prohibited" },
];
const ICMP: ReadonlyMap<number, RejectWith> = new Map<number, RejectWith>([
  [0, "icmp-net-unreachable"],
  [1, "icmp-host-unreachable"],
  [2, "icmp-proto-unreachable"],
  [3, "icmp-port-unreachable"],
  [9, "icmp-net-prohibited"],
  [10, "icmp-host-prohibited"],
  [13, "icmp-admin-prohibited"],
]);
const ICMP6: ReadonlyMap<number, RejectWith> = new Map<number, RejectWith>([
  [0, "icmp6-no-route"],
  [1, "icmp6-adm-prohibited"],
  [3, "icmp6-addr-unreachable"],
  [4, "icmp6-port-unreachable"],
  [5, "icmp6-policy-fail"],
  [6, "icmp6-reject-route"],
]);

/** Without a word on it: port unreachable. */
function compileReject({ type, code }: NftStatement & { kind: "reject" }, context: NftContext): Lowered {
  if (type === "tcp reset") return does({ kind: "reject", with: "tcp-reset" });
  const number = (name: string, byDefault: number): number => {
    const read = code === null ? byDefault : readConstant(code, knownType(name));
    return Number(read ?? -1);
  };
  const rejectWith = ((): RejectWith | undefined => {
    switch (type) {
      case "icmp":
        return ICMP.get(number("icmp_code", 3));
      case "icmpv6":
        return ICMP6.get(number("icmpv6_code", 4));
      case "icmpx":
      case null:
        return ICMPX[number("icmpx_code", 1)]?.[context.family];
    }
  })();
  return rejectWith === undefined
    ? unknownAction("reject with this code", "malformed")
    : does({ kind: "reject", with: rejectWith });
}

function queueName(queue: NftExpression | null): string {
  if (queue === null) return "queue 0";
  if (queue.kind === "range") return `${queueName(queue.from)}-${queueName(queue.to).replace("queue ", "")}`;
  return queue.kind === "literal" ? `queue ${queue.text}` : "a computed queue";
}

/** dup sends a copy; fwd takes the packet itself away. */
function compileCopy({ kind, address }: NftStatement & { kind: "dup" | "fwd" }, context: NftContext): Lowered {
  if (kind === "fwd") return unknownAction("fwd to another device", "extension");
  const to = address?.kind === "literal" ? parseAddress(address.text) : null;
  const isHere = to !== null && (typeof to === "number") === (context.family === "ip");
  return does(isHere ? { kind: "copy", to } : { kind: "mangle", what: "dup" });
}

type Update = Pick<NftStatement & { kind: "set-update" }, "op" | "key" | "data" | "statements">;

function compileElement(name: string, { op, key, data, statements }: Update, context: NftContext): Lowered {
  const read = readKey(key, context);
  const dataType = context.sets.get(name)?.data ?? [];
  const expected = data?.kind === "concat" ? data.parts : data === null ? [] : [data];
  const values = expected.map((part, at) => readExpression(part, context, knownType(dataType[at] ?? "")));
  if (read === null || values.includes(null)) return unknownAction(`${op} @${name}`, "extension");
  const readings = values.filter((value) => value !== null);
  return does(
    {
      kind: "element",
      op,
      set: setId(context, name),
      key: read.map(({ value }) => value),
      data: readings.map(({ value }) => value),
      gate: gateOf(statements, context),
    },
    [...read, ...readings].flatMap(({ needs }) => needs),
  );
}

function compileTproxy({ family, address, port }: NftStatement & { kind: "tproxy" }, context: NftContext): Lowered {
  const at = optional(address, context, addressType(family ?? context.family));
  const to = optional(port, context, knownType("inet_service"));
  if (at === null || to === null) return unknownAction("tproxy", "malformed");
  const needs = [...familyTests(context, family ?? undefined), ...at.needs, ...to.needs];
  return does({ kind: "assign-socket", address: at.value, port: to.value }, needs);
}

interface Optional {
  readonly value: Value | null;
  readonly needs: readonly Test[];
}

/** What need not be there; null: nobody here knows what it is. */
function optional(expression: NftExpression | null, context: NftContext, type: Datatype): Optional | null {
  return expression === null ? { value: null, needs: [] } : readExpression(expression, context, type);
}

function compileReset(option: NftExpression, context: NftContext): Lowered {
  const read = readExpression(option, context);
  return read?.value.kind === "tcp-option"
    ? does({ kind: "strip-tcp-options", options: [read.value.option] }, [protocolTest(PROTO.tcp)])
    : unknownAction("reset of an option", "extension");
}

/** An extension of iptables inside a rule of nft: the listing does not tell what it says. */
function compileXt({ type, name, text }: NftStatement & { kind: "xt" }): Lowered {
  const what = `xt ${type ?? ""} ${name ?? text ?? ""}`.replace(/ +/g, " ").trimEnd();
  return type === "target" ? unknownAction(what, "extension") : asks(unknownTest(what, "extension"));
}
