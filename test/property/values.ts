/** What functions of prove say of one packet; null: it hangs on what nobody knows. */
import { FALSE, TRUE } from "../../packages/engine/src/prove/bdd/bdd.ts";
import type { Ref } from "../../packages/engine/src/prove/bdd/bdd.ts";
import type { Flow } from "../../packages/engine/src/prove/flow.ts";
import type { FieldName } from "../../packages/engine/src/prove/layout.ts";
import type { Space } from "../../packages/engine/src/prove/space.ts";

/** Of the variables of one packet. */
export type Values = ReadonlyMap<number, boolean>;

/** Does the function hold for the packet? */
export function decide({ bdd }: Space, f: Ref, values: ReadonlyMap<number, boolean>): boolean | null {
  let at = f;
  while (at > FALSE) {
    const value = values.get(bdd.level(at));
    if (value === undefined) return null;
    at = value ? bdd.high(at) : bdd.low(at);
  }
  return at === TRUE;
}

/** A field as it is at the end of a flow. */
export function numberNow(
  space: Space,
  { now }: Flow,
  { field, values }: { readonly field: FieldName; readonly values: Values },
): bigint | null {
  let number = 0n;
  for (const level of space.layout.bits[field]) {
    const bit = decide(space, now.get(level ?? 0) ?? space.bdd.variable(level ?? 0), values);
    if (bit === null) return null;
    number = number * 2n + BigInt(bit);
  }
  return number;
}
