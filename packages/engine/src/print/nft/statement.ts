import { datatypeOf } from "../../ext/nft/datatype.ts";
import { BIT_TYPES } from "../../ext/nft/vocabulary.ts";
import { printTime } from "../../ext/nft/time.ts";
import type { NftExpression, NftMatch, NftStatement } from "../../model/nft.ts";
import { isStateful, printExpression, printStateful, printVerdict } from "./expression.ts";
import type { Stateful } from "./expression.ts";
import type { NftPrintOptions } from "./options.ts";

type Of<Kind extends NftStatement["kind"]> = Extract<NftStatement, { readonly kind: Kind }>;

/** One statement of a rule as nft prints it. */
export function printStatement(statement: NftStatement, options: NftPrintOptions): string {
  return isStateful(statement) ? printStateful(statement, options) : printOther(statement, options);
}

function printOther(statement: Exclude<NftStatement, Stateful>, options: NftPrintOptions): string {
  const print = (expression: NftExpression): string => printExpression(expression, options);
  switch (statement.kind) {
    case "match":
      return printMatch(statement, print);
    case "accept":
    case "drop":
    case "continue":
    case "return":
    case "jump":
    case "goto":
      return printVerdict(statement);
    case "vmap":
      return `${print(statement.key)} vmap ${print(statement.map)}`;
    case "mangle":
      return `${print(statement.target)} set ${print(statement.value)}`;
    case "notrack":
      return "notrack";
    case "verbatim":
      return statement.text;
    case "nat":
    case "reject":
    case "log":
    case "queue":
    case "dup":
    case "fwd":
    case "set-update":
    case "meter":
    case "ct-object":
    case "tproxy":
    case "synproxy":
    case "flow":
    case "reset":
    case "xt":
      return printAction(statement, print, options);
  }
}

type Print = (expression: NftExpression) => string;

type Action = Exclude<
  NftStatement,
  Stateful | { readonly kind: "match" | "vmap" | "mangle" | "notrack" | "verbatim" } | { readonly kind: VerdictKind }
>;
type VerdictKind = "accept" | "drop" | "continue" | "return" | "jump" | "goto";

function printAction(statement: Action, print: Print, options: NftPrintOptions): string {
  switch (statement.kind) {
    case "nat":
      return printNat(statement, print);
    case "reject":
      return printReject(statement, print);
    case "log":
      return printLog(statement);
    case "queue":
      return printQueue(statement, print);
    case "dup":
    case "fwd":
      return printCopy(statement, print);
    case "set-update":
      return `${statement.op} @${statement.set} { ${printDynamic(statement, options)}${withData(statement, print)} }`;
    case "meter":
      return printMeter(statement, options);
    case "ct-object":
      return `ct ${statement.type} set ${print(statement.name)}`;
    case "tproxy":
      return words("tproxy", statement.family, `to${target(statement.address, statement.port, print)}`);
    case "synproxy":
      return ["synproxy", ...statement.options.map(printOption)].join(" ");
    case "flow":
      return `flow add @${statement.flowtable}`;
    case "reset":
      return `reset ${print(statement.option)}`;
    case "xt":
      return printXt(statement);
  }
}

function words(...all: readonly (string | null | false)[]): string {
  return all.filter((word) => word !== null && word !== false && word !== "").join(" ");
}

/** `tcp flags syn / syn,ack`, `ip ttl < 5`; no operator where equality goes without saying (must_print_eq_op). */
function printMatch({ op, left, right }: NftMatch, print: Print): string {
  if (isMasked(left, right)) {
    const compared = op === "==" ? "" : `${op} `;
    return `${print(left.left)} ${compared}${print(right)} / ${print(left.right)}`;
  }
  const isSilent = op === "in" || (op === "==" && !mustPrintEqual(left, right));
  return `${print(left)} ${isSilent ? "" : `${op} `}${print(right)}`;
}

type Binary = Extract<NftExpression, { readonly kind: "binary" }>;

