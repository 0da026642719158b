import { FALSE, LEAF, NodeTable, TRUE } from "./table.ts";
import type { Ref } from "./table.ts";

export { FALSE, LEAF, TRUE } from "./table.ts";
export type { Ref } from "./table.ts";

/** Third keys of the operation cache; that of `ite` is its third function, which is never negative. */
const AND = -1;
const XOR = -2;
const EXISTS = -3;
/** Minus the quantified variables. */
const AND_EXISTS = -4;

/** Minus the third function: beyond every AND_EXISTS. */
const MEET = -(2 ** 30);

/** These are far from every AND_EXISTS: there are not so many nodes. */
const SIMPLIFY = -0x7fff_ffff;
const MEETS = -0x7fff_fffe;
const VARIABLES = -0x7fff_fffd;

/** 350 MB of nodes at the most. */
const DEFAULT_LIMIT = 1 << 24;

/** Nodes of a function that costs little on any level. */
const SMALL = 8;

/** A variable and its value. */
export interface Valued {
  readonly level: number;
  readonly value: boolean;
}

/** What stands for variables in `compose`, by level, and what is known of that already. Of one moment of one `Bdd`. */
export interface Substitution {
  readonly by: ReadonlyMap<number, Ref>;
  readonly known: Map<Ref, Ref>;
  /** No variable below this level is replaced. */
  readonly lowest: number;
  /** Levels of variables that large functions of higher ones stand for. */
  readonly lifted: readonly number[];
}

/**
 * Boolean functions as reduced ordered binary decision diagrams with complement edges (Bryant 1986). A variable is its level: the order
 * of levels is the order of variables. Every operation may throw `BddLimit`.
 */
export class Bdd {
  readonly #table: NodeTable;

  /** `limit`: nodes at most, 20 bytes each. */
  constructor(limit: number = DEFAULT_LIMIT) {
    this.#table = new NodeTable(limit);
  }

  /** Nodes in use. */
  get size(): number {
    return this.#table.size;
  }

  /** The level of the topmost variable; `LEAF` for TRUE and FALSE. */
  level(f: Ref): number {
    return this.#table.level(f);
  }

  low(f: Ref): Ref {
    return this.#table.low(f);
  }

  high(f: Ref): Ref {
    return this.#table.high(f);
  }

  /** The node itself: `low` and `high` depend on lower variables only. */
  node(level: number, low: Ref, high: Ref): Ref {
    return this.#table.node(level, low, high);
  }

  variable(level: number): Ref {
    return this.#table.node(level, FALSE, TRUE);
  }

  /** A place to `release` to. */
  mark(): number {
    return this.#table.mark();
  }

  /** Forgets every function made since. */
  release(mark: number): void {
    this.#table.release(mark);
  }

  not(f: Ref): Ref {
    return f ^ 1;
  }

  or(f: Ref, g: Ref): Ref {
    return this.and(f ^ 1, g ^ 1) ^ 1;
  }

  /** f without g. */
  minus(f: Ref, g: Ref): Ref {
    return this.and(f, g ^ 1);
  }

