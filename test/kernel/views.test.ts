/**
 * Random rulesets that iptables-nft loads into the kernel, seen through every tool that lists them: what iptables-nft-save
 * prints is the measure. A packet's walk must be the same through each of the other listings where that listing tells all
 * that the packet meets; where it does not, one of the outcomes must be the same, and the walk must say what is unknown.
 */
import fc from "fast-check";
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import type { Family, NamedText, Outcome, Snapshot } from "@hookwalk/engine";
import { compileProgram, lintSnapshot, parsePacketOptions, parseSnapshot, walkPacket } from "@hookwalk/engine";
import { observationOf, printObservation } from "../../packages/cli/src/lab/observation.ts";
import { commandRunner } from "../../packages/cli/src/process/command-runner.ts";
import { packets } from "./fuzz/random-packets.ts";
import { ruleset, rulesetText, setsText } from "./fuzz/random-ruleset.ts";
import { describeKernel } from "./require-kernel.ts";

const TOPOLOGY = new URL("../cases/default-topology/", import.meta.url);
const RULESETS = Number(process.env["HOOKWALK_VIEWS"] ?? 40);
const SEED = Number(process.env["HOOKWALK_FUZZ_SEED"] ?? 20_261_126);

const NODE: readonly NamedText[] = [
  ...readdirSync(TOPOLOGY).map((path) => ({ path, text: readFileSync(new URL(path, TOPOLOGY), "utf8") })),
  { path: "ipset-save.txt", text: setsText() },
];

const TABLES = ["raw", "mangle", "nat", "filter", "security"];

/** What each tool shows of a ruleset, by the name of the file that it would be in. */
function listings(family: Family, rules: string): ReadonlyMap<string, string> {
  const tool = family === "ip" ? "iptables-nft" : "ip6tables-nft";
  const commands: readonly (readonly [path: string, command: string])[] = [
    [`${tool}-save.txt`, `${tool}-save -c`],
    ["nft-ruleset.txt", "nft list ruleset"],
    ["nft-ruleset.json", "nft -j list ruleset"],
    ...TABLES.map((table): readonly [string, string] => [`${tool}_-t_${table}_-nvL`, `${tool} -t ${table} -nvxL`]),
  ];
  const script = `set -e
    ipset restore <<'SETS'
${setsText()}SETS
    ${tool}-restore --counters
    ${commands.map(([, command]) => `${command} 2>/dev/null; echo '=== cut ==='`).join("\n")}`;
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
function walked(
  program: ReturnType<typeof compileProgram>,
  options: Readonly<Record<string, string>>,
): readonly Seen[] {
  const { value } = parsePacketOptions(new Map(Object.entries(options)));
  if (value === null) throw new Error(JSON.stringify(options));
  return walkPacket(program, value.packet, value.arrival).outcomes.map(seenIn);
}

describeKernel("what iptables-nft made, through every tool that lists it", () => {
  it.each(["ip", "ip6"] as const)("%s", (family) => {
    const counts = { told: 0, open: 0 };
    fc.assert(
      fc.property(ruleset(family), packets(family, 40), (tables, sent) => {
        const files = listings(family, rulesetText(tables, family, "nft"));
        const [saved, ...others] = files;
        if (saved === undefined) throw new Error("no listing");
        const whole = compileProgram(nodeWith([saved]));
        const lists = [...files].filter(([path]) => path.endsWith("L"));
        const together = nodeWith(files);
        expect(lintSnapshot(together).filter(({ severity }) => severity === "error")).toEqual([]);
        const views = [
          ["all together", compileProgram(together)] as const,
          ["iptables -nvL", compileProgram(nodeWith(lists))] as const,
          ...others
            .filter(([path]) => path.startsWith("nft"))
            .map((file) => [file[0], compileProgram(nodeWith([file]))] as const),
        ];
        for (const one of sent) {
          if (one.kind !== "fresh") continue;
          const truth = walked(whole, one.options);
          for (const [name, program] of views) {
            const seen = walked(program, one.options);
            const isOpen = seen.some((outcome) => outcome.isOpen);
            const isTold = name === "all together" || program.caveats.length === 0;
            counts[isOpen ? "open" : "told"]++;
            // Where a part is unknown but makes no difference, ways join again: what is left shows the steps of one of them.
            const of = ({ text, end }: Seen): string => (isTold ? text : end);
            const ends = seen.map(of);
            const missing = truth.map(of).filter((text) => !ends.includes(text));
            const isAny = seen.some(({ isUnknown }) => isUnknown) && !isTold;
            const about = { name, packet: one.options, ends };
            if (!isAny) expect({ ...about, missing }).toEqual({ ...about, missing: [] });
            if (!isOpen)
              expect({ ...about, count: new Set(ends).size }).toEqual({ ...about, count: new Set(truth.map(of)).size });
          }
        }
      }),
      { seed: SEED, numRuns: RULESETS, endOnFailure: true },
    );
    process.stderr.write(`${family}: ${String(counts.told)} walks told whole, ${String(counts.open)} in part\n`);
    expect(counts.told).toBeGreaterThan(counts.open);
  });
});
