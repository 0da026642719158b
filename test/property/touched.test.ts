/**
 * What somebody changes in a ruleset touches no packet that can match none of the changed rules: of all packets, those that fare otherwise
 * are among the ones that `touched` leaves to compare.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import { compileProgram, parseIptablesSave } from "@hookwalk/engine";
import type { Program } from "@hookwalk/engine";
import { changedRules } from "../../packages/engine/src/diff/changed-rules.ts";
import { touched } from "../../packages/engine/src/diff/touched.ts";
import { FALSE } from "../../packages/engine/src/prove/bdd/bdd.ts";
import type { Ref } from "../../packages/engine/src/prove/bdd/bdd.ts";
import { BddLimit } from "../../packages/engine/src/prove/bdd/limit.ts";
import type { Origin } from "../../packages/engine/src/prove/path/arrivals.ts";
import { compareJourneys } from "../../packages/engine/src/prove/path/compare.ts";
import { journeysOf } from "../../packages/engine/src/prove/path/journeys.ts";
import { ordinarySet, sentPackets } from "../../packages/engine/src/prove/path/ordinary.ts";
import { twinSpaces } from "../../packages/engine/src/prove/space-of.ts";
import type { Space } from "../../packages/engine/src/prove/space.ts";
import { fuzzNode } from "../kernel/fuzz/fuzz-node.ts";
import { nftRuleset } from "../kernel/fuzz/random-nft.ts";
import { ruleset, rulesetText } from "../kernel/fuzz/random-ruleset.ts";

const FEW = 40;
const RUNS = Number(process.env["HOOKWALK_PROVE_RUNS"] ?? FEW);
/** Of few random changes hardly one changes anything: among these some do. */
const SEED = 2;
const NODES = 1 << 22;
const SECONDS_EACH = 30;

type Change = (lines: readonly string[], at: number) => readonly string[];

const CHANGES: Readonly<Record<string, Change>> = {
  "delete it": (lines, at) => lines.toSpliced(at, 1),
  "say it once more, before": (lines, at) => lines.toSpliced(Math.max(0, at - 3), 0, lines[at] ?? ""),
  "drop what it accepts": (lines, at) =>
    lines.with(
      at,
      (lines[at] ?? "").replace(/(?<=-j )ACCEPT|accept$/, (word) => (word === "accept" ? "drop" : "DROP")),
    ),
  "drop all TCP before it": (lines, at) => lines.toSpliced(at, 0, dropBefore(lines[at] ?? "")),
  "swap it with the next": (lines, at) => lines.toSpliced(at, 2, lines[at + 1] ?? "", lines[at] ?? ""),
};

/** In the chain of a rule, as its tool writes it. */
function dropBefore(rule: string): string {
  const chain = /^-A (\S+) /.exec(rule)?.[1];
  return chain === undefined ? "    meta l4proto tcp drop" : `-A ${chain} -p tcp -j DROP`;
}

const WRITTEN = {
  iptables: {
    text: fc
      .constantFrom("legacy" as const, "nft" as const)
      .chain((backend) => ruleset("ip").map((tables) => rulesetText(tables, "ip", backend))),
    isRule: (line: string) => line.startsWith("-A "),
    program: (text: string): Program => {
      const { value } = parseIptablesSave(text, "iptables-save.txt", { family: "ip" });
      const node = fuzzNode({});
      return compileProgram({ ...node, tables: { ...node.tables, ip: value } });
    },
  },
  nft: {
    text: nftRuleset("ip"),
    isRule: (line: string) => /^ {4}(?!type |flags |elements )\S/.test(line),
    program: (text: string): Program => compileProgram(fuzzNode({ "nft-ruleset.txt": text })),
  },
};

function firstPackets(space: Space, origin: Origin): Ref {
  const first = (["state", "mark"] as const).map((respect) => ordinarySet(space, origin, respect));
  return space.bdd.intersection([sentPackets(space, origin), ...first]);
}

interface Counted {
  differences: number;
  narrowed: number;
  tooLarge: number;
}

function expectTouched([a, b]: readonly [Program, Program], origin: Origin, counted: Counted): void {
  const [before, after] = twinSpaces([a, b], "ip", { nodes: NODES });
  const { bdd } = before;
  const domain = bdd.and(firstPackets(before, origin), firstPackets(after, origin));
  const asked = touched([before, after], domain, changedRules(a, b, "ip"));
  if (asked !== domain) counted.narrowed++;
  const differences = compareJourneys(journeysOf(before, origin, domain), journeysOf(after, origin, domain));
  if (differences.length > 0) counted.differences++;
  for (const { packets, ...change } of differences)
    expect(bdd.minus(packets, asked) === FALSE, `${origin} ${JSON.stringify(change)}`).toBe(true);
}

it.each(["iptables", "nft"] as const)(
  "no packet fares otherwise that can match none of the rules that differ: %s",
  (tool) => {
    const { text, isRule, program } = WRITTEN[tool];
    const counted = { differences: 0, narrowed: 0, tooLarge: 0 };
    fc.assert(
      fc.property(text, fc.constantFrom(...Object.values(CHANGES)), fc.nat(), (before, change, at) => {
        const lines = before.split("\n");
        const rules = lines.flatMap((line, index) => (isRule(line) ? [index] : []));
        const index = rules[at % rules.length];
        fc.pre(index !== undefined);
        const after = change(lines, index).join("\n");
        for (const origin of ["receive", "send"] as const)
          try {
            expectTouched([program(before), program(after)], origin, counted);
          } catch (error) {
            if (!(error instanceof BddLimit)) throw error;
            counted.tooLarge++;
          }
      }),
      { numRuns: RUNS, ...(RUNS === FEW ? { seed: SEED } : {}) },
    );
    if (RUNS !== FEW) process.stderr.write(`touched: ${JSON.stringify(counted)}\n`);
    expect(counted.tooLarge).toBeLessThanOrEqual(RUNS / 2);
    expect(counted.narrowed).toBeGreaterThan(RUNS / 2);
    expect(counted.differences).toBeGreaterThan(0);
  },
  2 * RUNS * SECONDS_EACH * 1000,
);
