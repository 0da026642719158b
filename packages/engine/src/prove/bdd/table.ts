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

/** Room that is not used costs nothing: the system gives memory where it is written. */
const FIRST_NODES = 1 << 17;
const FIRST_CACHED = 1 << 17;
const MOST_CACHED = 1 << 21;

/** A node's four numbers stand side by side, where one look at the memory finds them all. */
const LEVEL = 0;
const LOW = 1;
const HIGH = 2;
/** The next node of the same bucket; 0 (the leaf is in none) ends it. */
const NEXT = 3;

/**
 * Nodes by level and branches, each there once, in typed arrays: 20 bytes a node, 16 for a place of the operation cache. A high branch
 * is never a complement, which makes the form canonical (Brace, Rudell, Bryant 1990).
 */
export class NodeTable {
  readonly #limit: number;
  #size = 1;
  #capacity = FIRST_NODES;
  #nodes = new Int32Array(FIRST_NODES * 4);
  #buckets = new Int32Array(FIRST_NODES);
  /** Results of operations, newest wins: three keys, and the result plus 1. A place is empty where that is 0. */
  #cached = new Int32Array(FIRST_CACHED * 4);

  constructor(limit: number) {
    this.#limit = limit;
    this.#nodes[LEVEL] = LEAF;
  }

  /** Nodes in use, the leaf included. */
  get size(): number {
    return this.#size;
  }

  level(ref: Ref): number {
    return this.#nodes[(ref >>> 1) * 4 + LEVEL] ?? LEAF;
  }

  /** The function where its topmost variable is 0. */
  low(ref: Ref): Ref {
    return (this.#nodes[(ref >>> 1) * 4 + LOW] ?? 0) ^ (ref & 1);
  }

  /** The function where its topmost variable is 1. */
  high(ref: Ref): Ref {
    return (this.#nodes[(ref >>> 1) * 4 + HIGH] ?? 0) ^ (ref & 1);
  }

  /** The function that is `high` where the variable of the level is 1, else `low`; both are of lower levels. */
  node(level: number, low: Ref, high: Ref): Ref {
    if (low === high) return low;
    const flip = high & 1;
    return this.#find(level, low ^ flip, high ^ flip) * 2 + flip;
  }

  #find(level: number, low: Ref, high: Ref): number {
    const nodes = this.#nodes;
    const bucket = hash(level, low, high) & (this.#buckets.length - 1);
    for (let at = this.#buckets[bucket] ?? 0; at !== 0; at = nodes[at * 4 + NEXT] ?? 0) {
      if (nodes[at * 4 + LOW] === low && nodes[at * 4 + HIGH] === high && nodes[at * 4 + LEVEL] === level) return at;
    }
    return this.#add(level, low, high);
  }

  #add(level: number, low: Ref, high: Ref): number {
    if (this.#size >= this.#limit) throw new BddLimit(this.#limit);
    if (this.#size === this.#capacity) this.#grow();
    const at = this.#size++;
    this.#nodes[at * 4 + LEVEL] = level;
    this.#nodes[at * 4 + LOW] = low;
    this.#nodes[at * 4 + HIGH] = high;
    this.#enter(at);
    return at;
  }

  #enter(at: number): void {
    const bucket = this.#bucketOf(at);
    this.#nodes[at * 4 + NEXT] = this.#buckets[bucket] ?? 0;
    this.#buckets[bucket] = at;
  }

  #bucketOf(at: number): number {
    const nodes = this.#nodes;
    const key = hash(nodes[at * 4 + LEVEL] ?? 0, nodes[at * 4 + LOW] ?? 0, nodes[at * 4 + HIGH] ?? 0);
    return key & (this.#buckets.length - 1);
  }

  #grow(): void {
    this.#capacity *= 2;
    this.#nodes = grown(this.#nodes, this.#capacity * 4);
    this.#buckets = new Int32Array(this.#capacity);
    for (let at = 1; at < this.#size; at++) this.#enter(at);
    if (this.#capacity <= MOST_CACHED) this.#growCache();
  }

  /** What is known moves on: half of the operations of a large question have been seen before. */
  #growCache(): void {
    const before = this.#cached;
    this.#cached = new Int32Array(this.#capacity * 4);
    for (let at = 0; at < before.length; at += 4) {
      const result = before[at + 3] ?? 0;
      if (result !== 0) this.remember(before[at] ?? 0, before[at + 1] ?? 0, before[at + 2] ?? 0, result - 1);
    }
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
      this.#buckets[this.#bucketOf(at)] = this.#nodes[at * 4 + NEXT] ?? 0;
    }
    this.#cached.fill(0);
  }

  /** The result that `remember` kept for these keys, or -1. */
  recall(a: number, b: number, c: number): Ref {
    const at = this.#cachePlace(a, b, c);
    const cached = this.#cached;
    return cached[at] === a && cached[at + 1] === b && cached[at + 2] === c ? (cached[at + 3] ?? 0) - 1 : -1;
  }

  remember(a: number, b: number, c: number, result: Ref): Ref {
    const at = this.#cachePlace(a, b, c);
    const cached = this.#cached;
    cached[at] = a;
    cached[at + 1] = b;
    cached[at + 2] = c;
    cached[at + 3] = result + 1;
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

function grown(from: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const to = new Int32Array(length);
  to.set(from);
  return to;
}
