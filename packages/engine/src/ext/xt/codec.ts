import type { Args } from "../../model/ruleset.ts";

/** How the words after an option become a typed value, and how iptables-save prints that value. */
export interface Codec<T> {
  /** Words that the option takes: 0 for a flag. */
  readonly words: 0 | 1 | 2;
  /** Undefined: malformed. The second word is "" unless `words` is 2. Words come unquoted. */
  parse(first: string, second: string): T | undefined;
  /** As iptables-save prints it, quoted where it quotes; "" for a flag. */
  print(value: T): string;
}

/** One option of an extension. */
export interface Option<T> {
  readonly codec: Codec<T>;
  /** Other spellings, without dashes: `source-port` for `sport`. */
  readonly aliases: readonly string[];
  /** `!` may stand before it. */
  readonly negatable: boolean;
  /** The value that iptables-save does not print: `normalise` drops the option where it has it. Undefined: it prints all. */
  readonly unprinted: T | undefined;
  /** What the tool takes where that is not what it prints; null: the same. */
  readonly taken: string | null;
}

export type Options = Readonly<Record<string, Option<unknown>>>;

/** The typed arguments that an option table gives: absent options are absent. */
export type ArgsOf<O extends Options> = {
  readonly [K in keyof O]?: { readonly negated: boolean; readonly value: O[K] extends Option<infer T> ? T : never };
};

/** An option; `aliases` without dashes. */
export function option<T>(codec: Codec<T>, extra: Partial<Omit<Option<T>, "codec">> = {}): Option<T> {
  return {
    codec,
    aliases: extra.aliases ?? [],
    negatable: extra.negatable ?? false,
    unprinted: extra.unprinted,
    taken: extra.taken ?? null,
  };
}

/** The generic arguments as those of one table: they were made by that very table's codecs, which is why the cast is sound. */
export function typedArgs<O extends Options>(args: Args): ArgsOf<O> {
  return args as ArgsOf<O>;
}
