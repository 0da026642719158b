import type { Family } from "../base/address.ts";
import type { Program } from "../program/program.ts";
import { baseChains, chainsFrom } from "./call-graph.ts";
import { DeviceNames } from "./devices.ts";
import type { FieldName } from "./layout.ts";
import { Space } from "./space.ts";
import type { SpaceOptions } from "./space.ts";
import { FlowReads } from "./tuple-reads.ts";

/** The space of all packets of a family, with the devices that anything on the node speaks of. */
export function spaceOf(program: Program, family: Family, options: SpaceOptions = {}): Space {
  const { names, tuples, sockets } = askedBy(program, family);
  return new Space(program, family, { devices: names.devices(), tuples, sockets }, options);
}

/** The spaces of two programs whose sets can be compared: one set of variables for both. */
export function twinSpaces(
  [a, b]: readonly [Program, Program],
  family: Family,
  options: SpaceOptions = {},
): readonly [Space, Space] {
  const first = askedBy(a, family);
  const second = askedBy(b, family);
  const tuples = new Set([...first.tuples, ...second.tuples]);
  const sockets = first.sockets || second.sockets;
  const asked = { devices: first.names.devices(second.names), tuples, sockets };
  const space = new Space(a, family, asked, options);
  return [space, new Space(b, family, asked, { ...options, beside: space })];
}

interface AskedBy {
  readonly names: DeviceNames;
  readonly tuples: ReadonlySet<FieldName>;
  readonly sockets: boolean;
}

/** A program does not change: what its rules ask about is found once. */
const known: Readonly<Record<Family, WeakMap<Program, AskedBy>>> = { ip: new WeakMap(), ip6: new WeakMap() };

function askedBy(program: Program, family: Family): AskedBy {
  let asked = known[family].get(program);
  if (asked === undefined) {
    asked = readRules(program, family);
    known[family].set(program, asked);
  }
  return asked;
}

function readRules(program: Program, family: Family): AskedBy {
  const names = new DeviceNames(program, family);
  const reads = new FlowReads();
  const bases = [...baseChains(program.families[family])].map(({ base }) => base);
  // Several of them call the same ones.
  for (const { rules } of new Set(bases.flatMap((base) => chainsFrom([base], program.nftSets))))
    for (const rule of rules) {
      names.addRule(rule);
      reads.addRule(rule);
    }
  return { names, tuples: reads.tuples, sockets: reads.sockets };
}