/** Bits of a mask that is a list of names: what was written with a slash. */
function isMasked(left: NftExpression, right: NftExpression): left is Binary {
  return left.kind === "binary" && left.op === "&" && (left.right.kind === "list" || right.kind === "list");
}

function mustPrintEqual(left: NftExpression, right: NftExpression): boolean {
  if (left.kind === "binary") return true;
  const type = datatypeOf(left);
  return type !== null && BIT_TYPES.has(type) && right.kind === "literal";
}

function printNat(statement: Of<"nat">, print: Print): string {
  const { type, family, address, port, flags } = statement;
  const to = address === null && port === null ? null : `to${target(address, port, print)}`;
  const shown = flags.filter((flag) => flag !== "netmap").join(",");
  return words(type, family, flags.includes("netmap") && "prefix", to, shown);
}

/** `ADDRESS:PORT` of a NAT or tproxy statement. */
export function printTarget(
  address: NftExpression | null,
  port: NftExpression | null,
  options: NftPrintOptions,
): string {
  return target(address, port, (expression) => printExpression(expression, options)).trimStart();
}

/** ` ADDRESS:PORT`, with brackets around an IPv6 address that a port follows. */
function target(address: NftExpression | null, port: NftExpression | null, print: Print): string {
  if (port === null) return address === null ? "" : ` ${print(address)}`;
  return ` ${address === null ? "" : bracketed(address, print)}:${print(port)}`;
}

function bracketed(address: NftExpression, print: Print): string {
  if (address.kind === "range") return `${bracketed(address.from, print)}-${bracketed(address.to, print)}`;
  const text = print(address);
  return address.kind === "literal" && text.includes(":") ? `[${text}]` : text;
}

function printReject({ type, code }: Of<"reject">, print: Print): string {
  if (type === null) return "reject";
  return `reject with ${words(type, code === null ? null : print(code))}`;
}

function printOption([name, value]: readonly [string, string]): string {
  return words(name, value);
}

/** Flags of TCP stand together: `flags tcp sequence,options`. */
function printLog({ options }: Of<"log">): string {
  const out = ["log"];
  for (const [name, value] of options) {
    const isTcp = name === "flags" && value.startsWith("tcp ");
    const last = out.at(-1) ?? "";
    if (isTcp && last.startsWith("flags tcp ")) out[out.length - 1] = `${last},${value.slice("tcp ".length)}`;
    else out.push(`${name} ${value}`);
  }
  return out.join(" ");
}

function printQueue({ queue, flags }: Of<"queue">, print: Print): string {
  return words("queue", flags.length > 0 && `flags ${flags.join(",")}`, `to ${queue === null ? "0" : print(queue)}`);
}

function printCopy(statement: Of<"dup" | "fwd">, print: Print): string {
  const { kind, address, device, family } = statement;
  if (address === null) return words(kind, device === null ? null : `to ${print(device)}`);
  return words(kind, family, "to", print(address), device === null ? null : `device ${print(device)}`);
}

/** `KEY timeout 5s limit rate …`: what a packet adds to a set. */
function printDynamic(statement: Of<"set-update" | "meter">, options: NftPrintOptions): string {
  const timeout = statement.timeout === null ? null : `timeout ${printTime(statement.timeout)}`;
  const statements = statement.statements.map((inner) => printStatement(inner, options));
  return words(printExpression(statement.key, options), timeout, ...statements);
}

function withData({ data }: Of<"set-update">, print: Print): string {
  return data === null ? "" : ` : ${print(data)}`;
}

function printMeter(statement: Of<"meter">, options: NftPrintOptions): string {
  const size = statement.size === null ? "" : ` size ${String(statement.size)}`;
  return `meter ${statement.name}${size} { ${printDynamic(statement, options)} }`;
}

/** As 1.0.6 prints it, or as it stood in an older listing. */
function printXt({ type, name, text }: Of<"xt">): string {
  if (name === null) return `# ${text ?? ""}`;
  return type === null ? `# xt_${name}` : words("xt", type, name, text === null ? null : `"${text}"`);
}
