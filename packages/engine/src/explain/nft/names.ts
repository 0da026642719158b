import { phrase } from "../../messages/explain/phrase.ts";
import type { Part } from "../../messages/explain/phrase.ts";
import { meaningPhrase } from "../meaning.ts";
import type { NftScope } from "./scope.ts";

/** A set, map or flowtable by its name, and what its owner keeps there. */
export function nameOfContent(name: string, { node, place }: NftScope): Part {
  const meaning = node.owners.set(name, place.table.name);
  return meaning === null ? name : phrase("name-described", { name, meaning: meaningPhrase(meaning) });
}
