import type { Address, AddressMask, Family } from "../base/address.ts";
import type { Ranges } from "../base/ranges.ts";
import type { FamilyProgram, Program } from "../program/program.ts";
import type { AddressField } from "../program/test.ts";
import { Bdd, FALSE, LEAF } from "./bdd/bdd.ts";
import type { Ref } from "./bdd/bdd.ts";
import { BddLimit } from "./bdd/limit.ts";
import { between, maskedBits, maskedEquals } from "./bdd/numbers.ts";
import type { Devices } from "./devices.ts";
import { isNamed } from "./devices.ts";
import { layoutOf, unknownInstead } from "./layout.ts";
import type { FieldName, Layout } from "./layout.ts";

/** Something that the snapshot does not say, as one boolean variable. */
export interface Unknown {
  /** As a walk names it in its conditions. */
  readonly what: string;
  readonly why: string;
  /** No other rule asks the same. */
  readonly isOfOneRule?: boolean;
}

export interface SpaceOptions {
  /** The space of another program that asks about the same: their sets can be compared. */
  readonly beside?: Space;
  /** The most that the diagrams may have together. */
  readonly nodes?: number;
  /** For claims that outlive what the sets hold now. */
  readonly openSets?: boolean;
  /** No other program is asked about beside this one: a rule is who it is by its place. */
  readonly alone?: boolean;
}

/** What stands for what: two programs that are compared have it in common. */
interface Variables {
  readonly bdd: Bdd;
  readonly levels: Map<string, number>;
  readonly unknowns: Map<number, Unknown>;
  /** Who has the unknown bits beside a field's own. */
  readonly claims: Map<FieldName, string>;
}

/** What the rules ask about. */
export interface Asked {
  readonly devices: Devices;
  readonly tuples: ReadonlySet<FieldName>;
  /** Do rules ask for the sockets of packets? */
  readonly sockets: boolean;
}

/** Devices of a packet. */
export type DeviceField = "iif" | "oif" | "physin" | "physout";

/** Every packet of one family at once, with what the kernel keeps beside it: the variables, and sets of packets by field. */
export class Space {
  readonly bdd: Bdd;
  readonly program: Program;
  readonly family: FamilyProgram;
  readonly devices: Devices;
  readonly layout: Layout;
  /** The fields of a flow's tuples that some rule reads. */
  readonly tuples: ReadonlySet<FieldName>;
  /** Rules ask for the sockets of packets; where none does, packets are told as if no connection of this node's had them. */
  readonly sockets: boolean;
  readonly #shared: Variables;
  readonly #parts = new Map<string, Map<object, number>>();

  /** False: IPv4 packets are put together before any chain sees them (nf_defrag_ipv4.c), as conntrack needs them. */
  readonly hasFragments: boolean;
  /** Sets may hold anything, and routes lead anywhere, whatever the dumps say. */
  readonly hasOpenSets: boolean;
  /** The sets of no other program are compared with those of this one. */
  readonly isAlone: boolean;

  constructor(program: Program, family: Family, { devices, tuples, sockets }: Asked, options: SpaceOptions = {}) {
    this.tuples = tuples;
    this.sockets = sockets;
    this.#shared =
      options.beside === undefined
        ? {
            bdd: new Bdd(options.nodes),
            levels: new Map<string, number>(),
            unknowns: new Map<number, Unknown>(),
            claims: new Map<FieldName, string>(),
          }
        : options.beside.#shared;
    this.bdd = this.#shared.bdd;
    this.hasOpenSets = options.openSets === true;
    this.isAlone = options.alone === true;
    this.program = program;
    this.family = program.families[family];
    this.hasFragments = family === "ip6" || !this.family.hooks.prerouting.some(({ kind }) => kind === "defrag");
    this.devices = devices;
    this.layout = layoutOf(family, devices.bits);
  }

  /** What nobody can know. Equal keys are one variable. */
  unknown(key: string, unknown: Unknown): Ref {
    let level = this.#shared.levels.get(key);
    if (level === undefined) {
      level = this.layout.end + this.#shared.levels.size;
      if (level >= LEAF) throw new BddLimit(LEAF);
      this.#shared.levels.set(key, level);
      this.#shared.unknowns.set(level, unknown);
    }
    return this.bdd.variable(level);
  }

