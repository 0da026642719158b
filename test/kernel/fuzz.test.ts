/**
 * Random rulesets and random packets, on the walk and on the kernel: every step, mark, verdict, packet and device must be
 * the same. A difference is shrunk and printed as a case file; it then goes to `test/cases/found/`.
 */
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import type { Family } from "@hookwalk/engine";
import { whyNoLab } from "../../packages/cli/src/lab/available.ts";
import { createLab } from "../../packages/cli/src/lab/lab.ts";
import type { Lab } from "../../packages/cli/src/lab/lab.ts";
import { compare } from "./fuzz/compare.ts";
import { fuzzNode, POLICY_ROUTING } from "./fuzz/fuzz-node.ts";
import { packets } from "./fuzz/random-packets.ts";
import { ruleset, rulesetText, setsText } from "./fuzz/random-ruleset.ts";

const PAIRS = Number(process.env["HOOKWALK_FUZZ"] ?? 100_000);
const SEED = Number(process.env["HOOKWALK_FUZZ_SEED"] ?? 20_261_121);
const problem = await whyNoLab();
const required = process.env["HOOKWALK_KERNEL"] === "require";

/** How the pairs are shared out: nft commits are slow, so fewer rulesets of it. */
const PLANS = [
  { family: "ip", backend: "legacy", share: 0.46, packets: 110 },
  { family: "ip6", backend: "legacy", share: 0.3, packets: 90 },
  { family: "ip", backend: "nft", share: 0.15, packets: 120 },
  { family: "ip6", backend: "nft", share: 0.09, packets: 110 },
] as const;

describe.skipIf(problem !== null && !required)("walk and kernel agree on random rulesets", () => {
  const labs: Lab[] = [];
  afterAll(() => {
    for (const lab of labs) lab.close();
  });

  for (const plan of PLANS) {
    for (const [routing, extra] of Object.entries({ plain: {}, policy: POLICY_ROUTING })) {
      it(`${plan.family} ${plan.backend}, ${routing} routing`, async () => {
        const snapshot = fuzzNode(extra);
        const lab = await createLab(snapshot, { sets: setsText() });
        labs.push(lab);
        expect(lab.notes).toEqual([]);
        const wanted = Math.ceil((PAIRS * plan.share) / 2);
        const family: Family = plan.family;
        let agreed = 0;
        let rulesets = 0;
        const property = fc.property(ruleset(family), packets(family, plan.packets), (tables, sent) => {
          const text = rulesetText(tables, family, plan.backend);
          const result = compare({ lab, node: snapshot, family, backend: plan.backend }, text, sent);
          agreed += result.agreed;
          rulesets++;
          if (result.difference !== null) {
            const { packet, kernel, walk } = result.difference;
            throw new Error(`${text}--- packet ${packet}\nkernel:\n${kernel.join("\n")}\nwalk:\n${walk.join("\n")}`);
          }
        });
        for (let round = 0; agreed < wanted; round++)
          fc.assert(property, { seed: SEED + round, numRuns: 50, endOnFailure: false });
        process.stderr.write(
          `${plan.family} ${plan.backend} ${routing}: ${String(agreed)} pairs, ${String(rulesets)} rulesets\n`,
        );
        expect(agreed).toBeGreaterThanOrEqual(wanted);
      });
    }
  }
});

describe("the machine", () => {
  it("can build a lab where the kernel is required", () => {
    if (required) expect(problem).toBeNull();
  });
});
