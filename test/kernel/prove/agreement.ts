/** Proved sets of a node's packets, held against the kernel and the walk: packets drawn from each of them, and from outside of it. */
import type { Arrival, Family, Outcome, Packet, Program, Snapshot } from "@hookwalk/engine";
import { NodeState, parsePacketOptions, walkPacket } from "@hookwalk/engine";
import type { Lab } from "../../../packages/cli/src/lab/lab.ts";
import { observationOf, printObservation } from "../../../packages/cli/src/lab/observation.ts";
import type { Observation } from "../../../packages/cli/src/lab/observation.ts";
import { FALSE } from "../../../packages/engine/src/prove/bdd/bdd.ts";
import type { Ref } from "../../../packages/engine/src/prove/bdd/bdd.ts";
import type { Origin } from "../../../packages/engine/src/prove/path/arrivals.ts";
import type { Fate } from "../../../packages/engine/src/prove/path/fate.ts";
import { journeysOf } from "../../../packages/engine/src/prove/path/journeys.ts";
import type { Journeys } from "../../../packages/engine/src/prove/path/journeys.ts";
import type { PacketOptions } from "../../../packages/engine/src/prove/pick/picked.ts";
import type { Space } from "../../../packages/engine/src/prove/space.ts";
import { spaceOf } from "../../../packages/engine/src/prove/space-of.ts";
import { differenceFrom, possibleFates, stateIn, valuesOf } from "../../property/journey-agreement.ts";
import { decide } from "../../property/values.ts";
import type { Values } from "../../property/values.ts";
import { withoutRedirects } from "../redirects.ts";
import { Drawer } from "./draw.ts";
import type { Random } from "./draw.ts";
import { ZERO_FIELDS, sendablePackets } from "./sendable.ts";

/** A node that stands in a lab, with the program that its snapshot is compiled to. */
export interface Bench {
  readonly lab: Lab;
  readonly snapshot: Snapshot;
  readonly program: Program;
  readonly random: Random;
  /** Of the packets. */
  readonly marks: readonly number[];
  /** Drawn inside each set, and outside of it. */
  readonly packets: number;
  /** The most that the diagrams may have. */
  readonly nodes: number;
}

/** How many packets were sent, and what was proved of them. */
export interface Tally {
  sets: number;
  /** Sets that no packet is in whatever it is that nobody knows: a hash decides of all of it. */
  open: number;
  packets: number;
  /** Pairs of a packet and a set. */
  inside: number;
  outside: number;
  /** What nobody knows decides. */
  undecided: number;
  /** The lab's packet is none of those that were asked about. */
  foreign: number;
  /** NAT picked something at random. */
  random: number;
  /** Sent from here to many on a link: a copy comes back (ip_mc_output), or the frame itself, by a pair whose BPF program the lab has not. */
  copied: number;
  /** Packets that fared otherwise than was said, in words. */
  readonly disagreements: string[];
}

export function emptyTally(): Tally {
  return {
    sets: 0,
    open: 0,
    packets: 0,
    inside: 0,
    outside: 0,
    undecided: 0,
    foreign: 0,
    random: 0,
    copied: 0,
    disagreements: [],
  };
}

/** Draws, sends and compares; what was counted is added to `tally`. Throws `BddLimit`. */
export function holdAgainstKernel(bench: Bench, family: Family, origin: Origin, tally: Tally): void {
  const space = spaceOf(bench.program, family, { nodes: bench.nodes });
  const { bdd } = space;
  const domain = sendablePackets(space, origin, bench.snapshot, bench.marks);
  const journeys = journeysOf(space, origin, domain);
  const sets = endSets(journeys);
  tally.sets += sets.length;
  const found = sets.map(() => ({ inside: 0, outside: 0 }));
  const send = (from: Ref, count: number): void => {
    const drawer = new Drawer(space, bdd.and(domain, from), bench.random);
    for (let sent = 0; sent < count; sent++) {
      const options = drawer.draw();
      if (options === null) return;
      const values = compareOne(bench, journeys, options, tally);
      if (values === null) continue;
      for (const [index, set] of sets.entries()) {
        const isIn = decide(space, set, values);
        const one = found[index];
        if (isIn === null) tally.undecided++;
        else if (one !== undefined) one[isIn ? "inside" : "outside"]++;
      }
    }
  };
  for (const set of sets) {
    const certain = certainOf(space, set);
    if (certain === FALSE) tally.open++;
    send(certain === FALSE ? set : certain, bench.packets);
  }
  // What was drawn from the others lies outside; what is missing there comes from all that is left.
  for (const [index, set] of sets.entries()) {
    const others = bdd.not(set);
    const certain = certainOf(space, others);
    send(certain === FALSE ? others : certain, bench.packets - (found[index]?.outside ?? 0));
  }
  for (const { inside, outside } of found) {
    tally.inside += inside;
    tally.outside += outside;
  }
}

