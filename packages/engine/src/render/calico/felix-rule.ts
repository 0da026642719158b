import type { Address, Family } from "../../base/address.ts";
import type { Range } from "../../base/ranges.ts";
import type { RenderContext } from "./context.ts";
import type { Icmp } from "./input.ts";

/**
 * One rule as Felix has it before it becomes text: felix/generictables Rule. What is hashed and what the kernel gets, of iptables and of nftables, are all made from this value, so
 * that they cannot say different things.
 */
export interface FelixRule {
  readonly comments: readonly string[];
  readonly fragments: readonly Fragment[];
  /** Null: the rule only says something. */
  readonly action: Action | null;
}

type Side = "source" | "destination";

interface Negatable {
  readonly negated: boolean;
}

/** One test, in the order in which Felix writes them: felix/generictables/match_builder.go. How a tool spells it, its dialect knows. */
export type Fragment =
  /** `+` at the end: whatever follows. */
  | { readonly kind: "interface"; readonly side: "in" | "out"; readonly name: string }
  | ({ readonly kind: "net"; readonly side: Side; readonly net: string } & Negatable)
  /** A number, or a name in small letters. */
  | ({ readonly kind: "protocol"; readonly protocol: string } & Negatable)
  | ({ readonly kind: "mark"; readonly value: number; readonly mask: number } & Negatable)
  /** The address, or the address, the protocol and the port of a side are in a set. */
  | ({ readonly kind: "set"; readonly side: Side; readonly set: string; readonly withPort: boolean } & Negatable)
  | ({ readonly kind: "ports"; readonly side: Side; readonly ranges: readonly Range[] } & Negatable)
  /** One destination port, asked for without a list. */
  | { readonly kind: "udp-port"; readonly port: number }
  | ({ readonly kind: "icmp"; readonly family: Family; readonly icmp: Icmp } & Negatable)
  /** States with commas between them, in iptables' words; DNAT is one of them. */
  | ({ readonly kind: "ct-state"; readonly states: string } & Negatable)
  /** An address of the host; `out-interface`: of the interface that the packet leaves by. */
  | ({ readonly kind: "local"; readonly side: Side; readonly scope: "host" | "out-interface" } & Negatable)
  | { readonly kind: "reverse-path-failed"; readonly byMark: boolean }
  /** IPVS has a connection for the packet. */
  | { readonly kind: "ipvs" }
  | { readonly kind: "limit"; readonly perSecond: number; readonly burst: number }
  /** The first packet of a TCP connection when there are more than so many. */
  | { readonly kind: "connections"; readonly above: number }
  /** Of nft: the interface's own chain, and the rule ends where it has one. `map` is named as the chain that it stands in for. */
  | {
      readonly kind: "verdict-map";
      readonly side: "in" | "out";
      readonly map: string;
      readonly chains: ReadonlyMap<string, string>;
    };

/** felix/generictables/actions.go. */
export type Action =
  | { readonly kind: "jump"; readonly chain: string }
  | { readonly kind: "goto"; readonly chain: string }
  | { readonly kind: "verdict"; readonly verdict: "ACCEPT" | "DROP" | "RETURN" }
  | { readonly kind: "set-mark"; readonly value: number; readonly mask: number }
  | { readonly kind: "clear-mark"; readonly mask: number }
  | { readonly kind: "notrack" }
  | { readonly kind: "reject"; readonly withReset: boolean }
  | { readonly kind: "log"; readonly prefix: string }
  | { readonly kind: "nflog"; readonly group: number; readonly prefix: string }
  | { readonly kind: "dnat"; readonly address: Address; readonly port: number | null }
  | { readonly kind: "snat"; readonly address: Address; readonly ports: Range | null; readonly isRandom: boolean }
  | { readonly kind: "masquerade"; readonly ports: Range | null; readonly isRandom: boolean };

export interface FelixChain {
  readonly name: string;
  readonly rules: readonly FelixRule[];
  /** Every family of the node has this very chain. */
  readonly isOfAllFamilies?: true;
}

/** A chain's name, and how to make it for one family; chains that are made for it alone come behind it. */
export type ChainSource = readonly [name: string, make: (context: RenderContext) => readonly FelixChain[]];
