/**
 * Random rulesets that iptables-nft or `nft -f` loads into the kernel, seen through every tool that lists them: what
 * iptables-nft-save prints, or nft's text, is the measure. A packet's walk must be the same through each of the other listings
 * where that listing tells all that the packet meets; where it does not, one of the outcomes must be the same, and the walk
 * must say what is unknown.
 */
import fc from "fast-check";
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import type { Family, NamedText, Outcome, Program, Snapshot } from "@hookwalk/engine";
import { compileProgram, lintSnapshot, parsePacketOptions, parseSnapshot, walkPacket } from "@hookwalk/engine";
import { observationOf, printObservation } from "../../packages/cli/src/lab/observation.ts";
import { commandRunner } from "../../packages/cli/src/process/command-runner.ts";
import { nftRuleset } from "./fuzz/random-nft.ts";
import { freshPackets } from "./fuzz/random-packets.ts";
import type { PacketOptions } from "./fuzz/random-packets.ts";
import { ruleset, rulesetText, setsText } from "./fuzz/random-ruleset.ts";
import { describeKernel } from "./require-kernel.ts";

const TOPOLOGY = new URL("../cases/default-topology/", import.meta.url);
/** A pair is one packet through one listing. */
const PAIRS = Number(process.env["HOOKWALK_VIEWS"] ?? 20_000);
/** To list and read a ruleset takes as long as to walk hundreds of packets. */
const PACKETS = 64;
const SEED = Number(process.env["HOOKWALK_FUZZ_SEED"] ?? 20_261_126);

const NODE: readonly NamedText[] = [
  ...readdirSync(TOPOLOGY).map((path) => ({ path, text: readFileSync(new URL(path, TOPOLOGY), "utf8") })),
  { path: "ipset-save.txt", text: setsText() },
];

const TABLES = ["raw", "mangle", "nat", "filter", "security"];

type Command = readonly [path: string, command: string];

const NFT_LISTINGS: readonly Command[] = [
  ["nft-ruleset.txt", "nft list ruleset"],
  ["nft-ruleset.json", "nft -j list ruleset"],
];

/** What each tool shows of a ruleset of iptables, by the name of the file that it would be in. */
function iptablesListings(family: Family, rules: string): ReadonlyMap<string, string> {
  const tool = family === "ip" ? "iptables-nft" : "ip6tables-nft";
  const tables = TABLES.map((table): Command => [`${tool}_-t_${table}_-nvL`, `${tool} -t ${table} -nvxL`]);
  const commands: readonly Command[] = [[`${tool}-save.txt`, `${tool}-save -c`], ...NFT_LISTINGS, ...tables];
  return listings(`ipset restore <<'SETS'\n${setsText()}SETS\n${tool}-restore --counters`, rules, commands);
}

/** What the commands print in a namespace of their own after the rules have been given to `load`. */
function listings(load: string, rules: string, commands: readonly Command[]): ReadonlyMap<string, string> {
  const lists = commands.map(([, command]) => `${command} 2>/dev/null; echo '=== cut ==='`).join("\n");
  const script = `set -e\n${load}\n${lists}`;
  const { status, stdout, stderr } = commandRunner.run(["unshare", "--net", "sh", "-c", script], { stdin: rules });
  expect(status, stderr).toBe(0);
  const texts = stdout.split("=== cut ===\n");
  return new Map(commands.map(([path], index) => [path, texts[index] ?? ""]));
}

function nodeWith(files: Iterable<readonly [string, string]>): Snapshot {
  const own = [...files].map(([path, text]) => ({ path, text }));
  return parseSnapshot([...NODE, ...own], { name: "views" });
}

interface Seen {
  /** Every step, and how it ended. */
  readonly text: string;
  /** How it ended. */
  readonly end: string;
  /** Some condition hangs on what the listing does not tell. */
  readonly isOpen: boolean;
  /** What happens from here on is not known: any other outcome may be meant. */
  readonly isUnknown: boolean;
}

function seenIn(outcome: Outcome): Seen {
  const isUnknown = outcome.verdict === "unknown";
  // An answer that is unknown is the same for every packet of a walk, also for the one that REJECT sends: that one may then
  // be lost on its way although the kernel's is not.
  const lines = printObservation(observationOf(outcome)).map((line) =>
    line.replace(/^=> reject none$/, "=> drop none"),
  );
  return {
    text: lines.join("\n"),
    end: lines.at(-1) ?? "",
    isOpen: isUnknown || outcome.conditions.some(({ why }) => why === "listing"),
    isUnknown,
  };
}

