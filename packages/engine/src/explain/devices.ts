import { phrase } from "../messages/explain/phrase.ts";
import type { Phrase } from "../messages/explain/phrase.ts";
import { meaningPhrase } from "./meaning.ts";
import type { Node } from "./node.ts";

/** A device as a rule names it; `star` is what stands for any ending: `+` to iptables, `*` to nft. */
export function devicePhrase(name: string, star: "+" | "*", { owners }: Node): Phrase {
  const isPrefix = name.endsWith(star);
  const prefix = isPrefix ? name.slice(0, -1) : name;
  // Owners' names are those of iptables.
  const known = owners.device(isPrefix ? `${prefix}+` : name);
  const meaning = known === null ? null : meaningPhrase(known);
  if (!isPrefix) {
    return meaning === null ? phrase("device-exact", { name }) : phrase("device-known", { name, meaning });
  }
  if (prefix === "") return phrase("device-any", { name });
  return meaning === null
    ? phrase("device-prefix", { name, prefix })
    : phrase("device-prefix-known", { name, prefix, meaning });
}
