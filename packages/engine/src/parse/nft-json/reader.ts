import { say, quoted } from "../report.ts";
import type { Report } from "../report.ts";
import type { Json, JsonObject } from "../json.ts";

/** The first value of a key. */
export function get(object: Json | undefined, key: string): Json | undefined {
  return object?.kind === "object" ? object.entries.find(([name]) => name === key)?.[1] : undefined;
}

/** The text of a scalar; null where there is none. JSON's own null is none, too. */
export function textOf(value: Json | undefined): string | null {
  if (value?.kind !== "scalar") return null;
  return !value.isString && value.text === "null" ? null : value.text;
}

export function textAt(object: Json | undefined, key: string): string | null {
  return textOf(get(object, key));
}

/** A whole number, or null. */
export function numberOf(value: Json | undefined): number | null {
  const text = textOf(value);
  return text !== null && /^-?\d{1,15}$/.test(text) ? Number(text) : null;
}

export function numberAt(object: Json | undefined, key: string): number | null {
  return numberOf(get(object, key));
}

/** A list, or the one thing that stands where a list may. */
export function listOf(value: Json | undefined): readonly Json[] {
  if (value === undefined) return [];
  return value.kind === "array" ? value.items : [value];
}

/** The scalars of a list as texts. */
export function textsAt(object: Json | undefined, key: string): readonly string[] {
  return listOf(get(object, key)).flatMap((item) => textOf(item) ?? []);
}

/** What an object of one key is called, and what is inside. */
export function onlyEntry(value: Json): readonly [string, Json] | null {
  return value.kind === "object" && value.entries.length === 1 ? (value.entries[0] ?? null) : null;
}

/** The pairs of an object; of anything else none. */
export function pairsIn(value: Json): JsonObject["entries"] {
  return value.kind === "object" ? value.entries : [];
}

/** JSON as it stood, without its line ends. */
export function jsonText(value: Json): string {
  switch (value.kind) {
    case "scalar":
      return value.isString ? JSON.stringify(value.text) : value.text;
    case "array":
      return `[${value.items.map(jsonText).join(", ")}]`;
    case "object":
      return `{${value.entries.map(([key, inner]) => `${JSON.stringify(key)}: ${jsonText(inner)}`).join(", ")}}`;
  }
}

/** Kept verbatim: whoever reads the listing is told, and what depends on it is unknown. */
export function keepVerbatim(value: Json, report: Report): { readonly kind: "verbatim"; readonly text: string } {
  const text = jsonText(value);
  say(report, "unknown-nft", spanOf(value, report), { text: quoted(text) });
  return { kind: "verbatim", text };
}

export function spanOf(
  { line, column }: Json | JsonObject,
  { file }: Report,
): { readonly file: string; readonly line: number; readonly column: number } {
  return { file, line, column };
}
