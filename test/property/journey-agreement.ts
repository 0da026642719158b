/** One packet from where it came in to its end: what the walk says of it, and what prove says of all of them. */
import { NodeState, walkPacket } from "@hookwalk/engine";
import type { Arrival, AssumedFlow, Outcome, Packet } from "@hookwalk/engine";
import type { Fate } from "../../packages/engine/src/prove/path/fate.ts";
import type { Journeys } from "../../packages/engine/src/prove/path/journeys.ts";
import type { FieldName } from "../../packages/engine/src/prove/layout.ts";
import type { Space } from "../../packages/engine/src/prove/space.ts";
import { newSkb } from "../../packages/engine/src/walk/skb.ts";
import type { CtReference } from "../../packages/engine/src/walk/skb.ts";
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
/** TCP and UDP. */
const WITH_SOCKETS: readonly number[] = [6, 17];
const STATES: Readonly<Record<string, number>> = { new: 0, established: 1, related: 2, invalid: 3, untracked: 4 };

export function valuesOf(
  space: Space,
  packet: Packet,
  arrival: Arrival,
  state: string | null,
  socket: GivenSocket = null,
): Values {
  const values = new Map(packetValues(space, newSkb(packet, arrival)));
  const given = WITH_SOCKETS.includes(packet.proto) ? socket : null;
  for (const [index, level] of space.layout.bits.socket.entries())
    values.set(level ?? 0, given === (["transparent", "plain"] as const)[index]);
  for (const field of NOT_YET) for (const level of space.layout.bits[field]) values.delete(level ?? 0);
  const bits = space.layout.bits.ctState;
  const number = state === null ? undefined : STATES[state];
  for (const [index, level] of bits.entries())
    if (level !== null && number !== undefined) values.set(level, ((number >> (bits.length - 1 - index)) & 1) === 1);
  for (const field of ["nextOif", "strangeGroup", "givenSocket"] as const)
    for (const level of space.layout.bits[field]) values.set(level ?? 0, false);
  return values;
}

type GivenSocket = AssumedFlow["socket"];

/** What conntrack keeps of a flow. */
const OF_A_FLOW = [
  ...NOT_YET,
  ...(["origProto", "origSport", "origDport", "replSrc", "replDst", "replSport", "replDport"] as const),
] as const;

/** The packet, with the flow that conntrack found it to be of. */
export function valuesInFlow(space: Space, packet: Packet, arrival: Arrival, ct: CtReference): Values {
  const values = new Map(valuesOf(space, packet, arrival, ct.state));
  const tracked = packetValues(space, { ...newSkb(packet, arrival), ct });
  for (const level of OF_A_FLOW.flatMap((field) => space.layout.bits[field]))
    if (level !== null) values.set(level, tracked.get(level) ?? false);
  return values;
}

/** How one packet ended, whoever saw it. */
export interface Ended {
  readonly verdict: string;
  readonly delivery: string;
  /** Where it left; null where it did not. */
  readonly device: string | null;
  readonly mark: number;
  /** As it left or was delivered; null where it was lost. */
  readonly packet: Packet | null;
}

function endedOf({ verdict, delivery, oif, mark, packet }: Outcome): Ended {
  return { verdict, delivery, device: delivery === "local" ? null : oif, mark, packet };
}

/** Every end that the walk finds must be one that prove allows, with the packet that prove tells. */
export function journeyAgreement(
  journeys: Journeys,
  packet: Packet,
  arrival: Arrival,
  socket: GivenSocket = null,
): Agreement {
  const { space } = journeys;
  const trace = walkPacket(space.program, packet, arrival, {
    state: new NodeState(space.program),
    flow: { state: null, mark: null, socket },
  });
  return outcomesAgreement(journeys, trace.outcomes, (outcome) =>
    statesBefore(stateIn(outcome)).map((state) => valuesOf(space, packet, arrival, state, socket)),
  );
}

