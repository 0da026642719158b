/** What prove says of all packets holds for those of the case files: the walk tells what the kernel does. */
import { expect, it } from "vitest";
import type { Outcome, Packet, Program, Trace } from "@hookwalk/engine";
import type { Ref } from "../../packages/engine/src/prove/bdd/bdd.ts";
import { arrivals } from "../../packages/engine/src/prove/path/arrivals.ts";
import { journeysOf } from "../../packages/engine/src/prove/path/journeys.ts";
import type { Space } from "../../packages/engine/src/prove/space.ts";
import { spaceOf } from "../../packages/engine/src/prove/space-of.ts";
import type { CtReference } from "../../packages/engine/src/walk/skb.ts";
import { findCases, programOf, readCase, runOnWalk } from "../cases/case-runner.ts";
import type { Before } from "../cases/case-runner.ts";
import { outcomesAgreement, stateIn, statesBefore, valuesInFlow, valuesOf } from "./journey-agreement.ts";
import type { Values } from "./values.ts";

/** A packet of a case, with what those before it left behind. */
interface Walked extends Before {
  readonly program: Program;
  readonly trace: Trace;
}

/** Bytes of headers that rules ask for, by protocol: ESP, AH, IPComp, and mobility, whose own next header must be none. */
const HEADERS: ReadonlyMap<number, number> = new Map([
  [50, 8],
  [51, 12],
  [108, 4],
  [135, 8],
]);
const MOBILITY = 135;
const NO_NEXT_HEADER = 59;

/** What prove says nothing of, or speaks of otherwise than a walk, each as a property of packets. */
const LEFT_OUT: ReadonlyMap<string, (walked: Walked, outcome: Outcome) => boolean> = new Map([
  ["a header that is cut short, or malformed", ({ trace: { packet } }) => isMalformed(packet)],
  ["fragments", ({ trace: { packet } }) => packet.fragment !== null],
  ["packets that carry their own route", ({ trace: { packet } }) => packet.ipOptions !== undefined],
  [
    "frames of a bridge's ports, and those for other hosts",
    ({ trace: { arrival } }) => arrival.physin !== null || arrival.pktType === "otherhost",
  ],
  [
    "what is behind a tunnel",
    ({ program: { beyond } }, { verdict, steps }) =>
      verdict !== "accept" && steps.some((step) => step.kind === "route" && beyond.tunnels.has(step.oif ?? "")),
  ],
  ["sets that packets before it changed", ({ hasChangedSets }) => hasChangedSets],
  [
    "another packet of a flow that nobody has answered",
    (walked, outcome) => stateIn(outcome) === "new" && flowFound(walked, outcome) !== null,
  ],
  ["a tuple, or a mapping, that another flow has", isOfTakenTuple],
  ["sockets that ss lists, which prove-sockets.test.ts is about", ({ program }) => (program.sockets ?? []).length > 0],
  [
    "packets of a connection that IPVS has, and what it sends on and NAT of OUTPUT routes anew",
    (walked, outcome) =>
      outcome.steps.some((step) => step.kind === "nat" && step.what === "ipvs") &&
      (flowFound(walked, outcome) !== null ||
        outcome.steps.some((step) => step.kind === "route" && step.why === "reroute")),
  ],
]);

function isMalformed({ truncateL4, proto, payload }: Packet): boolean {
  if (truncateL4 !== null || payload.length < (HEADERS.get(proto) ?? 0)) return true;
  return proto === MOBILITY && payload[0] !== NO_NEXT_HEADER;
}

/** NAT never gives two flows one tuple, and one source the mapping that it had. */
function isOfTakenTuple(walked: Walked, outcome: Outcome): boolean {
  if (flowFound(walked, outcome) !== null) return false;
  const { trace, flows } = walked;
  const { packet } = outcome;
  const { src, sport } = trace.packet;
  const wanted = [sport, packet.sport];
  return flows.some(
    ({ original, reply, snat }) =>
      (snat && original.src === src && original.sport === sport) ||
      (reply.dst === packet.src &&
        wanted.includes(reply.dport) &&
        reply.src === packet.dst &&
        reply.sport === packet.dport &&
        reply.proto === packet.proto),
  );
}

