import { datatype } from "../../ext/nft/datatypes.ts";
import type { Literal, TypeName } from "../../ext/nft/literals.ts";
import { printTime } from "../../ext/nft/time.ts";
import { BIT_TYPES, PRINTED_TYPES } from "../../ext/nft/vocabulary.ts";

const NUMBER = /^-?\d{1,40}$/;

/** Datatypes whose names stand in quotes in nft's text. */
const QUOTED: ReadonlySet<string> = new Set(
  "ifname iface_index string time hour day devgroup realm uid gid cgroupsv2".split(" "),
);

/** How many digits the hex numbers of a type have at least in nft's text (src/datatype.c, .basefmt, and mark_type_print). */
const HEX_DIGITS: ReadonlyMap<string, number> = new Map([
  ["mark", 8],
  ["ether_type", 4],
  ["dscp", 2],
  ["xinteger", 1],
  ...[...BIT_TYPES].filter((type) => type !== "ct_label").map((type): [string, number] => [type, 1]),
]);

/**
 * A constant of JSON as nft's text spells it: `16` of a mark is `0x00000010`, `3600` of a time `1h`, `lo` of a device `"lo"`.
 * In a range the text has numbers where JSON has names (src/expression.c, range_expr_print).
 */
export function spellAsText(literal: Literal, type: TypeName, ofRange: boolean): Literal {
  if (type === null) return literal;
  const { text } = literal;
  if (literal.quoted && PRINTED_TYPES.has(type)) return { ...literal, quoted: false };
  if (!literal.quoted && NUMBER.test(text)) return { ...literal, text: spellNumber(text, type, ofRange) };
  const number = ofRange ? datatype(type)?.symbols?.get(text) : undefined;
  if (number !== undefined) return { kind: "literal", text: spellNumber(String(number), type, ofRange), quoted: false };
  return QUOTED.has(type) && text !== "missing" && text !== "exists" ? { ...literal, quoted: true } : literal;
}

function spellNumber(text: string, type: string, ofRange: boolean): string {
  if (type === "time") return ofRange ? `${text}s` : printTime(Number(text));
  const digits = HEX_DIGITS.get(type);
  if (digits === undefined) return text;
  // JSON has signed numbers of 64 bits: what is larger was wrapped.
  return `0x${BigInt.asUintN(64, BigInt(text)).toString(16).padStart(digits, "0")}`;
}
