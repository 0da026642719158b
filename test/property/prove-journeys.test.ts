/** What prove says of every packet from where it comes in to its end holds for each: single packets walk through the same node. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { compileProgram, parseIptablesSave, parsePacketOptions } from "@hookwalk/engine";
import type { Program } from "@hookwalk/engine";
import type { Ref } from "../../packages/engine/src/prove/bdd/bdd.ts";
import { BddLimit } from "../../packages/engine/src/prove/bdd/limit.ts";
import { arrivals } from "../../packages/engine/src/prove/path/arrivals.ts";
import type { Origin } from "../../packages/engine/src/prove/path/arrivals.ts";
import { journeysOf } from "../../packages/engine/src/prove/path/journeys.ts";
import type { Journeys } from "../../packages/engine/src/prove/path/journeys.ts";
import { spaceOf } from "../../packages/engine/src/prove/space-of.ts";
import type { Space } from "../../packages/engine/src/prove/space.ts";
import { fuzzNode, POLICY_ROUTING } from "../kernel/fuzz/fuzz-node.ts";
import { nftRuleset } from "../kernel/fuzz/random-nft.ts";
import { freshPackets } from "../kernel/fuzz/random-packets.ts";
import { ruleset, rulesetText } from "../kernel/fuzz/random-ruleset.ts";
import { nodeNames, packetsOf, readNode } from "../nodes/node.ts";
import { journeyAgreement } from "./journey-agreement.ts";

const RUNS = Number(process.env["HOOKWALK_PROVE_RUNS"] ?? 20);
const PACKETS = 40;
const NODES = 1 << 23;
/** Marks of the random packets; those of a node come with none. */
const MARKS = [0, 1, 0x80, 0x4000];
const FIRST_STATES = [0, 3, 4];

/** Packets that begin a flow, or belong to none, with a mark that the tests give. */
function firstPackets(space: Space, origin: Origin, marks: readonly number[]): Ref {
  const asked = [space.isAnyOf("mark", marks), space.isAnyOf("ctState", FIRST_STATES)];
  return space.bdd.intersection([arrivals(space, origin), ...asked]);
}

/** Holds packets against their journeys, which are made once for each family and origin. */
class Comparison {
  readonly #program: Program;
  readonly #marks: readonly number[];
  readonly #made = new Map<string, Journeys>();
  compared = 0;
  certain = 0;

  constructor(program: Program, marks: readonly number[]) {
    this.#program = program;
    this.#marks = marks;
  }

  /** Null: walk and prove agree, or the packet is none that anybody could send. */
  differenceOn(fields: ReadonlyMap<string, unknown>): string | null {
    const { value } = parsePacketOptions(fields);
    if (value === null) return null;
    const { packet, arrival } = value;
    const { ways, isCertain, difference } = journeyAgreement(
      this.#journeys(packet.family, arrival.iif === null ? "send" : "receive"),
      packet,
      arrival,
    );
    this.compared += ways;
    if (isCertain) this.certain += ways;
    return difference;
  }

  #journeys(family: "ip" | "ip6", origin: Origin): Journeys {
    const key = `${family} ${origin}`;
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const space = spaceOf(this.#program, family, { nodes: NODES });
    const journeys = journeysOf(space, origin, firstPackets(space, origin, this.#marks));
    this.#made.set(key, journeys);
    return journeys;
  }
}

const ROUTINGS = { plain: {}, policy: POLICY_ROUTING };

/** A program with random rules: of iptables with either kind of tables, or of nft itself. */
const WRITTEN = {
  iptables: {
    text: (family: "ip" | "ip6") =>
      fc
        .tuple(ruleset(family), fc.constantFrom("legacy" as const, "nft" as const))
        .map(([tables, backend]) => rulesetText(tables, family, backend)),
    program: (text: string, family: "ip" | "ip6", routing: keyof typeof ROUTINGS) => {
      const { value } = parseIptablesSave(text, "iptables-save.txt", { family });
      const node = fuzzNode(ROUTINGS[routing]);
      return compileProgram({ ...node, tables: { ...node.tables, [family]: value } });
    },
  },
  nft: {
    text: nftRuleset,
    program: (text: string, _: "ip" | "ip6", routing: keyof typeof ROUTINGS) =>
      compileProgram(fuzzNode({ ...ROUTINGS[routing], "nft-ruleset.txt": text })),
  },
};

for (const [tool, family] of [
  ["iptables", "ip"],
  ["iptables", "ip6"],
  ["nft", "ip"],
  ["nft", "ip6"],
] as const) {
  it(`says of every packet what the walk says of each, from where it comes in to its end: ${tool} ${family}`, () => {
    let compared = 0;
    let certain = 0;
    let tooLarge = 0;
    fc.assert(
      fc.property(
        WRITTEN[tool].text(family),
        freshPackets(family, PACKETS),
        fc.constantFrom("plain" as const, "policy" as const),
        (text, packets, routing) => {
          const comparison = new Comparison(WRITTEN[tool].program(text, family, routing), MARKS);
          try {
            for (const options of packets)
              expect(comparison.differenceOn(new Map(Object.entries(options))), JSON.stringify(options)).toBeNull();
          } catch (error) {
            // Random rules may need more room than there is: then nothing is said.
            if (!(error instanceof BddLimit)) throw error;
            tooLarge++;
          }
          compared += comparison.compared;
          certain += comparison.certain;
        },
      ),
      { numRuns: RUNS },
    );
    expect(tooLarge).toBeLessThanOrEqual(RUNS / 3);
    expect(compared).toBeGreaterThan((RUNS - tooLarge) * PACKETS * 0.5);
    // Most packets meet nothing that nobody knows; of those there is one answer.
    expect(certain / compared).toBeGreaterThan(0.6);
  });
}

it.each(nodeNames)("says of every packet what the walk says of each, from where it comes in to its end: %s", (node) => {
  const comparison = new Comparison(compileProgram(readNode(node)), [0]);
  for (const { fields } of packetsOf(node)) {
    if (fields.has("at") || fields.has("ctstate")) continue;
    expect(comparison.differenceOn(fields), JSON.stringify([...fields])).toBeNull();
  }
  expect(comparison.compared).toBeGreaterThan(0);
});
