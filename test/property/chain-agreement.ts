/** One packet in front of one base chain: what the walk does with it, and what prove says of it. */
import type { Arrival, Packet, Program } from "@hookwalk/engine";
import { NodeState } from "@hookwalk/engine";
import type { ChainFlow } from "../../packages/engine/src/prove/chain.ts";
import { EXITS } from "../../packages/engine/src/prove/exit.ts";
import type { Exit } from "../../packages/engine/src/prove/exit.ts";
import type { Space } from "../../packages/engine/src/prove/space.ts";
import { walkBaseChain } from "../../packages/engine/src/walk/chain.ts";
import type { AssumedFlow } from "../../packages/engine/src/walk/conntrack/assumed.ts";
import { conntrackIn } from "../../packages/engine/src/walk/hook.ts";
import { Exploration } from "../../packages/engine/src/walk/oracle.ts";
import type { Oracle } from "../../packages/engine/src/walk/oracle.ts";
import type { Run } from "../../packages/engine/src/walk/run.ts";
import { newSkb } from "../../packages/engine/src/walk/skb.ts";
import { findConnection } from "../../packages/engine/src/walk/sockets.ts";
import type { Skb } from "../../packages/engine/src/walk/skb.ts";
import type { BaseChain } from "../../packages/engine/src/program/program.ts";
import { packetValues } from "./packet-values.ts";
import { decide, numberNow } from "./values.ts";
import type { Values } from "./values.ts";

/** A packet at a base chain. */
export interface Asked {
  readonly packet: Packet;
  readonly arrival: Arrival;
  readonly oif: string | null;
  readonly flow: AssumedFlow;
}

export interface Agreement {
  /** The ways that the packet can go. */
  readonly ways: number;
  /** Prove has one answer, whatever it is that nobody knows. */
  readonly isCertain: boolean;
  /** What the walk does and prove excludes; null: nothing. */
  readonly difference: string | null;
}

interface Walked {
  readonly exit: Exit;
  readonly skb: Skb;
}

/** A packet put in front of one base chain, with the devices that it has there. */
export function makeRun(program: Program, { packet, arrival, oif, flow }: Asked, oracle: Oracle): Run {
  const state = new NodeState(program);
  const skb = { ...newSkb(packet, arrival), oif };
  const run: Run = {
    program,
    family: program.families[packet.family],
    oracle,
    conntrack: state.conntrack,
    connections: state.connections,
    scheduled: null,
    inside: [],
    assumedFlow: flow,
    sets: state.sets,
    nftSets: state.nftSets,
    fragments: state.fragments,
    nexthops: state.nexthops,
    skb,
    steps: [],
    sides: [],
    assumed: [],
    hook: "forward",
    frames: [],
    base: null,
    stage: 0,
    setChanges: "",
    left: false,
    rounds: 0,
    cut: null,
    flows: [],
  };
  if (flow.state !== null) conntrackIn(run);
  return run;
}

/** The exits that prove lets the packet take. */
function possible(space: Space, chain: ChainFlow, values: Values): readonly Exit[] {
  return EXITS.filter((exit) => decide(space, chain.exit(exit).when, values) !== false);
}

const EXIT_OF = { accept: "accept", drop: "drop", reject: "drop", queue: "queue", unknown: "unknown" } as const;

/** Which of this node's connections the packet is of, as the walk finds it. */
function socketValues({ layout, sockets }: Space, run: Run): Values {
  // Where no rule asks nobody looks.
  const found = sockets ? findConnection(run, run.skb) : null;
  const [transparent, plain] = layout.bits.socket;
  return new Map([
    [transparent ?? 0, found?.transparent === true],
    [plain ?? 0, found !== null && found.transparent !== true],
  ]);
}

/** Every way that the walk finds must be one that prove allows, with the mark that prove tells. */
export function agreementOn(space: Space, base: BaseChain, chain: ChainFlow, asked: Asked): Agreement {
  let values: Values = new Map();
  const walk = (oracle: Oracle): Walked => {
    const run = makeRun(space.program, asked, oracle);
    values = new Map([...packetValues(space, run.skb), ...socketValues(space, run)]);
    const verdict = walkBaseChain(run, base);
    return { exit: run.steps.at(-1)?.kind === "policy" ? "through" : EXIT_OF[verdict.kind], skb: run.skb };
  };
  const { results } = new Exploration().run(walk, ({ exit, skb }) => `${exit} ${String(skb.mark)}`, 64);
  const found = possible(space, chain, values);
  const differences = results.flatMap(({ value: { exit, skb } }) => {
    const same = found.filter((other) => other === exit || (other === "reject" && exit === "drop"));
    const marks = same.map((other) => numberNow(space, chain.exit(other), { field: "mark", values }));
    if (same.length === 0) return [`walk: ${exit}, prove: ${found.join(" ")}`];
    const isSame = marks.includes(null) || marks.includes(BigInt(skb.mark));
    return isSame ? [] : [`walk: mark ${String(skb.mark)}, prove: ${marks.map(String).join(" ")}`];
  });
  const where = `${base.table.name}/${base.chain.name} oif ${String(asked.oif)} state ${String(asked.flow.state)}`;
  const difference = differences.length === 0 ? null : `${where}: ${differences.join("; ")}`;
  return { ways: results.length, isCertain: found.length === 1, difference };
}
