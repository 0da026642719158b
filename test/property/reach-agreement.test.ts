/** What questions find out of all packets holds for each: single packets walk through the same node. */
import fc from "fast-check";
import { expect, it } from "vitest";
import {
  compileProgram,
  NodeState,
  parseIptablesSave,
  parsePacketOptions,
  parseQuery,
  walkPacket,
} from "@hookwalk/engine";
import type { Packet, Program, Query } from "@hookwalk/engine";
import { arrivals } from "../../packages/engine/src/prove/path/arrivals.ts";
import { journeysOf } from "../../packages/engine/src/prove/path/journeys.ts";
import { spaceOf } from "../../packages/engine/src/prove/space-of.ts";
import type { Space } from "../../packages/engine/src/prove/space.ts";
import { conditionSet } from "../../packages/engine/src/reach/condition-set.ts";
import { confirmsOf } from "../../packages/engine/src/reach/confirm.ts";
import { outcomeSet } from "../../packages/engine/src/reach/outcome-set.ts";
import { tablesWith } from "../../packages/engine/src/reach/rule-names.ts";
import { fuzzNode, POLICY_ROUTING } from "../kernel/fuzz/fuzz-node.ts";
import { freshPackets } from "../kernel/fuzz/random-packets.ts";
import { ruleset, rulesetText } from "../kernel/fuzz/random-ruleset.ts";
import { stateIn, valuesOf } from "./journey-agreement.ts";
import { decide } from "./values.ts";

const NODES = [fuzzNode({}), fuzzNode(POLICY_ROUTING)];
const RUNS = Number(process.env["HOOKWALK_REACH_RUNS"] ?? 15);
const PACKETS = 12;

const OUTCOMES: readonly Query[] = [
  "reach node",
  "reach tcp/80 or udp/53",
  "reach 10.0.0.0/16 or 192.0.2.0/24",
  "reach tcp/80 on 10.2.0.0/16",
  "accepted",
  "delivered",
  "forwarded",
  "sent",
  "queued",
  "undecided",
  "untracked",
  "leave by eth1",
  "leave by eth+",
  "masqueraded",
  "snatted",
  "dnatted",
  "dnatted to 10.0.0.0/8",
  "marked 0x1/0x1",
  "marked 0x0",
  "match rule 1 of filter/FORWARD",
  "match rule 2 of INPUT",
  "match mangle/PREROUTING/1",
  "not forwarded",
  "forwarded or untracked",
].map((text) => queryOf(`which ${text}`));

/** Conditions, and what they mean, said of a packet by other words. */
type Meaning = (packet: Packet, iif: string | null, mark: number) => boolean;

const MEANINGS: readonly (readonly [string, Meaning])[] = [
  ["from 10.0.0.0/8", ({ src }): boolean => Number(src) >>> 24 === 10],
  ["from 10.0.0.0-10.1.255.255", ({ src }): boolean => Number(src) >>> 17 === 0x0a000000 >>> 17],
  [
    "to 10.0.0.0/8 except 10.1.0.0/16",
    ({ dst }): boolean => Number(dst) >>> 24 === 10 && Number(dst) >>> 16 !== 0x0a01,
  ],
  ["in eth1", (_, iif): boolean => iif === "eth1"],
  ["from eth+", (_, iif): boolean => iif !== null],
  ["local", (_, iif): boolean => iif === null],
  ["tcp or udp", ({ proto }): boolean => proto === 6 || proto === 17],
  ["tcp/80,443", ({ proto, dport }): boolean => proto === 6 && (dport === 80 || dport === 443)],
  ["port 53", ({ dport }): boolean => dport === 53],
  ["sport 1024-65535", ({ sport }): boolean => sport !== null && sport >= 1024],
  ["ping", ({ icmpType }): boolean => icmpType === 8],
  ["mark 0x80/0x80", (_packet, _iif, mark): boolean => (mark & 0x80) !== 0],
  ["ttl 3-255", ({ ttl }): boolean => ttl >= 3],
  ["not (tcp to 10.0.0.0/8)", ({ proto, dst }): boolean => proto !== 6 || Number(dst) >>> 24 !== 10],
];
const CONDITIONS = MEANINGS.map(([text, means]) => [queryOf(`which ${text} dropped`), means] as const);

