/**
 * A bounded table from the exact words of a place in the text to what they mean. Dumps repeat themselves: `-p tcp`,
 * `-m tcp --dport 443`, `-j ACCEPT` and most addresses are read once and then found here, which is both faster and
 * smaller than reading them again, since all rules share the one value.
 *
 * Direct-mapped: a newcomer takes the place of whoever has its slot, so that neither time nor memory depend on how
 * hostile the input is. A key is compared character by character; the hash only finds the slot. What is met for the first
 * time leaves its hash only: most comments and addresses never come again, and keeping them would cost more than it saves.
 */
export interface Memo<T> {
  hashes: Int32Array;
  keys: string[];
  values: (T | undefined)[];
  mask: number;
  /** Values put in since the table was last enlarged. */
  added: number;
}

const FIRST_ROOM = 64;
/** Half a megabyte each for keys and values. */
const MOST_ROOM = 1024;

export function createMemo<T>(): Memo<T> {
  const memo: Memo<T> = { hashes: new Int32Array(0), keys: [], values: [], mask: 0, added: 0 };
  resize(memo, FIRST_ROOM);
  return memo;
}

/** Hashes are spread by their lower bits; the upper ones are folded in. */
function slotOf(hash: number, mask: number): number {
  return (hash ^ (hash >>> 16)) & mask;
}

/** The value of `text[start, end)`, whose hash is given, or undefined. */
export function recall<T>(memo: Memo<T>, hash: number, text: string, start: number, end: number): T | undefined {
  const slot = slotOf(hash, memo.mask);
  if (memo.hashes[slot] !== hash) return undefined;
  const key = memo.keys[slot];
  return key?.length === end - start && text.startsWith(key, start) ? memo.values[slot] : undefined;
}

/** Remembers the value of `text[start, end)`, from the second time on; gives it back. */
export function remember<T>(memo: Memo<T>, hash: number, text: string, start: number, end: number, value: T): T {
  const slot = slotOf(hash, memo.mask);
  if (memo.hashes[slot] === hash) {
    memo.keys[slot] = text.slice(start, end);
    memo.values[slot] = value;
    return value;
  }
  memo.hashes[slot] = hash;
  if (memo.values[slot] !== undefined) {
    memo.keys[slot] = "";
    memo.values[slot] = undefined;
  }
  if (++memo.added > memo.mask && memo.mask < MOST_ROOM - 1) resize(memo, (memo.mask + 1) * 8);
  return value;
}

/** What was there is dropped: it comes back when it is met again. */
function resize<T>(memo: Memo<T>, room: number): void {
  memo.hashes = new Int32Array(room);
  memo.keys = new Array<string>(room).fill("");
  memo.values = new Array<T | undefined>(room).fill(undefined);
  memo.mask = room - 1;
  memo.added = 0;
}
