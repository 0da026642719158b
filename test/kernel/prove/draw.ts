/** Packets of a proved set, drawn at random. */
import { printAddress, PROTO } from "@hookwalk/engine";
import { FALSE, TRUE } from "../../../packages/engine/src/prove/bdd/bdd.ts";
import type { Bdd, Ref } from "../../../packages/engine/src/prove/bdd/bdd.ts";
import type { FieldName } from "../../../packages/engine/src/prove/layout.ts";
import type { PacketOptions } from "../../../packages/engine/src/prove/pick/picked.ts";
import { hasPorts } from "../../../packages/engine/src/program/protocol.ts";
import type { Space } from "../../../packages/engine/src/prove/space.ts";

/** A number in [0, 1). */
export type Random = () => number;

/** mulberry32: the same numbers for the same seed. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** What every packet says of itself, whether its set asks for it or not. */
const SAID = [
  "iif",
  "proto",
  "dst",
  "dport",
  "src",
  "sport",
  "icmpType",
  "icmpCode",
  "tcpFlags",
  "mark",
  "pktType",
  "tos",
  "ttl",
] as const satisfies readonly FieldName[];

/**
 * Draws packets of a set. In turn each packet of it is as likely as any other, and each case of it, which is a path of its diagram: the
 * first finds what the set mostly consists of, the second its corners.
 */
export class Drawer {
  readonly #space: Space;
  readonly #set: Ref;
  readonly #random: Random;
  readonly #weights: readonly ReadonlyMap<Ref, number>[];
  #drawn = 0;

  constructor(space: Space, set: Ref, random: Random) {
    this.#space = space;
    this.#set = set;
    this.#random = random;
    this.#weights = [weightsOf(space.bdd, set, 0.5), weightsOf(space.bdd, set, 1)];
  }

  /** The options of `hookwalk trace`; null: the set is empty. */
  draw(): PacketOptions | null {
    return this.#set === FALSE ? null : optionsOf(this.#space, this.#values());
  }

  #values(): Map<number, boolean> {
    const { bdd, layout } = this.#space;
    const weights = this.#weights[this.#drawn++ % this.#weights.length];
    const values = new Map<number, boolean>();
    for (let at = this.#set; at !== TRUE;) {
      const [low, high] = [weights?.get(bdd.low(at)) ?? 0, weights?.get(bdd.high(at)) ?? 0];
      const goesHigh = this.#random() * (low + high) >= low;
      values.set(bdd.level(at), goesHigh);
      at = goesHigh ? bdd.high(at) : bdd.low(at);
    }
    for (const level of SAID.flatMap((field) => layout.bits[field]))
      if (level !== null && !values.has(level)) values.set(level, this.#random() < 0.5);
    return values;
  }
}

type Values = ReadonlyMap<number, boolean>;

function optionsOf(space: Space, values: Values): PacketOptions {
  const { family } = space.layout;
  const number = (field: FieldName): bigint =>
    space.layout.bits[field].reduce((sum, level) => sum * 2n + BigInt(values.get(level ?? 0) === true), 0n);
  const address = (field: "src" | "dst"): string =>
    printAddress(family === "ip" ? Number(number(field)) : number(field));
  const text = (field: FieldName): string => String(number(field));
  const proto = Number(number("proto"));
  const iif = space.devices.names[Number(number("iif"))]?.name ?? "";
  const length = space.layout.bits.length.some((level) => values.has(level ?? 0)) ? { length: text("length") } : {};
  return {
    ...(iif === "" ? { local: true } : { iif }),
    src: address("src"),
    dst: address("dst"),
    proto: text("proto"),
    ...(hasPorts(proto) ? { sport: text("sport"), dport: text("dport") } : {}),
    ...(proto === PROTO.tcp ? { flags: flagsText(Number(number("tcpFlags"))) } : {}),
    ...(isIcmp(proto) ? { icmpType: text("icmpType"), icmpCode: text("icmpCode") } : {}),
    ...{ mark: text("mark"), ttl: text("ttl"), tos: text("tos") },
    ...length,
    ...(number("df") === 1n ? { df: true } : {}),
  };
}

function isIcmp(proto: number): boolean {
  return proto === PROTO.icmp || proto === PROTO.icmp6;
}

const FLAGS = ["F", "S", "R", "P", "A", "U", "E", "C"];

function flagsText(byte: number): string {
  const letters = FLAGS.filter((_, bit) => (byte & (1 << bit)) !== 0).join("");
  return letters === "" ? "none" : letters;
}

/** Of every function below: the share of all values for which it holds (`each` 0.5), or its paths to TRUE (1). */
function weightsOf(bdd: Bdd, set: Ref, each: number): ReadonlyMap<Ref, number> {
  const known = new Map<Ref, number>([
    [TRUE, 1],
    [FALSE, 0],
  ]);
  const weigh = (at: Ref): number => {
    let weight = known.get(at);
    if (weight === undefined) {
      weight = each * (weigh(bdd.low(at)) + weigh(bdd.high(at)));
      known.set(at, weight);
    }
    return weight;
  };
  weigh(set);
  return known;
}
