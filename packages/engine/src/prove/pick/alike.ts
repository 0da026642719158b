import type { Bdd, Ref } from "../bdd/bdd.ts";
import { FALSE, TRUE } from "../bdd/bdd.ts";
import { blocksOf } from "../describe/blocks.ts";
import type { FieldName } from "../layout.ts";
import type { Space } from "../space.ts";

/** A packet as values of variables. */
type Values = ReadonlyMap<number, boolean>;

/** The packets of a set that it takes for the same as this one, field by field: the product that holds it. */
export function productAround({ bdd, layout }: Space, set: Ref, values: Values): Ref {
  const blocks = blocksOf(layout);
  const guards: Ref[] = [];
  for (let at = set; at > FALSE;) {
    const { end } = blocks.of(bdd.level(at));
    let exit = at;
    while (bdd.level(exit) < end) exit = values.get(bdd.level(exit)) === true ? bdd.high(exit) : bdd.low(exit);
    guards.push(leadingTo(bdd, at, { end, exit }));
    at = exit;
  }
  return bdd.intersection(guards);
}

/** The values of the levels above `end` with which one comes from `from` to `exit`. */
function leadingTo(bdd: Bdd, from: Ref, { end, exit }: { readonly end: number; readonly exit: Ref }): Ref {
  const known = new Map<Ref, Ref>();
  const below = (at: Ref): Ref => {
    if (bdd.level(at) >= end) return at === exit ? TRUE : FALSE;
    let guard = known.get(at);
    if (guard === undefined) {
      guard = bdd.node(bdd.level(at), below(bdd.low(at)), below(bdd.high(at)));
      known.set(at, guard);
    }
    return guard;
  };
  return below(from);
}

/** Every packet that is in one field as this one. */
export function sameField({ bdd, layout }: Space, field: FieldName, values: Values): Ref {
  const bits = layout.bits[field].flatMap((level) => {
    const value = level === null ? undefined : values.get(level);
    if (level === null || value === undefined) return [];
    return [value ? bdd.variable(level) : bdd.not(bdd.variable(level))];
  });
  return bdd.intersection(bits);
}
