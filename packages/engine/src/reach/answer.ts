import type { Description } from "../prove/describe/description.ts";
import type { Fate } from "../prove/path/fate.ts";
import type { Unknown } from "../prove/space.ts";
import type { Witness } from "../witness/witness.ts";
import type { Asked, Default } from "./asked.ts";
import type { Query } from "./query.ts";

/** The answer to a question, in plain values. */
export interface Answer {
  readonly query: Query;
  /** Of `which` and `who`: are there such packets? */
  readonly answer: "yes" | "no" | "unknown";
  /** Packets that show it: those that are asked for; of `every` and `no`, those that are against it. */
  readonly groups: readonly AnswerGroup[];
  /** Packets of which the snapshot does not say whether they belong to these. */
  readonly open: readonly OpenPackets[];
  /** Kinds of packets that fulfil the conditions; where none does, those that were looked for. */
  readonly asked: readonly Asked[];
  /** What was taken for granted of the packets. */
  readonly defaults: readonly Default[];
  /** No packet fulfils the conditions. */
  readonly isAboutNothing: boolean;
  /** Beginnings of device names that it asks for, `cali+`, with which no device's name begins. */
  readonly absentDevices: readonly string[];
  /** The question needed more room than there is: so many nodes of the diagrams; null: it did not. */
  readonly limit: number | null;
}

/** What becomes of packets, as far as they fare alike. */
export interface FateName extends Pick<Fate, "verdict" | "delivery" | "what" | "at" | "inside"> {
  /** Null: which of several places decides the snapshot does not say. */
  readonly reason: Fate["reason"] | null;
}

/** Packets that fare alike. */
export interface AnswerGroup {
  readonly asked: Asked;
  /** Null: which of several ways they go the snapshot does not say. */
  readonly fate: FateName | null;
  /** As they came in; of `who` only where from. What all packets have that were asked about is not said. */
  readonly packets: Description;
  /** Null: the walk of the packet that was tried came out otherwise, and what was found counts for nothing. */
  readonly witness: Witness | null;
}

/** Packets of which nobody can say whether they belong to the answer. */
export interface OpenPackets {
  readonly asked: Asked;
  readonly packets: Description;
  /** What would have to be known. */
  readonly facts: readonly Unknown[];
}
