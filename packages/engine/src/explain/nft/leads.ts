import type { NftElement, NftRule, NftStatement, NftTable } from "../../model/nft.ts";
import { isVerdict } from "../../ext/nft/verdict.ts";
import { expressionsIn, operandsOf } from "./operands.ts";

/**
 * Where a rule can send a packet: chains, and maps of verdicts by their names with `@` before them, which `mapTargets` tells
 * the chains of: a map of ten thousand services is gone through once, however many rules ask it.
 */
export function leadsTo({ statements }: NftRule): readonly string[] {
  return [...new Set(statements.flatMap(statementLeads))];
}

function statementLeads(statement: NftStatement): readonly string[] {
  if (statement.kind === "jump" || statement.kind === "goto") return [statement.chain];
  if (statement.kind !== "vmap") return [];
  if (statement.map.kind === "set-ref") return [`@${statement.map.name}`];
  return statement.map.kind === "set" ? elementLeads(statement.map.elements) : [];
}

function elementLeads(elements: readonly NftElement[]): readonly string[] {
  return elements.flatMap(({ data }) => (data !== null && isVerdict(data) && "chain" in data ? [data.chain] : []));
}

/** `@NAME` → the chains that the map's verdicts name, each once. */
export function mapTargets({ sets }: NftTable): ReadonlyMap<string, readonly string[]> {
  return new Map(sets.map(({ name, elements }) => [`@${name}`, [...new Set(elementLeads(elements ?? []))]]));
}

/** The sets, maps, objects and flowtables that a rule names, each once: `limit name "x"` names the limit x. */
export function namesIn({ statements }: NftRule): readonly string[] {
  return [...new Set(statements.flatMap(statementNames))];
}

function statementNames(statement: NftStatement): readonly string[] {
  const named: string[] = [];
  for (const operand of operandsOf(statement)) {
    for (const { kind, ...rest } of expressionsIn(operand)) {
      if (kind === "set-ref" && "name" in rest) named.push(rest.name);
    }
  }
  if (statement.kind === "set-update") named.push(statement.set);
  if (statement.kind === "flow") named.push(statement.flowtable);
  const object = objectName(statement);
  return object === null ? named : [...named, object];
}

/** `counter name "x"`, `ct helper set "x"`, `synproxy name "x"`. */
function objectName(statement: NftStatement): string | null {
  if (statement.kind === "synproxy") return statement.options.find(([word]) => word === "name")?.[1] ?? null;
  const { name } = "name" in statement ? statement : { name: null };
  return name !== null && typeof name === "object" && name.kind === "literal" ? name.text : null;
}
