import { parseAddress, parsePrefix, printAddress, bitsOf } from "../../base/address.ts";
import type { Address, Prefix } from "../../base/address.ts";
import type { Range } from "../../base/ranges.ts";
import { takeWord } from "../../base/words.ts";
import type { Words } from "../../base/words.ts";
import type { Draft } from "../../model/draft.ts";
import type { Extras } from "../../model/routing.ts";

/**
 * A keyword of an iproute2 listing with what follows it. The table of a statement (`ruleWords`, `routeWords` …) holds its
 * phrases in the order in which iproute2 prints them: the parser looks keywords up in it, the printer goes through it.
 */
export interface Phrase<Model, Drafted = Draft<Model>> {
  readonly words: readonly string[];
  /** Reads what follows the keyword. False: the value is malformed or missing; the cursor stands on it. */
  read(draft: Drafted, words: Words, word: string): boolean;
  /** As iproute2 prints it, with its blanks; "" where the model has no such thing. */
  print(model: Model): string;
}

/** How one word becomes a value and back. */
export interface Value<T> {
  /** Undefined: malformed. */
  parse(text: string): T | undefined;
  print(value: T): string;
}

/** A phrase of one keyword and one value, followed by a blank. */
export function phrase<Model, T, Drafted = Draft<Model>>(
  word: string,
  value: Value<T>,
  get: (model: Model) => T | null,
  set: (draft: Drafted, value: T) => void,
): Phrase<Model, Drafted> {
  return {
    words: [word],
    read(draft, words) {
      const parsed = takeValue(words, value);
      if (parsed === undefined) return false;
      set(draft, parsed);
      return true;
    },
    print(model) {
      const current = get(model);
      return current === null ? "" : `${word} ${value.print(current)} `;
    },
  };
}

/** The next word as a value; undefined, the cursor not moved, where it is none. */
export function takeValue<T>(words: Words, value: Value<T>): T | undefined {
  const text = takeWord(words);
  const parsed = text === undefined ? undefined : value.parse(text);
  if (text !== undefined && parsed === undefined) words.at--;
  return parsed;
}

interface WithExtras {
  readonly extras?: Extras;
}

interface DraftWithExtras {
  extras: (readonly [string, string | null])[];
}

/**
 * A phrase that is kept word by word: `arity` values follow the keyword. A value that starts with one of `prefixes`
 * (`lock` of a metric) takes one more word. `before`, `after`: the blanks around it.
 */
export function extra(
  names: readonly string[],
  arity: 0 | 1,
  style: { readonly prefixes?: readonly string[]; readonly before?: string; readonly after?: string } = {},
): Phrase<WithExtras, DraftWithExtras> {
  const { prefixes = [], before = "", after = " " } = style;
  return {
    words: names,
    read(draft, words, word) {
      if (arity === 0) {
        draft.extras.push([word, null]);
        return true;
      }
      const first = takeWord(words);
      if (first === undefined) return false;
      if (!prefixes.includes(first)) {
        draft.extras.push([word, first]);
        return true;
      }
      const second = takeWord(words);
      if (second === undefined) return false;
      draft.extras.push([word, `${first} ${second}`]);
      return true;
    },
    print(model) {
      let out = "";
      for (const [name, value] of model.extras ?? []) {
        if (names.includes(name)) out += `${before}${name}${value === null ? "" : ` ${value}`}${after}`;
      }
      return out;
    },
  };
}

/** The first value kept under a name; undefined where there is none, null for a bare word. */
export function extraOf(model: WithExtras, name: string): string | null | undefined {
  return model.extras?.find(([key]) => key === name)?.[1];
}

/** Phrases by keyword, for the parser. */
export function byKeyword<P extends { readonly words: readonly string[] }>(
  phrases: readonly P[],
): ReadonlyMap<string, P> {
  return new Map(phrases.flatMap((p) => p.words.map((word): [string, P] => [word, p])));
}

export const textValue: Value<string> = { parse: (text) => text, print: (value) => value };

const DECIMAL = /^\d{1,10}$/;

export const numberValue: Value<number> = {
  parse: (text) => (DECIMAL.test(text) && Number(text) <= 0xffff_ffff ? Number(text) : undefined),
  print: String,
};

/** `80` or `1000-2000`. */
export const rangeValue: Value<Range> = {
  parse(text) {
    const dash = text.indexOf("-");
    const from = numberValue.parse(dash < 0 ? text : text.slice(0, dash));
    const to = dash < 0 ? from : numberValue.parse(text.slice(dash + 1));
    return from === undefined || to === undefined ? undefined : { from, to };
  },
  print: ({ from, to }) => (from === to ? String(from) : `${String(from)}-${String(to)}`),
};

export const addressValue: Value<Address> = {
  parse: (text) => parseAddress(text) ?? undefined,
  print: printAddress,
};

/** `10.0.0.0/8`; a host prefix without its length. */
export const prefixValue: Value<Prefix> = {
  parse: (text) => parsePrefix(text) ?? undefined,
  print: printHostPrefix,
};

/** As iproute2 prints networks: the length stands only where it is not the whole address. */
export function printHostPrefix({ address, length }: Prefix): string {
  return length === bitsOf(address) ? printAddress(address) : `${printAddress(address)}/${String(length)}`;
}

/** /etc/iproute2/rt_dsfield as iproute2 6.1 ships it. */
const DSFIELD: readonly (readonly [number, string])[] = [
  [0, "default"],
  [0x28, "AF11"],
  [0x30, "AF12"],
  [0x38, "AF13"],
  [0x48, "AF21"],
  [0x50, "AF22"],
  [0x58, "AF23"],
  [0x68, "AF31"],
  [0x70, "AF32"],
  [0x78, "AF33"],
  [0x88, "AF41"],
  [0x90, "AF42"],
  [0x98, "AF43"],
  [0x20, "CS1"],
  [0x40, "CS2"],
  [0x60, "CS3"],
  [0x80, "CS4"],
  [0xa0, "CS5"],
  [0xc0, "CS6"],
  [0xe0, "CS7"],
  [0xb8, "EF"],
];
const DSFIELD_NAMES: ReadonlyMap<number, string> = new Map(DSFIELD);
const DSFIELD_NUMBERS: ReadonlyMap<string, number> = new Map(DSFIELD.map(([number, name]) => [name, number]));

const HEX = /^0[xX][0-9a-fA-F]{1,8}$/;

/** A TOS byte: `0x10`, or the name that rt_dsfield gives it. */
export const tosValue: Value<number> = {
  parse(text) {
    const named = DSFIELD_NUMBERS.get(text);
    if (named !== undefined) return named;
    const number = HEX.test(text) ? Number(text) : numberValue.parse(text);
    return number !== undefined && number <= 255 ? number : undefined;
  },
  print: (value) => DSFIELD_NAMES.get(value) ?? `0x${value.toString(16).padStart(2, "0")}`,
};

/** A 32-bit mark as `%#x` prints it: `0x200`, and 0 as `0`. */
export const markValue: Value<number> = {
  parse: (text) => (HEX.test(text) ? Number(text) : numberValue.parse(text)),
  print: (value) => (value === 0 ? "0" : `0x${value.toString(16)}`),
};

/** Routing tables under the numbers that `ip -N` prints: /etc/iproute2/rt_tables. */
const TABLES: ReadonlyMap<string, string> = new Map([
  ["255", "local"],
  ["254", "main"],
  ["253", "default"],
]);

/** A routing table: `main`, `local`, `default`, or a number as text. */
export const tableValue: Value<string> = {
  parse: (text) => TABLES.get(text) ?? text,
  print: (value) => value,
};
