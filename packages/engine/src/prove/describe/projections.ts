import type { Bdd, Ref } from "../bdd/bdd.ts";
import { FALSE, LEAF, TRUE } from "../bdd/bdd.ts";
import type { Block, Blocks } from "./blocks.ts";

/** What is seen of a block on the way through a diagram. */
interface Seen {
  /** Where one comes into it. */
  readonly entries: Set<Ref>;
  /** The lowest level that one comes to from it at once: what lies between is free there. */
  furthest: number;
}

/** For each block that a set says something of: what it may be, whatever the others are. One pass over the diagram. */
export function projections(bdd: Bdd, blocks: Blocks, set: Ref): ReadonlyMap<Block, Ref> {
  const seen = passThrough(bdd, blocks, set);
  const found = new Map<Block, Ref>();
  for (const [block, { entries }] of seen) {
    const isFree = [...seen].some(([above, { furthest }]) => above.end <= block.first && furthest >= block.end);
    const guard = isFree ? TRUE : possible(bdd, block, entries);
    if (guard !== TRUE) found.set(block, guard);
  }
  return found;
}

function passThrough(bdd: Bdd, blocks: Blocks, set: Ref): ReadonlyMap<Block, Seen> {
  const found = new Map<Block, Seen>();
  const done = new Set<Ref>();
  const enter = (at: Ref): void => {
    const block = blocks.of(bdd.level(at));
    const seen = found.get(block);
    if (seen === undefined) found.set(block, { entries: new Set([at]), furthest: 0 });
    else seen.entries.add(at);
  };
  const pending: Ref[] = [set];
  if (set > FALSE) enter(set);
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    if (at <= FALSE || done.has(at)) continue;
    done.add(at);
    const block = blocks.of(bdd.level(at));
    const seen = found.get(block);
    for (const child of [bdd.low(at), bdd.high(at)]) {
      if (child === FALSE) continue;
      const level = bdd.level(child);
      if (level >= block.end) {
        if (seen !== undefined) seen.furthest = Math.max(seen.furthest, level === LEAF ? LEAF : blocks.of(level).first);
        if (child !== TRUE) enter(child);
      }
      pending.push(child);
    }
  }
  return found;
}

/** The values of a block with which one comes out at something. */
function possible(bdd: Bdd, block: Block, entries: ReadonlySet<Ref>): Ref {
  const known = new Map<Ref, Ref>();
  const below = (at: Ref): Ref => {
    if (bdd.level(at) >= block.end) return at === FALSE ? FALSE : TRUE;
    let guard = known.get(at);
    if (guard === undefined) {
      guard = bdd.node(bdd.level(at), below(bdd.low(at)), below(bdd.high(at)));
      known.set(at, guard);
    }
    return guard;
  };
  return bdd.union([...new Set([...entries].map(below))]);
}
