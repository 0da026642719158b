import type { Datum } from "../../program/value-set.ts";

/** Nobody can say what a value is, and why. */
export interface Unknown {
  readonly kind: "unknown";
  readonly what: string;
  readonly why: string;
  /** It is one of so many numbers from `offset` on; `uniform`: each as likely as any other. */
  readonly choice?: { readonly modulus: number; readonly offset: number; readonly uniform: boolean };
}

/** What a value is for this packet. Null: the packet has none, which ends the rule. */
export type Evaluated = Datum | Unknown | null;

export function isUnknown(value: Evaluated): value is Unknown {
  return typeof value === "object" && value !== null;
}
