import type { Bdd, Ref } from "../bdd/bdd.ts";
import { FALSE, TRUE } from "../bdd/bdd.ts";
import type { Block, Blocks } from "./blocks.ts";

/** A set that is what some blocks may be, each for itself: a product. */
export interface Cube {
  /** What a block may be, as a function of its levels alone; a block that does not matter has none. */
  readonly guards: ReadonlyMap<Block, Ref>;
  readonly set: Ref;
}

const EVERYTHING: Cube = { guards: new Map(), set: TRUE };

/** What is left to cover where the levels of the first block are taken. */
interface Branch {
  readonly least: Ref;
  readonly most: Ref;
  /** What a product must name the block for. */
  rest: Ref;
  /** What no product covers yet. */
  left: Ref;
}

/**
 * Products that together hold all of `least` and nothing outside of `most` (which holds `least`): what lies between may be in or not.
 * They overlap where that makes them larger; mostly none can be left out (Minato 1992, with blocks for variables). Lazy: the first
 * ones cost little.
 */
export function* cover(bdd: Bdd, blocks: Blocks, least: Ref, most: Ref): Generator<Cube> {
  if (least === FALSE) return;
  if (most === TRUE) {
    yield EVERYTHING;
    return;
  }
  const block = blocks.of(Math.min(bdd.level(least), bdd.level(most)));
  const exits = new Exits(bdd, block, least, most);
  const common = everywhere(bdd, exits);
  const branches = exits.pairs.map(([own, allowed]): Branch => ({
    least: own,
    most: allowed,
    rest: bdd.minus(own, common),
    left: own,
  }));
  for (const branch of branches.toSorted((a, b) => bdd.level(b.most) - bdd.level(a.most))) {
    for (const cube of cover(bdd, blocks, branch.rest, branch.most)) {
      const fitting = new Set(branches.filter((other) => isHelped(bdd, other, cube.set)));
      for (const other of fitting) {
        if (other !== branch) other.rest = bdd.minus(other.rest, cube.set);
        other.left = bdd.minus(other.left, cube.set);
      }
      const guard = exits.guard((index) => {
        const other = branches[index];
        return other !== undefined && fitting.has(other);
      });
      yield { guards: new Map([[block, guard], ...cube.guards]), set: bdd.and(guard, cube.set) };
    }
  }
  yield* cover(bdd, blocks, bdd.union(branches.map(({ left }) => left)), common);
}

/** May the product hold for the branch, and does it take something there? Where there is nothing to take, it costs nothing either. */
function isHelped(bdd: Bdd, { least, most, left }: Branch, set: Ref): boolean {
  return (least === FALSE || bdd.meets(set, left)) && bdd.within(set, most);
}

/** What is allowed whatever the block is. */
function everywhere(bdd: Bdd, { pairs }: Exits): Ref {
  let common: Ref = TRUE;
  for (const [, allowed] of pairs.toSorted(([, a], [, b]) => bdd.level(b) - bdd.level(a))) {
    common = bdd.and(common, allowed);
    if (common === FALSE) break;
  }
  return common;
}

/** Where one comes out of a block, of two functions at once. */
class Exits {
  /** Each once. */
  readonly pairs: (readonly [Ref, Ref])[] = [];
  readonly #bdd: Bdd;
  readonly #block: Block;
  readonly #root: readonly [Ref, Ref];
  readonly #indices = new Map<string, number>();

  constructor(bdd: Bdd, block: Block, least: Ref, most: Ref) {
    this.#bdd = bdd;
    this.#block = block;
    this.#root = [least, most];
    const seen = new Set<string>();
    const pending: (readonly [Ref, Ref])[] = [this.#root];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const key = keyOf(next);
      if (seen.has(key)) continue;
      seen.add(key);
      const level = this.#levelOf(next);
      if (level < block.end) pending.push(this.#branch(next, level, true), this.#branch(next, level, false));
      else {
        this.#indices.set(key, this.pairs.length);
        this.pairs.push(next);
      }
    }
  }

  /** The values of the block for which one comes out at a wanted pair. */
  guard(isWanted: (index: number) => boolean): Ref {
    const known = new Map<string, Ref>();
    const below = (pair: readonly [Ref, Ref]): Ref => {
      const key = keyOf(pair);
      let guard = known.get(key);
      if (guard !== undefined) return guard;
      const level = this.#levelOf(pair);
      if (level < this.#block.end)
        guard = this.#bdd.node(level, below(this.#branch(pair, level, false)), below(this.#branch(pair, level, true)));
      else guard = isWanted(this.#indices.get(key) ?? -1) ? TRUE : FALSE;
      known.set(key, guard);
      return guard;
    };
    return below(this.#root);
  }

  #levelOf([least, most]: readonly [Ref, Ref]): number {
    return Math.min(this.#bdd.level(least), this.#bdd.level(most));
  }

  #branch([least, most]: readonly [Ref, Ref], level: number, high: boolean): readonly [Ref, Ref] {
    const at = (f: Ref): Ref => (this.#bdd.level(f) !== level ? f : high ? this.#bdd.high(f) : this.#bdd.low(f));
    return [at(least), at(most)];
  }
}

function keyOf([least, most]: readonly [Ref, Ref]): string {
  return `${String(least)} ${String(most)}`;
}
