import type { Bdd, Ref } from "../bdd/bdd.ts";
import { FALSE, TRUE } from "../bdd/bdd.ts";
import { everyPacket } from "../domain.ts";
import { FIELDS } from "../layout.ts";
import type { FieldName, Layout } from "../layout.ts";
import type { Space } from "../space.ts";
import { blocksOf, singleBits } from "./blocks.ts";
import type { Block } from "./blocks.ts";
import { cover } from "./cover.ts";
import type { Cube } from "./cover.ts";
import type { Assumed, Description, Product, Term } from "./description.ts";
import { TOLD_FIRST } from "./field-names.ts";
import { projections } from "./projections.ts";
import { hullOf, termOf } from "./values.ts";

export interface DescribeOptions {
  /** Packets that are spoken of: what all of them have is not said. Default: every packet that there is. */
  readonly among?: Ref;
  /** The most products that are listed. */
  readonly most?: number;
}

const MOST_PRODUCTS = 20;
/** So many are looked at for one that is listed: neighbours become one. */
const LOOKED_AT = 3;

/**
 * A set of packets as a short list of products, exact where `rest` is null. Takes the time of some dozens of passes over the diagram,
 * whatever the set; makes nodes, and forgets them. `BddLimit` where there is no room.
 */
export function describeSet(space: Space, set: Ref, options: DescribeOptions = {}): Description {
  const { bdd } = space;
  const most = options.most ?? MOST_PRODUCTS;
  const before = bdd.mark();
  try {
    const among = unknownsLast(space, options.among ?? everyPacket(space));
    return description(space, unknownsLast(space, set), among, most);
  } finally {
    bdd.release(before);
  }
}

/** The same with what nobody knows behind all fields: bits of unknown numbers stand between those of a field. */
function unknownsLast(space: Space, set: Ref): Ref {
  const { bdd, layout } = space;
  const moved = new Map<number, Ref>();
  for (const level of bdd.support(set)) {
    const unknown = level < layout.end ? space.unknownAt(level) : null;
    if (unknown !== null) moved.set(level, space.unknown(`told ${String(level)}`, unknown));
  }
  return moved.size === 0 ? set : bdd.compose(set, bdd.substitution(moved));
}

function description(space: Space, set: Ref, among: Ref, most: number): Description {
  const { bdd } = space;
  const own = bdd.and(set, among);
  const allowed = bdd.or(own, bdd.not(among));
  const cubes: Cube[] = [];
  for (const cube of cover(bdd, blocksOf(space.layout), own, allowed)) {
    if (cubes.length === most * LOOKED_AT) break;
    for (const plain of withoutPairs(space, cube)) cubes.push(plain);
  }
  const kept = withoutNeedless(bdd, own, merged(bdd, cubes));
  const told = kept.toSorted((a, b) => a.guards.size - b.guards.size).slice(0, most);
  const products: Product[] = [];
  const every = projections(bdd, blocksOf(space.layout), among);
  let left = own;
  for (const cube of told) {
    const needed = projections(bdd, blocksOf(space.layout), bdd.and(cube.set, own));
    const product = productOf(space, cube, { every, needed });
    if (product === null) continue;
    products.push(product);
    left = bdd.minus(left, cube.set);
  }
  const rest = left === FALSE ? null : hull(space, left, among);
  return { products, rest };
}

/** Fields whose bits take turns are told one by one: more cubes, where one depends on the other. */
function* withoutPairs({ bdd, layout }: Space, cube: Cube): Iterable<Cube> {
  const pair = [...cube.guards].find(([block]) => block.fields.length > 1);
  if (pair === undefined) {
    yield cube;
    return;
  }
  const [block, guard] = pair;
  const others = new Map([...cube.guards].filter(([other]) => other !== block));
  const rest = bdd.intersection([...others.values()]);
  for (const part of partsOf(bdd, layout.bits, block, guard)) {
    const guards = new Map([...others, ...part]);
    yield { guards, set: bdd.and(rest, bdd.intersection([...part.values()])) };
  }
}

const SINGLE_FIELDS = new Map<FieldName, Block>(FIELDS.map((field) => [field, { fields: [field], first: 0, end: 0 }]));

/** What a block of several fields may be, as products of what each of them may be. */
function* partsOf(bdd: Bdd, bits: Layout["bits"], block: Block, guard: Ref): Iterable<ReadonlyMap<Block, Ref>> {
  const { fields } = block;
  const each = fields.map((field) => alone(bdd, bits, block, field)(guard));
  const asMap = (guards: readonly Ref[]): ReadonlyMap<Block, Ref> =>
    new Map(
      fields.flatMap((field, index) => {
        const single = SINGLE_FIELDS.get(field);
        const own = guards[index] ?? TRUE;
        return single === undefined || own === TRUE ? [] : [[single, own] as const];
      }),
    );
  if (bdd.intersection(each) === guard) {
    yield asMap(each);
    return;
  }
  const levels = fields.map((field) => new Set(levelsOf(bits, field)));
  for (const cube of cover(bdd, singleBits(), guard, guard))
    yield asMap(
      levels.map((own) =>
        bdd.intersection([...cube.guards].flatMap(([{ first }, bit]) => (own.has(first) ? [bit] : []))),
      ),
    );
}

