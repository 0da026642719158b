import { describe, expect, it } from "vitest";
import { readOptions, readSpellings, wordsOf } from "../../../../../test/spellings/spellings.ts";
import type { Family } from "../../base/address.ts";
import type { Args } from "../../model/ruleset.ts";
import { printArgs } from "./args.ts";
import { matchExtensions } from "./matches.ts";
import { findMatch } from "./registry.ts";

interface Read {
  readonly name: string;
  readonly args: Args;
}

/** The matches of a rule as a parser would read them; null where something is wrong with one. */
function read(family: Family, line: string): readonly Read[] | null {
  const words = wordsOf(line);
  const out: Read[] = [];
  for (let at = words.indexOf("-m"); at >= 0 && at < words.length;) {
    const extension = findMatch(words[at + 1] ?? "", family);
    const options = extension === null ? null : readOptions(extension, words, at + 2);
    if (extension === null || options === null || extension.check(options.args) !== null) return null;
    out.push({ name: extension.name, args: options.args });
    at = options.next;
  }
  return out;
}

function print(family: Family, matches: readonly Read[]): string {
  return matches
    .map(({ name, args }) => {
      const extension = findMatch(name, family);
      return `-m ${name}${extension === null ? "" : printArgs(extension, args)}`;
    })
    .join(" ");
}

/** The part of a printed rule from its first match on. */
function matchesOf(text: string): string {
  const at = text.indexOf("-m ");
  return at < 0 ? "" : text.slice(at);
}

describe("matches as the real tools print them", () => {
  it.each(readSpellings("matches").map((s) => [s.family, s.written, s] as const))(
    "%s %s",
    (family, written, { saved }) => {
      const matches = read(family, written);
      const texts = [...saved].filter((text) => text !== null).map(matchesOf);
      if (texts.length === 0) expect(matches).toBeNull();
      else {
        expect(matches && texts).toContain(matches && print(family, matches));
        for (const text of texts) {
          const again = read(family, text);
          expect(again && print(family, again)).toBe(text);
        }
      }
    },
  );
});
