/** For most rules that a packet can match a packet is found that the walk gives to it. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { compileProgram, parseIptablesSave } from "@hookwalk/engine";
import { FALSE } from "../../packages/engine/src/prove/bdd/bdd.ts";
import { baseChains } from "../../packages/engine/src/prove/call-graph.ts";
import { ChainFlows } from "../../packages/engine/src/prove/chain.ts";
import { packetsAt } from "../../packages/engine/src/prove/domain.ts";
import { spaceOf } from "../../packages/engine/src/prove/space-of.ts";
import { atBaseChain } from "../../packages/engine/src/witness/place.ts";
import { witnessOf } from "../../packages/engine/src/witness/witness.ts";
import { fuzzNode } from "../kernel/fuzz/fuzz-node.ts";
import { ruleset, rulesetText } from "../kernel/fuzz/random-ruleset.ts";

const RUNS = Number(process.env["HOOKWALK_PROVE_RUNS"] ?? 4);
const NODE = fuzzNode({});
/** Of rules that some packet matches in front of a base chain: the others need a flow with a history, or a way in that no packet has. */
const MOSTLY = 0.6;

for (const family of ["ip", "ip6"] as const) {
  it(`finds packets that match rules: ${family}`, () => {
    let asked = 0;
    let found = 0;
    fc.assert(
      fc.property(ruleset(family), (tables) => {
        const { value } = parseIptablesSave(rulesetText(tables, family, "legacy"), "iptables-save.txt", { family });
        const program = compileProgram({ ...NODE, tables: { ...NODE.tables, [family]: value } });
        const space = spaceOf(program, family);
        for (const called of baseChains(program.families[family])) {
          const { base } = called;
          for (const { rule, matched } of new ChainFlows(space, base.table).of(base.chain.name)?.rules ?? []) {
            const set = space.bdd.and(matched().when, packetsAt(space, called));
            if (set === FALSE) continue;
            asked++;
            const witness = witnessOf(space, set, atBaseChain(space, called), ({ steps }) =>
              steps.some((step) => step.kind === "rule" && step.rule === rule.source),
            );
            if (witness !== null) found++;
          }
        }
      }),
      { numRuns: RUNS, seed: 1 },
    );
    expect(asked).toBeGreaterThan(RUNS * 5);
    expect(found / asked).toBeGreaterThan(MOSTLY);
  });
}
