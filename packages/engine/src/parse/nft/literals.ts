import type { NftExpression } from "../../model/nft.ts";

/** A word as a constant of the language. */
export type Literal = Extract<NftExpression, { readonly kind: "literal" }>;

/**
 * Words that come again and again: one value each, which is both faster and smaller than a new one at every place. Found by
 * the hash of the word; what is met for the first time leaves its hash only, since most addresses and names never come
 * again, and who has a slot keeps it. So neither time nor memory depend on how hostile the input is.
 */
export interface Literals {
  readonly hashes: Int32Array;
  readonly values: (Literal | null)[];
}

const ROOM = 1024;
/** Longer words are names of chains, or addresses. */
const LONGEST = 16;

export function newLiterals(): Literals {
  return { hashes: new Int32Array(ROOM), values: new Array<Literal | null>(ROOM).fill(null) };
}

export function newLiteral(text: string): Literal {
  return { kind: "literal", text, quoted: false };
}

/** Where a word starts, and in what. */
interface Place {
  readonly literals: Literals;
  readonly text: string;
  readonly at: number;
}

/** The word that ends at `end`; `hash` is that of its characters. */
export function literalOf({ literals: { hashes, values }, text, at }: Place, end: number, hash: number): Literal {
  if (end - at > LONGEST) return newLiteral(text.slice(at, end));
  // Hashes are spread by their lower bits; the upper ones are folded in.
  const slot = (hash ^ (hash >>> 16)) & (ROOM - 1);
  const known = values[slot] ?? null;
  if (known === null) {
    const literal = newLiteral(text.slice(at, end));
    if (hashes[slot] === hash) values[slot] = literal;
    else hashes[slot] = hash;
    return literal;
  }
  const isIt = hashes[slot] === hash && known.text.length === end - at && text.startsWith(known.text, at);
  return isIt ? known : newLiteral(text.slice(at, end));
}
