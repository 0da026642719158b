import type { Packet } from "../program/packet.ts";
import type { Reason } from "./trace.ts";

/** How a base chain, or a whole hook, ends. `accept` ends this base chain only; everything else ends the packet. */
export type ChainVerdict =
  | { readonly kind: "accept" }
  | Dropped
  | { readonly kind: "reject" }
  | { readonly kind: "queue" }
  | {
      readonly kind: "unknown";
      readonly what: string;
      /** Absent: an extension. */
      readonly reason?: Reason;
    };

/** IPVS took the packet and has sent it itself: what is left of the hook does not see it (NF_STOLEN). */
export interface SentOn {
  readonly kind: "sent-on";
  /** The packet that it travels in; null: in none. */
  readonly inside: Packet | null;
}

export interface Dropped {
  readonly kind: "drop";
  readonly reason: Reason;
  /** In words, where no rule or policy of the steps says it already. */
  readonly what: string | null;
}

export const ACCEPT: ChainVerdict = { kind: "accept" };
export const SENT_ON: SentOn = { kind: "sent-on", inside: null };

export function dropped(reason: Reason, what: string | null): Dropped {
  return { kind: "drop", reason, what };
}
