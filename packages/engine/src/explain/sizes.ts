import { list, phrase } from "../messages/explain/phrase.ts";
import type { Part } from "../messages/explain/phrase.ts";
import type { IpSet } from "../model/sets.ts";
import type { NftSet } from "../model/nft.ts";
import { printElement } from "../print/nft/expression.ts";

/** More members than this are counted, not named. */
const NAMED_MEMBERS = 5;

/** How many members a set has, and the first of them. */
export function sizePhrase({ elements, terse }: IpSet): Part {
  return terse === true
    ? membersPhrase(null, 0)
    : membersPhrase(
        firstOf(elements, ({ text }) => text),
        elements.length,
      );
}

/** The same of a set or a map of nft. */
export function nftSizePhrase({ elements }: NftSet): Part {
  if (elements === null) return membersPhrase(null, 0);
  return membersPhrase(
    firstOf(elements, (element) => printElement(element, { stateless: true })),
    elements.length,
  );
}

function firstOf<Element>(elements: readonly Element[], text: (element: Element) => string): readonly string[] {
  return elements.slice(0, NAMED_MEMBERS).map(text);
}

/** Null: they were not listed. */
function membersPhrase(first: readonly string[] | null, count: number): Part {
  if (first === null) return phrase("members-not-listed");
  const members = list("items", first);
  if (count === 0) return phrase("members-none");
  if (count === 1) return phrase("members-one", { members });
  return count > NAMED_MEMBERS ? phrase("members-more", { count, members }) : phrase("members", { count, members });
}
