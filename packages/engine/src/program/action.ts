import type { Address } from "../base/address.ts";
import type { Direction, UnknownWhy } from "./field.ts";
import type { Gate } from "./value-set.ts";
import type { SetReference, Target, Value } from "./value.ts";

/** Core actions: what a rule does once all its tests said yes. */
export type Action =
  | { readonly kind: "continue" }
  | { readonly kind: "accept" }
  | { readonly kind: "drop" }
  | { readonly kind: "return" }
  | { readonly kind: "jump"; readonly chain: string }
  | { readonly kind: "goto"; readonly chain: string }
  /** `mark = (mark & keep) ^ flip`: MARK in all its forms. */
  | { readonly kind: "set-mark"; readonly keep: number; readonly flip: number }
  /** `ctmark = shifted((ctmark & keep) ^ flip)`: CONNMARK --set-*; no `shift` is 0. */
  | { readonly kind: "set-ctmark"; readonly keep: number; readonly flip: number; readonly shift?: number }
  /** `ctmark = (ctmark & ~ctMask) ^ shifted(mark & nfMask)`; a `shift` is to the left, a negative one to the right. */
  | { readonly kind: "save-mark"; readonly ctMask: number; readonly nfMask: number; readonly shift: number }
  /** `mark = (mark & ~nfMask) ^ shifted(ctmark & ctMask)`. */
  | { readonly kind: "restore-mark"; readonly ctMask: number; readonly nfMask: number; readonly shift: number }
  | { readonly kind: "nat"; readonly spec: NatSpec }
  /** NAT to what values say (net/netfilter/nft_nat.c); one that cannot be read ends the rule. */
  | { readonly kind: "nat-values"; readonly spec: NatValues }
  /** What the map has for this key; without an element the rule ends (net/netfilter/nft_lookup.c). */
  | { readonly kind: "verdict-map"; readonly key: readonly Value[]; readonly set: SetReference }
  /** A value that cannot be read ends the rule. */
  | { readonly kind: "assign"; readonly target: Target; readonly value: Value }
  /** A set of nft gets or loses an element (net/netfilter/nft_dynset.c); where it is full the rule ends. */
  | {
      readonly kind: "element";
      readonly op: "add" | "update" | "delete";
      /** `FAMILY TABLE NAME`. */
      readonly set: string;
      readonly key: readonly Value[];
      readonly data: readonly Value[];
      /** Statements that the element gets and that may end the rule. */
      readonly gate: Gate | null;
    }
  /** nft's tproxy: without a transparent socket the rule ends, with one it goes on (net/netfilter/nft_tproxy.c). */
  | { readonly kind: "assign-socket"; readonly address: Value | null; readonly port: Value | null }
  /** nft's flow offload: takes confirmed flows past the hooks; else the rule ends. */
  | { readonly kind: "offload"; readonly what: string }
  /** CT: no tracking, or a template with zone, helper, mark. */
  | { readonly kind: "notrack" }
  | {
      readonly kind: "ct-template";
      readonly zone: number | "mark" | null;
      readonly zoneDirection: "original" | "reply" | null;
      readonly helper: string | null;
    }
  | {
      readonly kind: "tproxy";
      readonly port: number;
      readonly address: Address | null;
      readonly mark: number;
      readonly mask: number;
    }
  | { readonly kind: "reject"; readonly with: RejectWith }
  /** LOG, NFLOG, TRACE, AUDIT … : seen, not changed. */
  | { readonly kind: "log" }
  | {
      readonly kind: "set-update";
      readonly set: string;
      readonly directions: readonly Direction[];
      readonly op: "add" | "del";
      readonly exist: boolean;
    }
  /** SET --map-set: `skbinfo` of the element goes to the packet. */
  | {
      readonly kind: "set-map";
      readonly set: string;
      readonly directions: readonly Direction[];
      readonly mark: boolean;
    }
  | { readonly kind: "ttl"; readonly op: "set" | "inc" | "dec"; readonly value: number }
  /** `tos = (tos & keep) ^ flip`: TOS, DSCP. */
  | { readonly kind: "set-tos"; readonly keep: number; readonly flip: number }
  /** `tcpFlags = (tcpFlags & keep) ^ flip`: ECN. */
  | { readonly kind: "set-tcp-flags"; readonly keep: number; readonly flip: number }
  /** TCPOPTSTRIP: TCP options of these numbers become padding. */
  | { readonly kind: "strip-tcp-options"; readonly options: readonly number[] }
  /** Changes that no later rule reads: CHECKSUM, CLASSIFY. */
  | { readonly kind: "mangle"; readonly what: string }
  /** TCPMSS: never puts it up; `pmtu`: to what the routes in both directions let through. */
  | { readonly kind: "tcpmss"; readonly mss: number | "pmtu" }
  /** NFQUEUE: a user program decides. Without a listener: dropped, or with `bypass` accepted by the table. */
  | { readonly kind: "queue"; readonly bypass: boolean; readonly what: string }
  /** A copy goes elsewhere (TEE); the packet itself continues. */
  | { readonly kind: "copy"; readonly to: Address }
  /** Nobody here knows what it does: may continue or end. */
  | { readonly kind: "unknown"; readonly what: string; readonly why: UnknownWhy }
  /** Changes something about the packet that no snapshot can tell, then continues (CLASSIFY is not one: nothing reads it). */
  | { readonly kind: "set-unknown"; readonly field: "mark" | "ctmark"; readonly what: string }
  /** One after the other: `SET --add-set … --del-set …`. None of them ends the rule. */
  | { readonly kind: "sequence"; readonly actions: readonly Action[] };

/** As NatSpec, but computed. */
export interface NatValues {
  readonly kind: "snat" | "dnat" | "masquerade" | "redirect" | "netmap";
  readonly addresses: { readonly from: Value; readonly to: Value } | null;
  readonly ports: { readonly from: Value; readonly to: Value } | null;
  readonly random: boolean;
  readonly randomFully: boolean;
  readonly persistent: boolean;
}

export interface NatSpec {
  readonly kind: "snat" | "dnat" | "masquerade" | "redirect" | "netmap";
  /** Address range; null: keep. For netmap the network as range. */
  readonly addresses: { readonly from: Address; readonly to: Address } | null;
  /** Port (or ICMP id) range; null: keep. */
  readonly ports: { readonly from: number; readonly to: number; readonly base: number | null } | null;
  readonly random: boolean;
  readonly randomFully: boolean;
  readonly persistent: boolean;
}

/** As REJECT spells them. */
export type RejectWith =
  | "tcp-reset"
  | "icmp-net-unreachable"
  | "icmp-host-unreachable"
  | "icmp-proto-unreachable"
  | "icmp-port-unreachable"
  | "icmp-net-prohibited"
  | "icmp-host-prohibited"
  | "icmp-admin-prohibited"
  | "icmp6-no-route"
  | "icmp6-adm-prohibited"
  | "icmp6-addr-unreachable"
  | "icmp6-port-unreachable"
  | "icmp6-policy-fail"
  | "icmp6-reject-route";