/** The outcomes of one packet, the first of its flow. */
function walked(program: Program, options: PacketOptions): readonly Seen[] {
  const { value } = parsePacketOptions(new Map(Object.entries(options)));
  if (value === null) throw new Error(JSON.stringify(options));
  return walkPacket(program, value.packet, value.arrival).outcomes.map(seenIn);
}

interface View {
  readonly name: string;
  readonly program: Program;
  /** Whether nothing of the ruleset is lost: then every step must be the same, else how it ends. */
  readonly isTold: boolean;
}

/** How many pairs there were, and of how many the listing does not tell all that the packet meets. */
interface Counts {
  told: number;
  open: number;
}

function comparePackets(whole: Program, views: readonly View[], sent: readonly PacketOptions[], counts: Counts): void {
  for (const packet of sent) {
    const truth = walked(whole, packet);
    for (const { name, program, isTold } of views) {
      const seen = walked(program, packet);
      const isOpen = seen.some((outcome) => outcome.isOpen);
      counts[isOpen ? "open" : "told"]++;
      // Where a part is unknown but makes no difference, ways join again: what is left shows the steps of one of them.
      const of = ({ text, end }: Seen): string => (isTold ? text : end);
      const ends = seen.map(of);
      const missing = truth.map(of).filter((text) => !ends.includes(text));
      const isAny = seen.some(({ isUnknown }) => isUnknown) && !isTold;
      const about = { name, packet, ends };
      if (!isAny) expect({ ...about, missing }).toEqual({ ...about, missing: [] });
      if (!isOpen)
        expect({ ...about, count: new Set(ends).size }).toEqual({ ...about, count: new Set(truth.map(of)).size });
    }
  }
}

/** Goes on with rulesets until there are so many pairs. */
function untilPairs<Rules>(
  wanted: number,
  rules: fc.Arbitrary<Rules>,
  family: Family,
  check: (rules: Rules, sent: readonly PacketOptions[], counts: Counts) => void,
): Counts {
  const counts: Counts = { told: 0, open: 0 };
  const property = fc.property(rules, freshPackets(family, PACKETS), (one, sent) => {
    check(one, sent, counts);
  });
  for (let round = 0; counts.told + counts.open < wanted; round++)
    fc.assert(property, { seed: SEED + round, numRuns: 10, endOnFailure: true });
  return counts;
}

describeKernel("what was loaded into the kernel, through every tool that lists it", () => {
  it.each(["ip", "ip6"] as const)("by iptables-nft, %s", (family) => {
    const counts = untilPairs(PAIRS / 2, ruleset(family), family, (tables, sent, counted) => {
      const files = iptablesListings(family, rulesetText(tables, family, "nft"));
      const [saved, ...others] = files;
      if (saved === undefined) throw new Error("no listing");
      const together = nodeWith(files);
      expect(lintSnapshot(together).filter(({ severity }) => severity === "error")).toEqual([]);
      const alone = ([path, text]: readonly [string, string]): View => viewOf(path, nodeWith([[path, text]]));
      const views = [
        { ...viewOf("all together", together), isTold: true },
        viewOf("iptables -nvL", nodeWith([...files].filter(([path]) => path.endsWith("L")))),
        ...others.filter(([path]) => path.startsWith("nft")).map(alone),
      ];
      comparePackets(compileProgram(nodeWith([saved])), views, sent, counted);
    });
    process.stderr.write(`${family}: ${String(counts.told)} walks told whole, ${String(counts.open)} in part\n`);
    expect(counts.told).toBeGreaterThan(counts.open);
  });

  it.each(["ip", "ip6"] as const)("by nft -f, %s", (family) => {
    const counts = untilPairs(PAIRS / 10, nftRuleset(family), family, (rules, sent, counted) => {
      const files = listings("nft -f -", rules, NFT_LISTINGS);
      const [text, json] = [...files].map((file) => nodeWith([file]));
      if (text === undefined || json === undefined) throw new Error("no listing");
      comparePackets(compileProgram(text), [{ ...viewOf("json", json), isTold: true }], sent, counted);
    });
    process.stderr.write(`nft ${family}: ${String(counts.told)} walks\n`);
    expect(counts.open).toBe(0);
  });
});

function viewOf(name: string, snapshot: Snapshot): View {
  const program = compileProgram(snapshot);
  return { name, program, isTold: program.caveats.length === 0 };
}
