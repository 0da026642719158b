/**
 * Random tables of nft and random packets, on the walk and on the kernel: every step, mark, verdict, packet and device must be
 * the same. A difference is shrunk and printed as a case file; it then goes to `test/cases/nft/found/`.
 */
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { whyNoLab } from "../../packages/cli/src/lab/available.ts";
import { createLab } from "../../packages/cli/src/lab/lab.ts";
import type { Lab } from "../../packages/cli/src/lab/lab.ts";
import { compare } from "./fuzz/compare.ts";
import { fuzzNode, POLICY_ROUTING } from "./fuzz/fuzz-node.ts";
import { nftRuleset } from "./fuzz/random-nft.ts";
import { packets } from "./fuzz/random-packets.ts";

const PAIRS = Number(process.env["HOOKWALK_FUZZ_NFT"] ?? 20_000);
const SEED = Number(process.env["HOOKWALK_FUZZ_SEED"] ?? 20_261_121);
const problem = await whyNoLab();
const required = process.env["HOOKWALK_KERNEL"] === "require";
/** A commit of nft takes as long as a hundred packets. */
const PACKETS = 120;

describe.skipIf(problem !== null && !required)("walk and kernel agree on random tables of nft", () => {
  const labs: Lab[] = [];
  afterAll(() => {
    for (const lab of labs) lab.close();
  });

  for (const family of ["ip", "ip6"] as const) {
    for (const [routing, extra] of Object.entries({ plain: {}, policy: POLICY_ROUTING })) {
      it(`${family}, ${routing} routing`, async () => {
        const node = { ...fuzzNode(extra), sets: null };
        const lab = await createLab(node, { rules: [] });
        labs.push(lab);
        expect(lab.notes).toEqual([]);
        const wanted = Math.ceil(PAIRS / 4);
        let agreed = 0;
        let rulesets = 0;
        const property = fc.property(nftRuleset(family), packets(family, PACKETS), (text, sent) => {
          const result = compare({ lab, node, family, backend: "native" }, text, sent);
          agreed += result.agreed;
          rulesets++;
          if (result.difference !== null) {
            const { packet, kernel, walk } = result.difference;
            throw new Error(`${text}--- packet ${packet}\nkernel:\n${kernel.join("\n")}\nwalk:\n${walk.join("\n")}`);
          }
        });
        for (let round = 0; agreed < wanted; round++)
          fc.assert(property, { seed: SEED + round, numRuns: 25, endOnFailure: false });
        process.stderr.write(`nft ${family} ${routing}: ${String(agreed)} pairs, ${String(rulesets)} rulesets\n`);
        expect(agreed).toBeGreaterThanOrEqual(wanted);
      });
    }
  }
});
