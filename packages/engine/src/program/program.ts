import type { Address, AddressMask, Family } from "../base/address.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { ConntrackEntry, Socket } from "../model/host.ts";
import type { Link, Neighbour, Route, RoutingRule } from "../model/routing.ts";
import type { Span } from "../base/span.ts";
import type { NftRule } from "../model/nft.ts";
import type { Rule } from "../model/ruleset.ts";
import type { Action } from "./action.ts";
import type { Beyond } from "./beyond.ts";
import type { Ipvs } from "./ipvs.ts";
import type { SetLookup } from "./set-lookup.ts";
import type { Test } from "./test.ts";
import type { ValueSet } from "./value-set.ts";

/** The five places where the IP stack calls netfilter. */
export type Hook = "prerouting" | "input" | "forward" | "output" | "postrouting";
/** Those, and the two of a device: where a frame enters and where it leaves. */
export type StackHook = Hook | "ingress" | "egress";

/** The family of a table: `inet` tables run for both, `netdev` ones at a device. */
export type TableFamily = Family | "inet" | "netdev";

/** What the kernel really runs: everything that does not depend on one packet. */
export interface Program {
  readonly families: Readonly<Record<Family, FamilyProgram>>;
  readonly links: ReadonlyMap<string, Link>;
  /** Null: the snapshot has no `ip addr`. */
  readonly hasLinks: boolean;
  /** Null: the snapshot has no ipset dump at all. */
  readonly sets: ReadonlyMap<string, SetLookup> | null;
  /** Named sets and maps of nft, by `FAMILY TABLE NAME`. */
  readonly nftSets: ReadonlyMap<string, ValueSet>;
  readonly conntrack: readonly ConntrackEntry[];
  /** Null: no `ss` output. */
  readonly sockets: readonly Socket[] | null;
  /** Null: no dump of them. */
  readonly neighbours: readonly Neighbour[] | null;
  readonly ipvs: Ipvs;
  readonly beyond: Beyond;
  readonly sysctl: SysctlView;
  /** What was derived, not read: named once for the whole answer. */
  readonly assumptions: readonly Assumption[];
  /** What makes the rules themselves doubtful: said before anything else. */
  readonly caveats: readonly Assumption[];
  readonly diagnostics: readonly Diagnostic[];
}

export interface Assumption {
  readonly what: string;
  readonly why: string;
  /** The packets that it is about; absent: all. */
  readonly family?: Family;
}

export interface FamilyProgram {
  readonly family: Family;
  /** False: the snapshot has no rules of this family (`ip6tables-save` is missing), which is unknown, not empty. */
  readonly known: boolean;
  /** Why not, where they are not known. */
  readonly whyUnknown: string;
  readonly hooks: Readonly<Record<Hook, readonly HookEntry[]>>;
  /** Chains of a device, by its name, in order. */
  readonly devices: Readonly<Record<"ingress" | "egress", ReadonlyMap<string, readonly BaseChain[]>>>;
  /** Does any rule of the namespace need conntrack in this family? Else nothing is tracked or NATed (case conntrack/inactive-without-a-user). */
  readonly conntrack: boolean;
  readonly fib: Fib;
}

/** One function registered at a hook, in the order in which the kernel calls them (net/netfilter/core.c nf_hook_slow). */
export type HookEntry =
  /** Fragments wait here until their packet is whole (net/ipv4/netfilter/nf_defrag_ipv4.c). */
  | { readonly kind: "defrag" }
  | { readonly kind: "conntrack" }
  | { readonly kind: "confirm" }
  /** All NAT chains together, at their fixed slot (net/netfilter/nf_nat_core.c nf_nat_inet_fn). */
  | { readonly kind: "nat"; readonly chains: readonly BaseChain[] }
  /** IPVS (net/netfilter/ipvs/ip_vs_core.c ip_vs_ops): packets for its services, and their answers. */
  | { readonly kind: "ipvs"; readonly role: "request" | "reply" }
  /** `reroutes`: mangle OUTPUT looks the route up again when the packet changed (iptable_mangle.c ipt_mangle_out). */
  | { readonly kind: "chain"; readonly chain: BaseChain; readonly reroutes: boolean };

