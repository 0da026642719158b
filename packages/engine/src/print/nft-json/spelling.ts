import { datatype } from "../../ext/nft/datatypes.ts";
import type { Literal, TypeName } from "../../ext/nft/literals.ts";
import { parseTime } from "../../ext/nft/time.ts";
import { PRINTED_TYPES } from "../../ext/nft/vocabulary.ts";

const NUMBER = /^(?:\d{1,40}|0x[0-9a-f]{1,32})$/;

/**
 * A constant of nft's text as its JSON spells it: `0x10` of a mark is `16`, `1h` of a time `3600`; quoted: a string, whatever it
 * looks like. In a range JSON has names where the text has numbers (src/json.c, symbolic_constant_json).
 */
export function spellAsJson(literal: Literal, type: TypeName, ofRange: boolean): Literal {
  const { text, quoted } = literal;
  if (quoted) return literal;
  if (!NUMBER.test(text)) return type === "time" ? { ...literal, text: spellTime(text) } : literal;
  if (type !== null && PRINTED_TYPES.has(type)) return { ...literal, quoted: true };
  const name = ofRange && type !== null ? nameOf(Number(text), type) : undefined;
  return name === undefined ? { ...literal, text: spellNumber(text) } : { kind: "literal", text: name, quoted: true };
}

/** Ports have names, too, and JSON has their numbers. */
function nameOf(value: number, type: string): string | undefined {
  const symbols = type === "inet_service" ? null : (datatype(type)?.symbols ?? null);
  for (const [name, number] of symbols ?? []) if (number === value) return name;
  return undefined;
}

/** Whole seconds. */
function spellTime(text: string): string {
  const seconds = parseTime(text);
  return seconds === null ? text : String(Math.trunc(seconds));
}

/** JSON has signed numbers of 64 bits: larger ones are wrapped, and still larger ones stay hex. */
function spellNumber(text: string): string {
  const value = BigInt(text);
  return value >> 64n === 0n ? String(BigInt.asIntN(64, value)) : text;
}
