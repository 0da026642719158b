/**
 * One rule of a node is changed at random: what the semantic diff reports is seen in the walks of its witness on both, and where it reports
 * nothing random packets fare alike.
 */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, it } from "vitest";
import { compileProgram, NodeState, parsePacketOptions, semanticDiff, walkPacket } from "@hookwalk/engine";
import type { Program } from "@hookwalk/engine";
import { NODES, readNode } from "../nodes/node.ts";
import { IPTABLES_TEXT, kindsOf, mutated } from "./rule-changes.ts";

const NODE = "calico-slave1";
const FILE = "iptables-save.txt";
const RUNS = Number(process.env["HOOKWALK_MUTATIONS"] ?? 4);
const PACKETS = 400;
/** More than the slowest machine takes for one. */
const SECONDS_EACH = 60;

function programOf(rules: string): Program {
  const snapshot = readNode(NODE, ({ path, text }) => (path === FILE ? rules : text));
  expect(snapshot.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  return compileProgram(snapshot);
}

const address = fc.constantFrom(
  "192.168.8.129",
  "192.168.8.130",
  "192.168.8.1",
  "192.168.202.3",
  "10.10.1.11",
  "10.10.1.12",
  "8.8.8.8",
  "172.16.163.1",
);
const packet = fc.record({
  iif: fc.constantFrom("cali0ef24b1", "cali0ef24b2", "eth0", "docker0"),
  src: address,
  dst: address,
  proto: fc.constantFrom("tcp", "udp"),
  sport: fc.constantFrom("40000", "68", "53"),
  dport: fc.constantFrom("53", "54", "67", "68", "80", "3306", "3307", "10250"),
});

/** What can become of a packet: every outcome, as far as it can be told from outside. */
function outcomesOf(program: Program, options: Readonly<Record<string, string>>): string {
  const { value } = parsePacketOptions(new Map(Object.entries(options)));
  if (value === null) return "";
  const { outcomes } = walkPacket(program, value.packet, value.arrival, { state: new NodeState(program) });
  const words = outcomes.map(({ verdict, delivery, oif, mark, packet: left }) =>
    [verdict, delivery, oif, ...(verdict === "accept" ? [mark, left.src, left.dst, left.sport, left.dport] : [])]
      .map(String)
      .join(" "),
  );
  return [...new Set(words)].sort().join("\n");
}

it(
  "reports what a change of one rule does to packets, and nothing where it does nothing",
  () => {
    const text = readFileSync(`${NODES}/${NODE}/${FILE}`, "utf8");
    const before = programOf(text);
    const reported = { differences: 0, equal: 0 };
    fc.assert(
      fc.property(
        fc.constantFrom(...kindsOf(IPTABLES_TEXT)),
        fc.nat(),
        fc.array(packet, { minLength: PACKETS, maxLength: PACKETS }),
        (name, at, packets) => {
          const changed = mutated(IPTABLES_TEXT, text, at, name);
          fc.pre(changed !== null);
          const after = programOf(changed);
          const { groups, tooLarge } = semanticDiff(before, after);
          expect(tooLarge).toEqual([]);
          for (const group of groups) expect(group.witness, JSON.stringify(group.change)).not.toBeNull();
          if (groups.length > 0) {
            reported.differences++;
            return;
          }
          reported.equal++;
          for (const options of packets)
            expect(outcomesOf(after, options), JSON.stringify(options)).toBe(outcomesOf(before, options));
        },
      ),
      { numRuns: RUNS, endOnFailure: true },
    );
    expect(reported.differences + reported.equal).toBe(RUNS);
    if (RUNS > 20) process.stderr.write(`mutations: ${JSON.stringify(reported)}\n`);
  },
  RUNS * SECONDS_EACH * 1000,
);
