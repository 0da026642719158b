import { phrase } from "../messages/explain/phrase.ts";
import type { Phrase } from "../messages/explain/phrase.ts";
import { meaningPhrase } from "./meaning.ts";
import type { Node } from "./node.ts";
import type { AnyTable } from "./place.ts";

/** What a jump or a goto does, with what the chain is for. */
export function leadingPhrase(kind: "jump" | "goto", name: string, table: AnyTable, node: Node): Phrase {
  const found = node.chain(table, name);
  const chain = chainPhrase(name, table, node);
  if (found === null) return phrase("jump-missing", { chain });
  if (kind === "goto") return phrase("goto", { chain });
  return found.rules.length === 0 ? phrase("jump-empty", { chain }) : phrase("jump", { chain });
}

/** A chain by its name, and what it is for. */
export function chainPhrase(name: string, table: AnyTable, { owners }: Node): Phrase {
  const meaning = owners.chain(table.name, name);
  return meaning === null
    ? phrase("chain-named", { chain: name })
    : phrase("chain-described", { chain: name, meaning: meaningPhrase(meaning) });
}
