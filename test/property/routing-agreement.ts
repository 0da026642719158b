/** One packet where it is routed: what the walk makes of it, and what prove says of it. */
import type { Address, Arrival, Packet } from "@hookwalk/engine";
import { FALSE, TRUE } from "../../packages/engine/src/prove/bdd/bdd.ts";
import { masqueradeSources } from "../../packages/engine/src/prove/routing/masquerade.ts";
import type { RoutedSet } from "../../packages/engine/src/prove/routing/routed.ts";
import type { Flow } from "../../packages/engine/src/prove/flow.ts";
import type { Space } from "../../packages/engine/src/prove/space.ts";
import { Exploration } from "../../packages/engine/src/walk/oracle.ts";
import { routeInput, routeOutput } from "../../packages/engine/src/walk/route.ts";
import type { Routed } from "../../packages/engine/src/walk/routed.ts";
import type { Run } from "../../packages/engine/src/walk/run.ts";
import { selectAddress } from "../../packages/engine/src/walk/select-address.ts";
import { makeRun } from "./chain-agreement.ts";
import { decide } from "./values.ts";
import { packetValues } from "./packet-values.ts";

export interface RoutedPacket {
  readonly packet: Packet;
  readonly arrival: Arrival;
}

/** Where packets are routed: what prove says of it. */
export interface Proved {
  readonly sets: readonly RoutedSet[];
  readonly flow: Flow;
}

interface Walked {
  readonly words: string;
  readonly via: string;
  /** What MASQUERADE would give it. */
  readonly source: Address | null | undefined;
}

function walkedTo(run: Run, routed: Routed): Walked {
  if (routed.kind === "drop") {
    const what = routed.reason === "route" ? routed.what : "";
    return { words: `${routed.reason} ${what}`, via: "", source: undefined };
  }
  const { type, oif, via } = routed.choice;
  const isLocal = run.skb.iif === null ? type === "local" : type !== "forward";
  const device = run.skb.oifKnown ? String(oif) : "?";
  const isOut = !isLocal && oif !== null;
  return {
    words: isLocal ? "local" : `by ${device}`,
    via: isOut ? String(via) : "",
    source: isOut ? selectAddress(run, oif, run.skb.family === "ip" ? (via ?? run.skb.dst) : run.skb.dst) : undefined,
  };
}

function provedTo({ to }: RoutedSet): string {
  switch (to.kind) {
    case "local":
      return "local";
    case "forward":
      return `by ${to.oif ?? "?"}`;
    case "refused":
      return `${to.reason} ${to.reason === "route" ? to.what : ""}`;
  }
}

type Values = ReadonlyMap<number, boolean>;

function valuesOf(space: Space, run: Run): Values {
  const values = new Map(packetValues(space, run.skb));
  for (const [index, level] of space.layout.bits.skUid.entries())
    if (level !== null) values.set(level, ((run.skb.socket?.uid ?? 0) >>> (31 - index)) % 2 === 1);
  return values;
}

/** Every way that the walk finds, and no other, is one that prove allows. Null: so it is. */
export function routingDifference(space: Space, { sets, flow }: Proved, asked: RoutedPacket): string | null {
  const made = { ...asked, oif: null, flow: { state: null, mark: 0, socket: null } };
  let values: Values = new Map();
  const walk = (oracle: Run["oracle"]): Walked => {
    const run = makeRun(space.program, made, oracle);
    values = valuesOf(space, run);
    return walkedTo(run, run.skb.iif === null ? routeOutput(run, "output") : routeInput(run));
  };
  const { results } = new Exploration().run(walk, (one) => JSON.stringify([one.words, one.via]), 64);
  const walked = results.map(({ value }) => value);
  const possible = sets.filter(({ when }) => decide(space, when, values) !== false);
  const certain = possible.filter(({ when }) => decide(space, when, values) === true);
  const here = new Set(walked.map(({ words }) => words));
  const there = new Set(possible.map(provedTo));
  const words = `walk: ${[...here].join(", ")}; prove: ${[...there].join(", ")}`;
  if (certain.length > 1 || (certain.length === 1 && possible.length > 1)) return `sets overlap: ${words}`;
  if ([...here].some((one) => !there.has(one)) || [...there].some((one) => !here.has(one))) return words;
  for (const one of walked) {
    const own = possible.filter((set) => provedTo(set) === one.words && hasVia(set, one.via));
    if (own.length === 0) return `next hop ${one.via}: ${words}`;
    if (one.source !== undefined && !own.some((set) => givesSource(space, set, values, one.source ?? null)))
      return `source ${String(one.source)} by ${one.words} ${one.via}`;
  }
  return flowDifference(space, flow, possible, values);
}

function hasVia({ to }: RoutedSet, via: string): boolean {
  return to.kind !== "forward" || to.via === null || String(to.via) === via;
}

function givesSource(space: Space, { to }: RoutedSet, values: Values, source: Address | null): boolean {
  if (to.kind !== "forward" || to.oif === null) return false;
  const sources = masqueradeSources(space, to.oif, to.via).filter(({ when }) => decide(space, when, values) !== false);
  return sources.length === 1 && sources[0]?.address === source;
}

/** The flow says the same as the sets that it is made of. */
function flowDifference(
  space: Space,
  { when, now }: Flow,
  possible: readonly RoutedSet[],
  values: Values,
): string | null {
  const isMade = decide(space, space.noDevice("iif"), values) === true;
  const going = possible.filter(({ to }) => to.kind === "forward" || (isMade && to.kind === "local"));
  const isGoing = decide(space, when, values);
  if (isGoing !== false && going.length === 0) return "the flow has a packet that does not go on";
  if (isGoing === false && going.length > 0) return "the flow lacks a packet that goes on";
  const [only] = possible.length === 1 ? going : [];
  const oif = only === undefined ? null : deviceOf(only);
  if (oif === null) return null;
  const bits = space.layout.bits.oif.map((level) => decide(space, now.get(level ?? 0) ?? FALSE, values));
  const device = space.devices.names[bits.reduce((number, bit) => number * 2 + Number(bit), 0)];
  return device?.name === oif && !device.isOther ? null : `the flow leaves by ${String(device?.name)}, not ${oif}`;
}

function deviceOf({ to }: RoutedSet): string | null {
  return to.kind === "forward" ? to.oif : "lo";
}

/** The sets have nothing in common, and leave nothing out. */
export function partitionFault({ bdd }: Space, sets: readonly RoutedSet[]): string | null {
  if (bdd.union(sets.map(({ when }) => when)) !== TRUE) return "some packets are in no set";
  for (const [index, one] of sets.entries())
    for (const other of sets.slice(index + 1))
      if (bdd.meets(one.when, other.when)) return `${provedTo(one)} and ${provedTo(other)} overlap`;
  return null;
}
