import type { Family } from "../base/address.ts";
import { concerns, objectsActivate, ruleActivates } from "../ext/nft/activates.ts";
import type { Extension } from "../ext/xt/define.ts";
import { findMatch, findTarget } from "../ext/xt/registry.ts";
import type { NftTable } from "../model/nft.ts";
import type { Args, Rule, Table, Verbatim } from "../model/ruleset.ts";
import type { BaseChain, Hook, HookEntry } from "../program/program.ts";
import { compileNftTable, nftBaseChain } from "./nft-table.ts";
import { baseChain, compileTable } from "./table.ts";

const NAT_DST = -100;
const NAT_SRC = 100;

/** What rules make the kernel turn on for a family by being there, reachable or not. */
export interface Activated {
  /** Fragments are put together where they come in; conntrack needs that, too. */
  readonly defrag: boolean;
  readonly conntrack: boolean;
}

/** One function registered at a hook. */
interface Placed {
  readonly hook: Hook;
  readonly priority: number;
  readonly entry: HookEntry;
}

/** All that runs at each hook of a family, in the kernel's order. */
export interface Hooks {
  readonly hooks: Readonly<Record<Hook, readonly HookEntry[]>>;
  readonly conntrack: boolean;
  /** Chains of one priority, whose order only the order of their making decides: `inet a input, inet b input`. */
  readonly ties: readonly string[];
}

const COMES_IN: readonly Hook[] = ["prerouting", "output"];
const GOES_OUT: readonly Hook[] = ["input", "postrouting"];
const HOOKS: readonly Hook[] = ["prerouting", "input", "forward", "output", "postrouting"];

/** Just before NAT of the source and just behind NAT of the destination; of forwarded packets, requests are ICMP errors alone (ip_vs_ops). */
const REQUEST: HookEntry = { kind: "ipvs", role: "request" };
const REPLY: HookEntry = { kind: "ipvs", role: "reply" };
const IPVS: readonly Placed[] = [
  { hook: "input", priority: NAT_SRC - 2, entry: REPLY },
  { hook: "input", priority: NAT_SRC - 1, entry: REQUEST },
  { hook: "forward", priority: 99, entry: REQUEST },
  { hook: "forward", priority: 100, entry: REPLY },
  { hook: "output", priority: NAT_DST + 1, entry: REPLY },
  { hook: "output", priority: NAT_DST + 2, entry: REQUEST },
];

interface TableKind {
  /** `valid_hooks` of iptable_*.c. */
  readonly hooks: readonly Hook[];
  /** enum nf_ip_hook_priorities; iptables-nft has its own numbers (iptables/nft.c). NAT chains run at NAT's own slot. */
  readonly priority: { readonly legacy: number; readonly nft: number };
}

const TABLES: ReadonlyMap<string, TableKind> = new Map([
  ["raw", { hooks: ["prerouting", "output"], priority: { legacy: -300, nft: -300 } }],
  ["mangle", { hooks: HOOKS, priority: { legacy: -150, nft: -150 } }],
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

/** A NAT chain among the others of its hook: its priority counts only there (nf_nat_register_fn). */
interface PlacedNat {
  readonly hook: Hook;
  readonly priority: number;
  readonly chain: BaseChain;
}

/** Goes through everything in the order in which it is taken to have been loaded, and registers as the kernel does then. */
class Registration {
  readonly #placed: Placed[] = [];
  readonly #nat: PlacedNat[] = [];
  readonly #natSlots = new Map<Hook, BaseChain[]>();
  #activated: Activated = { defrag: false, conntrack: false };

  chain(hook: Hook, priority: number, chain: BaseChain, reroutes: boolean): void {
    this.#place({ hook, priority, entry: { kind: "chain", chain, reroutes } });
  }

  /** The first NAT chain of a family makes all four NAT hooks of it (net/netfilter/nf_nat_core.c nf_nat_register_fn). */
  nat(hook: Hook, priority: number, chain: BaseChain): void {
    if (this.#natSlots.size === 0) this.#placeNat();
    insert(this.#nat, { hook, priority, chain });
  }

  #placeNat(): void {
    for (const hook of HOOKS) {
      const priority = NAT_SLOT[hook];
      if (priority === undefined) continue;
      const chains: BaseChain[] = [];
      this.#natSlots.set(hook, chains);
      this.#place({ hook, priority, entry: { kind: "nat", chains } });
    }
  }

  /** Nothing is left to turn on. */
  get isActive(): boolean {
    return this.#activated.conntrack;
  }

  /** nf_ct_netns_get and nf_defrag_ipv4_enable: packets are made whole and tracked where they come in, confirmed where they go out. */
  activate({ defrag, conntrack }: Activated): void {
    const { defrag: hasDefrag, conntrack: hasConntrack } = this.#activated;
    if (defrag && !hasDefrag)
      for (const hook of COMES_IN) this.#place({ hook, priority: -400, entry: { kind: "defrag" } });
    if (conntrack && !hasConntrack) {
      for (const hook of COMES_IN) this.#place({ hook, priority: -200, entry: { kind: "conntrack" } });
      for (const hook of GOES_OUT) this.#place({ hook, priority: 0x7fff_ffff, entry: { kind: "confirm" } });
    }
    this.#activated = { defrag: defrag || hasDefrag, conntrack: conntrack || hasConntrack };
  }

  ipvs(): void {
    for (const placed of IPVS) this.#place(placed);
  }

  /** nf_hook_entries_grow: of equal priorities the one registered last runs first. */
  #place(placed: Placed): void {
    insert(this.#placed, placed);
  }

  result(): Hooks {
    for (const { hook, chain } of this.#nat) this.#natSlots.get(hook)?.push(chain);
    const at = (hook: Hook): readonly HookEntry[] =>
      this.#placed.filter((placed) => placed.hook === hook).map(({ entry }) => entry);
    return {
      hooks: {
        prerouting: at("prerouting"),
        input: at("input"),
        forward: at("forward"),
        output: at("output"),
        postrouting: at("postrouting"),
      },
      conntrack: this.#activated.conntrack,
      ties: this.#ties(),
    };
  }

  /** Chains of nft itself that stand beside another entry of their priority; NAT chains among themselves. */
  #ties(): readonly string[] {
    const entries = [
      ...this.#placed.map(({ hook, priority, entry }) => ({
        place: `${hook} ${String(priority)}`,
        entry,
      })),
      ...this.#nat.map(({ hook, priority, chain }) => ({
        place: `nat ${hook} ${String(priority)}`,
        entry: { kind: "chain", chain, reroutes: false } as const,
      })),
    ];
    const places = new Map<string, HookEntry[]>();
    for (const { place, entry } of entries) {
      const known = places.get(place);
      if (known === undefined) places.set(place, [entry]);
      else known.push(entry);
    }
    return [...places.values()].flatMap((tied) =>
      tied.length > 1 && tied.some(isOfNft) ? [tied.map(nameOf).join(", ")] : [],
    );
  }
}

