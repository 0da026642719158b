import type { Family } from "../../base/address.ts";
import { headerPhrases, matchPhrases } from "./match-phrases.ts";
import type { Phrase } from "./phrase.ts";
import { targetPhrases } from "./target-phrases.ts";

interface Ready {
  readonly expression: RegExp;
  readonly phrase: Phrase;
}

/** By the first word of what is shown: most rules have none but a few. */
const byFirstWord = new Map<string, Ready[]>();
for (const phrase of [...headerPhrases, ...matchPhrases, ...targetPhrases]) {
  const ready = { expression: new RegExp(`^(?:${phrase.shown})$`), phrase };
  for (const word of firstWords(phrase.shown)) byFirstWord.set(word, [...(byFirstWord.get(word) ?? []), ready]);
}

/** `ip6? saddr` begins with two words, `(tcp|udp) dport` with two others. */
function firstWords(shown: string): readonly string[] {
  if (shown.startsWith("ip6? ")) return ["ip", "ip6"];
  return /^\((?:\?:)?([\w|]+)\)/.exec(shown)?.[1]?.split("|") ?? [/^\w+/.exec(shown)?.[0] ?? ""];
}

/** What a statement in nft's words was; `saved` null where that is not known. Null: no phrase fits. */
export function findPhrase(
  text: string,
  family: Family,
): { readonly saved: string | null; readonly phrase: Phrase } | null {
  const [first = ""] = /^\w+/.exec(text) ?? [];
  for (const { expression, phrase } of byFirstWord.get(first) ?? []) {
    const groups = phrase.families?.includes(family) === false ? null : expression.exec(text);
    if (groups === null) continue;
    const values = groups.slice(1).map((group: string | undefined) => group ?? "");
    const { saved } = phrase;
    if (saved === null) return { saved: null, phrase };
    if (typeof saved === "function") return { saved: saved(...values), phrase };
    return { saved: saved.replaceAll(/\$(\d)/g, (_, digit: string) => values[Number(digit) - 1] ?? ""), phrase };
  }
  return null;
}
