/** A rule that is proved to match no packet is matched by no packet. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { compileProgram, NodeState, parseIptablesSave, parsePacketOptions, walkPacket } from "@hookwalk/engine";
import { ruleFaults } from "../../packages/engine/src/prove/rule-faults.ts";
import { fuzzNode } from "../kernel/fuzz/fuzz-node.ts";
import { packets } from "../kernel/fuzz/random-packets.ts";
import { ruleset, rulesetText } from "../kernel/fuzz/random-ruleset.ts";

const NODE = fuzzNode({});

for (const family of ["ip", "ip6"] as const) {
  it(`proves no rule dead that a packet matches: ${family}`, () => {
    let faulty = 0;
    let matched = 0;
    fc.assert(
      fc.property(
        ruleset(family),
        packets(family, 20),
        fc.constantFrom("legacy" as const, "nft" as const),
        (tables, fuzzed, backend) => {
          const { value } = parseIptablesSave(rulesetText(tables, family, backend), "iptables-save.txt", { family });
          const program = compileProgram({ ...NODE, tables: { ...NODE.tables, [family]: value } });
          const { faults } = ruleFaults(program, family);
          const dead = new Map(
            faults.map((fault) => [
              `${fault.table.name}/${fault.chain.name}/${String(fault.rule.number)}`,
              fault.why.kind,
            ]),
          );
          faulty += dead.size;
          const state = new NodeState(program);
          for (const one of fuzzed) {
            const made = one.kind === "fresh" ? parsePacketOptions(new Map(Object.entries(one.options))).value : null;
            if (made === null) continue;
            for (const { steps } of walkPacket(program, made.packet, made.arrival, { state }).outcomes) {
              for (const step of steps) {
                if (step.kind !== "rule") continue;
                matched++;
                expect(dead.get(`${step.table}/${step.chain}/${String(step.number)}`)).toBeUndefined();
              }
            }
          }
        },
      ),
      { numRuns: Number(process.env["HOOKWALK_PROVE_RUNS"] ?? 40) },
    );
    expect(faulty).toBeGreaterThan(50);
    expect(matched).toBeGreaterThan(200);
  });
}
