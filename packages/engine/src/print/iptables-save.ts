import { printAddressMask } from "../base/address.ts";
import type { AddressMask, Family } from "../base/address.ts";
import { printProtocol } from "../base/protocols.ts";
import { printArgs } from "../ext/xt/args.ts";
import type { Spelling } from "../ext/xt/args.ts";
import { findMatch, findTarget } from "../ext/xt/registry.ts";
import type { Chain, Counters, Match, Negatable, Rule, Table, Target, Verbatim } from "../model/ruleset.ts";

export interface IptablesSavePrinting {
  /** True: every rule with its counters, `[0:0]` where they are not known, as `-c` prints; false: none. Absent: those that there are. */
  readonly counters?: boolean;
}

/** Tables as iptables-save prints them: what the tool itself wrote comes back byte by byte. */
export function printIptablesSave(tables: readonly Table[], options: IptablesSavePrinting = {}): string {
  const lines: string[] = [];
  for (const table of tables) printTable(lines, table, options);
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

function printTable(lines: string[], table: Table, options: IptablesSavePrinting): void {
  for (const line of table.header) lines.push(line);
  // Rules that no `*table` line precedes; see parseIptablesSave.
  if (table.name !== "") lines.push(`*${table.name}`);
  for (const chain of table.chains) lines.push(printChain(chain));
  for (const rule of table.rules) lines.push(printCounted(rule, table.family, options));
  if (table.committed) lines.push("COMMIT");
  for (const line of table.footer) lines.push(line);
}

function printChain(chain: Chain): string {
  const counters = chain.counters === null ? "" : ` ${printCounters(chain.counters)}`;
  return `:${chain.name} ${chain.policy ?? "-"}${counters}`;
}

function printCounters(counters: Counters): string {
  return `[${counters.packets}:${counters.bytes}]`;
}

const NOTHING_COUNTED: Counters = { packets: "0", bytes: "0" };

function printCounted(rule: Rule, family: Family, options: IptablesSavePrinting): string {
  const counters = options.counters === true ? (rule.counters ?? NOTHING_COUNTED) : rule.counters;
  const line = printRule(rule, family);
  return counters === null || options.counters === false ? line : `${printCounters(counters)} ${line}`;
}

/** One rule as its `-A CHAIN …` line, without counters. */
export function printRule(rule: Rule, family: Family): string {
  return `-A ${rule.chain}${printSpec(rule, family)}`;
}

/** What a rule tests and does, each part with a blank before it: ` -s 10.0.0.0/8 -p tcp -j ACCEPT`. */
export function printSpec(rule: Rule, family: Family, spelling: Spelling = "printed"): string {
  let out = "";
  if (rule.src !== null) out += printNet("-s", rule.src);
  if (rule.dst !== null) out += printNet("-d", rule.dst);
  if (rule.iif !== null) out += `${not(rule.iif)} -i ${rule.iif.value}`;
  if (rule.oif !== null) out += `${not(rule.oif)} -o ${rule.oif.value}`;
  if (rule.proto !== null) out += `${not(rule.proto)} -p ${printProtocol(rule.proto.value)}`;
  if (rule.fragment !== null) out += `${not(rule.fragment)} -f`;
  for (const match of rule.matches) out += printMatch(match, family, spelling);
  return rule.target === null ? out : out + printTarget(rule.target, family);
}

function not(value: Negatable<unknown>): string {
  return value.negated ? " !" : "";
}

function printNet(option: string, net: Negatable<AddressMask>): string {
  return `${not(net)} ${option} ${printAddressMask(net.value)}`;
}

function printMatch(match: Match | Verbatim, family: Family, spelling: Spelling): string {
  if (match.kind === "verbatim") return printVerbatim("-m", match);
  const extension = findMatch(match.name, family);
  return ` -m ${match.name}${extension === null ? "" : printArgs(extension, match.args, spelling)}`;
}

/** Words that belong to no extension have no name to print. */
function printVerbatim(option: string, { name, text }: Verbatim): string {
  return (name === "" ? "" : ` ${option} ${name}`) + (text === "" ? "" : ` ${text}`);
}

function printTarget(target: Target, family: Family): string {
  switch (target.kind) {
    case "jump":
      return ` -j ${target.chain}`;
    case "goto":
      return ` -g ${target.chain}`;
    case "verdict":
      return ` -j ${target.verdict}`;
    case "target": {
      const extension = findTarget(target.name, family);
      return ` -j ${target.name}${extension === null ? "" : printArgs(extension, target.args)}`;
    }
    case "verbatim":
      return printVerbatim("-j", target);
  }
}
