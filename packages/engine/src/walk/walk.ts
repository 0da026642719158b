import type { Arrival, Packet } from "../program/packet.ts";
import type { Assumption, Program } from "../program/program.ts";
import type { AssumedFlow } from "./conntrack/assumed.ts";
import { Exploration } from "./oracle.ts";
import type { Explored, Oracle } from "./oracle.ts";
import { walkPath } from "./path.ts";
import type { End, Start } from "./path.ts";
import type { PendingSide, Run } from "./run.ts";
import { digestOf, newSkb, packetOf } from "./skb.ts";
import { shownState } from "./state.ts";
import type { NodeState } from "./state.ts";
import type { Condition, CtStateName, Outcome, SidePacket, Trace } from "./trace.ts";

export interface WalkOptions {
  /** What earlier packets left behind; what the most likely outcome leaves is put into it. Default: what the snapshot shows. */
  readonly state?: NodeState;
  /** Start in the middle of the stack. */
  readonly at?: Start;
  /** What is known of the packet's flow beside the table. */
  readonly flow?: AssumedFlow;
}

/** More ways than this are not told apart: the rest is one `unknown` outcome. */
const MOST_OUTCOMES = 64;

/** What happens to one packet on this node. */
export function walkPacket(program: Program, packet: Packet, arrival: Arrival, options: WalkOptions = {}): Trace {
  const state = options.state ?? shownState(program);
  const start = options.at ?? (arrival.iif === null ? "send" : "receive");
  const question: Asked = { program, packet, arrival, state, start, assumedFlow: options.flow ?? null };
  const exploration = new Exploration();
  const walk = (oracle: Oracle): Finished => walkOnce(question, oracle);
  const { results, cut } = exploration.run(walk, keyOf, MOST_OUTCOMES);
  const ordered = results.length === 1 ? results : byLikelihood(results);
  if (options.state !== undefined) commit(state, ordered[0]?.value);
  const outcomes = ordered.map((explored) => outcomeOf(explored, ordered.length === 1));
  if (cut) outcomes.push(tooMany(packet, arrival));
  const about = (assumptions: readonly Assumption[]): readonly Condition[] =>
    assumptions
      .filter(({ family }) => family === undefined || family === packet.family)
      .map(({ what, why }) => ({ what, why, assumed: true }));
  return { packet, arrival, outcomes, assumptions: about(program.assumptions), caveats: about(program.caveats) };
}

interface Finished {
  readonly run: Run;
  readonly end: End;
  readonly sides: readonly SidePacket[];
}

/** What every run of one walk starts from. */
interface Asked {
  readonly program: Program;
  readonly packet: Packet;
  readonly arrival: Arrival;
  readonly state: NodeState;
  readonly start: Start;
  readonly assumedFlow: AssumedFlow | null;
}

function walkOnce({ program, packet, arrival, state, start, assumedFlow }: Asked, oracle: Oracle): Finished {
  const run: Run = {
    program,
    family: program.families[packet.family],
    oracle,
    conntrack: state.conntrack,
    connections: state.connections,
    scheduled: null,
    inside: [],
    assumedFlow,
    sets: state.sets,
    nftSets: state.nftSets,
    fragments: state.fragments,
    nexthops: state.nexthops,
    skb: newSkb(packet, arrival),
    steps: [],
    sides: [],
    assumed: [],
    hook: start === "send" ? "output" : "prerouting",
    frames: [],
    base: null,
    stage: 0,
    setChanges: "",
    left: false,
    rounds: 0,
    cut: null,
    flows: [],
  };
  const end = walkPath(run, start);
  const sides = run.sides.flatMap((side) => sendSide(run, side));
  // Nobody was told: for the sender a refused packet is a lost one.
  const told = end.verdict !== "reject" || sides.some(({ sent }) => sent);
  return { run, end: told ? end : { ...end, verdict: "drop" }, sides };
}

/**
 * An answer of the kernel's own goes through OUTPUT and POSTROUTING like any packet made here, and may be answered
 * itself. Without a route it is never made.
 */
