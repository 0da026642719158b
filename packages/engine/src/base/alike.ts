const NONE: ReadonlySet<string> = new Set();

/**
 * Are two values the same data: objects and arrays by what they hold, maps and sets in their order? Properties of these names are not
 * looked at, nor are methods: what they answer stands beside them as data.
 */
export function isAlike(a: unknown, b: unknown, ignored: ReadonlySet<string> = NONE): boolean {
  if (a === b) return true;
  if (typeof a !== typeof b) return false;
  if (typeof a === "function") return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const listA = listOf(a);
  const listB = listOf(b);
  if (listA === null || listB === null) return listA === listB && haveAlike(a, b, ignored);
  return a.constructor === b.constructor && areAlike(listA, listB, ignored);
}

/** Null: an object with properties. */
function listOf(value: unknown): readonly unknown[] | null {
  if (isList(value)) return value;
  return value instanceof Map || value instanceof Set ? Array.from<unknown>(value) : null;
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function areAlike(a: readonly unknown[], b: readonly unknown[], ignored: ReadonlySet<string>): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (!isAlike(a[index], b[index], ignored)) return false;
  return true;
}

function haveAlike(a: object, b: object, ignored: ReadonlySet<string>): boolean {
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  for (const key of keys) {
    const mine: unknown = Reflect.get(a, key);
    const theirs: unknown = Reflect.get(b, key);
    // Most are one value: what takes longer is asked of the others only.
    if (mine === theirs && mine !== undefined) continue;
    if (!Object.hasOwn(b, key)) return false;
    if (!ignored.has(key) && !isAlike(mine, theirs, ignored)) return false;
  }
  return true;
}
