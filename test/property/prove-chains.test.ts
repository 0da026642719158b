/** What prove says of every packet at once holds for each: single packets walk through the same base chains. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { compileProgram, parseIptablesSave, parsePacketOptions } from "@hookwalk/engine";
import type { Program } from "@hookwalk/engine";
import { baseChains } from "../../packages/engine/src/prove/call-graph.ts";
import { ChainFlows } from "../../packages/engine/src/prove/chain.ts";
import { spaceOf } from "../../packages/engine/src/prove/space-of.ts";
import { fuzzNode } from "../kernel/fuzz/fuzz-node.ts";
import { packets } from "../kernel/fuzz/random-packets.ts";
import { ruleset, rulesetText } from "../kernel/fuzz/random-ruleset.ts";
import { agreementOn } from "./chain-agreement.ts";

const NODE = fuzzNode({});
const STATES = ["new", "established", "related", "invalid", "untracked", null] as const;

function programOf(text: string, family: "ip" | "ip6"): Program {
  const { value } = parseIptablesSave(text, "iptables-save.txt", { family });
  return compileProgram({ ...NODE, tables: { ...NODE.tables, [family]: value } });
}

const flow = fc.record({ state: fc.constantFrom(...STATES), mark: fc.constantFrom(0, 1, 0x80, 0x4000) });

for (const family of ["ip", "ip6"] as const) {
  it(`says of every packet what the walk says of each: base chains, ${family}`, () => {
    let compared = 0;
    let certain = 0;
    fc.assert(
      fc.property(
        ruleset(family),
        packets(family, 12),
        fc.constantFrom("legacy" as const, "nft" as const),
        fc.array(flow, { minLength: 12, maxLength: 12 }),
        fc.constantFrom("eth0", "eth1", "eth2", null),
        (tables, fuzzed, backend, flows, oif) => {
          const program = programOf(rulesetText(tables, family, backend), family);
          const space = spaceOf(program, family);
          for (const { base } of baseChains(program.families[family])) {
            const chain = new ChainFlows(space, base.table, "").of(base.chain.name);
            if (base.table.name === "nat" || chain === null) continue;
            for (const [index, one] of fuzzed.entries()) {
              const made = one.kind === "fresh" ? parsePacketOptions(new Map(Object.entries(one.options))).value : null;
              const known = flows[index];
              if (made === null || known === undefined) continue;
              const { ways, isCertain, difference } = agreementOn(space, base, chain, { ...made, oif, flow: known });
              expect(difference, JSON.stringify(one)).toBeNull();
              compared += ways;
              if (isCertain) certain += ways;
            }
          }
        },
      ),
      { numRuns: Number(process.env["HOOKWALK_PROVE_RUNS"] ?? 60) },
    );
    expect(compared).toBeGreaterThan(500);
    // Most packets meet nothing that nobody knows; of those there is one answer.
    expect(certain / compared).toBeGreaterThan(0.9);
  });
}
