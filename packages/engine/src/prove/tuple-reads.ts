import type { Action } from "../program/action.ts";
import type { CompiledRule, RulePart } from "../program/program.ts";
import type { ConntrackSpec, Test } from "../program/test.ts";
import type { Value } from "../program/value.ts";
import type { FieldName } from "./layout.ts";

/** The fields of a flow's two tuples that a rule reads: of most rulesets none, and then nobody need follow them. */
export function* tupleReads(rule: CompiledRule): Iterable<FieldName> {
  for (const part of [rule, ...rule.then]) {
    for (const spec of part.tests.flatMap(specsOf))
      for (const [key, field] of OF_SPEC) if (spec[key] !== null) yield field;
    for (const value of valuesOf(part)) if (value.kind === "tuple") yield TUPLE_FIELDS[value.direction][value.field];
  }
}

/** Does it read or give sockets of packets? */
export function asksForSockets(rule: CompiledRule): boolean {
  return [rule, ...rule.then].some((part) => {
    const { kind } = part.action;
    if (kind === "tproxy" || kind === "assign-socket" || part.tests.some(isSocketTest)) return true;
    for (const value of valuesOf(part)) if (value.kind === "socket") return true;
    return false;
  });
}

function isSocketTest(test: Test): boolean {
  if (test.kind === "all" || test.kind === "any") return test.tests.some(isSocketTest);
  return test.kind === "socket" || (test.kind === "not" && isSocketTest(test.test));
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

function specsOf(test: Test): readonly ConntrackSpec[] {
  if (test.kind === "conntrack") return [test.spec];
  if (test.kind === "all" || test.kind === "any") return test.tests.flatMap(specsOf);
  return test.kind === "not" ? specsOf(test.test) : [];
}

/** Every value that a part of a rule works with, and what those are made of. */
function* valuesOf({ tests, action }: RulePart): Iterable<Value> {
  for (const test of tests) for (const value of ofTest(test)) yield* withParts(value);
  for (const value of ofAction(action)) yield* withParts(value);
}

function ofTest(test: Test): readonly Value[] {
  if (test.kind === "compare") return [test.value];
  if (test.kind === "lookup") return test.key;
  if (test.kind === "all" || test.kind === "any") return test.tests.flatMap(ofTest);
  return test.kind === "not" ? ofTest(test.test) : [];
}

function ofAction(action: Action): readonly Value[] {
  if (action.kind === "assign") return [action.value];
  if (action.kind === "verdict-map") return action.key;
  if (action.kind === "element") return [...action.key, ...action.data];
  if (action.kind !== "nat-values") return [];
  const { addresses, ports } = action.spec;
  return [addresses, ports].flatMap((range) => (range === null ? [] : [range.from, range.to]));
}

function* withParts(value: Value): Iterable<Value> {
  yield value;
  const parts =
    value.kind === "binary"
      ? [value.left, value.right]
      : value.kind === "reversed"
        ? [value.of]
        : value.kind === "jhash"
          ? value.of
          : value.kind === "map"
            ? value.key
            : [];
  for (const part of parts) yield* withParts(part);
}