/** The packets that are in the set whatever it is that nobody knows. */
function certainOf(space: Space, set: Ref): Ref {
  const { bdd } = space;
  const unknown = bdd.support(set).filter((level) => space.unknownAt(level) !== null);
  return unknown.length === 0 ? set : bdd.not(bdd.exists(bdd.not(set), bdd.cube(unknown)));
}

/** Packets by how they end, as far as anybody outside can tell. */
function endSets({ space, domain, fates }: Journeys): readonly Ref[] {
  const ends = new Map<string, Fate[]>();
  for (const fate of fates) {
    if (fate.verdict === "unknown") continue;
    const end = `${fate.verdict} ${fate.delivery}`;
    ends.set(end, [...(ends.get(end) ?? []), fate]);
  }
  const sets = [...ends.values()].map((own) => space.bdd.union(own.map(({ flow }) => flow.when)));
  return sets.filter((set) => space.bdd.and(set, domain) !== FALSE);
}

/** Sends one packet. Null: nothing was proved of it. */
function compareOne(bench: Bench, journeys: Journeys, options: PacketOptions, tally: Tally): Values | null {
  const { value, problems } = parsePacketOptions(new Map(Object.entries(options)));
  if (value === null) throw new Error(`${JSON.stringify(options)}: ${JSON.stringify(problems)}`);
  const { packet, arrival } = value;
  const { space } = journeys;
  bench.lab.flushConntrack();
  const seen = bench.lab.send(packet, arrival);
  const { outcomes } = walkPacket(bench.program, packet, arrival, { state: new NodeState(bench.program) });
  tally.packets++;
  if (outcomes.some(({ conditions }) => conditions.some(({ what }) => what.startsWith("NAT picks")))) {
    tally.random++;
    return null;
  }
  if (outcomes.some(isCopied)) {
    tally.copied++;
    return null;
  }
  const words = linesOf(seen);
  const same = outcomes.find((outcome) => linesOf(observationOf(outcome)) === words);
  if (same === undefined) {
    tally.disagreements.push(disagreement(options, words, "walk", walkedLines(outcomes)));
    return null;
  }
  const values = packetIn(journeys, packet, arrival, stateIn(same));
  if (values === null) {
    tally.foreign++;
    return null;
  }
  const ended = { ...seen, ...(seen.packet === null ? { device: null } : {}) };
  const difference = differenceFrom(space, possibleFates(journeys, values), { ended, values });
  if (difference === null) return values;
  tally.disagreements.push(disagreement(options, words, "prove", difference));
  return null;
}

function isCopied({ steps, packet }: Outcome): boolean {
  const isGroup = typeof packet.dst === "bigint" ? packet.dst >> 120n === 0xffn : packet.dst >>> 28 === 14;
  return steps.some((step) =>
    step.kind === "route"
      ? step.why !== "input" && step.result === "broadcast" && step.oif !== "lo"
      : // Frames for one host have an address that the other end does not take (arp_constructor).
        isGroup && step.kind === "note" && step.what.includes("BPF program decides"),
  );
}

/** The packet as values of variables; null: it is none of those that were asked about. */
function packetIn(journeys: Journeys, packet: Packet, arrival: Arrival, state: string | null): Values | null {
  const { space, domain } = journeys;
  // Of a packet that conntrack never saw the variable says what it would have made of it.
  const states = state === "new" || state === "invalid" ? [state] : ["new", "invalid", "untracked"];
  for (const one of states) {
    const values = new Map(valuesOf(space, packet, arrival, one));
    for (const field of ZERO_FIELDS) for (const level of space.layout.bits[field]) values.set(level ?? 0, false);
    if (decide(space, domain, values) !== false) return values;
  }
  return null;
}

function linesOf(seen: Observation): string {
  return printObservation(withoutRedirects(seen)).join("\n");
}

function walkedLines(outcomes: readonly Outcome[]): string {
  return outcomes.map((outcome) => linesOf(observationOf(outcome))).join("\nor:\n");
}

function disagreement(options: PacketOptions, kernel: string, who: "walk" | "prove", said: string): string {
  const words = Object.entries(options).map(([name, value]) => {
    const kebab = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    return value === true ? `--${kebab}` : `--${kebab} ${String(value)}`;
  });
  return `--- packet ${words.join(" ")}\nkernel:\n${kernel}\n${who}:\n${said}\n`;
}
