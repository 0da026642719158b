/** One packet from where it came in to its end: what the walk says of it, and what prove says of all of them. */
import { NodeState, walkPacket } from "@hookwalk/engine";
import type { Arrival, Outcome, Packet } from "@hookwalk/engine";
import type { Fate } from "../../packages/engine/src/prove/path/fate.ts";
import type { Journeys } from "../../packages/engine/src/prove/path/journeys.ts";
import type { FieldName } from "../../packages/engine/src/prove/layout.ts";
import type { Space } from "../../packages/engine/src/prove/space.ts";
import { newSkb } from "../../packages/engine/src/walk/skb.ts";
import { packetValues } from "./packet-values.ts";
import { decide, numberNow } from "./values.ts";
import type { Values } from "./values.ts";

export interface Agreement {
  /** Ends that the walk found; 0: the packet is none of those that were asked about. */
  readonly ways: number;
  /** Prove knows the one end that it has. */
  readonly isCertain: boolean;
  /** What the walk does and prove excludes; null: nothing. */
  readonly difference: string | null;
}

/** What conntrack and routing fill in is not the packet's own. */
const NOT_YET = ["ctState", "ctDirection", "ctmark", "ctStatus", "origSrc", "origDst"] as const;
const STATES: Readonly<Record<string, number>> = { new: 0, established: 1, related: 2, invalid: 3, untracked: 4 };

export function valuesOf(space: Space, packet: Packet, arrival: Arrival, state: string | null): Values {
  const values = new Map(packetValues(space, newSkb(packet, arrival)));
  for (const field of NOT_YET) for (const level of space.layout.bits[field]) values.delete(level ?? 0);
  const bits = space.layout.bits.ctState;
  const number = state === null ? undefined : STATES[state];
  for (const [index, level] of bits.entries())
    if (level !== null && number !== undefined) values.set(level, ((number >> (bits.length - 1 - index)) & 1) === 1);
  for (const level of space.layout.bits.nextOif) values.set(level ?? 0, false);
  return values;
}

/** Every end that the walk finds must be one that prove allows, with the packet that prove tells. */
export function journeyAgreement(journeys: Journeys, packet: Packet, arrival: Arrival): Agreement {
  const { space, domain, fates } = journeys;
  const trace = walkPacket(space.program, packet, arrival, { state: new NodeState(space.program) });
  const differences: string[] = [];
  let ways = 0;
  let certain = 0;
  for (const outcome of trace.outcomes) {
    if (outcome.reason === "limit") continue;
    const first = outcome.steps.find((step) => step.kind === "conntrack");
    const values = valuesOf(space, packet, arrival, first?.kind === "conntrack" ? first.state : null);
    if (decide(space, domain, values) === false) continue;
    ways++;
    const possible = fates.filter(({ flow }) => decide(space, flow.when, values) !== false);
    const why = possible.map((fate) => differenceOf(space, fate, outcome, values));
    if (!why.includes(null)) differences.push(`walk: ${wordsOf(outcome)}; prove: ${why.join(" | ")}`);
    if (possible.length === 1 && possible[0]?.verdict !== "unknown") certain++;
  }
  return { ways, isCertain: certain === ways, difference: differences[0] ?? null };
}

function wordsOf({ verdict, delivery, reason, oif, mark, packet }: Outcome): string {
  return `${verdict} ${delivery} ${reason} ${String(oif)} mark ${String(mark)} ${String(packet.src)}:${String(packet.sport)}>${String(packet.dst)}:${String(packet.dport)}`;
}

/** Null: the end that the walk found is this one. */
function differenceOf(space: Space, fate: Fate, outcome: Outcome, values: Values): string | null {
  const { verdict, delivery, reason, what } = fate;
  const words = `${verdict} ${delivery} ${reason} ${what ?? fate.at?.base.chain.name ?? ""}`;
  if (verdict === "unknown") return null;
  // Nobody was told of it.
  const isLostReject = verdict === "reject" && outcome.verdict === "drop";
  if (verdict !== outcome.verdict && !isLostReject) return words;
  if (fate.inside !== null || verdict !== "accept") return null;
  if (delivery !== outcome.delivery) return words;
  const changed = changesOf(space, outcome).find(([field, value]) => {
    const now = numberNow(space, fate.flow, { field, values });
    return value !== null && now !== null && now !== BigInt(value);
  });
  return changed === undefined ? null : `${words} with another ${changed[0]}`;
}

function changesOf(
  space: Space,
  { mark, packet, delivery, oif }: Outcome,
): readonly (readonly [FieldName, number | bigint | null])[] {
  return [
    ["mark", mark],
    ["src", packet.src],
    ["dst", packet.dst],
    ["sport", packet.sport],
    ["dport", packet.dport],
    ["ttl", packet.ttl],
    ["oif", delivery === "local" ? null : deviceOf(space, oif)],
  ];
}

function deviceOf({ devices }: Space, name: string | null): number | null {
  const number = devices.names.findIndex((one) => one.name === name && !one.isOther);
  return number < 0 ? null : number;
}
