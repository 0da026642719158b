import type { NftExpression, NftFamily, NftMatch, NftStatement } from "../../model/nft.ts";
import { isStateful } from "../nft/expression.ts";
import type { Stateful } from "../nft/expression.ts";
import { printStatement as printAsText } from "../nft/statement.ts";
import { printExpression, printKeyed, printVerdict, wholeSeconds } from "./expression.ts";
import { array, isJson, listOrOne, number, object, objectOrNull, optional, string } from "./json.ts";
import type { Entry, JsonText } from "./json.ts";
import { synproxyEntries } from "./object.ts";
import { statefulEntry } from "./stateful.ts";

type Of<Kind extends NftStatement["kind"]> = Extract<NftStatement, { readonly kind: Kind }>;

/** One statement of a rule; its constants are spelt as JSON has them. `shown`: the same as nft's text spells it. */
export function printStatement(statement: NftStatement, shown: NftStatement, family: NftFamily): JsonText {
  if (isStateful(statement)) return object(statefulEntry(statement, printExpression));
  // nft 1.0.6 has no JSON for it and prints its text.
  if (statement.kind === "set-update" && statement.data !== null) return string(printAsText(shown, {}));
  return printOther(statement, family);
}

function printOther(statement: Exclude<NftStatement, Stateful>, family: NftFamily): JsonText {
  switch (statement.kind) {
    case "match":
      return printMatch(statement);
    case "accept":
    case "drop":
    case "continue":
    case "return":
    case "jump":
    case "goto":
      return printVerdict(statement);
    case "vmap":
      return object(["vmap", printKeyed(statement)]);
    case "mangle":
      return object([
        "mangle",
        object(["key", printExpression(statement.target)], ["value", printExpression(statement.value)]),
      ]);
    case "notrack":
      return object(["notrack", "null"]);
    case "verbatim":
      return isJson(statement.text) ? statement.text : string(statement.text);
    case "nat":
      return object([statement.type, printNat(statement)]);
    case "reject":
      return object(["reject", printReject(statement, family)]);
    case "log":
      return object(["log", printLog(statement)]);
    case "queue":
      return object(["queue", objectOrNull(["num", at(statement.queue)], ["flags", listOrOne(statement.flags)])]);
    case "dup":
      return object(["dup", object(["addr", at(statement.address)], ["dev", at(statement.device)])]);
    case "fwd":
      return object([
        "fwd",
        object(
          ["dev", at(statement.device)],
          ["family", optional(statement.family, string)],
          ["addr", at(statement.address)],
        ),
      ]);
    case "set-update":
      return object(["set", printSetUpdate(statement)]);
    case "meter":
      return object(["meter", printMeter(statement)]);
    case "ct-object":
      return object([`ct ${statement.type}`, printExpression(statement.name)]);
    case "tproxy":
      return object([
        "tproxy",
        object(
          ["family", optional(statement.family, string)],
          ["addr", at(statement.address)],
          ["port", at(statement.port)],
        ),
      ]);
    case "synproxy":
      return object(["synproxy", printSynproxy(statement)]);
    case "flow":
      return object(["flow", object(["op", string("add")], ["flowtable", string(`@${statement.flowtable}`)])]);
    case "reset":
      return object(["reset", printExpression(statement.option)]);
    case "xt":
      return object([
        "xt",
        objectOrNull(["type", optional(statement.type, string)], ["name", optional(statement.name, string)]),
      ]);
  }
}

function at(expression: NftExpression | null): JsonText | null {
  return optional(expression, printExpression);
}

function printMatch({ op, left, right }: NftMatch): JsonText {
  return object([
    "match",
    object(["op", string(op)], ["left", printExpression(left)], ["right", printExpression(right)]),
  ]);
}

function printNat({ family, address, port, flags }: Of<"nat">): JsonText {
  return objectOrNull(
    ["family", optional(family, string)],
    ["addr", at(address)],
    ["port", at(port)],
    ["flags", listOrOne(flags)],
    ["type_flags", flags.includes("netmap") ? string("prefix") : null],
  );
}

/** Without a word: port unreachable, as the table's family has it. */
function printReject({ type, code }: Of<"reject">, family: NftFamily): JsonText {
  const plain = family === "ip" ? "icmp" : family === "ip6" ? "icmpv6" : "icmpx";
  const expr = type === null ? string("port-unreachable") : at(code);
  return object(["type", string(type ?? plain)], ["expr", expr]);
}

/** A prefix without its quotes; flags in a list of their own. */
function printLog({ options }: Of<"log">): JsonText {
  const entries = options
    .filter(([name]) => name !== "flags")
    .map(([name, value]): Entry => [name, printLogOption(name, value)]);
  const flags = options.flatMap(([name, value]) => (name === "flags" ? [value] : []));
  return objectOrNull(...entries, ["flags", listOrOne(flags)]);
}

function printLogOption(name: string, value: string): JsonText {
  if (name === "prefix") return string(value.replace(/^"([^]*)"$/, "$1"));
  return /^\d+$/.test(value) ? number(value) : string(value);
}

/** The key of what a packet adds, with its time. */
function printAdded({ key, timeout }: Of<"set-update" | "meter">): JsonText {
  const val = printExpression(key);
  return timeout === null ? val : object(["elem", object(["val", val], ["timeout", wholeSeconds(timeout)])]);
}

/** What counts does so from zero in each element: without counts. */
export function printAddedStatements(statements: readonly NftStatement[]): readonly JsonText[] {
  return statements.filter(isStateful).map((statement) => object(statefulEntry(statement, printExpression, true)));
}

function printSetUpdate(statement: Of<"set-update">): JsonText {
  const stmt = printAddedStatements(statement.statements);
  return object(
    ["op", string(statement.op)],
    ["elem", printAdded(statement)],
    ["set", string(`@${statement.set}`)],
    ["stmt", stmt.length === 0 ? null : array(stmt)],
  );
}

function printMeter(statement: Of<"meter">): JsonText {
  const [first = null] = printAddedStatements(statement.statements);
  return object(
    ["key", printAdded(statement)],
    ["stmt", first],
    ["size", optional(statement.size, number)],
    ["name", string(statement.name)],
  );
}

function printSynproxy({ options }: Of<"synproxy">): JsonText {
  const [[first, name] = ["", ""]] = options;
  return first === "name" ? string(name) : objectOrNull(...synproxyEntries(options));
}
