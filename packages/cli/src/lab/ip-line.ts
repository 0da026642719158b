/** One line for `ip -batch`: the parts that are there, in order. */
export function ipLine(...parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null).join(" ");
}

/** An option with its value; null where there is no value. */
export function option(name: string, value: string | number | null): string | null {
  return value === null ? null : `${name} ${String(value)}`;
}

/** A word that stands alone; null where it does not apply. */
export function when(applies: boolean, word: string): string | null {
  return applies ? word : null;
}
