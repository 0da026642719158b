/** What prove says of every packet at once holds for each: single packets walk through the same base chains. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { compileProgram, NodeState, parseIptablesSave, parsePacketOptions } from "@hookwalk/engine";
import type { Arrival, Packet, Program } from "@hookwalk/engine";
import { FALSE, TRUE } from "../../packages/engine/src/prove/bdd/bdd.ts";
import type { Ref } from "../../packages/engine/src/prove/bdd/bdd.ts";
import { baseChains } from "../../packages/engine/src/prove/call-graph.ts";
import { ChainFlows } from "../../packages/engine/src/prove/chain.ts";
import type { ChainFlow } from "../../packages/engine/src/prove/chain.ts";
import { EXITS } from "../../packages/engine/src/prove/exit.ts";
import type { Exit } from "../../packages/engine/src/prove/exit.ts";
import type { Flow } from "../../packages/engine/src/prove/flow.ts";
import { spaceOf } from "../../packages/engine/src/prove/space-of.ts";
import type { Space } from "../../packages/engine/src/prove/space.ts";
import { walkBaseChain } from "../../packages/engine/src/walk/chain.ts";
import { Exploration } from "../../packages/engine/src/walk/oracle.ts";
import type { Oracle } from "../../packages/engine/src/walk/oracle.ts";
import type { Run } from "../../packages/engine/src/walk/run.ts";
import { newSkb } from "../../packages/engine/src/walk/skb.ts";
import type { Skb } from "../../packages/engine/src/walk/skb.ts";
import { conntrackIn } from "../../packages/engine/src/walk/hook.ts";
import type { AssumedFlow } from "../../packages/engine/src/walk/conntrack/assumed.ts";
import { fuzzNode } from "../kernel/fuzz/fuzz-node.ts";
import { packets } from "../kernel/fuzz/random-packets.ts";
import { ruleset, rulesetText } from "../kernel/fuzz/random-ruleset.ts";
import { packetValues } from "./packet-values.ts";

const NODE = fuzzNode({});
const CT_STATES = ["new", "established", "related", "invalid", "untracked", null] as const;

function programOf(text: string, family: "ip" | "ip6"): Program {
  const { value } = parseIptablesSave(text, "iptables-save.txt", { family });
  return compileProgram({ ...NODE, tables: { ...NODE.tables, [family]: value } });
}

interface Walked {
  readonly exit: Exit;
  readonly skb: Skb;
}

/** A packet put in front of one base chain, with the devices that it has there. */
function makeRun(
  program: Program,
  { packet, arrival, oif, flow }: { packet: Packet; arrival: Arrival; oif: string | null; flow: AssumedFlow },
  oracle: Oracle,
): Run {
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
    cut: null,
    flows: [],
  };
  if (flow.state !== null) conntrackIn(run);
  return run;
}

/** Does the function hold for the packet? Null: it hangs on what nobody knows. */
function decide({ bdd }: Space, f: Ref, values: ReadonlyMap<number, boolean>): boolean | null {
  let at = f;
  while (at > FALSE) {
    const value = values.get(bdd.level(at));
    if (value === undefined) return null;
    at = value ? bdd.high(at) : bdd.low(at);
  }
  return at === TRUE;
}

/** The exits that prove lets the packet take. */
function possible(space: Space, chain: ChainFlow, values: Values): readonly Exit[] {
  return EXITS.filter((exit) => decide(space, chain.exit(exit).when, values) !== false);
}

/** Null: nobody knows. */
function markOf(space: Space, { now }: Flow, values: Values): number | null {
  let mark = 0;
  for (const level of space.layout.bits.mark) {
    const bit = decide(space, now.get(level ?? 0) ?? space.bdd.variable(level ?? 0), values);
    if (bit === null) return null;
    mark = mark * 2 + Number(bit);
  }
  return mark;
}

type Values = ReadonlyMap<number, boolean>;

const EXIT_OF = { accept: "accept", drop: "drop", reject: "drop", queue: "queue", unknown: "unknown" } as const;

for (const family of ["ip", "ip6"] as const) {
  it(`says of every packet what the walk says of each: base chains, ${family}`, () => {
    let compared = 0;
    let certain = 0;
    fc.assert(
      fc.property(
        ruleset(family),
        packets(family, 12),
        fc.constantFrom("legacy" as const, "nft" as const),
        fc.array(fc.record({ state: fc.constantFrom(...CT_STATES), mark: fc.constantFrom(0, 1, 0x80, 0x4000) }), {
          minLength: 12,
          maxLength: 12,
        }),
        fc.constantFrom("eth0", "eth1", "eth2", null),
        (tables, fuzzed, backend, flows, oif) => {
          const program = programOf(rulesetText(tables, family, backend), family);
          const space = spaceOf(program, family);
          for (const { base } of baseChains(program.families[family])) {
            if (base.table.name === "nat") continue;
            const chain = new ChainFlows(space, base.table, "").of(base.chain.name);
            if (chain === null) throw new Error("no base chain");
            for (const [index, one] of fuzzed.entries()) {
              if (one.kind !== "fresh") continue;
              const made = parsePacketOptions(new Map(Object.entries(one.options))).value;
              const flow = flows[index];
              if (made === null || flow === undefined) continue;
              const asked = { ...made, oif, flow };
              let values: Values = new Map();
              const walk = (oracle: Oracle): Walked => {
                const run = makeRun(program, asked, oracle);
                values = packetValues(space, run.skb);
                const verdict = walkBaseChain(run, base);
                return { exit: run.steps.at(-1)?.kind === "policy" ? "through" : EXIT_OF[verdict.kind], skb: run.skb };
              };
              const { results } = new Exploration().run(walk, ({ exit, skb }) => `${exit} ${String(skb.mark)}`, 64);
              const found = possible(space, chain, values);
              for (const {
                value: { exit, skb },
              } of results) {
                const same = found.filter((other) => other === exit || (other === "reject" && exit === "drop"));
                expect(
                  same,
                  `${base.table.name}/${base.chain.name} ${JSON.stringify(one.options)} ${String(flow.state)} oif ${String(oif)}: walk ${exit}, prove ${found.join(" ")}`,
                ).not.toHaveLength(0);
                const marks = same.map((other) => markOf(space, chain.exit(other), values));
                expect(
                  marks.includes(null) || marks.includes(skb.mark),
                  `mark ${String(skb.mark)}, prove ${marks.join(" ")}`,
                ).toBe(true);
                compared++;
                if (found.length === 1) certain++;
              }
            }
          }
        },
      ),
      { numRuns: Number(process.env["HOOKWALK_PROVE_RUNS"] ?? 60) },
    );
    // Most packets meet nothing that nobody knows; of those there is one answer.
    expect(certain / compared).toBeGreaterThan(0.9);
  });
}
