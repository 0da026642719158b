import type { Address } from "../../base/address.ts";
import type { Ref } from "../bdd/bdd.ts";
import { FALSE } from "../bdd/bdd.ts";
import type { DeviceName } from "../devices.ts";
import { everyPacket } from "../domain.ts";
import type { FieldName } from "../layout.ts";
import type { DeviceField, Space } from "../space.ts";

/** A set that gets smaller with every wish that it can grant, and is never empty. */
export class Choice {
  readonly space: Space;
  /** The levels that the set depended on: what else is chosen is nobody's business. */
  readonly support: ReadonlySet<number>;
  #rest: Ref;

  private constructor(space: Space, set: Ref, packets: Ref) {
    this.space = space;
    this.#rest = packets;
    this.support = new Set(space.bdd.support(set));
  }

  /** Null: there is nothing to choose from. */
  static of(space: Space, set: Ref): Choice | null {
    const packets = space.bdd.and(set, everyPacket(space));
    return packets === FALSE ? null : new Choice(space, set, packets);
  }

  get rest(): Ref {
    return this.#rest;
  }

  /** Takes the wish if something is left then. */
  prefer(wish: Ref): boolean {
    const granted = this.space.bdd.and(this.#rest, wish);
    if (granted === FALSE) return false;
    this.#rest = granted;
    return true;
  }

  /** The first wish that can be granted. */
  preferOneOf(wishes: Iterable<Ref>): boolean {
    for (const wish of wishes) if (this.prefer(wish)) return true;
    return false;
  }

  preferValue(field: FieldName, ...values: readonly Address[]): void {
    this.preferOneOf(values.map((value) => this.space.is(field, value)));
  }

  /** The smallest value that a field can have; it has it from now on. */
  settle(field: FieldName): Address {
    const value = this.lowest(field);
    this.prefer(this.space.is(field, value));
    return value;
  }

  /** What a field is, where it is settled. */
  lowest(field: FieldName): Address {
    const { bdd, layout } = this.space;
    const picked = bdd.pick(this.#rest);
    const bits = layout.bits[field];
    let value = 0n;
    for (const level of bits) value = value * 2n + (level !== null && picked?.get(level) === true ? 1n : 0n);
    return bits.length > 64 ? value : Number(value);
  }

  number(field: FieldName): number {
    return Number(this.lowest(field));
  }

  /** Did the set say anything of the field? */
  speaksOf(field: FieldName): boolean {
    return this.space.layout.bits[field].some((level) => level !== null && this.support.has(level));
  }

  device(field: DeviceField): DeviceName {
    return this.space.devices.names[this.number(field)] ?? { name: "", isOther: true };
  }

  /** Values of all variables for which there is a packet in the set. */
  values(): ReadonlyMap<number, boolean> {
    return this.space.bdd.pick(this.#rest) ?? new Map<number, boolean>();
  }
}
