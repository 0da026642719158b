import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { compileProgram, NodeState, parsePacketOptions, parseSnapshot, walkPacket } from "@hookwalk/engine";
import type { Snapshot } from "@hookwalk/engine";
import { createLab } from "../../packages/cli/src/lab/lab.ts";
import { observationOf, printObservation } from "../../packages/cli/src/lab/observation.ts";
import { describeKernel } from "./require-kernel.ts";

const NODES = fileURLToPath(new URL("../nodes/", import.meta.url));
const nodes = readdirSync(NODES, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));

function readNode(node: string): Snapshot {
  const files = readdirSync(NODES + node).filter((file) => /\.(txt|json)$/.test(file));
  return parseSnapshot(
    files.map((path) => ({ path, text: readFileSync(`${NODES}${node}/${path}`, "utf8") })),
    { name: node },
  );
}

/** What a packet is, without the words about it. */
function packetsOf(
  node: string,
): readonly { readonly name: string; readonly fields: Readonly<Record<string, unknown>> }[] {
  const lines = readFileSync(`${NODES}${node}/packets.jsonl`, "utf8").trim().split("\n");
  return lines.map((line) => {
    // A packet set of our own: an object a line.
    const {
      name,
      expect: _expect,
      decides: _decides,
      ...fields
    } = JSON.parse(line) as Readonly<Record<string, unknown>>;
    return { name: String(name), fields };
  });
}

/** The kernel sends few redirects to one source, and counts across packets: they are compared in case files. */
const REDIRECT = /^\+ icmp (5|137)\//;

describeKernel("whole nodes on the kernel", () => {
  it.each(
    nodes.flatMap((node) => [
      { node, backend: "legacy" as const },
      { node, backend: "nft" as const },
    ]),
  )("$node, $backend", async ({ node, backend }) => {
    const snapshot = readNode(node);
    const program = compileProgram(snapshot);
    const lab = await createLab(snapshot, { backend });
    try {
      expect(lab.notes).toEqual([]);
      for (const { name, fields } of packetsOf(node)) {
        const { value } = parsePacketOptions(fields);
        if (value === null) throw new Error(`${name}: not a packet`);
        const { outcomes } = walkPacket(program, value.packet, value.arrival, { state: new NodeState(program) });
        const walked = outcomes.map((outcome) =>
          printObservation(observationOf(outcome)).filter((line) => !REDIRECT.test(line)),
        );
        lab.flushConntrack();
        const seen = printObservation(lab.send(value.packet, value.arrival)).filter((line) => !REDIRECT.test(line));
        expect({ name, walked }).toEqual({ name, walked: [seen] });
      }
    } finally {
      lab.close();
    }
  });
});
