import { readFileSync } from "node:fs";
import type { Family } from "../../packages/engine/src/base/address.ts";
import type { NamedOption } from "../../packages/engine/src/ext/xt/args.ts";
import { findOption } from "../../packages/engine/src/ext/xt/args.ts";
import type { MatchExtension, TargetExtension } from "../../packages/engine/src/ext/xt/define.ts";
import type { Arg, Args } from "../../packages/engine/src/model/ruleset.ts";

/** One way to write a part of a rule, and what the tools made of it. */
export interface Spelling {
  readonly family: Family;
  readonly written: string;
  /** What both backends printed, each text once; null: refused. */
  readonly saved: ReadonlySet<string | null>;
}

/** The recordings of `test/spellings/NAME.txt`. */
export function readSpellings(name: string): readonly Spelling[] {
  const out: { family: Family; written: string; saved: Set<string | null> }[] = [];
  let current: typeof out = [];
  for (const line of readFileSync(new URL(`${name}.txt`, import.meta.url), "utf8").split("\n")) {
    const written = /^(ip|ip6|both) (.*)$/.exec(line);
    if (written !== null) {
      const families: Family[] = written[1] === "both" ? ["ip", "ip6"] : [written[1] === "ip" ? "ip" : "ip6"];
      current = families.map((family) => ({ family, written: written[2] ?? "", saved: new Set() }));
      for (const one of current) out.push(one);
    }
    const saved = /^ {2}((?:(?:legacy|nft)\/ip6? )*)(?:refused|= (.*))$/.exec(line);
    for (const { family, saved: texts } of saved === null ? [] : current) {
      if (saved?.[1] === "" || saved?.[1]?.includes(`/${family} `)) texts.add(saved[2] ?? null);
    }
  }
  return out;
}

/** Words of a line as iptables-restore splits it. */
export function wordsOf(text: string): readonly string[] {
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, bare]) =>
    quoted === undefined ? (bare ?? "") : quoted.replace(/\\(.)/g, "$1"),
  );
}

function optionOf(extension: MatchExtension | TargetExtension, word: string): NamedOption | null {
  return word.startsWith("--") ? findOption(extension, word.slice("--".length)) : null;
}

/** The options of one extension as they are written, from a word on, up to the end or to a `-m`; null where one is not well formed. */
export function readOptions(
  extension: MatchExtension | TargetExtension,
  words: readonly string[],
  from: number,
): { readonly args: Args; readonly next: number } | null {
  const args: Record<string, Arg> = {};
  let at = from;
  while (at < words.length && words[at] !== "-m") {
    const negated = words[at] === "!";
    if (negated) at++;
    const found = optionOf(extension, words[at] ?? "");
    if (found === null || args[found.name] !== undefined || (negated && !found.option.negatable)) return null;
    const { codec } = found.option;
    const value = codec.parse(words[at + 1] ?? "", words[at + 2] ?? "");
    if (value === undefined || at + codec.words >= words.length) return null;
    args[found.name] = { negated, value };
    at += 1 + codec.words;
  }
  return { args, next: at };
}
