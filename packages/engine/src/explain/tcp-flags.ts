import { phrase } from "../messages/explain/phrase.ts";
import type { Phrase } from "../messages/explain/phrase.ts";

const OPENING: ReadonlySet<string> = new Set(["FIN", "SYN", "RST", "ACK"]);

/** Of the flags of a mask exactly these are set (""; none), both as lists with commas. */
export function tcpFlagsPhrase(mask: string, set: string): Phrase {
  const flags = mask.toUpperCase().split(",");
  const opens = set.toUpperCase() === "SYN" && flags.length === OPENING.size && flags.every((one) => OPENING.has(one));
  if (opens) return phrase("tcp-syn");
  return set === "" ? phrase("tcp-flags-none", { mask }) : phrase("tcp-flags", { mask, set });
}