function isOfNft(entry: HookEntry): boolean {
  return entry.kind === "chain" && entry.chain.table.owner === "nft";
}

function nameOf(entry: HookEntry): string {
  if (entry.kind !== "chain") return entry.kind;
  const { table, chain } = entry.chain;
  return `${table.family} ${table.name} ${chain.name}`;
}

/** In the kernel's order: of equal priorities the one that came last is first (nf_hook_entries_grow). */
export function insert<T extends { readonly priority: number }>(list: T[], item: T): void {
  const at = list.findIndex(({ priority }) => priority >= item.priority);
  list.splice(at < 0 ? list.length : at, 0, item);
}

/**
 * What runs at each hook of a family. A dump does not hold the order of registration: legacy tables are taken to have come first,
 * then those of iptables-nft, then the tables of nft in the order of their listing, which is that of their making, and IPVS last.
 */
export function compileHooks(
  family: Family,
  tables: readonly Table[],
  nft: readonly NftTable[],
  hasIpvs: boolean,
): Hooks {
  const registration = new Registration();
  for (const table of tables.filter(({ backend }) => backend !== "nft")) registerTable(registration, table);
  for (const table of tables.filter(({ backend }) => backend === "nft")) registerTable(registration, table);
  for (const table of nft) if (concerns(table, family)) registerNftTable(registration, table, family);
  if (hasIpvs) registration.ipvs();
  return registration.result();
}

function registerTable(registration: Registration, source: Table): void {
  const table = compileTable(source);
  const kind = TABLES.get(source.name);
  for (const hook of kind?.hooks ?? []) {
    const chain = baseChain(source, table, hook);
    if (kind === undefined || chain === null) continue;
    const priority = kind.priority[source.backend === "nft" ? "nft" : "legacy"];
    if (source.name === "nat") registration.nat(hook, NAT_SLOT[hook] ?? priority, chain);
    else registration.chain(hook, priority, chain, source.name === "mangle" && hook === "output");
  }
  registration.activate(activatedBy(source));
}

/** A dormant table has its rules loaded, but no hooks. */
function registerNftTable(registration: Registration, source: NftTable, family: Family): void {
  const table = compileNftTable(source, family);
  const isDormant = source.flags.includes("dormant");
  if (objectsActivate(source)) registration.activate({ defrag: true, conntrack: true });
  for (const { name, base } of isDormant ? [] : source.chains) {
    const hook = HOOKS.find((known) => known === base?.hook);
    const chain = base === null ? null : nftBaseChain(table, name, base);
    if (base === null || hook === undefined || chain === null) continue;
    if (base.type === "nat") registration.nat(hook, base.priority, chain);
    else registration.chain(hook, base.priority, chain, base.type === "route" && hook === "output");
  }
  for (const { rules } of source.chains) {
    for (const rule of rules) {
      if (registration.isActive) return;
      registration.activate(ruleActivates(rule, family));
    }
  }
}

/** nf_ct_netns_get and nf_defrag_ipv4_enable, as the rules of a table call them when they are loaded. */
function activatedBy({ rules, family }: Table): Activated {
  const some = (activates: Activates): boolean => rules.some((rule) => usesExtension(rule, family, activates));
  // Where a listing does not tell its arguments, an extension is taken to have those that most have.
  const conntrack = some((extension, args) =>
    args === null ? extension.needsConntrack : extension.activatesConntrack(args),
  );
  return { conntrack, defrag: conntrack || some((extension) => extension.activatesDefrag) };
}

type Activates = (extension: Extension, args: Args | null) => boolean;

function usesExtension({ matches, target }: Rule, family: Family, activates: Activates): boolean {
  const used = (extension: Extension | null, part: { readonly args: Args } | Verbatim): boolean =>
    extension !== null &&
    ("args" in part ? activates(extension, part.args) : part.lost !== undefined && activates(extension, null));
  return (
    matches.some((match) => used(findMatch(match.name, family), match)) ||
    ((target?.kind === "target" || target?.kind === "verbatim") && used(findTarget(target.name, family), target))
  );
}
