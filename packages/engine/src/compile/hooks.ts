import type { Family } from "../base/address.ts";
import type { Extension } from "../ext/xt/define.ts";
import { findMatch, findTarget } from "../ext/xt/registry.ts";
import type { Args, Rule, Table } from "../model/ruleset.ts";
import type { BaseChain, CompiledTable, Hook, HookEntry } from "../program/program.ts";
import { baseChain, compileTable } from "./table.ts";

const NAT_DST = -100;
const NAT_SRC = 100;

/** What rules make the kernel turn on for a family by being there, reachable or not. */
export interface Activated {
  /** Fragments are put together where they come in; conntrack needs that, too. */
  readonly defrag: boolean;
  readonly conntrack: boolean;
}

interface Placed {
  readonly priority: number;
  readonly entry: HookEntry;
}

/** Packets are made whole and tracked where they come in, and confirmed where they go out. */
const DEFRAG: Placed = { priority: -400, entry: { kind: "defrag" } };
const TRACK: Placed = { priority: -200, entry: { kind: "conntrack" } };
const CONFIRM: Placed = { priority: 0x7fff_ffff, entry: { kind: "confirm" } };
const COMES_IN: Readonly<Record<keyof Activated, readonly Placed[]>> = { defrag: [DEFRAG], conntrack: [TRACK] };
const GOES_OUT: Readonly<Record<keyof Activated, readonly Placed[]>> = { defrag: [], conntrack: [CONFIRM] };
const ACTIVATED_AT: Readonly<Record<Hook, Readonly<Record<keyof Activated, readonly Placed[]>> | null>> = {
  prerouting: COMES_IN,
  input: GOES_OUT,
  forward: null,
  output: COMES_IN,
  postrouting: GOES_OUT,
};

function activatedAt(hook: Hook, activated: Activated): readonly Placed[] {
  const at = ACTIVATED_AT[hook];
  if (at === null) return [];
  return [...(activated.defrag ? at.defrag : []), ...(activated.conntrack ? at.conntrack : [])];
}

/** Just before NAT of the source and just behind NAT of the destination; of forwarded packets, requests are ICMP errors alone (ip_vs_ops). */
const REQUEST: HookEntry = { kind: "ipvs", role: "request" };
const REPLY: HookEntry = { kind: "ipvs", role: "reply" };
const IPVS_AT: Readonly<Record<Hook, readonly Placed[]>> = {
  prerouting: [],
  input: [
    { priority: NAT_SRC - 2, entry: REPLY },
    { priority: NAT_SRC - 1, entry: REQUEST },
  ],
  forward: [
    { priority: 99, entry: REQUEST },
    { priority: 100, entry: REPLY },
  ],
  output: [
    { priority: NAT_DST + 1, entry: REPLY },
    { priority: NAT_DST + 2, entry: REQUEST },
  ],
  postrouting: [],
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
  activated: Activated,
  hasIpvs: boolean,
): Readonly<Record<Hook, readonly HookEntry[]>> {
  const compiled = inRegistrationOrder(tables).map(compileTable);
  const at = (hook: Hook): readonly HookEntry[] => entriesAt(hook, compiled, activated, hasIpvs ? IPVS_AT[hook] : []);
  return {
    prerouting: at("prerouting"),
    input: at("input"),
    forward: at("forward"),
    output: at("output"),
    postrouting: at("postrouting"),
  };
}

/**
 * Of two base chains of equal priority the one registered last runs first. A dump does not hold that order:
 * where both backends have a table, `compileProgram` names the assumption made here, that nft's came last.
 */
function inRegistrationOrder(tables: readonly Table[]): readonly Table[] {
  return [...tables.filter((t) => t.backend === "nft"), ...tables.filter((t) => t.backend !== "nft")];
}

function entriesAt(
  hook: Hook,
  tables: readonly CompiledTable[],
  activated: Activated,
  ipvs: readonly Placed[],
): readonly HookEntry[] {
  const placed: Placed[] = [...ipvs];
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
    .concat(activatedAt(hook, activated))
    .sort((a, b) => a.priority - b.priority)
    .map(({ entry }) => entry);
}

/** nf_ct_netns_get and nf_defrag_ipv4_enable, as the rules of a family call them when they are loaded. */
export function activatedBy(tables: readonly Table[]): Activated {
  const some = (activates: Activates): boolean =>
    tables.some(({ rules, family }) => rules.some((rule) => usesExtension(rule, family, activates)));
  const conntrack = some((extension, args) => extension.activatesConntrack(args));
  return { conntrack, defrag: conntrack || some((extension) => extension.activatesDefrag) };
}

type Activates = (extension: Extension, args: Args) => boolean;

function usesExtension({ matches, target }: Rule, family: Family, activates: Activates): boolean {
  const used = (extension: Extension | null, args: Args): boolean => extension !== null && activates(extension, args);
  return (
    matches.some((match) => match.kind === "match" && used(findMatch(match.name, family), match.args)) ||
    (target?.kind === "target" && used(findTarget(target.name, family), target.args))
  );
}
