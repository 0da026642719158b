/** What prove says of every packet at once holds for each: single packets walk through the same base chains. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { compileProgram, parseIptablesSave, parsePacketOptions } from "@hookwalk/engine";
import type { Program } from "@hookwalk/engine";
import { BddLimit } from "../../packages/engine/src/prove/bdd/limit.ts";
import { baseChains } from "../../packages/engine/src/prove/call-graph.ts";
import type { Called } from "../../packages/engine/src/prove/call-graph.ts";
import { ChainFlows } from "../../packages/engine/src/prove/chain.ts";
import { spaceOf } from "../../packages/engine/src/prove/space-of.ts";
import { fuzzNode } from "../kernel/fuzz/fuzz-node.ts";
import { nftRuleset } from "../kernel/fuzz/random-nft.ts";
import { packets } from "../kernel/fuzz/random-packets.ts";
import { ruleset, rulesetText } from "../kernel/fuzz/random-ruleset.ts";
import { agreementOn } from "./chain-agreement.ts";

const RUNS = Number(process.env["HOOKWALK_PROVE_RUNS"] ?? 15);
/** Nearly all random rules need far fewer. */
const NODES = 1 << 20;
const NODE = fuzzNode({});
const STATES = ["new", "established", "related", "invalid", "untracked", null] as const;

function programOf(text: string, family: "ip" | "ip6"): Program {
  const { value } = parseIptablesSave(text, "iptables-save.txt", { family });
  return compileProgram({ ...NODE, tables: { ...NODE.tables, [family]: value } });
}

const flow = fc.record({
  state: fc.constantFrom(...STATES),
  mark: fc.constantFrom(0, 1, 0x80, 0x4000),
  socket: fc.constantFrom(null, "plain" as const, "transparent" as const),
});

/** A program with random rules: of iptables with either kind of tables, or of nft itself. */
const WRITTEN = {
  iptables: {
    text: (family: "ip" | "ip6") =>
      fc
        .tuple(ruleset(family), fc.constantFrom("legacy" as const, "nft" as const))
        .map(([tables, backend]) => rulesetText(tables, family, backend)),
    program: programOf,
  },
  nft: { text: nftRuleset, program: (text: string) => compileProgram(fuzzNode({ "nft-ruleset.txt": text })) },
};

for (const [tool, family] of [
  ["iptables", "ip"],
  ["iptables", "ip6"],
  ["nft", "ip"],
  ["nft", "ip6"],
] as const) {
  it(`says of every packet what the walk says of each: base chains, ${tool} ${family}`, () => {
    let compared = 0;
    let certain = 0;
    let tooLarge = 0;
    fc.assert(
      fc.property(
        WRITTEN[tool].text(family),
        packets(family, 12),
        fc.array(flow, { minLength: 12, maxLength: 12 }),
        fc.constantFrom("eth0", "eth1", "eth2", null),
        (text, fuzzed, flows, oif) => {
          const program = WRITTEN[tool].program(text, family);
          const space = spaceOf(program, family, { nodes: NODES });
          try {
            for (const { base } of notNat(program, family)) {
              const chain = new ChainFlows(space, base.table).of(base.chain.name);
              if (chain === null) continue;
              for (const [index, one] of fuzzed.entries()) {
                const made =
                  one.kind === "fresh" ? parsePacketOptions(new Map(Object.entries(one.options))).value : null;
                const known = flows[index];
                if (made === null || known === undefined) continue;
                const { ways, isCertain, difference } = agreementOn(space, base, chain, { ...made, oif, flow: known });
                expect(difference, JSON.stringify(one)).toBeNull();
                compared += ways;
                if (isCertain) certain += ways;
              }
            }
          } catch (error) {
            // Nothing is said of rules that make the diagrams too large.
            if (!(error instanceof BddLimit)) throw error;
            tooLarge++;
          }
        },
      ),
      { numRuns: RUNS },
    );
    expect(compared).toBeGreaterThan(RUNS * 8);
    expect(tooLarge).toBeLessThan(RUNS / 3);
    // Most packets meet nothing that nobody knows; of those there is one answer.
    expect(certain / compared).toBeGreaterThan(0.75);
  });
}

/** NAT changes packets behind its chains: journeys are held against the walk for that. */
function notNat(program: Program, family: "ip" | "ip6"): readonly Called[] {
  const { hooks } = program.families[family];
  const nat = Object.values(hooks).flatMap((entries) =>
    entries.flatMap((entry) => (entry.kind === "nat" ? entry.chains : [])),
  );
  return [...baseChains(program.families[family])].filter(({ base }) => !nat.includes(base));
}
