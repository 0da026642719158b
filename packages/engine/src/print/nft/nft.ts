import { elementsPerLine } from "../../ext/nft/elements-per-line.ts";
import { printPriority } from "../../ext/nft/priority.ts";
import { printTime } from "../../ext/nft/time.ts";
import type { NftBaseChain, NftChain, NftFlowtable, NftRule, NftSet, NftTable } from "../../model/nft.ts";
import { printExpression, printSet } from "./expression.ts";
import { printObject } from "./object.ts";
import type { NftPrintOptions } from "./options.ts";
import { printStatement } from "./statement.ts";

/** As `nft list ruleset` of nftables 1.0.6 prints these tables. */
export function printNft(tables: readonly NftTable[], options: NftPrintOptions = {}): string {
  return tables.map((table) => printTable(table, options)).join("");
}

/**
 * A script for `nft -f` that puts these tables in the place of those with their names, however often it runs: a table is
 * added before it is deleted because deleting one that is not there fails.
 */
export function printNftScript(tables: readonly NftTable[]): string {
  const emptied = tables.map(({ family, name }) => `add table ${family} ${name}\ndelete table ${family} ${name}\n`);
  return emptied.join("") + printNft(tables);
}

function printTable(table: NftTable, options: NftPrintOptions): string {
  const { family, name, comment, flags, objects, sets, flowtables, chains } = table;
  const head = `table ${family} ${name} {${handle(table, options)}\n`;
  const parts = [
    ...(flags.length === 0 ? [] : [`\tflags ${flags.join(",")}\n`]),
    ...objects.map((object) => printObject(object, handle(object, options), options)),
    ...sets.map((set) => printNamedSet(set, options)),
    ...flowtables.map((flowtable) => printFlowtable(flowtable, family, options)),
    ...chains.map((chain) => printChain(chain, family, options)),
  ];
  return `${head}${comment === null ? "" : `\tcomment "${comment}"\n`}${parts.join("\n")}}\n`;
}

const NEXT_LINE = ",\n\t\t\t     ";

/** What stands before the element after `count` others. */
function elementSeparator(set: NftSet): (count: number) => string {
  const perLine = elementsPerLine(set);
  return (count) => (count % perLine === 0 ? NEXT_LINE : ", ");
}

function handle(thing: { readonly handle: number | null }, options: NftPrintOptions): string {
  return options.handles === true && thing.handle !== null ? ` # handle ${String(thing.handle)}` : "";
}

function block(head: string, lines: readonly string[]): string {
  return `\t${head}\n${lines.map((line) => `\t\t${line}\n`).join("")}\t}\n`;
}

function printNamedSet(set: NftSet, options: NftPrintOptions): string {
  const lines: string[] = [printType(set)];
  if (set.policy !== null) lines.push(`policy ${set.policy}`);
  if (set.size !== null) lines.push(`size ${String(set.size)}`);
  if (!isImplied(set)) lines.push(`flags ${set.flags.join(",")}`);
  if (set.statements.length > 0) lines.push(set.statements.map((one) => printStatement(one, options)).join(" "));
  if (set.autoMerge) lines.push("auto-merge");
  if (set.timeout !== null) lines.push(`timeout ${printTime(set.timeout)}`);
  if (set.gcInterval !== null) lines.push(`gc-interval ${printTime(set.gcInterval)}`);
  if (set.comment !== null) lines.push(`comment "${set.comment}"`);
  if (options.terse !== true && set.elements !== null && set.elements.length > 0) {
    lines.push(`elements = ${printSet(set.elements, elementSeparator(set), options)}`);
  }
  return block(`${set.data === null ? "set" : "map"} ${set.name} {${handle(set, options)}`, lines);
}

/** `type ipv4_addr . inet_service : verdict`, `typeof ip saddr : meta mark`. */
export function printType(set: NftSet): string {
  const key = set.typeof === null ? `type ${set.type.join(" . ")}` : `typeof ${printExpression(set.typeof, {})}`;
  if (set.data === null) return key;
  const data = set.typeofData === null ? set.data.join(" . ") : printExpression(set.typeofData, {});
  return `${key} : ${isOfIntervals(set) ? "interval " : ""}${data}`;
}

/** No flags, or only one that the set's time says (nftables src/rule.c, set_print_declaration). */
function isImplied({ flags, timeout }: NftSet): boolean {
  return flags.every((flag) => flag === "timeout" && timeout !== null);
}

/** Where JSON was read the model does not say so; what the map gives does. */
function isOfIntervals({ givesIntervals, elements }: NftSet): boolean {
  if (givesIntervals === true) return true;
  return elements?.some(({ data }) => data?.kind === "prefix" || data?.kind === "range") ?? false;
}

function printFlowtable(flowtable: NftFlowtable, family: NftTable["family"], options: NftPrintOptions): string {
  const { name, hook, priority, devices, flags } = flowtable;
  const lines = [`hook ${hook} priority ${printPriority(priority, family, hook)}`];
  if (devices.length > 0) lines.push(`devices = { ${devices.join(", ")} }`);
  const written = flags.filter((flag) => flag !== "counter");
  if (written.length > 0) lines.push(`flags ${written.join(",")}`);
  if (flags.includes("counter")) lines.push("counter");
  return block(`flowtable ${name} {${handle(flowtable, options)}`, lines);
}

function printChain(chain: NftChain, family: NftTable["family"], options: NftPrintOptions): string {
  const lines: string[] = [];
  if (chain.comment !== null) lines.push(`comment "${chain.comment}"`);
  if (chain.base !== null) lines.push(printHook(chain.base, family));
  for (const rule of chain.rules) lines.push(printNftRule(rule, options));
  return block(`chain ${chain.name} {${handle(chain, options)}`, lines);
}

function printHook({ type, hook, priority, devices, policy }: NftBaseChain, family: NftTable["family"]): string {
  const [first, ...others] = devices;
  const where =
    first === undefined ? "" : others.length === 0 ? ` device "${first}"` : ` devices = { ${devices.join(", ")} }`;
  return `type ${type} hook ${hook}${where} priority ${printPriority(priority, family, hook)}; policy ${policy};`;
}

/** One rule on one line, without the indent. */
export function printNftRule(rule: NftRule, options: NftPrintOptions = {}): string {
  const statements = rule.statements.map((statement) => printStatement(statement, options));
  if (rule.comment !== null) statements.push(`comment "${rule.comment}"`);
  return statements.join(" ") + handle(rule, options);
}
