import type { Family } from "../base/address.ts";
import type { NftBaseChain, NftRule, NftTable } from "../model/nft.ts";
import type { NftContext } from "../ext/nft/context.ts";
import { setId } from "../ext/nft/context.ts";
import { typesOf } from "../ext/nft/expression.ts";
import { compileNamedSet } from "../ext/nft/set.ts";
import { compileStatements } from "../ext/nft/statement.ts";
import type { BaseChain, CompiledRule, CompiledTable } from "../program/program.ts";
import type { ValueSet } from "../program/value-set.ts";
import { lowered } from "./table.ts";

/** Compiles a table of nft for the packets of one family. */
export function compileNftTable(source: NftTable, family: Family): CompiledTable {
  const context = contextOf(source, family);
  return {
    family: source.family === "netdev" || source.family === "inet" ? source.family : family,
    name: source.name,
    owner: "nft",
    chain: lowered(source.chains, (rule: NftRule, number) => compileNftRule(rule, number, context)),
  };
}

function contextOf(source: NftTable, family: Family): NftContext {
  return {
    family,
    tableFamily: source.family,
    table: source.name,
    sets: new Map(source.sets.map((set) => [set.name, set])),
    objects: source.objects,
  };
}

function compileNftRule(source: NftRule, number: number, context: NftContext): CompiledRule {
  const [first = { tests: [], action: { kind: "continue" } }, ...then] = compileStatements(source.statements, context);
  return { source, number, ...first, then };
}

/** A base chain of a compiled table of nft; null: its listing lost it. */
export function nftBaseChain(table: CompiledTable, name: string, { policy }: NftBaseChain): BaseChain | null {
  const chain = table.chain(name);
  return chain === null ? null : { table, chain, policy: policy === "drop" ? "DROP" : "ACCEPT" };
}

/** The named sets and maps of all tables. What they hold is the same whatever the packet's family. */
export function compileNftSets(tables: readonly NftTable[]): ReadonlyMap<string, ValueSet> {
  const sets = new Map<string, ValueSet>();
  for (const table of tables) {
    const context = contextOf(table, table.family === "ip6" ? "ip6" : "ip");
    for (const set of table.sets) sets.set(setId(context, set.name), compileNamedSet(set, context, typesOf));
  }
  return sets;
}
