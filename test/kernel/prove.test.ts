/**
 * What is proved of all packets holds on the kernel: packets drawn inside and outside of each proved set, of random rulesets and of whole
 * nodes, are sent, and walked. A disagreement becomes a case file in `test/cases/found/`.
 */
import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { compileProgram, parseIptablesSave } from "@hookwalk/engine";
import type { Snapshot } from "@hookwalk/engine";
import { createLab } from "../../packages/cli/src/lab/lab.ts";
import type { Lab } from "../../packages/cli/src/lab/lab.ts";
import { BddLimit } from "../../packages/engine/src/prove/bdd/limit.ts";
import { nodeNames, readNode } from "../nodes/node.ts";
import { fuzzNode, POLICY_ROUTING } from "./fuzz/fuzz-node.ts";
import { ruleset, rulesetText, setsText } from "./fuzz/random-ruleset.ts";
import { emptyTally, holdAgainstKernel } from "./prove/agreement.ts";
import type { Tally } from "./prove/agreement.ts";
import { randomFrom } from "./prove/draw.ts";
import { describeKernel } from "./require-kernel.ts";

/** Of all kinds together. */
const RULESETS = Number(process.env["HOOKWALK_PROVE_KERNEL"] ?? 8);
const SEED = Number(process.env["HOOKWALK_FUZZ_SEED"] ?? 20_261_126);
const PACKETS = 200;
const NODES = 1 << 23;
const MARKS = [0, 1, 2, 0x80, 0x4000, 0xff00];
const ORIGINS = ["receive", "send"] as const;

/** How the rulesets are shared out: nft commits are slow. */
const PLANS = [
  { family: "ip", backend: "legacy", share: 0.4 },
  { family: "ip6", backend: "legacy", share: 0.3 },
  { family: "ip", backend: "nft", share: 0.15 },
  { family: "ip6", backend: "nft", share: 0.15 },
] as const;

/** What SET targets put into sets would be there for the next packet; each is the first here. */
function withoutSetTargets(rules: string): string {
  return rules
    .split("\n")
    .filter((line) => !line.includes("-j SET "))
    .join("\n");
}

describeKernel("what is proved of all packets holds on the kernel", () => {
  const labs: Lab[] = [];
  afterAll(() => {
    for (const lab of labs) lab.close();
  });
  const labOf = async (snapshot: Snapshot, options: Parameters<typeof createLab>[1]): Promise<Lab> => {
    const lab = await createLab(snapshot, options);
    labs.push(lab);
    return lab;
  };
  const report = (name: string, tally: Tally, rulesets: number, started: number): void => {
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    process.stderr.write(`${name}: ${String(rulesets)} rulesets, ${JSON.stringify(tally)}, ${seconds} s\n`);
  };

  for (const { family, backend, share } of PLANS)
    for (const [routing, extra] of Object.entries({ plain: {}, policy: POLICY_ROUTING }))
      it(
        `random rulesets: ${family} ${backend}, ${routing} routing`,
        async () => {
          const node = fuzzNode(extra);
          const lab = await labOf(node, { sets: setsText() });
          const started = performance.now();
          const tally = emptyTally();
          const wanted = Math.ceil((RULESETS * share) / 2);
          let held = 0;
          let tooLarge = 0;
          const faults: string[] = [];
          const property = fc.property(ruleset(family), (tables) => {
            const rules = withoutSetTargets(rulesetText(tables, family, backend));
            lab.replaceRules([{ family, backend, text: rules }]);
            const { value } = parseIptablesSave(rules, "iptables-save.txt", { family });
            const snapshot = { ...node, tables: { ...node.tables, [family]: value } };
            const bench = {
              lab,
              snapshot,
              program: compileProgram(snapshot),
              random: randomFrom(SEED + held),
              marks: MARKS,
              packets: PACKETS,
              nodes: NODES,
            };
            try {
              for (const origin of ORIGINS) holdAgainstKernel(bench, family, origin, tally);
              held++;
            } catch (error) {
              // Random rules may need more room than there is: then nothing is said.
              if (!(error instanceof BddLimit)) throw error;
              tooLarge++;
            }
            const [first] = tally.disagreements;
            if (first !== undefined && faults.length < 3) faults.push(`${rules}${first}`);
          });
          for (let round = 0; held < wanted; round++)
            fc.assert(property, { seed: SEED + round, numRuns: Math.min(50, wanted - held), endOnFailure: true });
          expect(faults).toEqual([]);
          report(`proved ${family} ${backend} ${routing}, ${String(tooLarge)} too large`, tally, held, started);
          expect(tally.foreign + tally.random + tally.copied).toBeLessThan(tally.packets * 0.1);
          expect(tally.inside).toBeGreaterThan(tally.sets * PACKETS * 0.9);
          expect(tooLarge).toBeLessThanOrEqual(held / 3);
        },
        RULESETS * 60_000,
      );

  it.each(nodeNames)("the node %s", async (name) => {
    // This kernel has no IPVS: the node is compared as one without virtual services.
    const snapshot = { ...readNode(name), ipvs: [] };
    const lab = await labOf(snapshot, { backend: "legacy" });
    const started = performance.now();
    const tally = emptyTally();
    const program = compileProgram(snapshot);
    const bench = { lab, snapshot, program, random: randomFrom(SEED), marks: [0], packets: PACKETS, nodes: 1 << 24 };
    for (const family of ["ip", "ip6"] as const)
      // What the snapshot does not say of routes, the lab cannot have.
      if (program.families[family].known && snapshot.routes[family] !== null)
        for (const origin of ORIGINS) holdAgainstKernel(bench, family, origin, tally);
    report(`proved ${name}`, tally, 1, started);
    expect(tally.disagreements).toEqual([]);
    expect(tally.inside).toBeGreaterThan(PACKETS);
  });
});
