/** Where prove says that packets are routed to, each of them is: single packets are routed by the walk. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { compileProgram, parseAddress, parsePacketOptions, parseSnapshot, printAddress } from "@hookwalk/engine";
import type { Program } from "@hookwalk/engine";
import { inputForwarded, inputRouting } from "../../packages/engine/src/prove/routing/input.ts";
import { outputLeaving, outputRouting } from "../../packages/engine/src/prove/routing/output.ts";
import { spaceOf } from "../../packages/engine/src/prove/space-of.ts";
import type { Space } from "../../packages/engine/src/prove/space.ts";
import { nodeNames, packetsOf, readNode } from "../nodes/node.ts";
import { routingFiles } from "./generate-routing.ts";
import type { NodeFiles } from "./generate-routing.ts";
import { partitionFault, routingDifference } from "./routing-agreement.ts";
import type { Proved } from "./routing-agreement.ts";
import { SPECIAL, boundariesOf, routedAddresses, routedPackets } from "./routed-packets.ts";

interface Both {
  readonly input: Proved;
  readonly output: Proved;
}

function prove(space: Space): Both {
  return {
    input: { sets: inputRouting(space), flow: inputForwarded(space) },
    output: { sets: outputRouting(space, "output"), flow: outputLeaving(space, "output") },
  };
}

/** Null: the options make no packet. */
function differenceOf(
  space: Space,
  { input, output }: Both,
  options: ReadonlyMap<string, unknown>,
): string | null | undefined {
  const made = parsePacketOptions(options).value;
  if (made?.packet.family !== space.layout.family) return undefined;
  return routingDifference(space, made.arrival.iif === null ? output : input, made);
}

function programOf(files: NodeFiles): Program {
  const texts = Object.entries(files).map(([path, text]) => ({ path, text }));
  return compileProgram(parseSnapshot(texts, { name: "routing" }));
}

for (const family of ["ip", "ip6"] as const) {
  const addresses = routedAddresses(family);
  const devices = ["eth0", "eth1", "eth2", "lo", "eth9"];
  it(`routes every packet as the walk routes each: ${family}`, () => {
    let compared = 0;
    const packets = fc.array(routedPackets(addresses, devices, family), { minLength: 40, maxLength: 40 });
    fc.assert(
      fc.property(routingFiles(family), packets, (files, all) => {
        const space = spaceOf(programOf(files), family);
        const both = prove(space);
        for (const { sets } of [both.input, both.output]) expect(partitionFault(space, sets)).toBeNull();
        for (const options of all) {
          const difference = differenceOf(space, both, options);
          if (difference === undefined) continue;
          expect(difference, JSON.stringify([...options])).toBeNull();
          compared++;
        }
      }),
      { numRuns: Number(process.env["HOOKWALK_PROVE_RUNS"] ?? 30) },
    );
    expect(compared).toBeGreaterThan(1000);
  });
}

it.each(nodeNames)("routes every packet as the walk routes each: %s", (node) => {
  const snapshot = readNode(node);
  const program = compileProgram(snapshot);
  const space = spaceOf(program, "ip");
  const both = prove(space);
  const routes = [...program.families.ip.fib.tables.values()].flatMap((table) => table.entries());
  const nets = routes.map(({ route }) => `${printAddress(route.dst.address)}/${String(route.dst.length)}`);
  const addresses = [...new Set([...nets.flatMap(boundariesOf), ...SPECIAL.ip])].filter(
    (one) => parseAddress(one) !== null,
  );
  const random = fc.sample(routedPackets(addresses, [...program.links.keys(), "lo"], "ip"), { numRuns: 400, seed: 7 });
  let compared = 0;
  for (const options of [...packetsOf(node).map(({ fields }) => fields), ...random]) {
    const difference = differenceOf(space, both, options);
    if (difference === undefined) continue;
    expect(difference, JSON.stringify([...options])).toBeNull();
    compared++;
  }
  expect(compared).toBeGreaterThan(300);
});