  /** Is there something that is in both? Makes no nodes, and stops at the first that is found. */
  meets(f: Ref, g: Ref): boolean {
    if (f === FALSE || g === FALSE || (f ^ g) === 1) return false;
    if (f === g || f === TRUE || g === TRUE) return true;
    if (f > g) return this.meets(g, f);
    const table = this.#table;
    const known = table.recall(f, g, MEETS);
    if (known >= 0) return known === TRUE;
    const level = Math.min(table.level(f), table.level(g));
    const isMet =
      this.meets(this.#lowAt(f, level), this.#lowAt(g, level)) ||
      this.meets(this.#highAt(f, level), this.#highAt(g, level));
    table.remember(f, g, MEETS, isMet ? TRUE : FALSE);
    return isMet;
  }

  /** Is there something that is in all three? Makes no nodes, as `meets`. */
  meetAll([f, g, h]: readonly [Ref, Ref, Ref]): boolean {
    if (f === TRUE || f === g) return this.meets(g, h);
    if (g === TRUE || g === h) return this.meets(f, h);
    if (h === TRUE || h === f) return this.meets(f, g);
    if (f === FALSE || g === FALSE || h === FALSE) return false;
    const table = this.#table;
    // That of `meets` has a third key that is no function.
    const known = table.recall(f, g, MEET - h);
    if (known >= 0) return known === TRUE;
    const level = Math.min(table.level(f), table.level(g), table.level(h));
    const isMet =
      this.meetAll([this.#lowAt(f, level), this.#lowAt(g, level), this.#lowAt(h, level)]) ||
      this.meetAll([this.#highAt(f, level), this.#highAt(g, level), this.#highAt(h, level)]);
    table.remember(f, g, MEET - h, isMet ? TRUE : FALSE);
    return isMet;
  }

  /** Is there nothing that is in both? */
  disjoint(f: Ref, g: Ref): boolean {
    return !this.meets(f, g);
  }

  /** Does f imply g? */
  within(f: Ref, g: Ref): boolean {
    return !this.meets(f, g ^ 1);
  }

  and(f: Ref, g: Ref): Ref {
    if (f === g || g === TRUE) return f;
    if (f === TRUE) return g;
    if (f === FALSE || g === FALSE || (f ^ g) === 1) return FALSE;
    if (f > g) return this.and(g, f);
    const table = this.#table;
    const known = table.recall(f, g, AND);
    if (known >= 0) return known;
    const levelF = table.level(f);
    const levelG = table.level(g);
    const level = Math.min(levelF, levelG);
    const low = this.and(levelF === level ? table.low(f) : f, levelG === level ? table.low(g) : g);
    const high = this.and(levelF === level ? table.high(f) : f, levelG === level ? table.high(g) : g);
    return table.remember(f, g, AND, table.node(level, low, high));
  }

  xor(f: Ref, g: Ref): Ref {
    if (f === g) return FALSE;
    if ((f ^ g) === 1) return TRUE;
    if (f <= FALSE) return g ^ f ^ 1;
    if (g <= FALSE) return f ^ g ^ 1;
    // Complements come out of an exclusive or.
    if (((f | g) & 1) !== 0) return this.xor(f & ~1, g & ~1) ^ ((f ^ g) & 1);
    if (f > g) return this.xor(g, f);
    const table = this.#table;
    const known = table.recall(f, g, XOR);
    if (known >= 0) return known;
    const levelF = table.level(f);
    const levelG = table.level(g);
    const level = Math.min(levelF, levelG);
    const low = this.xor(levelF === level ? table.low(f) : f, levelG === level ? table.low(g) : g);
    const high = this.xor(levelF === level ? table.high(f) : f, levelG === level ? table.high(g) : g);
    return table.remember(f, g, XOR, table.node(level, low, high));
  }

  /** g where f, else h. */
  ite(f: Ref, g: Ref, h: Ref): Ref {
    if (f === TRUE || g === h) return g;
    if (f === FALSE) return h;
    if (g <= FALSE) return g === TRUE ? this.or(f, h) : this.and(f ^ 1, h);
    if (h <= FALSE) return h === TRUE ? this.or(f ^ 1, g) : this.and(f, g);
    if ((g ^ h) === 1) return this.xor(f, h);
    if ((f & 1) !== 0) return this.ite(f ^ 1, h, g);
    const table = this.#table;
    const known = table.recall(f, g, h);
    if (known >= 0) return known;
    const level = Math.min(table.level(f), table.level(g), table.level(h));
    const low = this.ite(this.#lowAt(f, level), this.#lowAt(g, level), this.#lowAt(h, level));
    const high = this.ite(this.#highAt(f, level), this.#highAt(g, level), this.#highAt(h, level));
    return table.remember(f, g, h, table.node(level, low, high));
  }

  #lowAt(f: Ref, level: number): Ref {
    return this.#table.level(f) === level ? this.#table.low(f) : f;
  }

  #highAt(f: Ref, level: number): Ref {
    return this.#table.level(f) === level ? this.#table.high(f) : f;
  }

  /** The conjunction of the variables: what `exists` and `andExists` quantify over. */
  cube(levels: Iterable<number>): Ref {
    let cube: Ref = TRUE;
    for (const level of [...levels].sort((a, b) => b - a)) cube = this.#table.node(level, FALSE, cube);
    return cube;
  }

  /** The part of f where variables have these values, ascending by level: what they are alone is not made. */
  andValues(f: Ref, values: readonly Valued[]): Ref {
    return this.#andValues(f, values, 0, new Map());
  }

  #andValues(f: Ref, values: readonly Valued[], from: number, known: Map<Ref, Ref>): Ref {
    const next = values[from];
    if (f === FALSE || next === undefined) return f;
    const level = this.level(f);
    const at = level < next.level ? from : from + 1;
    if (level > next.level) {
      const below = this.#andValues(f, values, at, known);
      return this.node(next.level, next.value ? FALSE : below, next.value ? below : FALSE);
    }
    let result = known.get(f);
    if (result === undefined) {
      const fixed = level === next.level ? next.value : null;
      const low = fixed === true ? FALSE : this.#andValues(this.low(f), values, at, known);
      const high = fixed === false ? FALSE : this.#andValues(this.high(f), values, at, known);
      result = this.node(level, low, high);
      known.set(f, result);
    }
    return result;
  }

  /** Is there a value of the variables of `cube` for which f holds? */
  exists(f: Ref, cube: Ref): Ref {
    const table = this.#table;
    const level = table.level(f);
    let rest = cube;
    while (table.level(rest) < level) rest = table.high(rest);
    if (f <= FALSE || rest === TRUE) return f;
    const known = table.recall(f, rest, EXISTS);
    if (known >= 0) return known;
    const low = this.exists(table.low(f), rest);
    const isQuantified = table.level(rest) === level;
    const result =
      isQuantified && low === TRUE
        ? TRUE
        : isQuantified
          ? this.or(low, this.exists(table.high(f), rest))
          : table.node(level, low, this.exists(table.high(f), rest));
    return table.remember(f, rest, EXISTS, result);
  }

  /** `exists(and(f, g), cube)` without making the conjunction: the relational product. */
  andExists(f: Ref, g: Ref, cube: Ref): Ref {
    if (f === FALSE || g === FALSE || (f ^ g) === 1) return FALSE;
    if (f === TRUE || f === g) return this.exists(g, cube);
    if (g === TRUE) return this.exists(f, cube);
    if (f > g) return this.andExists(g, f, cube);
    const table = this.#table;
    const level = Math.min(table.level(f), table.level(g));
    let rest = cube;
    while (table.level(rest) < level) rest = table.high(rest);
    if (rest === TRUE) return this.and(f, g);
    const known = table.recall(f, g, AND_EXISTS - rest);
    if (known >= 0) return known;
    const low = this.andExists(this.#lowAt(f, level), this.#lowAt(g, level), rest);
    const isQuantified = table.level(rest) === level;
    const high =
      isQuantified && low === TRUE ? TRUE : this.andExists(this.#highAt(f, level), this.#highAt(g, level), rest);
    const result = isQuantified ? this.or(low, high) : table.node(level, low, high);
    return table.remember(f, g, AND_EXISTS - rest, result);
  }

  /** A function, mostly a smaller one, that is f wherever `care` holds (the restrict of Coudert, Madre 1990). */
  simplify(f: Ref, care: Ref): Ref {
    const table = this.#table;
    const level = table.level(f);
    let cares = care;
    while (table.level(cares) < level) cares = this.or(table.low(cares), table.high(cares));
    if (f <= FALSE || cares <= FALSE) return f;
    if (f === cares) return TRUE;
    if ((f ^ cares) === 1) return FALSE;
    const known = table.recall(f, cares, SIMPLIFY);
    if (known >= 0) return known;
    const careLow = this.#lowAt(cares, level);
    const careHigh = this.#highAt(cares, level);
    const result =
      careLow === FALSE
        ? this.simplify(table.high(f), careHigh)
        : careHigh === FALSE
          ? this.simplify(table.low(f), careLow)
          : table.node(level, this.simplify(table.low(f), careLow), this.simplify(table.high(f), careHigh));
    return table.remember(f, cares, SIMPLIFY, result);
  }

  /** What to put in the place of variables. Renaming is a substitution of variables. */
  substitution(by: ReadonlyMap<number, Ref>): Substitution {
    const lifted = [...by.keys()].filter((level) => {
      const to = by.get(level) ?? TRUE;
      return this.level(to) < level && !this.isSmall(to, SMALL);
    });
    return { by, known: new Map(), lowest: Math.max(-1, ...by.keys()), lifted };
  }

  /**
   * f with functions in the place of its variables, all at once. Large functions are asked first, so that they meet what f makes of either
   * answer once and not again on each level between.
   */
  compose(f: Ref, substitution: Substitution): Ref {
    const { by, lifted } = substitution;
    if (lifted.length === 0 || f <= FALSE) return this.#replaced(f, substitution);
    const levels = new Set(this.support(f));
    const level = lifted.find((one) => levels.has(one));
    if (level === undefined) return this.#replaced(f, substitution);
    const known = substitution.known.get(f);
    if (known !== undefined) return known;
    const [low, high] = [false, true].map((value) =>
      this.compose(this.restrict(f, new Map([[level, value]])), substitution),
    );
    const result = this.ite(by.get(level) ?? TRUE, high ?? TRUE, low ?? TRUE);
    substitution.known.set(f, result);
    return result;
  }

  #replaced(f: Ref, substitution: Substitution): Ref {
    const table = this.#table;
    const level = table.level(f);
    if (level > substitution.lowest) return f;
    const plain = f & ~1;
    let result = substitution.known.get(plain);
    if (result === undefined) {
      const low = this.#replaced(table.low(plain), substitution);
      const high = this.#replaced(table.high(plain), substitution);
      result = this.ite(substitution.by.get(level) ?? this.variable(level), high, low);
      substitution.known.set(plain, result);
    }
    return result ^ (f & 1);
  }

  /** f where some variables have these values. */
  restrict(f: Ref, values: ReadonlyMap<number, boolean>): Ref {
    const by = new Map([...values].map(([level, value]) => [level, value ? TRUE : FALSE]));
    return this.compose(f, this.substitution(by));
  }

  /** Does f hold for these values? */
  holds(f: Ref, valueOf: (level: number) => boolean): boolean {
    let at = f;
    while (at > FALSE) at = valueOf(this.level(at)) ? this.high(at) : this.low(at);
    return at === TRUE;
  }

  /** The union of many functions, halves first: as large as its parts, not as the last sum. */
  union(parts: readonly Ref[]): Ref {
    let row = [...parts];
    while (row.length > 1) {
      const next: Ref[] = [];
      for (let i = 0; i < row.length; i += 2) next.push(this.or(row[i] ?? FALSE, row[i + 1] ?? FALSE));
      row = next;
    }
    return row[0] ?? FALSE;
  }

  /** What is in all of them, the lowest variables first: each step then adds above what is there already. */
  intersection(parts: readonly Ref[]): Ref {
    let result: Ref = TRUE;
    for (const part of parts.toSorted((a, b) => this.level(b) - this.level(a))) result = this.and(part, result);
    return result;
  }

  /** Has f no more nodes than this? */
  isSmall(f: Ref, most: number): boolean {
    const seen = new Set<Ref>();
    const pending: Ref[] = [f & ~1];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (next === TRUE || seen.has(next)) continue;
      seen.add(next);
      if (seen.size > most) return false;
      pending.push(this.low(next) & ~1, this.high(next) & ~1);
    }
    return true;
  }

  /** The variables that f depends on, as a cube: many functions depend on the same ones. */
  variables(f: Ref): Ref {
    if (f <= FALSE) return TRUE;
    const table = this.#table;
    const plain = f & ~1;
    const known = table.recall(plain, TRUE, VARIABLES);
    if (known >= 0) return known;
    const below = this.and(this.variables(table.low(plain)), this.variables(table.high(plain)));
    return table.remember(plain, TRUE, VARIABLES, table.node(table.level(plain), FALSE, below));
  }

  /** The levels that f depends on, ascending. */
  support(f: Ref): readonly number[] {
    const seen = new Set<Ref>();
    const levels = new Set<number>();
    const pending: Ref[] = [f];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const plain = next & ~1;
      if (plain === TRUE || seen.has(plain)) continue;
      seen.add(plain);
      levels.add(this.level(plain));
      pending.push(this.low(plain), this.high(plain));
    }
    return [...levels].sort((a, b) => a - b);
  }

  /** How many values of so many variables f holds for; f depends on none but those of `levels`. */
  count(f: Ref, levels: readonly number[]): bigint {
    const ranks = new Map(levels.toSorted((a, b) => a - b).map((level, rank) => [level, rank]));
    const rankOf = (ref: Ref): number => (this.level(ref) === LEAF ? levels.length : (ranks.get(this.level(ref)) ?? 0));
    const known = new Map<Ref, bigint>();
    const below = (ref: Ref): bigint => {
      if (ref <= FALSE) return ref === TRUE ? 1n : 0n;
      let result = known.get(ref);
      if (result === undefined) {
        const rank = rankOf(ref);
        const branch = (to: Ref): bigint => below(to) << BigInt(rankOf(to) - rank - 1);
        result = branch(this.low(ref)) + branch(this.high(ref));
        known.set(ref, result);
      }
      return result;
    };
    return below(f) << BigInt(rankOf(f));
  }

  /** Values for which f holds, 0 wherever that is possible; null where there are none. Variables that do not matter are left out. */
  pick(f: Ref): ReadonlyMap<number, boolean> | null {
    if (f === FALSE) return null;
    const values = new Map<number, boolean>();
    for (let at = f; at !== TRUE;) {
      const goHigh = this.low(at) === FALSE;
      values.set(this.level(at), goHigh);
      at = goHigh ? this.high(at) : this.low(at);
    }
    return values;
  }
}
