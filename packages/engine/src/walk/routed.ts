import type { FibError } from "../program/refusing-route.ts";
import type { RouteChoice } from "./skb.ts";
import type { Reason } from "./trace.ts";

/** Where a packet goes, or why nowhere. */
export type Routed =
  | {
      readonly kind: "choice";
      readonly choice: RouteChoice;
      /** The kernel tells the sender of a better next hop. */ readonly redirect: boolean;
    }
  | { readonly kind: "drop"; readonly reason: Reason; readonly what: string; readonly error: FibError | null };

/** No route for this packet, of which nobody is told. */
export function drop(reason: Reason, what: string): Routed & { kind: "drop" } {
  return { kind: "drop", reason, what, error: null };
}
