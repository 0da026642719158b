import { printHex } from "../base/hex.ts";
import type { DesiredObject, DesiredState } from "../desired/state.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { placed, renderProblem } from "./problem.ts";

/** Bits of a packet's mark that an owner takes for its own. */
export interface MarkClaim {
  /** What sets them, in the API's words: `iptables.masqueradeBit`. */
  readonly field: string;
  readonly bits: number;
  /** Who claims bits for the same purpose may share them. */
  readonly purpose: string;
  /** The object that says so; null: nobody does, it is a default. */
  readonly object: DesiredObject | null;
}

interface Owned extends MarkClaim {
  readonly owner: string;
}

/** An owner that takes bits of another's, and nothing can be written of. */
export interface MarkConflict {
  readonly owner: string;
  readonly problem: Diagnostic;
}

/**
 * Two owners that take the same bits take each other's packets for their own. The one whose object asks for them is wrong; of two such,
 * the later one.
 */
export function markConflicts(
  claims: ReadonlyMap<string, readonly MarkClaim[]>,
  spanOf: DesiredState["spanOf"],
): readonly MarkConflict[] {
  const all = [...claims].flatMap(([owner, each]) => each.map((claim): Owned => ({ ...claim, owner })));
  return all.flatMap((later, index) =>
    all.slice(0, index).flatMap((earlier) => {
      const bits = (earlier.bits & later.bits) >>> 0;
      if (bits === 0 || earlier.owner === later.owner || earlier.purpose === later.purpose) return [];
      const [wrong, other] = later.object === null && earlier.object !== null ? [earlier, later] : [later, earlier];
      return [conflict(wrong, other, bits, spanOf)];
    }),
  );
}

function conflict(wrong: Owned, other: Owned, bits: number, spanOf: DesiredState["spanOf"]): MarkConflict {
  const { owner, field, object } = wrong;
  const params = {
    object: nameOf(wrong),
    field,
    bits: printHex(bits),
    owner,
    other: other.owner,
    otherField: other.field,
  };
  const problem = renderProblem("render-mark-overlap", params, owner);
  const span = object === null ? null : spanOf(object, field.split("."));
  return { owner, problem: placed(problem, span) };
}

function nameOf({ object, owner }: Owned): string {
  if (object === null) return owner;
  const name = "metadata" in object ? object.metadata.name : "";
  return name === "" ? object.kind : `${object.kind} ${name}`;
}
