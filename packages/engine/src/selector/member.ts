import type { Membership, Selector } from "./selector.ts";

/** `label in {…}` with its values in canonical order: sorted, each once. */
export function member(label: string, operator: Membership, values: readonly string[]): Selector {
  return { kind: "member", label, operator, values: [...new Set(values)].sort(compareBytes) };
}

/** By UTF-8 bytes, which is by code points: Go sorts strings so, and JavaScript does not. */
function compareBytes(a: string, b: string): number {
  const left = Array.from(a, codePoint);
  const right = Array.from(b, codePoint);
  for (const [at, point] of left.entries()) {
    const difference = point - (right[at] ?? -1);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function codePoint(character: string): number {
  return character.codePointAt(0) ?? 0;
}
