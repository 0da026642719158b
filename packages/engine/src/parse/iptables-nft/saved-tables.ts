import type { Family } from "../../base/address.ts";
import type { NftBaseChain, NftChain, NftRule, NftTable } from "../../model/nft.ts";
import type { SavedLine, SavedTable } from "../saved-line.ts";
import { savedLineOf } from "./translate.ts";

/** The base chains that iptables-nft makes in each of its tables, with their priorities (iptables/nft.c xtables_ipv4). */
const BASE_CHAINS: Readonly<
  Record<string, Readonly<Record<string, readonly [type: NftBaseChain["type"], priority: number]>>>
> = {
  raw: { PREROUTING: ["filter", -300], OUTPUT: ["filter", -300] },
  mangle: {
    PREROUTING: ["filter", -150],
    INPUT: ["filter", -150],
    FORWARD: ["filter", -150],
    OUTPUT: ["route", -150],
    POSTROUTING: ["filter", -150],
  },
  nat: { PREROUTING: ["nat", -100], INPUT: ["nat", 100], OUTPUT: ["nat", -100], POSTROUTING: ["nat", 100] },
  filter: { INPUT: ["filter", 0], FORWARD: ["filter", 0], OUTPUT: ["filter", 0] },
  security: { INPUT: ["filter", 150], FORWARD: ["filter", 150], OUTPUT: ["filter", 150] },
};

const tables: ReadonlyMap<string, ReadonlyMap<string, readonly [string, number]>> = new Map(
  Object.entries(BASE_CHAINS).map(([name, chains]) => [name, new Map(Object.entries(chains))]),
);

/** Did iptables-nft make this table? Its name, its base chains, and nothing in it that iptables could not have made. */
export function isMadeByIptables(table: NftTable): boolean {
  const own = table.family === "ip" || table.family === "ip6" ? tables.get(table.name) : undefined;
  if (own === undefined || table.sets.length + table.objects.length + table.flowtables.length > 0) return false;
  return table.chains.every((chain) => isOwnChain(chain, own) && chain.rules.every(isOwnRule));
}

function isOwnChain({ name, base }: NftChain, own: ReadonlyMap<string, readonly [string, number]>): boolean {
  if (base === null) return !own.has(name);
  const [type, priority] = own.get(name) ?? [];
  // Before 1.8.5 the priority of security was that of the legacy table.
  return base.type === type && base.hook.toUpperCase() === name && (base.priority === priority || base.priority === 50);
}

/** Statements that no extension of iptables becomes. */
const FOREIGN: ReadonlySet<string> = new Set([
  "vmap",
  "set-update",
  "ct-count",
  "ct-object",
  "fwd",
  "flow",
  "reset",
  "tproxy",
  "continue",
]);

function isOwnRule({ statements }: NftRule): boolean {
  return !statements.some(
    (statement) =>
      FOREIGN.has(statement.kind) ||
      (statement.kind === "counter" && statement.name !== null) ||
      (statement.kind === "match" && (statement.right.kind === "set-ref" || statement.left.kind === "map")),
  );
}

/** A table that iptables-nft made, as iptables-save would print what nft shows of it. */
export function savedTableOf({ family: nftFamily, name, chains, span }: NftTable): SavedTable {
  const family: Family = nftFamily === "ip6" ? "ip6" : "ip";
  const declarations = chains.map((chain): SavedLine => ({
    text: `:${chain.name} ${chain.base === null ? "-" : chain.base.policy.toUpperCase()}`,
    line: chain.span.line,
    original: chain.name,
    lost: [],
    target: null,
  }));
  const rules = chains.flatMap((chain) => chain.rules.map((rule) => savedLineOf(rule, chain.name, family)));
  return { family, backend: "nft", name, file: span.file, line: span.line, lines: [...declarations, ...rules] };
}
