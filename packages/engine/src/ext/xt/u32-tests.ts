import type { Range } from "../../base/ranges.ts";
import type { U32Step } from "../../program/test.ts";
import type { Codec } from "./codec.ts";
import { parseUnsigned } from "./codecs.ts";
import { hex } from "./codecs-target.ts";

/** U32MAXSIZE, include/uapi/linux/netfilter/xt_u32.h: so many numbers in a location, values to compare, and comparisons. */
const MAX = 10;
const MAX_SHIFT = 31;

/** `location=value,low:high`. */
export interface U32Test {
  readonly location: readonly U32Step[];
  /** In the order written. */
  readonly values: readonly Range[];
}

/** `6&0xFF=1 && 4=0x10:0x20,7`; printed in hex without blanks. */
export const u32Tests: Codec<readonly U32Test[]> = {
  words: 1,
  parse(text) {
    const parts = text.split("&&", MAX + 2);
    const tests = parts.map(parseTest).filter((test) => test !== null);
    return tests.length === parts.length && tests.length <= MAX + 1 ? tests : undefined;
  },
  print: (tests) => `"${tests.map(printTest).join("&&")}"`,
};

function parseTest(text: string): U32Test | null {
  const equals = text.indexOf("=");
  if (equals < 0) return null;
  const location = parseLocation(text.slice(0, equals));
  const values = text
    .slice(equals + 1)
    .split(",", MAX + 1)
    .map(parseValue);
  const known = values.filter((value) => value !== null);
  return location === null || known.length !== values.length || values.length > MAX
    ? null
    : { location, values: known };
}

function parseValue(text: string): Range | null {
  const [low = "", high = low, ...more] = text.split(":", 3);
  const from = parseUnsigned(low.trim());
  const to = parseUnsigned(high.trim());
  return from === undefined || to === undefined || more.length > 0 ? null : { from, to };
}

const OPERATORS = ["&", "<<", ">>", "@"] as const;

function parseLocation(text: string): readonly U32Step[] | null {
  const steps: U32Step[] = [];
  let operator: (typeof OPERATORS)[number] | null = null;
  let rest = text;
  for (;;) {
    const end = rest.search(/&|<<|>>|@/);
    const number = parseUnsigned((end < 0 ? rest : rest.slice(0, end)).trim());
    const step = number === undefined ? null : stepOf(operator, number);
    if (step === null || steps.push(step) > MAX + 1) return null;
    if (end < 0) return steps;
    operator = OPERATORS.find((one) => rest.startsWith(one, end)) ?? null;
    rest = rest.slice(end + (operator?.length ?? 1));
  }
}

function stepOf(operator: (typeof OPERATORS)[number] | null, number: number): U32Step | null {
  switch (operator) {
    case null:
      return { kind: "read", at: number };
    case "&":
      return { kind: "and", value: number };
    case "<<":
      return number <= MAX_SHIFT ? { kind: "left", bits: number } : null;
    case ">>":
      return number <= MAX_SHIFT ? { kind: "right", bits: number } : null;
    case "@":
      return { kind: "at", offset: number };
  }
}

function printTest({ location, values }: U32Test): string {
  return `${location.map(printStep).join("")}=${values.map(printValue).join(",")}`;
}

function printStep(step: U32Step): string {
  switch (step.kind) {
    case "read":
      return hex(step.at);
    case "and":
      return `&${hex(step.value)}`;
    case "left":
      return `<<${hex(step.bits)}`;
    case "right":
      return `>>${hex(step.bits)}`;
    case "at":
      return `@${hex(step.offset)}`;
  }
}

function printValue({ from, to }: Range): string {
  return from === to ? hex(from) : `${hex(from)}:${hex(to)}`;
}
