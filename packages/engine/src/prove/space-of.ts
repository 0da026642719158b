import type { Family } from "../base/address.ts";
import type { Program } from "../program/program.ts";
import { baseChains, chainsFrom } from "./call-graph.ts";
import { DeviceNames } from "./devices.ts";
import type { FieldName } from "./layout.ts";
import { Space } from "./space.ts";
import type { SpaceOptions } from "./space.ts";
import { tupleReads } from "./tuple-reads.ts";

/** The space of all packets of a family, with the devices that anything on the node speaks of. */
export function spaceOf(program: Program, family: Family, options: SpaceOptions = {}): Space {
  const names = new DeviceNames(program, family);
  const tuples = new Set<FieldName>();
  for (const { base } of baseChains(program.families[family]))
    for (const { rules } of chainsFrom([base], program.nftSets))
      for (const rule of rules) {
        names.addRule(rule);
        for (const field of tupleReads(rule)) tuples.add(field);
      }
  return new Space(program, family, { devices: names.devices(), tuples }, options);
}
