import type { Family } from "../base/address.ts";
import type { Program } from "../program/program.ts";
import { baseChains, chainsFrom } from "./call-graph.ts";
import { DeviceNames } from "./devices.ts";
import { Space } from "./space.ts";
import type { SpaceOptions } from "./space.ts";

/** The space of all packets of a family, with the devices that anything on the node speaks of. */
export function spaceOf(program: Program, family: Family, options: SpaceOptions = {}): Space {
  const names = new DeviceNames(program, family);
  for (const { base } of baseChains(program.families[family]))
    for (const { rules } of chainsFrom([base], program.nftSets)) for (const rule of rules) names.addRule(rule);
  return new Space(program, family, names.devices(), options);
}