function isLeftOut(walked: Walked): boolean {
  return walked.trace.outcomes.some((outcome) => [...LEFT_OUT.values()].some((isOne) => isOne(walked, outcome)));
}

/** The flow that conntrack found the packet to be of; null: none that it knew before. */
function flowFound({ trace: { packet }, flows }: Walked, { steps }: Outcome): CtReference | null {
  const step = steps.find((one) => one.kind === "conntrack");
  if (step?.kind !== "conntrack" || (step.state !== "new" && step.state !== "established" && step.state !== "related"))
    return null;
  const flow = flows.find(({ original }) => original === step.original);
  if (flow === undefined) return null;
  const isOfReply = step.state === "related" || packet.src === flow.reply.src;
  const direction = isOfReply && packet.dst === flow.reply.dst ? "reply" : "original";
  const seenReply = flow.seenReply || (direction === "reply" && step.state !== "related");
  return { flow: { ...flow, seenReply }, direction, state: step.state };
}

/** What the packet may have been where it came in. */
function valuesIn(space: Space, walked: Walked, outcome: Outcome): readonly Values[] {
  const { packet, arrival } = walked.trace;
  const found = flowFound(walked, outcome);
  if (found !== null) return [valuesInFlow(space, packet, arrival, found)];
  return statesBefore(stateIn(outcome)).map((state) => valuesOf(space, packet, arrival, state));
}

const OF_CONNTRACK = ["ctState", "ctDirection", "ctStatus", "ctmark"] as const;

/** All packets of which conntrack says the same. */
function alikeForConntrack({ bdd, layout }: Space, values: Values): Ref {
  const bits = OF_CONNTRACK.flatMap((field) => layout.bits[field]);
  return bdd.intersection(
    bits.flatMap((level) => {
      const value = level === null ? undefined : values.get(level);
      if (level === null || value === undefined) return [];
      return [value ? bdd.variable(level) : bdd.not(bdd.variable(level))];
    }),
  );
}

/** Packets of one family that come from one place. */
function differencesAmong(program: Program, walked: readonly Walked[]): readonly string[] {
  const [first] = walked;
  if (first === undefined) return [];
  const { packet, arrival } = first.trace;
  const origin = arrival.iif === null ? "send" : "receive";
  const space = spaceOf(program, packet.family);
  const alike = walked.flatMap((one) =>
    one.trace.outcomes.flatMap((outcome) =>
      valuesIn(space, one, outcome).map((values) => alikeForConntrack(space, values)),
    ),
  );
  const journeys = journeysOf(space, origin, space.bdd.and(arrivals(space, origin), space.bdd.union(alike)));
  return walked.flatMap((one, at) => {
    const { ways, difference } = outcomesAgreement(journeys, one.trace.outcomes, (outcome) =>
      valuesIn(space, one, outcome),
    );
    const words = difference ?? (ways === 0 ? "prove knows no such packet" : null);
    return words === null ? [] : [`${packet.family} ${origin} ${String(at)}: ${words}`];
  });
}

/** With one kind of tables: that both fare alike is what the walk is held to. */
function walkedIn(path: string): readonly [Program, readonly Walked[]] {
  const kase = readCase(path);
  const backend = kase.backends.at(-1) ?? "nft";
  const program = programOf(kase, backend);
  const walked: Walked[] = [];
  runOnWalk(kase, backend, (trace, before) => {
    const one = { ...before, program, trace };
    if (!isLeftOut(one)) walked.push(one);
  });
  return [program, walked];
}

/** By family and origin. */
function groupsOf(walked: readonly Walked[]): ReadonlyMap<string, readonly Walked[]> {
  const groups = new Map<string, Walked[]>();
  for (const one of walked) {
    const { packet, arrival } = one.trace;
    const key = `${packet.family} ${String(arrival.iif === null)}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return groups;
}

it.each(findCases())("says of each packet what the walk says: %s", (path) => {
  const [program, walked] = walkedIn(path);
  const groups = [...groupsOf(walked).values()];
  expect(groups.flatMap((group) => differencesAmong(program, group))).toEqual([]);
});
