/**
 * One rule of a node is changed at random: the witness of each difference that the semantic diff reports fares otherwise on the kernel, and
 * where it reports none random packets and those at the edges of the rules fare alike.
 */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, it } from "vitest";
import { compileProgram, parsePacketOptions, semanticDiff } from "@hookwalk/engine";
import type { Arrival, Packet, Program } from "@hookwalk/engine";
import { createLab } from "../../packages/cli/src/lab/lab.ts";
import type { Lab } from "../../packages/cli/src/lab/lab.ts";
import { observationOf, printObservation } from "../../packages/cli/src/lab/observation.ts";
import type { SemanticGroup } from "../../packages/engine/src/diff/semantic.ts";
import { NODES, readNode } from "../nodes/node.ts";
import { CHANGES, mutated } from "../property/rule-changes.ts";
import { describeKernel } from "./require-kernel.ts";

const NODE = "calico-slave1";
const FILE = "iptables-save.txt";
const CHANGED = Number(process.env["HOOKWALK_MUTATIONS_KERNEL"] ?? 12);
const PACKETS = Number(process.env["HOOKWALK_MUTATIONS_PACKETS"] ?? 500);
const SEED = Number(process.env["HOOKWALK_FUZZ_SEED"] ?? 20_261_126);

function programOf(rules: string): Program {
  return compileProgram(readNode(NODE, ({ path, text }) => (path === FILE ? rules : text)));
}

/** Addresses and ports that stand in the rules, and their neighbours, beside any others. */
function packetsFor(text: string): fc.Arbitrary<Readonly<Record<string, string>>> {
  const numbers = [...text.matchAll(/\d+\.\d+\.\d+\.(\d+)/g)].flatMap(([address, last = ""]) => {
    const stem = address.slice(0, -last.length);
    return [0, 1, -1].map((step) => Number(last) + step).flatMap((n) => (n < 0 || n > 255 ? [] : [stem + String(n)]));
  });
  const ports = [...text.matchAll(/ports? (\d+)/g)].flatMap(([, port]) =>
    [0, 1, -1].map((step) => Number(port) + step),
  );
  const port = fc.oneof(fc.constantFrom(...new Set(ports)), fc.integer({ min: 1, max: 65_535 })).map(String);
  const any = fc.ipV4();
  const address = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...new Set(numbers)) },
    { weight: 1, arbitrary: any },
  );
  return fc.record({
    iif: fc.constantFrom("cali0ef24b1", "cali0ef24b2", "eth0"),
    src: address,
    dst: address,
    proto: fc.constantFrom("tcp", "udp", "sctp"),
    sport: port,
    dport: port,
    ttl: fc.constantFrom("64", "2"),
  });
}

/** What became of a packet, without the rules on its way and what the kernel says to its sender now and then. */
function endOf(lab: Lab, packet: Packet, arrival: Arrival): string {
  lab.flushConntrack();
  return printObservation({ ...lab.send(packet, arrival), steps: [], sides: [], ctmark: 0 }).join("\n");
}

describeKernel("what changes on the kernel with one rule", () => {
  it(
    "is what the semantic diff says",
    async () => {
      const text = readFileSync(`${NODES}/${NODE}/${FILE}`, "utf8");
      const before = programOf(text);
      const labs = [await createLab(readNode(NODE)), await createLab(readNode(NODE))] as const;
      const [lab, changedLab] = labs;
      const tally = { different: 0, equal: 0, witnesses: 0, packets: 0 };
      const disagreements: string[] = [];
      /** Sends the witness to both; the walks said what happens. */
      const confirm = ({ witness, change }: SemanticGroup): void => {
        if (witness === null) throw new Error(`no witness of ${JSON.stringify(change)}`);
        const { packet, arrival, trace, after } = witness;
        tally.witnesses++;
        for (const [own, walked] of [
          [lab, trace],
          [changedLab, after],
        ] as const) {
          own.flushConntrack();
          const seen = printObservation(own.send(packet, arrival)).join("\n");
          const said = walked.outcomes.map((outcome) => printObservation(observationOf(outcome)).join("\n"));
          if (!said.includes(seen))
            disagreements.push(`${JSON.stringify(witness.options)}\n${seen}\nwalk:\n${said.join("\n")}`);
        }
        if (trace.outcomes.length > 1 || after.outcomes.length > 1) return;
        const ends = [endOf(lab, packet, arrival), endOf(changedLab, packet, arrival)];
        if (ends[0] === ends[1]) disagreements.push(`alike: ${JSON.stringify(witness.options)} ${ends[0] ?? ""}`);
      };
      const samples = fc.sample(packetsFor(text), { numRuns: PACKETS, seed: SEED }).flatMap((options) => {
        const { value } = parsePacketOptions(new Map(Object.entries(options)));
        return value === null ? [] : [{ ...value, options }];
      });
      const ends = new Map<object, string>();
      const alike = (): void => {
        for (const one of samples) {
          const known = ends.get(one) ?? endOf(lab, one.packet, one.arrival);
          ends.set(one, known);
          tally.packets++;
          const now = endOf(changedLab, one.packet, one.arrival);
          if (now !== known) disagreements.push(`not alike: ${JSON.stringify(one.options)}\n${known}\n${now}`);
        }
      };
      const started = performance.now();
      try {
        for (const [name, at] of fc.sample(fc.tuple(fc.constantFrom(...Object.keys(CHANGES)), fc.nat()), {
          numRuns: CHANGED * 20,
          seed: SEED,
        })) {
          if (tally.different + tally.equal === CHANGED) break;
          const change = CHANGES[name];
          const changed = change === undefined ? null : mutated(text, at, change);
          if (changed === null) continue;
          changedLab.replaceRules([{ family: "ip", backend: "legacy", text: changed }]);
          const { groups, tooLarge } = semanticDiff(before, programOf(changed));
          expect(tooLarge).toEqual([]);
          if (groups.length > 0) tally.different++;
          else tally.equal++;
          if (groups.length === 0) alike();
          for (const group of groups) confirm(group);
        }
      } finally {
        for (const one of labs) one.close();
      }
      const seconds = ((performance.now() - started) / 1000).toFixed(0);
      process.stderr.write(`mutations on the kernel: ${JSON.stringify(tally)}, ${seconds} s\n`);
      expect(disagreements).toEqual([]);
      expect(tally.different + tally.equal).toBe(CHANGED);
    },
    CHANGED * 120_000,
  );
});
