import { join } from "node:path";
import type { NamedText, Outcome, Snapshot, Step, Trace } from "@hookwalk/engine";
import { compileProgram, speaker, traceDocument, walkPacket } from "@hookwalk/engine";
import { describe, expect, it } from "vitest";
import { readOrder } from "../../packages/cli/src/commands/packet-order.ts";
import { layOut } from "../../packages/cli/src/terminal/layout.ts";
import type { NodePacket } from "./node.ts";
import { nodeNames, NODES, packetsOf, readNode } from "./node.ts";

function walked(snapshot: Snapshot, line: ReadonlyMap<string, unknown>): Trace {
  const program = compileProgram(snapshot);
  const read = readOrder(line, program.links);
  if ("problems" in read) throw new Error(read.problems.join("; "));
  return walkPacket(program, read.order.packet, read.order.arrival, read.order.options);
}

/** The only outcome of a walk that the snapshot decides. */
function decided(trace: Trace): Outcome {
  const [outcome, ...others] = trace.outcomes;
  if (outcome === undefined || others.length > 0) throw new Error(`${String(trace.outcomes.length)} outcomes`);
  return outcome;
}

type RuleStep = Extract<Step, { kind: "rule" }>;

function rulesOf(outcome: Outcome): readonly RuleStep[] {
  return outcome.steps.filter((step) => step.kind === "rule");
}

function nameOf({ table, chain, number }: RuleStep): string {
  return `${table}/${chain}/${String(number)}`;
}

/** The last rule that matched in the table of `decides`. */
function decisiveRule(outcome: Outcome, { decides }: NodePacket): string | null {
  const table = decides?.split("/")[0];
  const last = rulesOf(outcome).findLast((step) => step.table === table);
  return last === undefined ? null : nameOf(last);
}

describe.each(nodeNames)("%s", (node) => {
  const snapshot = readNode(node);

  it("is read without an error", () => {
    expect(snapshot.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(snapshot.files.filter(({ format }) => format === null)).toEqual([]);
  });

  describe.each(packetsOf(node))("$name", (packet) => {
    const trace = walked(snapshot, packet.line);

    it("ends as the document lets one expect", () => {
      const outcome = decided(trace);
      expect(outcome.conditions).toEqual([]);
      expect(outcome.verdict).toBe(packet.expect);
      if (packet.decides !== null) expect(decisiveRule(outcome, packet)).toBe(packet.decides);
    });

    it("reads as its golden does", async () => {
      const text = layOut(traceDocument(trace, speaker("en"), { verbosity: 0 }), { colour: false, width: 120 });
      const file = `${packet.name.replaceAll(/[^A-Za-z0-9]+/g, "-")}.txt`;
      await expect(text).toMatchFileSnapshot(join(NODES, node, "goldens", file));
    });
  });
});

/** The deny that stands before the allow in `cali-pi-namespace-default`. */
const DENY = "cali:K4jTheFcVvdYaw0q";
/** The allow behind it: from set `namespace == "default"`. */
const ALLOW = "cali:VTQ78plyA8u_8_YC";

function withoutDeny({ path, text }: NamedText): string {
  if (path !== "iptables-save.txt") return text;
  const lines = text.split("\n");
  const kept = lines.filter((line) => !line.includes(DENY));
  expect(lines.length - kept.length).toBe(1);
  return kept.join("\n");
}

function toDatabase(iif: string, src: string): ReadonlyMap<string, unknown> {
  return new Map(Object.entries({ iif, src, dst: "192.168.202.3", proto: "tcp", dport: 3306 }));
}

const FRONTENDS = ["192.168.8.129", "192.168.8.130"];
const STRANGER = "10.10.1.50";

function reachesProfile(outcome: Outcome): boolean {
  return rulesOf(outcome).some(({ chain }) => chain === "cali-pri-profile-database");
}

describe("the frontends' connection to the database", () => {
  it.each(FRONTENDS)("from %s is dropped on slave2 by the deny before the allow", (src) => {
    const outcome = decided(walked(readNode("calico-slave2"), toDatabase("eth0", src)));
    expect(outcome).toMatchObject({ verdict: "drop", delivery: "none", reason: "rule" });
    const last = rulesOf(outcome).at(-1);
    expect(last).toMatchObject({ hook: "forward", table: "filter", chain: "cali-pi-namespace-default", number: 1 });
    expect(JSON.stringify(last?.rule)).toContain(DENY);
    expect(reachesProfile(outcome)).toBe(false);
  });

  it.each(FRONTENDS)("from %s is accepted by the allow once the deny is gone", (src) => {
    const outcome = decided(walked(readNode("calico-slave2", withoutDeny), toDatabase("eth0", src)));
    expect(outcome).toMatchObject({ verdict: "accept", delivery: "forward", oif: "cali0ef24b3", mark: 0x100_0000 });
    const inPolicy = rulesOf(outcome).filter(({ chain }) => chain === "cali-pi-namespace-default");
    expect(JSON.stringify(inPolicy[0]?.rule)).toContain(ALLOW);
    expect(inPolicy[0]?.mark).toBe(0x100_0000);
    expect(rulesOf(outcome).map(nameOf)).toContain("filter/cali-tw-cali0ef24b3/4");
    expect(reachesProfile(outcome)).toBe(false);
  });

  it("from elsewhere is dropped by “no policies passed” once the deny is gone", () => {
    const outcome = decided(walked(readNode("calico-slave2", withoutDeny), toDatabase("eth0", STRANGER)));
    expect(outcome).toMatchObject({ verdict: "drop", reason: "rule" });
    expect(rulesOf(outcome).map(nameOf).at(-1)).toBe("filter/cali-tw-cali0ef24b3/5");
    expect(reachesProfile(outcome)).toBe(false);
  });

  it.each([
    ["cali0ef24b1", "192.168.8.129"],
    ["cali0ef24b2", "192.168.8.130"],
  ])("leaves slave1 from %s by the egress policy's accept mark", (iif, src) => {
    const outcome = decided(walked(readNode("calico-slave1"), toDatabase(iif, src)));
    expect(outcome).toMatchObject({ verdict: "accept", delivery: "forward", oif: "eth0" });
    const marks = rulesOf(outcome).map((step) => [nameOf(step), step.mark]);
    expect(marks).toContainEqual(["filter/cali-po-namespace-default/1", 0x500_0000]);
    expect(marks).toContainEqual([`filter/cali-fw-${iif}/4`, 0x500_0000]);
    expect(marks).toContainEqual(["filter/cali-FORWARD/6", 0x500_0000]);
  });
});
