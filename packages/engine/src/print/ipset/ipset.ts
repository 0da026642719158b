import { findSetType } from "../../ext/set/types.ts";
import type { IpSet, SetElement, SetOption } from "../../model/sets.ts";

/** As `ipset save` prints these sets, or as `ipset list` does. */
export function printIpset(sets: readonly IpSet[], form: "save" | "list" = "save"): string {
  return form === "save" ? sets.map(printSave).join("") : sets.map(printList).join("\n");
}

function printSave(set: IpSet): string {
  let out = `create ${set.name} ${set.type}${printCreateOptions(set)}\n`;
  for (const element of set.elements) out += `add ${set.name} ${printElement(element)}\n`;
  return out;
}

function printCreateOptions({ type, family, options }: IpSet): string {
  const hasFamily = findSetType(type)?.hasFamily ?? false;
  return (hasFamily ? ` family ${family === "ip" ? "inet" : "inet6"}` : "") + options.map(printOption).join("");
}

function printOption({ name, value }: SetOption): string {
  if (value === null) return ` ${name}`;
  return name === "comment" ? ` comment "${value}"` : ` ${name} ${value}`;
}

/** `nomatch` stands behind the timeout and before everything else. */
function printElement({ text, nomatch, options }: SetElement): string {
  const timeout = options[0]?.name === "timeout" ? 1 : 0;
  const [before, after] = [options.slice(0, timeout), options.slice(timeout)];
  return text + before.map(printOption).join("") + (nomatch ? " nomatch" : "") + after.map(printOption).join("");
}

function printList(set: IpSet): string {
  const [revision, ...heads] = set.header ?? [];
  const lines = [`Name: ${set.name}`, `Type: ${set.type}`];
  if (revision !== undefined) lines.push(`${revision[0]}: ${String(revision[1])}`);
  lines.push(`Header:${printCreateOptions(set)}`);
  for (const [head, value] of heads) lines.push(`${head}: ${String(value)}`);
  if (set.terse !== true) {
    lines.push("Members:");
    for (const element of set.elements) lines.push(printElement(element));
  }
  return `${lines.join("\n")}\n`;
}
