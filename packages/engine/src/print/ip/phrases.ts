import type { Extras } from "../../model/routing.ts";

interface Printed<Model> {
  print(model: Model): string;
}

/** A statement: what each phrase of its table prints, in the table's order. */
export function printPhrases<Model>(phrases: readonly Printed<Model>[], model: Model): string {
  return phrases.map((phrase) => phrase.print(model)).join("");
}

/** Words that no table knows: kept bare by the parser, printed last. */
export function printExtraWords(extras: Extras | undefined, known: { has(word: string): boolean }): string {
  let out = "";
  for (const [name, value] of extras ?? []) if (value === null && !known.has(name)) out += `${name} `;
  return out;
}

/** Without the blank behind the last word. */
export function lastBlankCut(text: string): string {
  return text.endsWith(" ") ? text.slice(0, -1) : text;
}