function sendSide(run: Run, side: PendingSide): readonly SidePacket[] {
  const { kind, packet, what, mark, ct, isOfUntracked, boundTo } = side;
  const arrival: Arrival = { iif: null, physin: null, mark, pktType: "host", smac: null, uid: null, gid: null };
  const skb = {
    ...newSkb(packet, arrival),
    socket: null,
    isKernels: kind === "icmp",
    ct,
    refusesCt: isOfUntracked,
    boundTo,
  };
  const stage = run.stage + 1000;
  const own: Run = {
    ...run,
    skb,
    steps: [],
    sides: [],
    frames: [],
    base: null,
    left: false,
    rounds: 0,
    cut: null,
    hook: "output",
    stage,
  };
  walkPath(own, "send");
  if (own.stage === stage) return [];
  const answers = own.sides.flatMap((answer) => sendSide(own, answer));
  run.sets = own.sets;
  run.nftSets = own.nftSets;
  run.nexthops = own.nexthops;
  return [{ kind, packet: packetOf(skb), what, sent: own.left }, ...answers];
}

/** Outcomes that differ only in how they came about are one. */
function keyOf({ run, end, sides: answers }: Finished): string {
  const sides = answers.map((side) => `${side.what}${String(side.sent)}`).join(",");
  return `${end.verdict} ${end.delivery} ${digestOf(run.skb)} ${sides}`;
}

/** Known chances first, the larger the earlier; the rest in the order in which they were tried, the likely answer first. */
function byLikelihood<T>(results: readonly Explored<T>[]): readonly Explored<T>[] {
  return results.toSorted((a, b) => (b.probability ?? 0) - (a.probability ?? 0));
}

/** Confirmed flows are in the table from now on; those that were there already keep what a packet changed. */
function commit(state: NodeState, finished: Finished | undefined): void {
  if (finished === undefined) return;
  const { sets, nftSets, flows, fragments, nexthops, scheduled } = finished.run;
  if (scheduled !== null) state.connections.add(scheduled);
  for (const flow of flows) {
    if (flow.replaces !== null) state.conntrack.remove(flow.replaces);
    flow.replaces = null;
    if (flow.dying) state.conntrack.remove(flow);
    else if (flow.confirmed) state.conntrack.insert(flow);
  }
  state.sets = sets;
  state.nftSets = nftSets;
  state.fragments = fragments;
  state.nexthops = nexthops;
}

function outcomeOf({ value, conditions, probability }: Explored<Finished>, isOnly: boolean): Outcome {
  const { run, end, sides } = value;
  const { skb } = run;
  const asked: Condition[] = conditions.map(({ question, yes }) => ({
    what: question.what,
    assumed: yes,
    why: question.why,
  }));
  const left = end.delivery === "forward" || end.delivery === "sent";
  const oif = end.delivery === "bridged" ? skb.physout : left ? skb.oif : null;
  return {
    verdict: end.verdict,
    delivery: end.delivery,
    reason: end.reason,
    oif,
    packet: packetOf(skb),
    cut: oif === null ? null : run.cut,
    mark: skb.mark,
    ctmark: skb.ct === null || skb.ct.flow.dying ? null : skb.ct.flow.mark,
    ctstate: ctStateOf(run),
    conditions: [...asked, ...run.assumed],
    probability: isOnly ? null : probability,
    steps: run.steps,
    sidePackets: sides,
  };
}

function ctStateOf({ skb, family }: Run): CtStateName | null {
  if (skb.ct !== null) return skb.ct.state;
  if (skb.untracked) return "untracked";
  return family.conntrack ? "invalid" : null;
}

function tooMany(packet: Packet, arrival: Arrival): Outcome {
  return {
    verdict: "unknown",
    delivery: "none",
    reason: "limit",
    oif: null,
    packet,
    cut: null,
    mark: arrival.mark,
    ctmark: null,
    ctstate: null,
    conditions: [
      {
        what: `more than ${String(MOST_OUTCOMES)} ways for this packet`,
        assumed: true,
        why: "too many open questions",
      },
    ],
    probability: null,
    steps: [],
    sidePackets: [],
  };
}
