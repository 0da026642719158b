import { list, negate, phrase } from "../messages/explain/phrase.ts";
import type { Part, Phrase } from "../messages/explain/phrase.ts";
import { bitsIn } from "../owners/mark.ts";
import type { MarkMeaning } from "../owners/mark.ts";
import { printHex } from "../base/hex.ts";
import type { Scope } from "./scope.ts";

const ALL_BITS = 0xffff_ffff;

/** `(what & mask) === value`, as a clause. Of the packet's or its connection's mark, with what the value stands for. */
export function bitsTest(what: Phrase, bits: Bits, negated: boolean, scope: Scope | null): Phrase {
  const test = negate(plainTest(what, bits), negated);
  if (scope === null || (bits.value & ~bits.mask) !== 0) return test;
  const meaning = meaningOf(bits.value, bits.mask, scope);
  if (meaning === null) return test;
  // A bit that must be clear does not mean what it stands for.
  const isClear = bits.value === 0 || (negated && bitsIn(bits.mask) === 1);
  return phrase("bits-known", { test, meaning: isClear ? standsFor(bits.mask, scope) : meaning });
}

export interface Bits {
  readonly value: number;
  readonly mask: number;
}

/** A rule's test of the packet's mark. */
export interface MarkTest extends Bits {
  readonly negated: boolean;
}

function plainTest(what: Phrase, { value, mask }: Bits): Phrase {
  const params = { what, value: printHex(value), mask: printHex(mask) };
  if (mask === ALL_BITS) return phrase("bits-whole", { what, value: printHex(value) });
  if ((value & ~mask) !== 0) return phrase("bits-impossible", params);
  if (bitsIn(mask) === 1) return negate(phrase("bits-one", { what, mask: printHex(mask) }), value === 0);
  return value === 0 ? phrase("bits-none", { what, mask: printHex(mask) }) : phrase("bits-are", params);
}

/** What the bits stand for, as far as anybody knows; null: nobody does. */
export function meaningOf(value: number, mask: number, { node, owner }: Scope): Part | null {
  const known = node.owners.mark(value, mask, owner);
  if (known.length === 0) return null;
  return list(
    "plain",
    known.map((one) => meaningPart(one, owner === null || one.owner !== owner)),
  );
}

/** One meaning, with its owner's name where the place does not say it. */
function meaningPart(meaning: MarkMeaning, withOwner: boolean): Part {
  // The params are the groups of a pattern, which a test holds to the holes of its message.
  const means: Phrase = { id: meaning.means, negated: false, params: meaning.params };
  return withOwner ? phrase("meaning-of", { owner: meaning.owner.title, meaning: means }) : means;
}

/** `what = (what & ~mask) ^ value`, as a predicate: which bits are set, cleared, flipped, and what becomes of the others. */
export function bitsEffect(what: Phrase, { value, mask }: Bits, scope: Scope): Phrase {
  if (mask === ALL_BITS) {
    return phrase("mark-whole", { what, value: knownBits(value, mask, scope) });
  }
  const set = (value & mask) >>> 0;
  const cleared = (mask & ~value) >>> 0;
  const flipped = (value & ~mask) >>> 0;
  const changes: Phrase[] = [];
  if (set !== 0 && cleared !== 0) {
    changes.push(phrase("bits-become", { mask: printHex(mask), what, value: knownBits(set, mask, scope) }));
  } else if (set !== 0) {
    changes.push(withMeaning(phrase("bits-set", { bits: bitsPhrase(set), what }), set, set, scope));
  } else if (cleared !== 0) {
    changes.push(withMeaning(phrase("bits-cleared", { bits: bitsPhrase(cleared), what }), 0, cleared, scope));
  }
  if (flipped !== 0) {
    changes.push(withMeaning(phrase("bits-flipped", { bits: bitsPhrase(flipped), what }), 0, flipped, scope));
  }
  if (changes.length === 0) return phrase("mark-same", { what, value: `${printHex(value)}/${printHex(mask)}` });
  return phrase("mark-bits", { changes: list("and", changes) });
}

/** `0x200 (to a local proxy)`. */
export function knownBits(value: number, mask: number, scope: Scope): Part {
  return markText(printHex(value), { value, mask }, scope);
}

/** A mark as it was printed, and what it stands for. */
export function markText(text: string, { value, mask }: Bits, scope: Scope): Part {
  const meaning = meaningOf(value, mask, scope);
  return meaning === null ? text : phrase("value-known", { value: text, meaning });
}

/** A value of 0 names bits that are cleared or flipped: what they stand for. */
function withMeaning(effect: Phrase, value: number, mask: number, scope: Scope): Phrase {
  const meaning = meaningOf(value, mask, scope);
  if (meaning === null) return effect;
  return phrase("effect-known", { effect, meaning: value === 0 ? standsFor(mask, scope) : meaning });
}

/** What bits stand for that are not set: each by its number where there are several. */
function standsFor(mask: number, { node, owner }: Scope): Phrase {
  const known = node.owners.mark(0, mask, owner);
  const part = (one: MarkMeaning): Part => meaningPart(one, owner === null || one.owner !== owner);
  const [only] = known;
  if (only !== undefined && known.length === 1) return phrase("stands-for", { meaning: part(only) });
  const meanings = known.map((one) => phrase("bit-meaning", { bit: printHex(one.mask), meaning: part(one) }));
  return phrase("stand-for", { meanings: list("items", meanings) });
}

function bitsPhrase(mask: number): Phrase {
  return bitsIn(mask) === 1 ? phrase("bit", { mask: printHex(mask) }) : phrase("bits", { mask: printHex(mask) });
}