function queryOf(text: string): Query {
  const { query, problem } = parseQuery(text);
  if (query === null) throw new Error(`${text}: ${JSON.stringify(problem)}`);
  return query;
}

function programOf(text: string, which: number): Program {
  const { value } = parseIptablesSave(text, "iptables-save.txt", { family: "ip" });
  const node = NODES[which] ?? fuzzNode({});
  return compileProgram({ ...node, tables: { ...node.tables, ip: value } });
}

/** The sets of all outcomes, for packets from one side. */
class Sets {
  readonly space: Space;
  readonly domain: number;
  readonly #sets: readonly number[];

  constructor(program: Program, origin: "receive" | "send") {
    this.space = spaceOf(program, "ip");
    this.domain = arrivals(this.space, origin);
    const journeys = journeysOf(this.space, origin, this.domain);
    const tables = (chain: string): readonly string[] => tablesWith(this.space.family, chain);
    this.#sets = OUTCOMES.map(({ outcomes: [formula] }) =>
      formula === undefined ? 0 : outcomeSet(journeys, formula, tables),
    );
  }

  /** Of each outcome: is the packet in its set? Null: nobody knows. */
  *holds(values: ReadonlyMap<number, boolean>): Iterable<readonly [Query, boolean | null]> {
    for (const [index, query] of OUTCOMES.entries()) yield [query, decide(this.space, this.#sets[index] ?? 0, values)];
  }
}

it("says of every packet what the walk says of each", () => {
  let compared = 0;
  const held = new Map<Query, number>();
  fc.assert(
    fc.property(ruleset("ip"), freshPackets("ip", PACKETS), fc.constantFrom(0, 1), (tables, packets, which) => {
      const program = programOf(rulesetText(tables, "ip", "legacy"), which);
      const made = new Map<string, Sets>();
      for (const options of packets) {
        const { value } = parsePacketOptions(new Map(Object.entries(options)));
        if (value === null) continue;
        const { packet, arrival } = value;
        const origin = arrival.iif === null ? "send" : "receive";
        const sets = made.get(origin) ?? new Sets(program, origin);
        made.set(origin, sets);
        for (const outcome of walkPacket(program, packet, arrival, { state: new NodeState(program) }).outcomes) {
          const values = valuesOf(sets.space, packet, arrival, stateIn(outcome));
          if (outcome.reason === "limit" || decide(sets.space, sets.domain, values) === false) continue;
          for (const [query, found] of sets.holds(values)) {
            if (found === null) continue;
            const walked = confirmsOf(program, query, null)(outcome);
            expect(found, `${JSON.stringify(query.outcomes)} ${JSON.stringify(options)}`).toBe(walked);
            compared++;
            if (walked) held.set(query, (held.get(query) ?? 0) + 1);
          }
        }
      }
    }),
    { numRuns: RUNS },
  );
  expect(compared).toBeGreaterThan(RUNS * 100);
  expect(held.size).toBeGreaterThan(OUTCOMES.length / 2);
});

it("takes conditions of packets as they came in", () => {
  const program = programOf("*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n", 0);
  const space = spaceOf(program, "ip");
  const setsOf = (origin: "receive" | "send"): readonly number[] =>
    CONDITIONS.map(([{ conditions }]) =>
      space.bdd.intersection(conditions.map((formula) => conditionSet(space, origin, formula))),
    );
  const sets = { receive: setsOf("receive"), send: setsOf("send") };
  fc.assert(
    fc.property(freshPackets("ip", PACKETS), (packets) => {
      for (const options of packets) {
        const { value } = parsePacketOptions(new Map(Object.entries(options)));
        if (value === null) continue;
        const { packet, arrival } = value;
        const values = valuesOf(space, packet, arrival, "new");
        const own = sets[arrival.iif === null ? "send" : "receive"];
        for (const [index, [{ conditions }, means]] of CONDITIONS.entries()) {
          const wanted = means(packet, arrival.iif, arrival.mark);
          const found = decide(space, own[index] ?? 0, values);
          expect(found, `${JSON.stringify(conditions)} ${JSON.stringify(options)}`).toBe(wanted);
        }
      }
    }),
    { numRuns: 200 },
  );
});
