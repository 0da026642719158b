import type { Reason } from "./trace.ts";

/** How a base chain, or a whole hook, ends. `accept` ends this base chain only; everything else ends the packet. */
export type ChainVerdict =
  | { readonly kind: "accept" }
  | Dropped
  | { readonly kind: "reject" }
  | { readonly kind: "queue" }
  | { readonly kind: "unknown"; readonly what: string };

export interface Dropped {
  readonly kind: "drop";
  readonly reason: Reason;
  /** In words, where no rule or policy of the steps says it already. */
  readonly what: string | null;
}

export const ACCEPT: ChainVerdict = { kind: "accept" };

export function dropped(reason: Reason, what: string | null): Dropped {
  return { kind: "drop", reason, what };
}
