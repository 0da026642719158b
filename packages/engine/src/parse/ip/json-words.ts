import type { Word } from "../../base/words.ts";
import type { Json, JsonObject } from "../json.ts";

/** How one key of `ip -j` is spelled in the text form: pushes the words. */
export type Spelling = (value: Json, out: Word[]) => void;

/** A word in the place of a JSON value. */
export function wordAt(place: { readonly line: number; readonly column: number }, text: string): Word {
  return { text, line: place.line, column: place.column };
}

/**
 * An object of `ip -j` as the words that the text form has: JSON and text are two spellings of one statement, read by one
 * reader. Entries are spelled in their order, which is that of the text; a key that the table does not know is its own
 * keyword.
 */
export function spellObject(object: JsonObject, spellings: ReadonlyMap<string, Spelling>, out: Word[] = []): Word[] {
  for (const [key, value] of object.entries) (spellings.get(key) ?? keyword(key))(value, out);
  return out;
}

/** `key value`; a flag (`true`, `null`) is the key alone, `false` nothing; every item of a list and object is spelled. */
export function keyword(word: string): Spelling {
  return (value, out) => {
    if (value.kind === "scalar") {
      if (!value.isString && value.text === "false") return;
      out.push(wordAt(value, word));
      if (value.isString || (value.text !== "null" && value.text !== "true")) out.push(value);
    } else if (value.kind === "array") {
      for (const item of value.items) keyword(word)(item, out);
    } else {
      out.push(wordAt(value, word));
      spellObject(value, new Map(), out);
    }
  };
}

/** The value alone, without a keyword; of a list, each item. */
export const bare: Spelling = (value, out) => {
  if (value.kind === "scalar") out.push(value);
  else if (value.kind === "array") for (const item of value.items) bare(item, out);
};

/** The value joined to the word before it: `10.0.0.0` and 8 are `10.0.0.0/8`. */
export function joined(separator: string): Spelling {
  return (value, out) => {
    const last = out.pop();
    if (last === undefined || value.kind !== "scalar") return;
    out.push({ ...last, text: `${last.text}${separator}${value.text}` });
  };
}

/** Fixed words, whatever the value. */
export function fixed(...texts: readonly string[]): Spelling {
  return (value, out) => {
    for (const text of texts) out.push(wordAt(value, text));
  };
}

/** The text behind a scalar, or "". */
export function scalarText(value: Json | undefined): string {
  return value?.kind === "scalar" ? value.text : "";
}

/** The first value of a key. */
export function valueOf(object: JsonObject, key: string): Json | undefined {
  return object.entries.find(([name]) => name === key)?.[1];
}
