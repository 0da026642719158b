import type { Action } from "../program/action.ts";
import type { CompiledRule, RulePart } from "../program/program.ts";
import type { ConntrackSpec, Test } from "../program/test.ts";
import type { Value } from "../program/value.ts";
import type { FieldName } from "./layout.ts";

/** Collects what rules read of a flow beside the packet: of most rulesets nothing, and then nobody need follow it. */
export class FlowReads {
  readonly #tuples = new Set<FieldName>();
  #sockets = false;

  /** The fields of a flow's two tuples that a rule reads. */
  get tuples(): ReadonlySet<FieldName> {
    return this.#tuples;
  }

  /** Does a rule read or give sockets of packets? */
  get sockets(): boolean {
    return this.#sockets;
  }

  addRule(rule: CompiledRule): void {
    this.#addPart(rule);
    for (const part of rule.then) this.#addPart(part);
  }

  #addPart({ tests, action }: RulePart): void {
    for (const test of tests) this.#addTest(test);
    if (action.kind === "tproxy" || action.kind === "assign-socket") this.#sockets = true;
    for (const value of ofAction(action)) this.#addValue(value);
  }

  #addTest(test: Test): void {
    if (test.kind === "all" || test.kind === "any") for (const part of test.tests) this.#addTest(part);
    else if (test.kind === "not") this.#addTest(test.test);
    else if (test.kind === "socket") this.#sockets = true;
    else if (test.kind === "compare") this.#addValue(test.value);
    else if (test.kind === "lookup") for (const value of test.key) this.#addValue(value);
    else if (test.kind === "conntrack") this.#addSpec(test.spec);
  }

  #addSpec(spec: ConntrackSpec): void {
    for (const [key, field] of OF_SPEC) if (spec[key] !== null) this.#tuples.add(field);
  }

  /** A value, and what it is made of. */
  #addValue(value: Value): void {
    if (value.kind === "tuple") this.#tuples.add(TUPLE_FIELDS[value.direction][value.field]);
    else if (value.kind === "socket") this.#sockets = true;
    for (const part of partsOf(value)) this.#addValue(part);
  }
}

/** Where the variables of a tuple stand. */
export const TUPLE_FIELDS: Readonly<
  Record<"original" | "reply", Readonly<Record<"src" | "dst" | "sport" | "dport", FieldName>>>
> = {
  original: { src: "origSrc", dst: "origDst", sport: "origSport", dport: "origDport" },
  reply: { src: "replSrc", dst: "replDst", sport: "replSport", dport: "replDport" },
};

const OF_SPEC = [
  ["origSrc", "origSrc"],
  ["origDst", "origDst"],
  ["replSrc", "replSrc"],
  ["replDst", "replDst"],
  ["origSrcPort", "origSport"],
  ["origDstPort", "origDport"],
  ["replSrcPort", "replSport"],
  ["replDstPort", "replDport"],
] as const satisfies readonly (readonly [keyof ConntrackSpec, FieldName])[];

const NO_VALUES: readonly Value[] = [];

function ofAction(action: Action): readonly Value[] {
  if (action.kind === "assign") return [action.value];
  if (action.kind === "verdict-map") return action.key;
  if (action.kind === "element") return [...action.key, ...action.data];
  if (action.kind !== "nat-values") return NO_VALUES;
  const { addresses, ports } = action.spec;
  return [addresses, ports].flatMap((range) => (range === null ? [] : [range.from, range.to]));
}

function partsOf(value: Value): readonly Value[] {
  if (value.kind === "binary") return [value.left, value.right];
  if (value.kind === "reversed") return [value.of];
  if (value.kind === "jhash") return value.of;
  return value.kind === "map" ? value.key : NO_VALUES;
}
