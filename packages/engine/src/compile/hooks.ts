import type { Family } from "../base/address.ts";
import { findMatch, findTarget } from "../ext/xt/registry.ts";
import type { Rule, Table } from "../model/ruleset.ts";
import type { BaseChain, CompiledTable, Hook, HookEntry } from "../program/program.ts";
import { baseChain, compileTable } from "./table.ts";

const NAT_DST = -100;
const NAT_SRC = 100;

/** Active together: packets are made whole and tracked where they come in, and confirmed where they go out. */
const DEFRAG = { priority: -400, entry: { kind: "defrag" } } as const;
const TRACK = { priority: -200, entry: { kind: "conntrack" } } as const;
const CONFIRM = { priority: 0x7fff_ffff, entry: { kind: "confirm" } } as const;
const CONNTRACK_AT: Readonly<Record<Hook, readonly { readonly priority: number; readonly entry: HookEntry }[]>> = {
  prerouting: [DEFRAG, TRACK],
  input: [CONFIRM],
  forward: [],
  output: [DEFRAG, TRACK],
  postrouting: [CONFIRM],
};

interface TableKind {
  /** `valid_hooks` of iptable_*.c. */
  readonly hooks: readonly Hook[];
  /** enum nf_ip_hook_priorities; iptables-nft has its own numbers (iptables/nft.c). NAT chains run at NAT's own slot. */
  readonly priority: { readonly legacy: number; readonly nft: number };
}

const TABLES: ReadonlyMap<string, TableKind> = new Map([
  ["raw", { hooks: ["prerouting", "output"], priority: { legacy: -300, nft: -300 } }],
  [
    "mangle",
    { hooks: ["prerouting", "input", "forward", "output", "postrouting"], priority: { legacy: -150, nft: -150 } },
  ],
  ["nat", { hooks: ["prerouting", "input", "output", "postrouting"], priority: { legacy: -100, nft: -100 } }],
  ["filter", { hooks: ["input", "forward", "output"], priority: { legacy: 0, nft: 0 } }],
  ["security", { hooks: ["input", "forward", "output"], priority: { legacy: 50, nft: 150 } }],
]);

/** Which hooks change the destination and which the source (HOOK2MANIP, include/net/netfilter/nf_nat.h). */
const NAT_SLOT: Readonly<Partial<Record<Hook, number>>> = {
  prerouting: NAT_DST,
  output: NAT_DST,
  input: NAT_SRC,
  postrouting: NAT_SRC,
};

/** What runs at each hook of a family, merged from all its tables by priority. */
export function compileHooks(
  tables: readonly Table[],
  conntrack: boolean,
): Readonly<Record<Hook, readonly HookEntry[]>> {
  const compiled = inRegistrationOrder(tables).map(compileTable);
  const at = (hook: Hook): readonly HookEntry[] => entriesAt(hook, compiled, conntrack);
  return {
    prerouting: at("prerouting"),
    input: at("input"),
    forward: at("forward"),
    output: at("output"),
    postrouting: at("postrouting"),
  };
}

/**
 * Of two base chains of equal priority the one registered last runs first (facts B.2.5). A dump does not hold that order:
 * where both backends have a table, `compileProgram` names the assumption made here, that nft's came last.
 */
function inRegistrationOrder(tables: readonly Table[]): readonly Table[] {
  return [...tables.filter((t) => t.backend === "nft"), ...tables.filter((t) => t.backend !== "nft")];
}

function entriesAt(hook: Hook, tables: readonly CompiledTable[], conntrack: boolean): readonly HookEntry[] {
  const placed: { readonly priority: number; readonly entry: HookEntry }[] = [];
  const nat: BaseChain[] = [];
  for (const table of tables) {
    const { name, backend } = table.source;
    const kind = TABLES.get(name);
    const chain = kind?.hooks.includes(hook) === true ? baseChain(table, hook) : null;
    if (kind === undefined || chain === null) continue;
    if (name === "nat") nat.push(chain);
    else {
      const reroutes = name === "mangle" && hook === "output";
      const priority = kind.priority[backend === "nft" ? "nft" : "legacy"];
      placed.push({ priority, entry: { kind: "chain", chain, reroutes } });
    }
  }
  const natSlot = NAT_SLOT[hook];
  if (nat.length > 0 && natSlot !== undefined) placed.push({ priority: natSlot, entry: { kind: "nat", chains: nat } });
  return placed
    .concat(conntrack ? CONNTRACK_AT[hook] : [])
    .sort((a, b) => a.priority - b.priority)
    .map(({ entry }) => entry);
}

/** Does any rule, reachable or not, make the kernel turn conntrack on for this family (nf_ct_netns_get)? */
export function needsConntrack(tables: readonly Table[]): boolean {
  return tables.some((table) => table.rules.some((rule) => ruleNeedsConntrack(rule, table.family)));
}

function ruleNeedsConntrack({ matches, target }: Rule, family: Family): boolean {
  for (const match of matches) {
    if (match.kind === "match" && findMatch(match.name, family)?.activatesConntrack(match.args) === true) return true;
  }
  return target?.kind === "target" && findTarget(target.name, family)?.activatesConntrack(target.args) === true;
}
