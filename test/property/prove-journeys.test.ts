/** What prove says of every packet from where it comes in to its end holds for each: single packets walk through the same node. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { compileProgram, parseIptablesSave, parsePacketOptions } from "@hookwalk/engine";
import type { Program } from "@hookwalk/engine";
import { arrivals } from "../../packages/engine/src/prove/path/arrivals.ts";
import { journeysOf } from "../../packages/engine/src/prove/path/journeys.ts";
import type { Journeys } from "../../packages/engine/src/prove/path/journeys.ts";
import { spaceOf } from "../../packages/engine/src/prove/space-of.ts";
import { fuzzNode, POLICY_ROUTING } from "../kernel/fuzz/fuzz-node.ts";
import { freshPackets } from "../kernel/fuzz/random-packets.ts";
import { ruleset, rulesetText } from "../kernel/fuzz/random-ruleset.ts";
import { journeyAgreement } from "./journey-agreement.ts";

const NODES = [fuzzNode({}), fuzzNode(POLICY_ROUTING)];
const RUNS = Number(process.env["HOOKWALK_PROVE_RUNS"] ?? 60);
const PACKETS = 24;

function programOf(text: string, family: "ip" | "ip6", which: number): Program {
  const { value } = parseIptablesSave(text, "iptables-save.txt", { family });
  const node = NODES[which] ?? fuzzNode({});
  return compileProgram({ ...node, tables: { ...node.tables, [family]: value } });
}

for (const family of ["ip", "ip6"] as const) {
  it(`says of every packet what the walk says of each: from where it comes in to its end, ${family}`, () => {
    let compared = 0;
    let certain = 0;
    fc.assert(
      fc.property(
        ruleset(family),
        freshPackets(family, PACKETS),
        fc.constantFrom("legacy" as const, "nft" as const),
        fc.constantFrom(0, 1),
        (tables, packets, backend, which) => {
          const program = programOf(rulesetText(tables, family, backend), family, which);
          const space = spaceOf(program, family);
          const made = new Map<string, Journeys>();
          for (const options of packets) {
            const { value } = parsePacketOptions(new Map(Object.entries(options)));
            if (value === null) continue;
            const origin = value.arrival.iif === null ? "send" : "receive";
            const journeys = made.get(origin) ?? journeysOf(space, origin, arrivals(space, origin));
            made.set(origin, journeys);
            const { ways, isCertain, difference } = journeyAgreement(journeys, value.packet, value.arrival);
            expect(difference, JSON.stringify(options)).toBeNull();
            compared += ways;
            if (isCertain) certain += ways;
          }
        },
      ),
      { numRuns: RUNS },
    );
    console.log(family, compared, certain / compared);
    expect(compared).toBeGreaterThan(RUNS * 10);
  });
}
