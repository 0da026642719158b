import type { MarkField, MarkReading, Owner } from "./owner.ts";

/** What some bits of a mark stand for. `isSet` false: they are clear, and this is what they would stand for. */
export interface MarkMeaning extends MarkReading {
  readonly owner: Owner;
  readonly isSet: boolean;
}

export interface MarkReader {
  readonly owner: Owner;
  readonly fields: readonly MarkField[];
}

/** A mask of more bits than this names no bits: it means the whole mark. */
export const NAMED_BITS = 16;

/** The bits of a mark under a mask, as each of these owners reads them; what two of them say alike is said once. */
export function readMark(value: number, mask: number, readers: readonly MarkReader[]): readonly MarkMeaning[] {
  const found: MarkMeaning[] = [];
  for (const { owner, fields } of readers) {
    const own = [...fieldsIn(value, mask, fields), ...(owner.marks.read?.(value, mask) ?? [])];
    for (const reading of own) {
      const isSet = reading.value === 0 || (value & reading.mask) >>> 0 === reading.value;
      if (found.some(({ means }) => means === reading.means)) continue;
      found.push({ ...reading, owner, isSet });
    }
  }
  return found;
}

/** Fields that lie under the mask: those that have their value, narrow ones after wide ones and none twice; for 0, all bits. */
function fieldsIn(value: number, mask: number, fields: readonly MarkField[]): readonly MarkReading[] {
  const wanted = fields.filter((field) => {
    if ((field.mask & ~mask) !== 0) return false;
    if ((value & field.mask) >>> 0 === field.value) return true;
    return value === 0 && bitsIn(field.mask) === 1 && bitsIn(mask) <= NAMED_BITS;
  });
  const sorted = [...wanted].sort((a, b) => bitsIn(b.mask) - bitsIn(a.mask));
  const found: MarkReading[] = [];
  let covered = 0;
  for (const field of sorted) {
    if ((field.mask & covered) !== 0) continue;
    covered |= field.mask;
    found.push({ ...field, params: {} });
  }
  return found;
}

export function bitsIn(mask: number): number {
  let count = 0;
  for (let rest = mask >>> 0; rest !== 0; rest &= rest - 1) count++;
  return count;
}