/** The same of a packet that was walked. `valuesIn`: what it may have been where it came in; the first that was asked about is it. */
export function outcomesAgreement(
  journeys: Journeys,
  outcomes: readonly Outcome[],
  valuesIn: (outcome: Outcome) => readonly Values[],
): Agreement {
  const { space, domain } = journeys;
  const differences: string[] = [];
  let ways = 0;
  let certain = 0;
  for (const outcome of outcomes) {
    if (outcome.reason === "limit") continue;
    const values = valuesIn(outcome).find((one) => decide(space, domain, one) !== false);
    if (values === undefined) continue;
    ways++;
    const possible = possibleFates(journeys, values);
    const difference = differenceFrom(space, possible, { ended: endedOf(outcome), values });
    if (difference !== null) differences.push(`walk: ${difference}`);
    if (possible.length === 1 && possible[0]?.verdict !== "unknown") certain++;
  }
  return { ways, isCertain: certain === ways, difference: differences[0] ?? null };
}

/** What conntrack would say of the packet: one that NOTRACK kept from it may have been anything. */
export function statesBefore(state: string | null): readonly (string | null)[] {
  return state === null || state === "untracked" ? ["new", "invalid", "untracked"] : [state];
}

/** What conntrack made of the packet when it first saw it; null: it never did. */
export function stateIn({ steps }: Outcome): string | null {
  const first = steps.find((step) => step.kind === "conntrack");
  return first?.kind === "conntrack" ? first.state : null;
}

/** The fates that prove does not exclude for a packet; one, where nothing that nobody knows decides. */
export function possibleFates({ space, fates }: Journeys, values: Values): readonly Fate[] {
  return fates.filter(({ flow }) => decide(space, flow.when, values) !== false);
}

/** An end of a packet with these values. */
export interface Seen {
  readonly ended: Ended;
  readonly values: Values;
}

/** Null: one of the fates is the end that was seen, with the packet that prove tells. */
export function differenceFrom(space: Space, possible: readonly Fate[], seen: Seen): string | null {
  const why = possible.map((fate) => differenceOf(space, fate, seen));
  return why.includes(null) ? null : `${wordsOf(seen.ended)}; prove: ${why.join(" | ")}`;
}

function wordsOf({ verdict, delivery, device, mark, packet }: Ended): string {
  const ends =
    packet === null
      ? ""
      : ` ${String(packet.src)}:${String(packet.sport)}>${String(packet.dst)}:${String(packet.dport)}`;
  return `${verdict} ${delivery} ${String(device)} mark ${String(mark)}${ends}`;
}

/** Null: the end that was seen is this one. */
function differenceOf(space: Space, fate: Fate, { ended, values }: Seen): string | null {
  const { verdict, delivery, reason, what } = fate;
  const words = `${verdict} ${delivery} ${reason} ${what ?? fate.at?.base.chain.name ?? ""}`;
  if (verdict === "unknown") return null;
  if (!isVerdict(fate, ended)) return words;
  if (fate.inside !== null || verdict !== "accept") return null;
  if (delivery !== ended.delivery) return words;
  const changed = changesOf(space, ended).find(([field, value]) => {
    const now = numberNow(space, fate.flow, { field, values });
    return value !== null && now !== null && now !== BigInt(value);
  });
  return changed === undefined ? null : `${words} with another ${changed[0]}`;
}

/** The kernel calls a packet refused that was lost and complained of; prove, where a rule refused it. */
function isVerdict({ verdict, at }: Fate, ended: Ended): boolean {
  // Nobody was told of it.
  if (verdict === "reject" && ended.verdict === "drop") return true;
  // The stack complains itself of a packet that it cannot route.
  if (verdict === "drop" && ended.verdict === "reject") return at === null;
  return verdict === ended.verdict;
}

function changesOf(
  space: Space,
  { mark, packet, delivery, device }: Ended,
): readonly (readonly [FieldName, number | bigint | null])[] {
  return [
    ["mark", mark],
    ["src", packet?.src ?? null],
    ["dst", packet?.dst ?? null],
    ["sport", packet?.sport ?? null],
    ["dport", packet?.dport ?? null],
    ["ttl", packet?.ttl ?? null],
    ["oif", delivery === "local" ? null : deviceOf(space, device)],
  ];
}

function deviceOf({ devices }: Space, name: string | null): number | null {
  const number = devices.names.findIndex((one) => one.name === name && !one.isOther);
  return number < 0 ? null : number;
}
