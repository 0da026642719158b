import type { CompiledRule, Fib, Program } from "../program/program.ts";
import type { Family } from "../base/address.ts";
import { nameOfDatum } from "../ext/nft/datatypes.ts";
import type { Test } from "../program/test.ts";
import type { DataRange } from "../program/value-set.ts";
import type { SetReference, Value } from "../program/value.ts";

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
  readonly #nftSets: Program["nftSets"];

  constructor(program: Program, family: Family) {
    this.#nftSets = program.nftSets;
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
    for (const { tests, action } of [rule, ...rule.then]) {
      for (const test of tests) this.#addTest(test);
      if (action.kind === "verdict-map") this.#addKey(action.key, action.set);
      else if (action.kind === "assign") this.#addValue(action.value);
    }
  }

  #addTest(test: Test): void {
    if (test.kind === "interface") this.add(test.name, test.prefix);
    else if (test.kind === "any" || test.kind === "all") for (const part of test.tests) this.#addTest(part);
    else if (test.kind === "not") this.#addTest(test.test);
    else if (test.kind === "lookup") this.#addKey(test.key, test.set);
    else if (test.kind === "compare") {
      this.#addValue(test.value);
      for (const range of test.ranges) this.#addRange(test.value, range);
    }
  }

  #addValue(value: Value): void {
    if (value.kind === "map") this.#addKey(value.key, value.set);
    else if (value.kind === "reversed") this.#addValue(value.of);
  }

  /** Names in the elements of a set whose keys have a device. */
  #addKey(key: readonly Value[], reference: SetReference): void {
    if (!key.some(({ kind }) => kind === "device")) return;
    const set = reference.kind === "anonymous" ? reference.set : this.#nftSets.get(reference.id);
    for (const { key: ranges } of set?.elements ?? [])
      for (const [index, range] of (ranges ?? []).entries()) this.#addRange(key[index], range);
  }

  /** One name, or all that begin so: 16 bytes. */
  #addRange(value: Value | undefined, { from, to }: DataRange): void {
    if (value?.kind !== "device" || value.what !== "name" || typeof from !== "bigint") return;
    this.add(nameOfDatum(from), from !== to);
  }

  /** `beside`: with those of another program, too. */
  devices(beside: DeviceNames = this): Devices {
    return devicesOf(new Set([...this.#exact, ...beside.#exact]), new Set([...this.#prefixes, ...beside.#prefixes]));
  }
}
