/**
 * What is proved of all packets holds on the kernel: packets drawn inside and outside of each proved set, of random rulesets and of whole
 * nodes, are sent, and walked. A disagreement becomes a case file in `test/cases/found/`.
 */
import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { compileProgram } from "@hookwalk/engine";
import type { Snapshot } from "@hookwalk/engine";
import { createLab } from "../../packages/cli/src/lab/lab.ts";
import type { Lab } from "../../packages/cli/src/lab/lab.ts";
import { BddLimit } from "../../packages/engine/src/prove/bdd/limit.ts";
import { nodeNames, readNode } from "../nodes/node.ts";
import { loadRules } from "./fuzz/compare.ts";
import { fuzzNode, POLICY_ROUTING } from "./fuzz/fuzz-node.ts";
import { nftRuleset } from "./fuzz/random-nft.ts";
import { ruleset, rulesetText, setsText } from "./fuzz/random-ruleset.ts";
import { NFTABLES_NODES } from "./nftables-nodes.ts";
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

/** How the rulesets are shared out, of iptables (legacy, nft) and of nft itself: nft commits are slow. */
const PLANS = [
  { family: "ip", backend: "legacy", share: 0.3 },
  { family: "ip6", backend: "legacy", share: 0.2 },
  { family: "ip", backend: "nft", share: 0.1 },
  { family: "ip6", backend: "nft", share: 0.1 },
  { family: "ip", backend: "native", share: 0.15 },
  { family: "ip6", backend: "native", share: 0.15 },
] as const;

/** Random rules; what they put into sets would be there for the next packet, and each is the first here. */
function rulesFor({ family, backend }: (typeof PLANS)[number]): fc.Arbitrary<string> {
  const texts =
    backend === "native" ? nftRuleset(family) : ruleset(family).map((tables) => rulesetText(tables, family, backend));
  return texts.map((text) =>
    text
      .split("\n")
      .filter((line) => !/-j SET |\b(add|update|delete) @/.test(line))
      .join("\n"),
  );
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

  for (const [number, plan] of PLANS.entries())
    for (const [routing, extra] of Object.entries({ plain: {}, policy: POLICY_ROUTING }))
      it(
        `random rulesets: ${plan.family} ${plan.backend}, ${routing} routing`,
        async () => {
          const { family, backend, share } = plan;
          // No two plans try the same rules.
          const seed = SEED + 1000 * (2 * number + (routing === "plain" ? 0 : 1));
          const node = fuzzNode(extra);
          const lab = await labOf(node, { sets: setsText(), rules: [] });
          const started = performance.now();
          const tally = emptyTally();
          const wanted = Math.ceil((RULESETS * share) / 2);
          let held = 0;
          let tooLarge = 0;
          const faults: string[] = [];
          const property = fc.property(rulesFor(plan), (rules) => {
            const known = tally.disagreements.length;
            const snapshot = loadRules({ lab, node, family, backend }, rules);
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
            const [first] = tally.disagreements.slice(known);
            if (first === undefined) return;
            faults.push(`${rules}${first}`);
            process.stderr.write(`${rules}${first}\n`);
          });
          for (let round = 0; held < wanted; round++)
            fc.assert(property, { seed: seed + round, numRuns: Math.min(50, wanted - held), endOnFailure: true });
          expect(faults).toEqual([]);
          report(`proved ${family} ${backend} ${routing}, ${String(tooLarge)} too large`, tally, held, started);
          expect(tally.foreign + tally.random + tally.copied).toBeLessThan(tally.packets * 0.1);
          expect(tally.open).toBeLessThan(tally.sets / 2);
          expect(tally.inside).toBeGreaterThan((tally.sets - tally.open) * PACKETS * 0.9);
          expect(tooLarge).toBeLessThanOrEqual(held / 3);
        },
        RULESETS * 60_000,
      );

  const nodes = {
    ...Object.fromEntries(nodeNames.map((name) => [name, () => readNode(name)])),
    ...NFTABLES_NODES,
  };
  it.each(Object.entries(nodes))("the node %s", async (name, nodeOf) => {
    // This kernel has no IPVS: the node is compared as one without virtual services.
    const snapshot = { ...nodeOf(), ipvs: [] };
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
