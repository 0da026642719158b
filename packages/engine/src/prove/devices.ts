import type { CompiledRule, Fib, Program } from "../program/program.ts";
import type { Family } from "../base/address.ts";
import type { Test } from "../program/test.ts";

/** Devices as one number: each name that anything speaks of, and for each prefix (`cali+`) "another one that begins so". */
export interface Devices {
  /** By number, sorted; the first is "", no device at all. */
  readonly names: readonly DeviceName[];
  /** Bits that hold every number. */
  readonly bits: number;
}

export interface DeviceName {
  readonly name: string;
  /** Stands for every name that begins so and is none of the others. */
  readonly isOther: boolean;
}

/** IFNAMSIZ without the final zero. */
const LONGEST_NAME = 15;

function devicesOf(exact: ReadonlySet<string>, prefixes: ReadonlySet<string>): Devices {
  const names: DeviceName[] = [...exact].map((name) => ({ name, isOther: false }));
  for (const prefix of new Set([...prefixes, ""]))
    if (prefix.length < LONGEST_NAME) names.push({ name: prefix, isOther: true });
  names.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : Number(a.isOther) - Number(b.isOther)));
  const all = [{ name: "", isOther: false }, ...names.filter(({ name, isOther }) => name !== "" || isOther)];
  return { names: all, bits: Math.max(1, Math.ceil(Math.log2(all.length))) };
}

/** Is the device this one, or does its name begin so? */
export function isNamed(device: DeviceName, name: string, prefix: boolean): boolean {
  return prefix ? device.name.startsWith(name) : !device.isOther && device.name === name;
}

/** Collects what tests, sets and routes call devices. */
export class DeviceNames {
  readonly #exact = new Set<string>();
  readonly #prefixes = new Set<string>();

  constructor(program: Program, family: Family) {
    // Every namespace has it, whatever the dumps say.
    this.add("lo", false);
    for (const name of [...program.links.keys(), ...program.sysctl.devices]) this.add(name, false);
    this.#addSets(program);
    this.#addRouting(program.families[family].fib);
  }

  #addSets({ sets }: Program): void {
    const holders = [...(sets?.values() ?? [])].flatMap((set) => set.shape()?.regions ?? []);
    for (const { device } of holders.flatMap((region) => region.holders))
      if (device !== null) this.add(device.name, device.prefix);
  }

  #addRouting({ rules, tables }: Fib): void {
    for (const { iif, oif } of rules) for (const name of [iif, oif]) if (name !== null) this.add(name, false);
    for (const table of tables.values())
      for (const { route } of table.entries()) for (const { dev } of route.nexthops) this.add(dev ?? "", false);
  }

  add(name: string, prefix: boolean): void {
    (prefix ? this.#prefixes : this.#exact).add(name);
  }

  addRule(rule: CompiledRule): void {
    for (const { tests } of [rule, ...rule.then]) for (const test of tests) this.#addTest(test);
  }

  #addTest(test: Test): void {
    if (test.kind === "interface") this.add(test.name, test.prefix);
    else if (test.kind === "any" || test.kind === "all") for (const part of test.tests) this.#addTest(part);
    else if (test.kind === "not") this.#addTest(test.test);
  }

  devices(): Devices {
    return devicesOf(this.#exact, this.#prefixes);
  }
}
