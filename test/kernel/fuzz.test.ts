/**
 * Random rulesets and random packets, on the walk and on the kernel: every step, mark, verdict, packet and device must be
 * the same. A difference is shrunk and printed as a case file; it then goes to `test/cases/found/`.
 */
import fc from "fast-check";
import { readdirSync, readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { parseSnapshot } from "@hookwalk/engine";
import type { Family, Snapshot } from "@hookwalk/engine";
import { whyNoLab } from "../../packages/cli/src/lab/available.ts";
import { createLab } from "../../packages/cli/src/lab/lab.ts";
import type { Lab } from "../../packages/cli/src/lab/lab.ts";
import { compare } from "./fuzz/compare.ts";
import { packets } from "./fuzz/random-packets.ts";
import { ruleset, rulesetText, setsText } from "./fuzz/random-ruleset.ts";

const PAIRS = Number(process.env["HOOKWALK_FUZZ"] ?? 100_000);
const SEED = Number(process.env["HOOKWALK_FUZZ_SEED"] ?? 20_261_121);
const TOPOLOGY = new URL("../cases/default-topology/", import.meta.url);
const problem = await whyNoLab();
const required = process.env["HOOKWALK_KERNEL"] === "require";

/** How the pairs are shared out: nft commits are slow, so fewer rulesets of it. */
const PLANS = [
  { family: "ip", backend: "legacy", share: 0.46, packets: 110 },
  { family: "ip6", backend: "legacy", share: 0.3, packets: 90 },
  { family: "ip", backend: "nft", share: 0.15, packets: 120 },
  { family: "ip6", backend: "nft", share: 0.09, packets: 110 },
] as const;

/** The other routing that rulesets are tried with: policy rules, and reverse path filtering of both kinds. */
const POLICY_ROUTING: Readonly<Record<string, string>> = {
  "ip-rule.txt":
    "0:\tfrom all lookup local\n100:\tfrom all fwmark 0x1/0x1 lookup 100\n101:\tfrom 10.1.0.0/24 lookup 101\n102:\tfrom all to 192.0.2.0/24 iif eth0 ipproto tcp lookup 100\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n",
  "ip-route-table-100.txt": "default via 10.1.0.254 dev eth1\n10.2.0.0/24 dev eth2 scope link\n",
  "ip-route-table-101.txt": "blackhole 192.0.2.0/24\nthrow 10.0.0.0/24\n",
  "sysctl-rp-filter.txt": "net.ipv4.conf.eth1.rp_filter = 1\nnet.ipv4.conf.eth2.rp_filter = 2\n",
};

/** Redirects are rate-limited by time. */
const NO_REDIRECTS = ["all", "default", "eth0", "eth1", "eth2"]
  .map((dev) => `net.ipv4.conf.${dev}.send_redirects = 0\n`)
  .join("");

function node(extra: Readonly<Record<string, string>>): Snapshot {
  const files = readdirSync(TOPOLOGY)
    .filter((name) => !(name in extra))
    .map((path) => ({ path, text: readFileSync(new URL(path, TOPOLOGY), "utf8") }));
  for (const [path, text] of Object.entries(extra)) files.push({ path, text });
  files.push({ path: "ipset-save.txt", text: setsText() }, { path: "sysctl-redirects.txt", text: NO_REDIRECTS });
  return parseSnapshot(files, { name: "fuzz" });
}

describe.skipIf(problem !== null && !required)("walk and kernel agree on random rulesets", () => {
  const labs: Lab[] = [];
  afterAll(() => {
    for (const lab of labs) lab.close();
  });

  for (const plan of PLANS) {
    for (const [routing, extra] of Object.entries({ plain: {}, policy: POLICY_ROUTING })) {
      it(`${plan.family} ${plan.backend}, ${routing} routing`, async () => {
        const snapshot = node(extra);
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