/** A built-in chain with the table that it can jump in. */
export interface BaseChain {
  readonly table: CompiledTable;
  readonly chain: CompiledChain;
  readonly policy: "ACCEPT" | "DROP";
}

export interface CompiledTable {
  readonly family: TableFamily;
  readonly name: string;
  /** Whose it is: of iptables with the legacy tables or with nft's, or of nft itself. */
  readonly owner: "iptables-legacy" | "iptables-nft" | "nft";
  /** A chain by name, lowered when it is first asked for; null: no such chain. */
  chain(name: string): CompiledChain | null;
}

export interface CompiledChain {
  readonly name: string;
  readonly span: Span;
  readonly rules: readonly CompiledRule[];
  /** Narrows a long chain to the rules that can match; null for a short one. */
  readonly index: ChainIndex | null;
}

/** The rules of a long chain by the value of one address that they compare whole. */
export interface ChainIndex {
  readonly field: "src" | "dst";
  /** Positions in `rules`, ascending, that can match this address. */
  candidates(address: Address): readonly number[];
}

/** What a rule does once its tests said yes. */
export interface RulePart {
  readonly tests: readonly Test[];
  readonly action: Action;
}

export interface CompiledRule extends RulePart {
  readonly source: Rule | NftRule;
  /** From 1. */
  readonly number: number;
  /**
   * What follows: statements of nft change something before a later match may fail. A rule of iptables has nothing here. A part
   * whose tests fail, or whose action cannot be done, ends the rule; what earlier parts did stays.
   */
  readonly then: readonly RulePart[];
}

/** The routing policy and the tables of one family. */
export interface Fib {
  /** Sorted by priority, equal ones in order of insertion. */
  readonly rules: readonly RoutingRule[];
  readonly tables: ReadonlyMap<string, RouteTable>;
  /**
   * IPv4 with only the three rules that the kernel makes: local and main may be one trie (net/ipv4/fib_frontend.c
   * fib_unmerge); a dump does not say.
   */
  readonly maybeMerged: boolean;
  /** False: no route dump; only what follows from the addresses is known. */
  readonly complete: boolean;
}

export interface RouteTable {
  readonly name: string;
  /** Longest prefix first; inside one prefix in the kernel's order of preference. */
  lookup(address: Address): readonly FibEntry[];
  /** All of them, in an order in which those that hold one address stand as `lookup` gives them. */
  entries(): readonly FibEntry[];
}

export interface FibEntry {
  readonly route: Route;
  readonly net: AddressMask;
  readonly length: number;
}

/** Kernel settings; what the snapshot does not have is the kernel's default. */
export interface SysctlView {
  /** All that the snapshot has. */
  readonly values: ReadonlyMap<string, number>;
  /** The devices that have settings of their own. */
  readonly devices: ReadonlySet<string>;
  number(name: string, byDefault: number): number;
  /** `net.FAMILY.conf.{all,DEV}.KEY` combined by the larger of the two (IN_DEV_MAXCONF). */
  max(family: "ipv4" | "ipv6", dev: string, key: string, byDefault: number): number;
  /** Either of the two is set (IN_DEV_ORCONF). */
  either(family: "ipv4" | "ipv6", dev: string, key: string, byDefault: number): boolean;
  /**
   * Packets that come in by the device are sent on; where no setting says so, what that hangs on. Linux starts without, but
   * every component of Kubernetes that needs it sets it: to take the default would be wrong of nearly every packet.
   */
  forwards(family: Family, dev: string): boolean | Assumption;
  /** The device's own value. */
  device(family: "ipv4" | "ipv6", dev: string, key: string, byDefault: number): number;
}
