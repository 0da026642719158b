import type { BaseChain, StackHook } from "../../program/program.ts";
import type { Flow } from "../flow.ts";

/** What becomes of packets; the words are those of a trace. */
export interface Fate {
  readonly verdict: "accept" | "drop" | "reject" | "queue" | "unknown";
  /** `sent`: made here, and left. */
  readonly delivery: "local" | "forward" | "sent" | "none";
  readonly reason: FateReason;
  /** In words, where reason and place do not say it. */
  readonly what: string | null;
  /** The base chain that decided; null: something else did. */
  readonly at: { readonly hook: StackHook; readonly base: BaseChain } | null;
  /** A tunnel device that carries them on inside of a packet that is not looked at; else null. */
  readonly inside: string | null;
  /** Who they were where they came in, and what has become of them. */
  readonly flow: Flow;
}

export type FateReason =
  | "rule"
  | "policy"
  | "route"
  | "rp_filter"
  | "ttl"
  | "martian"
  | "socket"
  | "nat"
  | "forwarding"
  | "pkttype"
  | "mtu"
  | "carrier"
  | "ipvs"
  | "queue"
  | "extension"
  | "limit";
