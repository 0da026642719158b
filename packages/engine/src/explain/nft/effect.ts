import type { Part } from "../../messages/explain/phrase.ts";

/** What a statement does, as a predicate: “the packet {part}”. */
export interface Effect {
  readonly part: Part;
  /** The packet does not go on to the next statement, or nobody knows whether it does. */
  readonly ends: boolean;
}
