import type { Address } from "../base/address.ts";
import type { Span } from "../base/span.ts";
import type { Route, RoutingRule } from "../model/routing.ts";
import type { Tuple } from "../model/host.ts";
import type { NftRule } from "../model/nft.ts";
import type { Rule } from "../model/ruleset.ts";
import type { Arrival, Packet } from "../program/packet.ts";
import type { Hook, StackHook, TableFamily } from "../program/program.ts";

/** The answer to "what happens to this packet": one outcome where the snapshot decides everything, else one per way it can go. */
export interface Trace {
  readonly packet: Packet;
  readonly arrival: Arrival;
  /** Most likely first. Never empty. */
  readonly outcomes: readonly Outcome[];
  /** Derivations that hold for the whole answer ("no flow is tracked yet"). */
  readonly assumptions: readonly Condition[];
  /** What makes the rules themselves doubtful ("12 rules are known only in part"): said before anything else. */
  readonly caveats: readonly Condition[];
}

export type Verdict = "accept" | "drop" | "reject" | "queue" | "unknown";
/** `bridged`: from one port of a bridge to another. */
export type Delivery = "local" | "forward" | "bridged" | "sent" | "none";
export type { Hook, StackHook };
export type CtStateName = "new" | "established" | "related" | "invalid" | "untracked";

export interface Outcome {
  readonly verdict: Verdict;
  readonly delivery: Delivery;
  readonly reason: Reason;
  /** Where it left: a port, where it was bridged. */
  readonly oif: string | null;
  /** As it left or was delivered. */
  readonly packet: Packet;
  /** It left in fragments: the bytes behind the IP header of each. Null: whole. */
  readonly cut: readonly number[] | null;
  readonly mark: number;
  /** Null: no conntrack entry. */
  readonly ctmark: number | null;
  readonly ctstate: CtStateName | null;
  readonly conditions: readonly Condition[];
  /** Known only where every condition has a known chance. */
  readonly probability: number | null;
  readonly steps: readonly Step[];
  readonly sidePackets: readonly SidePacket[];
}

export type Reason =
  | "rule"
  | "policy"
  | "route"
  | "rp_filter"
  | "ttl"
  | "martian"
  | "socket"
  | "conntrack"
  | "nat"
  | "forwarding"
  | "pkttype"
  | "mtu"
  | "carrier"
  | "hotdrop"
  | "tproxy"
  | "queue"
  | "ipvs"
  | "extension"
  | "limit"
  | "missing-chain";

/** Something that the snapshot does not say and that this outcome takes to be so. */
export interface Condition {
  readonly what: string;
  readonly assumed: boolean;
  readonly why: string;
}

/** One thing that happened, in the kernel's order. */
export type Step =
  | {
      readonly kind: "rule";
      readonly hook: StackHook;
      readonly family: TableFamily;
      /** It is a table of nft itself; absent: of iptables. */
      readonly native?: true;
      readonly table: string;
      readonly chain: string;
      /** From 1 inside its chain. */
      readonly number: number;
      readonly rule: Rule | NftRule;
      /** After the rule. */
      readonly mark: number;
    }
  /** The end of a user chain was reached. */
  | {
      readonly kind: "return";
      readonly hook: StackHook;
      readonly family: TableFamily;
      /** It is a table of nft itself; absent: of iptables. */
      readonly native?: true;
      readonly table: string;
      readonly chain: string;
      readonly mark: number;
    }
  | {
      readonly kind: "policy";
      readonly hook: StackHook;
      readonly family: TableFamily;
      /** It is a table of nft itself; absent: of iptables. */
      readonly native?: true;
      readonly table: string;
      readonly chain: string;
      readonly policy: "ACCEPT" | "DROP";
      readonly span: Span;
      readonly mark: number;
    }
  | {
      readonly kind: "conntrack";
      readonly hook: StackHook;
      readonly state: CtStateName;
      readonly original: Tuple | null;
      readonly reply: Tuple | null;
    }
  /** `rewrites`: what NAT made of the packet; absent fields did not change. */
  | {
      readonly kind: "nat";
      readonly hook: StackHook;
      readonly what: "snat" | "dnat" | "reply" | "clash" | "ipvs";
      readonly from: NatEnd;
      readonly to: NatEnd;
    }
  | {
      readonly kind: "route";
      readonly why: "input" | "output" | "reroute";
      readonly rule: RoutingRule | null;
      /** Table that answered, by name. */
      readonly table: string | null;
      readonly route: Route | null;
      readonly result:
        "local" | "forward" | "broadcast" | "multicast" | "unreachable" | "prohibit" | "blackhole" | "none";
      readonly oif: string | null;
      /** Next hop; null where the destination is on the link. */
      readonly via: Address | null;
    }
  | { readonly kind: "drop"; readonly hook: StackHook | null; readonly reason: Reason; readonly what: string }
  | { readonly kind: "socket"; readonly what: string }
  | { readonly kind: "note"; readonly what: string };

export interface NatEnd {
  readonly address: Address;
  readonly port: number | null;
}

/** A packet that the kernel makes itself: an ICMP error, a reset, a redirect. */
export interface SidePacket {
  readonly kind: "icmp" | "tcp-reset";
  readonly packet: Packet;
  readonly what: string;
  /** False: a rule or the routing of this node stopped it on its way out. */
  readonly sent: boolean;
}
