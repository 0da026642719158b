/** The kernel's jhash2 (include/linux/jhash.h): Bob Jenkins' lookup3 over 32-bit words. All values are unsigned 32 bits. */
const INITIAL = 0xdead_beef;

export function jhash2(words: readonly number[], seed: number): number {
  return hashed(words, (INITIAL + (words.length << 2) + seed) >>> 0);
}

/** `jhash`: the same over bytes, the first of a word the least; the last word is filled with zeros. */
export function jhash(bytes: readonly number[], seed: number): number {
  const words: number[] = [];
  for (const [at, byte] of bytes.entries()) words[at >> 2] = ((words[at >> 2] ?? 0) | (byte << (8 * (at & 3)))) >>> 0;
  return hashed(words, (INITIAL + bytes.length + seed) >>> 0);
}

function hashed(words: readonly number[], start: number): number {
  const state: State = [start, start, start];
  let at = 0;
  for (; words.length - at > 3; at += 3) {
    add(state, words, at, 3);
    mix(state);
  }
  if (at < words.length) {
    add(state, words, at, words.length - at);
    final(state);
  }
  return state[2];
}

type State = [a: number, b: number, c: number];

function add(state: State, words: readonly number[], at: number, count: number): void {
  for (const i of [0, 1, 2] as const) if (i < count) state[i] = (state[i] + (words[at + i] ?? 0)) >>> 0;
}

function rotate(value: number, bits: number): number {
  return ((value << bits) | (value >>> (32 - bits))) >>> 0;
}

/** One line each of `x -= y; x ^= rol(y, bits); y += z`, as [x, y, z, bits]. */
const MIX = [
  [0, 2, 1, 4],
  [1, 0, 2, 6],
  [2, 1, 0, 8],
  [0, 2, 1, 16],
  [1, 0, 2, 19],
  [2, 1, 0, 4],
] as const;

function mix(s: State): void {
  for (const [x, y, z, bits] of MIX) {
    s[x] = (((s[x] - s[y]) >>> 0) ^ rotate(s[y], bits)) >>> 0;
    s[y] = (s[y] + s[z]) >>> 0;
  }
}

/** One line each of `x ^= y; x -= rol(y, bits)`. */
const FINAL = [
  [2, 1, 14],
  [0, 2, 11],
  [1, 0, 25],
  [2, 1, 16],
  [0, 2, 4],
  [1, 0, 14],
  [2, 1, 24],
] as const;

function final(s: State): void {
  for (const [x, y, bits] of FINAL) s[x] = (((s[x] ^ s[y]) >>> 0) - rotate(s[y], bits)) >>> 0;
}
