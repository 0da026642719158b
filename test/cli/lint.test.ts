import { describe, expect, it } from "vitest";
import { nodeNames } from "../nodes/node.ts";
import { hookwalk, session } from "./hookwalk.ts";

interface Span {
  readonly file: string;
  readonly line: number;
}

/** A finding as its JSON has it. */
interface Shown {
  readonly check: string;
  readonly where: { readonly span: Span };
  readonly related: readonly { readonly span: Span }[];
  readonly witness: object | null;
}

interface Traced {
  readonly outcomes: readonly {
    readonly reason: string;
    readonly steps: readonly { readonly kind: string; readonly span?: Span }[];
  }[];
}

type Outcome = Traced["outcomes"][number];

/** What a trace has to show for the finding of a check; a check with witnesses that is not here fails. */
const SHOWS: Readonly<Record<string, (finding: Shown, outcome: Outcome) => boolean>> = {
  "shadowed-rule": isTakenBefore,
  "nat-after-accept": isTakenBefore,
  "masquerade-covers-pod-range": ({ where }, outcome) => matchedIn(outcome).includes(nameOf(where.span)),
  "policy-drop-with-cni": (_, { reason }) => reason === "policy",
  "rp-filter-asymmetric": (_, { reason }) => reason === "rp_filter",
};

/** It matches one of the rules that take it, and not the one that no packet gets to. */
function isTakenBefore({ where, related }: Shown, outcome: Outcome): boolean {
  const own = nameOf(where.span);
  const takers = related.map(({ span }) => nameOf(span)).filter((name) => name !== own);
  const matched = matchedIn(outcome);
  return matched.some((name) => takers.includes(name)) && !matched.includes(own);
}

function isShown(finding: Shown, { outcomes }: Traced): boolean {
  return outcomes.some((outcome) => SHOWS[finding.check]?.(finding, outcome) === true);
}

function matchedIn({ steps }: Outcome): readonly string[] {
  return steps.flatMap(({ kind, span }) => (kind === "rule" && span !== undefined ? [nameOf(span)] : []));
}

function nameOf({ file, line }: Span): string {
  return `${file}:${String(line)}`;
}

/** How many packets the findings of a node show; each is walked as JSON has it, and as the command in the text has it. */
function confirmedOn(node: string): number {
  const path = `test/nodes/${node}`;
  const report = JSON.parse(hookwalk(["lint", "-f", path, "-q", "-o", "json"]).stdout) as {
    readonly findings: readonly Shown[];
  };
  const shown = report.findings.filter(({ witness }) => witness !== null);
  if (shown.length === 0) return 0;
  const lines = shown.map(({ witness }) => JSON.stringify(witness)).join("\n");
  const traces = hookwalk(["trace", "-f", path, "-q", "--packets", "-", "-o", "jsonl"], { stdin: lines }).stdout;
  const walked = traces.split("\n").filter((line) => line !== "");
  // The commands of the text are the same packets, in the same order.
  const commands = hookwalk(["lint", "-f", path, "-q"]).stdout.match(/hookwalk trace .*/g) ?? [];
  expect([walked.length, commands.length], node).toEqual([shown.length, shown.length]);
  for (const [index, finding] of shown.entries()) {
    expect(isShown(finding, JSON.parse(walked[index] ?? "null") as Traced), node).toBe(true);
    const [, ...argv] = (commands[index] ?? "").split(" ");
    expect(isShown(finding, JSON.parse(hookwalk([...argv, "-q", "-o", "json"]).stdout) as Traced), node).toBe(true);
  }
  return shown.length;
}

const ACK = ["lint", "-f", "test/nodes/ack-cilium", "-q"];

describe("hookwalk lint", () => {
  it.each([
    ["text", ACK],
    ["chinese", [...ACK, "--lang", "zh"]],
    ["github", [...ACK, "-o", "github"]],
    ["list", ["lint", "--list"]],
    ["list-chinese", ["lint", "--list", "--lang", "zh"]],
    ["explain", ["lint", "--explain", "whole-mark-overwrite"]],
    ["explain-chinese", ["lint", "--explain", "whole-mark-overwrite", "--lang", "zh"]],
    ["explain-json", ["lint", "--explain", "set-nearly-full", "-j"]],
    ["explain-sarif", ["lint", "--explain", "set-nearly-full", "-o", "sarif"]],
  ])("prints what the golden %s shows", async (name, argv) => {
    await expect(session(argv)).toMatchFileSnapshot(`goldens/lint-${name}.txt`);
  });

  it("gives findings as JSON, the same in every language", () => {
    const json = hookwalk([...ACK, "-o", "json"]).stdout;
    expect(hookwalk([...ACK, "-j", "--lang", "zh"]).stdout).toBe(json);
    const report = JSON.parse(json) as { readonly findings: readonly { readonly message: string }[] };
    expect(report).toMatchObject({ apiVersion: "hookwalk.dev/v1", kind: "LintReport" });
    expect(report.findings.find(({ message }) => message.includes("0x95a40200"))).toMatchObject({
      check: "view-lost-match",
      severity: "error",
      where: {
        family: "ip",
        table: "mangle",
        chain: "CILIUM_PRE_mangle",
        rule: 4,
        span: { file: "iptables-save.txt", line: 14 },
      },
      related: [{ span: { line: 14 } }, { span: { file: "nft-ruleset.txt", line: 142 } }],
      witness: null,
    });
  });

  it("shows packets on some nodes, and none that trace does not confirm", () => {
    const confirmed = nodeNames.map(confirmedOn);
    expect(Math.max(...confirmed)).toBeGreaterThan(0);
  }, 120_000);

  it("gives findings as SARIF, at files by the path that was typed", () => {
    const uris = (path: string): ReadonlySet<string> => {
      const { stdout } = hookwalk(["lint", "-q", "-f", path, "-o", "sarif"]);
      return new Set([...stdout.matchAll(/"uri": "([^"]*)"/g)].map(([, uri]) => uri ?? ""));
    };
    expect(uris("test/nodes/calico-slave1")).toEqual(new Set(["test/nodes/calico-slave1/iptables-save.txt"]));
    const file = "test/nodes/calico-slave2/iptables-save.txt";
    expect(uris(file)).toEqual(new Set([file]));
  });

  it.each([
    [["-f", "test/nodes/calico-slave1"], 0],
    [["-f", "test/nodes/calico-slave1", "--fail-on", "warning"], 1],
    [["-f", "test/nodes/cilium-native", "--fail-on", "info"], 0],
    [["-f", "test/nodes/ack-cilium", "--fail-on", "nothing"], 2],
  ])("%j exits with %i", (argv, code) => {
    expect(hookwalk(["lint", "-q", ...argv]).exitCode).toBe(code);
  });
});