  /**
   * The bits of a number that stands in the place of a field's and that nobody knows. Equal keys are one number. The first of each field is
   * compared with it cheaply.
   */
  unknownNumber(field: FieldName, key: string, { what, why }: Unknown): readonly Ref[] {
    const bits = this.layout.bits[field];
    const claimed = this.#shared.claims.get(field);
    if (claimed === undefined) this.#shared.claims.set(field, key);
    const isFirst = claimed === undefined || claimed === key;
    return bits.map((level, index) => {
      const bit = { what: `bit ${String(bits.length - 1 - index)} of ${what}`, why };
      if (level === null || !isFirst) return this.unknown(`${key} ${String(index)}`, bit);
      this.#shared.unknowns.set(unknownInstead(level), bit);
      return this.bdd.variable(unknownInstead(level));
    });
  }

  /** Tells parts of a rule apart, in the order in which they are asked: two programs that are compared number them alike. */
  partNumber(rule: string, part: object): number {
    const parts = this.#parts.get(rule) ?? new Map<object, number>();
    this.#parts.set(rule, parts);
    const number = parts.get(part) ?? parts.size;
    parts.set(part, number);
    return number;
  }

  /** All that nobody knows and somebody has asked for, in either of the spaces that are compared, by the variable that stands for it. */
  unknowns(): Iterable<readonly [level: number, Unknown]> {
    return this.#shared.unknowns;
  }

  /** The unknown that a variable stands for; null: it is a bit of the packet. */
  unknownAt(level: number): Unknown | null {
    return this.#shared.unknowns.get(level) ?? null;
  }

  /** `(field & mask) in ranges`. */
  in(field: FieldName, ranges: Ranges, mask: number | null = null): Ref {
    const own = this.layout.bits[field];
    const bits = mask === null ? own : maskedBits(own, mask);
    const [first] = ranges;
    if (ranges.length === 1 && first !== undefined) return between(this.bdd, bits, first.from, first.to);
    return this.bdd.union(ranges.map(({ from, to }) => between(this.bdd, bits, from, to)));
  }

  is(field: FieldName, value: Address): Ref {
    const bits = this.layout.bits[field];
    return between(this.bdd, bits, value, value);
  }

  isAnyOf(field: FieldName, values: readonly number[]): Ref {
    return this.bdd.union(values.map((value) => this.is(field, value)));
  }

  /** `(field & mask) === value`. */
  masked(field: FieldName, mask: Address, value: Address): Ref {
    return maskedEquals(this.bdd, this.layout.bits[field], mask, value);
  }

  /** An address of the other family lies in no network of this one. */
  inNet(field: AddressField | "origSrc" | "origDst" | "replSrc" | "replDst", net: AddressMask): Ref {
    if ((typeof net.mask === "number") !== (this.layout.family === "ip")) return FALSE;
    return this.masked(field, net.mask, net.value);
  }

  addressBetween(field: AddressField, from: Address, to: Address): Ref {
    if ((typeof from === "number") !== (this.layout.family === "ip")) return FALSE;
    return between(this.bdd, this.layout.bits[field], from, to);
  }

  /** Every device that is named so; where there is none its name is "". */
  device(field: DeviceField | "nextOif", name: string, prefix: boolean): Ref {
    return this.devicesWhere(field, (device) => isNamed(device, name, prefix));
  }

  devicesWhere(field: DeviceField | "nextOif", isWanted: (device: Devices["names"][number]) => boolean): Ref {
    const ranges: { from: number; to: number }[] = [];
    for (const [number, device] of this.devices.names.entries()) {
      if (!isWanted(device)) continue;
      const last = ranges.at(-1);
      if (last?.to === number - 1) last.to = number;
      else ranges.push({ from: number, to: number });
    }
    return this.in(field, ranges);
  }

  noDevice(field: DeviceField): Ref {
    return this.is(field, 0);
  }
}
