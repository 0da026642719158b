import type { Address } from "../base/address.ts";
import type { StackHook } from "../program/program.ts";
import type { Gate } from "../program/value-set.ts";
import { FALSE } from "./bdd/bdd.ts";
import type { Bdd, Ref } from "./bdd/bdd.ts";
import { between, numberBits } from "./bdd/numbers.ts";
import { changed } from "./flow.ts";
import type { Flow } from "./flow.ts";
import type { FieldName } from "./layout.ts";
import type { Space } from "./space.ts";

/** A rule that asks something of packets, or does something with them. */
export interface Place {
  readonly space: Space;
  /** As people name it: `filter/FORWARD/3`. */
  readonly place: () => string;
  /** A name that two programs that are compared have in common (`ruleKey`). */
  readonly rule: () => string;
  /** Tells two visits of one rule apart, since chance does not fall the same way twice: `1 forward`. */
  readonly visit: string;
  /** Null: nobody asks what becomes of the packets behind the table, so that NAT changes nothing. */
  readonly hook: StackHook | null;
}

/** A place, and what rules before it have done beside changing the packet. */
export interface Asking extends Place {
  /** ipsets that a rule may have changed before: what they hold now nobody knows. */
  readonly changedSets: ReadonlySet<string>;
}

const ANY_RULE = (): string => "any rule";

/** Where it is all the same which rule asks. */
export function anyPlace(space: Space): Asking {
  return { space, place: ANY_RULE, rule: ANY_RULE, visit: "any", hook: null, changedSets: new Set() };
}

/** A part of the rule that reads or draws something of its own: what nobody can say of it is not what nobody can say of another. */
export function partOf<At extends Place>(at: At, part: object): At {
  const { space, place, visit } = at;
  return { ...at, visit: `${visit} ${String(space.partNumber(`${visit} ${place()}`, part))}` };
}

/** Where a gate asks: what it says is not in the rule's tests. */
export function gatePlace<At extends Place>(at: At, gate: Gate | null): At {
  return gate === null ? at : { ...at, rule: () => `${at.rule()} ${JSON.stringify(gate.listed)}` };
}

/** What nobody can say at this place. */
export function unknownHere({ space, place, rule, visit }: Place, what: string, why: string): Ref {
  return space.unknown(`${visit} ${rule()} ${what}`, { what: `${what} at ${place()}`, why, isOfOneRule: true });
}

/** A number in the place of a field's that nobody can tell. */
function unknownNumber({ space, place, rule, visit }: Place, field: FieldName, what: string): readonly Ref[] {
  return space.unknownNumber(field, `${visit} ${rule()} ${what}`, { what: `${what} at ${place()}`, why: "extension" });
}

/** A field that nobody can tell from here on. */
export function anything(at: Place, flow: Flow, field: FieldName, what: string): Flow {
  const values = unknownNumber(at, field, what);
  return changed(
    flow,
    at.space.layout.bits[field].flatMap((level, index) => {
      const value = values[index];
      return level === null || value === undefined ? [] : [[level, value] as const];
    }),
  );
}

/** A number of a range that nobody knows and that one thing, whichever rule it is, puts in the place of a field's. */
export function oneOf(space: Space, field: FieldName, range: NumberRange, what: string): readonly Ref[] {
  return confined(space.bdd, space.unknownNumber(field, what, { what, why: "random" }), range);
}

/** A number of a range that nobody knows, of so many bits. */
export function someNumber(at: Place, width: number, range: NumberRange, what: string): readonly Ref[] {
  const bits = Array.from({ length: width }, (_, index) =>
    unknownHere(at, `bit ${String(width - 1 - index)} of ${what}`, "random"),
  );
  return confined(at.space.bdd, bits, range);
}

interface NumberRange {
  readonly from: Address;
  readonly to: Address;
}

/** Values outside of the range stand for its first number. */
function confined(bdd: Bdd, bits: readonly Ref[], { from, to }: NumberRange): readonly Ref[] {
  const levels = bits.map((bit) => bdd.level(bit));
  const inside = between(bdd, levels, from, to);
  const first = numberBits(levels, from);
  return bits.map((bit, index) => bdd.ite(inside, bit, first[index] ?? FALSE));
}
