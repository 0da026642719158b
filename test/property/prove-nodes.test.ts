/** The rulesets of the nodes: packets whose values stand in the rules walk as prove says of all of them. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { compileProgram, parsePacketOptions, printAddress } from "@hookwalk/engine";
import type { Snapshot } from "@hookwalk/engine";
import { baseChains } from "../../packages/engine/src/prove/call-graph.ts";
import { ChainFlows } from "../../packages/engine/src/prove/chain.ts";
import { spaceOf } from "../../packages/engine/src/prove/space-of.ts";
import { nodeNames, packetsOf, readNode } from "../nodes/node.ts";
import { agreementOn } from "./chain-agreement.ts";

const PACKETS = 200;
const SOCKETS = [null, "plain", "transparent", null] as const;
const MARKS = ["0x0", "0x200", "0xa00", "0x4000", "0x1000000", "0x2000000", "0x4000000", "0x95a40200"];

/** Values that some rule of the node asks for, and one that none does. */
function valuesIn({ tables, links }: Snapshot): {
  readonly addresses: string[];
  readonly ports: string[];
  readonly devices: string[];
} {
  const rules = (tables.ip ?? []).flatMap((table) => table.rules);
  const nets = rules.flatMap(({ src, dst }) => [src, dst]).flatMap((net) => (net === null ? [] : [net.value.value]));
  const addresses = nets.flatMap((value) => (typeof value === "number" && value !== 0 ? [value, value + 1] : []));
  const own = (links ?? []).flatMap((link) => link.addresses.map(({ prefix }) => prefix.address));
  const all = [...addresses, ...own.filter((address) => typeof address === "number"), 0xc000_0207];
  return {
    addresses: [...new Set(all.map(printAddress))],
    ports: ["53", "80", "443", "3306", "8472", "10250", "40000"],
    devices: (links ?? []).map(({ name }) => name),
  };
}

it.each(nodeNames)("says of every packet what the walk says of each: %s", (node) => {
  const snapshot = readNode(node);
  const program = compileProgram(snapshot);
  const space = spaceOf(program, "ip");
  const { addresses, ports, devices } = valuesIn(snapshot);
  const port = fc.constantFrom(...ports);
  const options = fc.record({
    iif: fc.constantFrom(...devices),
    src: fc.constantFrom(...addresses),
    dst: fc.constantFrom(...addresses),
    proto: fc.constantFrom("tcp", "udp", "sctp"),
    sport: port,
    dport: port,
    mark: fc.constantFrom(...MARKS),
  });
  const random = fc
    .sample(options, { numRuns: PACKETS, seed: 1 })
    .map((one) => new Map<string, unknown>(Object.entries(one)));
  const given = packetsOf(node).map(({ fields }) => fields);
  const oifs = fc.sample(fc.constantFrom(...devices, null), { numRuns: PACKETS + given.length, seed: 2 });
  let compared = 0;
  for (const { base } of baseChains(program.families.ip)) {
    const chain = new ChainFlows(space, base.table).of(base.chain.name);
    if (base.table.name === "nat" || chain === null) continue;
    for (const [index, fields] of [...given, ...random].entries()) {
      const made = parsePacketOptions(fields).value;
      if (made?.packet.family !== "ip") continue;
      const asked = {
        ...made,
        oif: oifs[index] ?? null,
        flow: {
          state: (["new", "established", null] as const)[index % 3] ?? null,
          mark: index % 5 === 0 ? 0x80 : 0,
          socket: SOCKETS[index % 4] ?? null,
        },
      };
      const { ways, difference } = agreementOn(space, base, chain, asked);
      expect(difference, JSON.stringify([...fields])).toBeNull();
      compared += ways;
    }
  }
  expect(compared).toBeGreaterThan(PACKETS);
});
