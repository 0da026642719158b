import { BddLimit } from "./limit.ts";

/**
 * A function of boolean variables: twice the place of its node, plus 1 where it is that node's complement. Of one `Bdd` equal
 * functions are equal numbers.
 */
export type Ref = number;

export const TRUE: Ref = 0;
export const FALSE: Ref = 1;

/** The level of the leaf, below every variable. */
export const LEAF = 0xffff;

const FIRST_NODES = 1 << 14;
const MOST_CACHED = 1 << 20;

/**
 * Nodes by level and branches, each there once, in typed arrays: 14 bytes a node, 16 for a place of the operation cache. A high branch
 * is never a complement, which makes the form canonical (Brace, Rudell, Bryant 1990).
 */
export class NodeTable {
  readonly #limit: number;
  #size = 1;
  #levels: Uint16Array;
  #lows: Int32Array;
  #highs: Int32Array;
  /** The next node of the same bucket; 0 (the leaf is in none) ends it. */
  #nexts: Int32Array;
  #buckets: Int32Array;
  /** Results of operations, newest wins: three keys and the result. A place is empty where the result is -1. */
  #cached: Int32Array;

  constructor(limit: number) {
    this.#limit = limit;
    this.#levels = new Uint16Array(FIRST_NODES);
    this.#lows = new Int32Array(FIRST_NODES);
    this.#highs = new Int32Array(FIRST_NODES);
    this.#nexts = new Int32Array(FIRST_NODES);
    this.#buckets = new Int32Array(FIRST_NODES);
    this.#cached = new Int32Array(FIRST_NODES * 4).fill(-1);
    this.#levels[0] = LEAF;
  }

  /** Nodes in use, the leaf included. */
  get size(): number {
    return this.#size;
  }

  level(ref: Ref): number {
    return this.#levels[ref >>> 1] ?? LEAF;
  }

  /** The function where its topmost variable is 0. */
  low(ref: Ref): Ref {
    return (this.#lows[ref >>> 1] ?? 0) ^ (ref & 1);
  }

  /** The function where its topmost variable is 1. */
  high(ref: Ref): Ref {
    return (this.#highs[ref >>> 1] ?? 0) ^ (ref & 1);
  }

  /** The function that is `high` where the variable of the level is 1, else `low`; both are of lower levels. */
  node(level: number, low: Ref, high: Ref): Ref {
    if (low === high) return low;
    const flip = high & 1;
    return this.#find(level, low ^ flip, high ^ flip) * 2 + flip;
  }

  #find(level: number, low: Ref, high: Ref): number {
    const bucket = hash(level, low, high) & (this.#buckets.length - 1);
    const first = this.#buckets[bucket] ?? 0;
    for (let at = first; at !== 0; at = this.#nexts[at] ?? 0) {
      if (this.#lows[at] === low && this.#highs[at] === high && this.#levels[at] === level) return at;
    }
    return this.#add(level, low, high);
  }

  #add(level: number, low: Ref, high: Ref): number {
    if (this.#size >= this.#limit) throw new BddLimit(this.#limit);
    if (this.#size === this.#levels.length) this.#grow();
    const at = this.#size++;
    this.#levels[at] = level;
    this.#lows[at] = low;
    this.#highs[at] = high;
    this.#enter(at);
    return at;
  }

  #enter(at: number): void {
    const bucket = this.#bucketOf(at);
    this.#nexts[at] = this.#buckets[bucket] ?? 0;
    this.#buckets[bucket] = at;
  }

  #bucketOf(at: number): number {
    return hash(this.#levels[at] ?? 0, this.#lows[at] ?? 0, this.#highs[at] ?? 0) & (this.#buckets.length - 1);
  }

  #grow(): void {
    const length = this.#levels.length * 2;
    this.#levels = grown(this.#levels, new Uint16Array(length));
    this.#lows = grown(this.#lows, new Int32Array(length));
    this.#highs = grown(this.#highs, new Int32Array(length));
    this.#nexts = grown(this.#nexts, new Int32Array(length));
    this.#buckets = new Int32Array(length);
    for (let at = 1; at < this.#size; at++) this.#enter(at);
    if (length <= MOST_CACHED) this.#cached = new Int32Array(length * 4).fill(-1);
  }

  /** The nodes there are now: an argument of `release`. */
  mark(): number {
    return this.#size;
  }

  /** Forgets every node made since `mark`; refs to them mean nothing afterwards. The newest node is always the first of its bucket. */
  release(mark: number): void {
    if (mark >= this.#size) return;
    while (this.#size > mark) {
      const at = --this.#size;
      this.#buckets[this.#bucketOf(at)] = this.#nexts[at] ?? 0;
    }
    this.#cached.fill(-1);
  }

  /** The result that `remember` kept for these keys, or -1. */
  recall(a: number, b: number, c: number): Ref {
    const at = this.#cachePlace(a, b, c);
    const cached = this.#cached;
    return cached[at] === a && cached[at + 1] === b && cached[at + 2] === c ? (cached[at + 3] ?? -1) : -1;
  }

  remember(a: number, b: number, c: number, result: Ref): Ref {
    const at = this.#cachePlace(a, b, c);
    const cached = this.#cached;
    cached[at] = a;
    cached[at + 1] = b;
    cached[at + 2] = c;
    cached[at + 3] = result;
    return result;
  }

  #cachePlace(a: number, b: number, c: number): number {
    return (hash(a, b, c) & ((this.#cached.length >>> 2) - 1)) << 2;
  }
}

function hash(a: number, b: number, c: number): number {
  let h = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35);
  h ^= h >>> 15;
  h = Math.imul(h, 0x2c1b3c6d);
  return (h ^ (h >>> 13)) >>> 0;
}

function grown<T extends Int32Array | Uint16Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
