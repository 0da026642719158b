import type { BaseChain, FamilyProgram, Program } from "../program/program.ts";
import { baseChains, chainsFrom } from "../prove/call-graph.ts";
import { askedBy } from "./asked.ts";
import { termsOf } from "./formula-set.ts";
import type { Condition, DevicePattern, Outcome, Query, RulePlace } from "./query.ts";

/** A name in a question that the snapshot does not have. */
export type MissingName =
  | {
      readonly what: "device" | "table" | "chain";
      readonly name: string;
      /** Names of that kind that there are. */
      readonly known: readonly string[];
    }
  /** Its rules are numbered up to `most`. */
  | { readonly what: "rule"; readonly chain: string; readonly rule: number; readonly most: number };

/** The tables that packets of a family come to and that have such a chain. */
export function tablesWith(family: FamilyProgram, chain: string): readonly string[] {
  const found = basesOf(family).filter(({ table }) => table.chain(chain) !== null);
  return [...new Set(found.map(({ table }) => table.name))];
}

function basesOf(family: FamilyProgram): readonly BaseChain[] {
  return [...baseChains(family)].map(({ base }) => base);
}

/** The first name that nothing on the node is called; null: there is none. Devices that are still to come are asked for by `name+`. */
export function missingName(program: Program, query: Query): MissingName | null {
  const devices: DevicePattern[] = [];
  const rules: RulePlace[] = [];
  for (const term of termsOf<Condition | Outcome>([...query.conditions, ...query.outcomes])) {
    if (term.kind === "device" || term.kind === "leave") devices.push(term.device);
    else if (term.kind === "rule") rules.push(term.rule);
  }
  const missing = [
    ...devices.map((device) => missingDevice(program, device)),
    ...rules.map((rule) => missingRule(program, query, rule)),
  ];
  return missing.find((name) => name !== null) ?? null;
}

/** Devices that the conditions ask for by the beginning of a name (`cali+`), where no device is named so. */
export function absentDevices({ links, hasLinks }: Program, { conditions }: Query): readonly string[] {
  if (!hasLinks) return [];
  const names = [...links.keys()];
  return [...termsOf(conditions)].flatMap((term) =>
    term.kind === "device" && term.device.prefix && !names.some((name) => name.startsWith(term.device.name))
      ? [`${term.device.name}+`]
      : [],
  );
}

function missingDevice({ links, hasLinks }: Program, { name, prefix }: DevicePattern): MissingName | null {
  if (prefix || !hasLinks || links.has(name)) return null;
  return { what: "device", name, known: [...links.keys()] };
}

function missingRule(program: Program, query: Query, { table, chain, rule }: RulePlace): MissingName | null {
  const families = new Set(askedBy(query).map(({ family }) => family));
  const bases = [...families].flatMap((family) => basesOf(program.families[family]));
  const own = table === null ? bases : bases.filter((base) => base.table.name === table);
  if (own.length === 0 && table !== null) {
    return { what: "table", name: table, known: [...new Set(bases.map((base) => base.table.name))] };
  }
  const chains = own.flatMap((base) => base.table.chain(chain) ?? []);
  if (chains.length === 0) {
    // A name means another chain in each table.
    const known = own.flatMap((base) => chainsFrom([base], program.nftSets)).map(({ name }) => name);
    return { what: "chain", name: chain, known: [...new Set(known)] };
  }
  const most = Math.max(...chains.map(({ rules }) => rules.length));
  return rule <= most ? null : { what: "rule", chain, rule, most };
}
