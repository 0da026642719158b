/** JSON as text, spaced as nft's own library spaces it (jansson, json_dumps without flags). */
export type JsonText = string;

export function string(value: string): JsonText {
  return JSON.stringify(value);
}

/** Digits as they stand: counts may have 64 bits. */
export function number(value: number | string): JsonText {
  return String(value);
}

export function array(items: readonly JsonText[]): JsonText {
  return `[${items.join(", ")}]`;
}

/** A key of an object; null: left out. */
export type Entry = readonly [key: string, value: JsonText | null];

/** Keys in this order. */
export function object(...entries: readonly Entry[]): JsonText {
  const shown = entries.filter(([, value]) => value !== null);
  return `{${shown.map(([key, value]) => `${string(key)}: ${String(value)}`).join(", ")}}`;
}

/** The same, `null` where nothing would be inside. */
export function objectOrNull(...entries: readonly Entry[]): JsonText {
  return entries.every(([, value]) => value === null) ? "null" : object(...entries);
}

/** A list, or the one thing in it; null: there is none. */
export function listOrOne(items: readonly string[]): JsonText | null {
  const [first, ...others] = items.map(string);
  if (first === undefined) return null;
  return others.length === 0 ? first : array([first, ...others]);
}

export function optional<Value>(value: Value | null, print: (value: Value) => JsonText): JsonText | null {
  return value === null ? null : print(value);
}

/** `true`, or nothing. */
export function flag(isSet: boolean): JsonText | null {
  return isSet ? "true" : null;
}

/** Whether a text is JSON already. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
