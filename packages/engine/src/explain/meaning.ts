import type { Phrase } from "../messages/explain/phrase.ts";
import type { Meaning } from "../owners/recognise.ts";

/** What an owner says of a thing; its params are the groups of the pattern, which a test holds to the holes of the message. */
export function meaningPhrase({ means, params }: Meaning): Phrase {
  return { id: means, negated: false, params };
}
