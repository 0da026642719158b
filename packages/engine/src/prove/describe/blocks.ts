import { FIELDS, unknownInstead } from "../layout.ts";
import type { FieldName, Layout } from "../layout.ts";

/** Levels that are looked at together: the bits of a field, or of two fields whose bits take turns, or one thing that nobody knows. */
export interface Block {
  /** Empty: of something unknown. */
  readonly fields: readonly FieldName[];
  readonly first: number;
  /** The first level behind it. */
  readonly end: number;
}

/** How levels are put together. */
export interface Blocks {
  /** The block that a level belongs to. */
  of(level: number): Block;
}

/** Every level is a block. */
export function singleBits(): Blocks {
  const known = new Map<number, Block>();
  return {
    of(level) {
      let block = known.get(level);
      if (block === undefined) {
        block = { fields: [], first: level, end: level + 1 };
        known.set(level, block);
      }
      return block;
    },
  };
}

const known = new WeakMap<Layout, Blocks>();

/** The fields of a layout as blocks. */
export function blocksOf(layout: Layout): Blocks {
  let blocks = known.get(layout);
  if (blocks === undefined) {
    blocks = fieldBlocks(layout);
    known.set(layout, blocks);
  }
  return blocks;
}

function fieldBlocks(layout: Layout): Blocks {
  const rows: Block[] = [];
  for (const field of FIELDS) {
    const levels = layout.bits[field].flatMap((level) => (level === null ? [] : [level]));
    const [first = 0] = levels;
    const end = unknownInstead(levels.at(-1) ?? first) + 1;
    const before = rows.at(-1);
    // The bits of this field stand between those of the one before.
    if (before !== undefined && first < before.end)
      rows.splice(-1, 1, { fields: [...before.fields, field], first: before.first, end: Math.max(before.end, end) });
    else rows.push({ fields: [field], first, end });
  }
  const byLevel = rows.flatMap((row) => Array.from({ length: row.end - row.first }, () => row));
  const unknown = singleBits();
  return { of: (level) => byLevel[level] ?? unknown.of(level) };
}
