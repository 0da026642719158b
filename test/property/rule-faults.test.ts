/** A rule that is proved to match no packet is matched by no packet; and the others are, by some packet in front of a base chain. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { compileProgram, NodeState, parseIptablesSave, parsePacketOptions, walkPacket } from "@hookwalk/engine";
import type { Program } from "@hookwalk/engine";
import { FALSE } from "../../packages/engine/src/prove/bdd/bdd.ts";
import type { Ref } from "../../packages/engine/src/prove/bdd/bdd.ts";
import { baseChains, chainsFrom } from "../../packages/engine/src/prove/call-graph.ts";
import { ChainFlows } from "../../packages/engine/src/prove/chain.ts";
import { everyPacket, packetsAt } from "../../packages/engine/src/prove/domain.ts";
import { ruleFaults } from "../../packages/engine/src/prove/rule-faults.ts";
import { spaceOf } from "../../packages/engine/src/prove/space-of.ts";
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

/** Rules as `table/chain/number`. */
interface Judged {
  /** No packet matches them, though some come into their chain. */
  readonly dead: readonly string[];
  readonly living: ReadonlySet<string>;
}

/** What matches each rule, followed back call by call to what it was in front of each base chain. */
function followedBack(program: Program, family: "ip" | "ip6"): Judged {
  const dead = new Set<string>();
  const living = new Set<string>();
  for (const called of baseChains(program.families[family])) {
    const { base } = called;
    const space = spaceOf(program, family, { openSets: true });
    const flows = new ChainFlows(space, base.table);
    const comes = (chain: string, packets: Ref): boolean =>
      space.bdd.meets(flows.asEnteredBy(base.chain.name, chain, packets), packetsAt(space, called));
    flows.of(base.chain.name);
    for (const { name } of chainsFrom([base], program.nftSets)) {
      if (!comes(name, everyPacket(space))) continue;
      for (const { rule, matched } of flows.of(name)?.rules ?? []) {
        const packets = matched().when;
        const isMatched = packets !== FALSE && comes(name, packets);
        (isMatched ? living : dead).add(`${base.table.name}/${name}/${String(rule.number)}`);
      }
    }
  }
  return { dead: [...dead].filter((rule) => !living.has(rule)), living };
}

for (const family of ["ip", "ip6"] as const) {
  it(`proves just those dead that no packet comes to: ${family}`, () => {
    let dead = 0;
    let living = 0;
    fc.assert(
      fc.property(ruleset(family), fc.integer({ min: 0, max: 7 }), (tables, which) => {
        let index = 0;
        // By chance only, now and then: what a caller leaves to it its chains do not ask.
        const text = rulesetText(tables, family, "legacy").replaceAll(/^-A \S+ /gm, (words) =>
          index++ % 8 === which ? `${words}-m statistic --mode random --probability 0.5 ` : words,
        );
        const { value } = parseIptablesSave(text, "iptables-save.txt", { family });
        const program = compileProgram({ ...NODE, tables: { ...NODE.tables, [family]: value } });
        const { faults } = ruleFaults(program, family);
        const found = new Set(
          faults.map(({ table, chain, rule }) => `${table.name}/${chain.name}/${String(rule.number)}`),
        );
        const judged = followedBack(program, family);
        expect(judged.dead.filter((rule) => !found.has(rule))).toEqual([]);
        expect([...found].filter((rule) => judged.living.has(rule))).toEqual([]);
        dead += judged.dead.length;
        living += judged.living.size;
      }),
      { numRuns: Number(process.env["HOOKWALK_PROVE_RUNS"] ?? 25) },
    );
    expect(dead).toBeGreaterThan(50);
    expect(living).toBeGreaterThan(200);
  });
}
