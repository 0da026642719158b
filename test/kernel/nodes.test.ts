import { expect, it } from "vitest";
import { compileProgram, NodeState, parsePacketOptions, walkPacket } from "@hookwalk/engine";
import { createLab } from "../../packages/cli/src/lab/lab.ts";
import { observationOf, printObservation } from "../../packages/cli/src/lab/observation.ts";
import { nodeNames, packetsOf, readNode } from "../nodes/node.ts";
import { withoutRedirects } from "./redirects.ts";
import { describeKernel } from "./require-kernel.ts";

describeKernel("whole nodes on the kernel", () => {
  it.each(
    nodeNames.flatMap((node) => [
      { node, backend: "legacy" as const },
      { node, backend: "nft" as const },
    ]),
  )("$node, $backend", async ({ node, backend }) => {
    // This kernel has no IPVS: the node is compared as one without virtual services.
    const snapshot = { ...readNode(node), ipvs: [] };
    const program = compileProgram(snapshot);
    const lab = await createLab(snapshot, { backend });
    try {
      expect(lab.notes.filter((note) => !note.startsWith("net.ipv4.vs."))).toEqual([]);
      for (const { name, fields } of packetsOf(node)) {
        const { value } = parsePacketOptions(fields);
        if (value === null) throw new Error(`${name}: not a packet`);
        const { outcomes } = walkPacket(program, value.packet, value.arrival, { state: new NodeState(program) });
        const walked = outcomes.map((outcome) => printObservation(withoutRedirects(observationOf(outcome))));
        lab.flushConntrack();
        const seen = printObservation(withoutRedirects(lab.send(value.packet, value.arrival)));
        expect({ name, walked }).toEqual({ name, walked: [seen] });
      }
    } finally {
      lab.close();
    }
  });
});