/** Cubes that differ in one block are one. */
function merged(bdd: Bdd, cubes: readonly Cube[]): readonly Cube[] {
  const row = [...cubes];
  for (let i = 0; i < row.length; i++) {
    for (let j = i + 1; j < row.length; j++) {
      const both = joined(bdd, row[i], row[j]);
      if (both === null) continue;
      row.splice(j, 1);
      row[i] = both;
      // It may fit to one that it did not fit to before.
      i = -1;
      break;
    }
  }
  return row;
}

function joined(bdd: Bdd, a: Cube | undefined, b: Cube | undefined): Cube | null {
  if (a === undefined || b === undefined) return null;
  if (bdd.within(b.set, a.set)) return a;
  if (bdd.within(a.set, b.set)) return b;
  const blocks = [...new Set([...a.guards.keys(), ...b.guards.keys()])];
  const different = blocks.filter((block) => a.guards.get(block) !== b.guards.get(block));
  const [block] = different;
  if (different.length !== 1 || block === undefined) return null;
  const guard = bdd.or(a.guards.get(block) ?? TRUE, b.guards.get(block) ?? TRUE);
  const guards = new Map([...a.guards, [block, guard] as const]);
  if (guard === TRUE) guards.delete(block);
  return { guards, set: bdd.or(a.set, b.set) };
}

/** Leaves out what the others hold together, the longest first. */
function withoutNeedless(bdd: Bdd, set: Ref, cubes: readonly Cube[]): readonly Cube[] {
  let kept = cubes.toSorted((a, b) => a.guards.size - b.guards.size);
  for (const cube of kept.toReversed()) {
    const others = kept.filter((other) => other !== cube);
    if (bdd.within(bdd.and(cube.set, set), bdd.union(others.map((other) => other.set)))) kept = others;
  }
  return kept;
}

/** What blocks of some packets may be, each for itself. */
interface Spoken {
  /** Of all that are spoken of. */
  readonly every: ReadonlyMap<Block, Ref>;
  /** Of those that the product is there for. */
  readonly needed: ReadonlyMap<Block, Ref>;
}

/** Null where a field takes too many values to be listed. */
function productOf(space: Space, { guards }: Cube, { every, needed }: Spoken): Product | null {
  const { bdd } = space;
  const terms: Term[] = [];
  const conditions: Assumed[] = [];
  for (const [block, guard] of guards) {
    const { fields, first } = block;
    const [field] = fields;
    const possible = field === undefined ? TRUE : possibleOf(space, field, every);
    if (field !== undefined && bdd.within(possible, guard)) continue;
    const term = field === undefined ? null : shorter(space, field, [guard, needed.get(block) ?? guard], possible);
    if (term !== null) terms.push(term);
    else if (field !== undefined) return null;
    else conditions.push(conditionAt(space, first, space.bdd.high(guard) === TRUE));
  }
  return { terms: inToldOrder(terms), conditions };
}

/** The values that it may take, or only those that it has to: which of them takes fewer words. */
function shorter(space: Space, field: FieldName, [most, least]: readonly [Ref, Ref], possible: Ref): Term | null {
  const [wide, narrow] = [termOf(space, field, most, possible), termOf(space, field, least, possible)];
  return wide === null || (narrow !== null && narrow.values.length < wide.values.length) ? narrow : wide;
}

/** What a field of the packets that are spoken of may be. */
function possibleOf({ bdd, layout }: Space, field: FieldName, every: ReadonlyMap<Block, Ref>): Ref {
  for (const [block, guard] of every)
    if (block.fields.includes(field)) return alone(bdd, layout.bits, block, field)(guard);
  return TRUE;
}

function conditionAt(space: Space, level: number, assumed: boolean): Assumed {
  const { what, why } = space.unknownAt(level) ?? { what: `variable ${String(level)}`, why: "unknown" };
  return { what, why, assumed };
}

/** For each field by itself what it may be, as far as that is not so of every packet that is spoken of. */
function hull(space: Space, set: Ref, among: Ref): Product {
  const { bdd, layout } = space;
  const blocks = blocksOf(layout);
  const every = projections(bdd, blocks, among);
  const terms: Term[] = [];
  const conditions: Assumed[] = [];
  for (const [block, guard] of projections(bdd, blocks, set)) {
    const isSaid = every.get(block) === guard;
    if (block.fields.length === 0 && !isSaid)
      conditions.push(conditionAt(space, block.first, bdd.high(guard) === TRUE));
    for (const field of block.fields) {
      const own = alone(bdd, layout.bits, block, field);
      const told = own(guard);
      const possible = own(every.get(block) ?? TRUE);
      if (bdd.within(possible, told)) continue;
      terms.push(termOf(space, field, told, possible) ?? hullOf(space, field, told));
    }
  }
  return { terms: inToldOrder(terms), conditions };
}

/** Forgets the other fields of a block. */
function alone(bdd: Bdd, bits: Layout["bits"], { fields }: Block, field: FieldName): (guard: Ref) => Ref {
  const others = fields.filter((other) => other !== field).flatMap((other) => levelsOf(bits, other));
  const cube = bdd.cube(others);
  return (guard) => bdd.exists(guard, cube);
}

function levelsOf(bits: Layout["bits"], field: FieldName): readonly number[] {
  return bits[field].flatMap((level) => (level === null ? [] : [level]));
}

function inToldOrder(terms: readonly Term[]): readonly Term[] {
  const place = ({ field }: Term): number => {
    const told = TOLD_FIRST.indexOf(field);
    return told < 0 ? TOLD_FIRST.length + FIELDS.indexOf(field) : told;
  };
  return terms.toSorted((a, b) => place(a) - place(b));
}
