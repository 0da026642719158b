/** One packet on two labs, of which one has other rules. */
import { NodeState, walkPacket } from "@hookwalk/engine";
import type { Arrival, Outcome, Packet, Program } from "@hookwalk/engine";
import type { Lab } from "../../../packages/cli/src/lab/lab.ts";
import { observationOf, printObservation } from "../../../packages/cli/src/lab/observation.ts";
import type { Observation } from "../../../packages/cli/src/lab/observation.ts";
import { withoutRedirects } from "../redirects.ts";

/** A node on the kernel, and what it is compiled to. */
export interface Side {
  readonly lab: Lab;
  readonly program: Program;
}

/** A packet as it is sent, and as the walk takes it. */
export interface Sent {
  readonly packet: Packet;
  readonly arrival: Arrival;
}

function isPortPicked({ conditions }: Outcome): boolean {
  return conditions.some(({ what }) => what.startsWith("NAT picks"));
}

export function outcomesOf({ program }: Pick<Side, "program">, { packet, arrival }: Sent): readonly Outcome[] {
  return walkPacket(program, packet, arrival, { state: new NodeState(program) }).outcomes;
}

/** The packet as the first of its flow. */
export function sendOn({ lab }: Side, { packet, arrival }: Sent): Observation {
  lab.flushConntrack();
  return lab.send(packet, arrival);
}

/** The lines of a case file but redirects; without the source port, where NAT picks one. */
export function linesOf(seen: Observation, outcomes: readonly Outcome[]): string {
  const isPicked = outcomes.some(isPortPicked);
  const packet = seen.packet === null || !isPicked ? seen.packet : { ...seen.packet, sport: null };
  return printObservation({ ...withoutRedirects(seen), packet }).join("\n");
}

export function walkedLines(outcomes: readonly Outcome[]): readonly string[] {
  return outcomes.map((outcome) => linesOf(observationOf(outcome), outcomes));
}

/** What became of a packet and what its sender was told, without the rules on its way. */
export function endOf(seen: Observation, outcomes: readonly Outcome[]): string {
  return linesOf({ ...seen, steps: [], ctmark: 0 }, outcomes);
}

/** Every end that a packet can have where chance decides. */
export function walkedEnds(outcomes: readonly Outcome[]): string {
  return [...new Set(outcomes.map((outcome) => endOf(observationOf(outcome), outcomes)))].sort().join("\n");
}
