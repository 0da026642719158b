/** Where prove says that packets are routed to, each of them is: single packets are routed by the walk. */
import fc from "fast-check";
import { expect, it } from "vitest";
import {
  compileProgram,
  parseAddress,
  parsePacketOptions,
  parsePrefix,
  parseSnapshot,
  printAddress,
} from "@hookwalk/engine";
import type { Program } from "@hookwalk/engine";
import { inputForwarded, inputRouting } from "../../packages/engine/src/prove/routing/input.ts";
import { outputLeaving, outputRouting } from "../../packages/engine/src/prove/routing/output.ts";
import { spaceOf } from "../../packages/engine/src/prove/space-of.ts";
import type { Space } from "../../packages/engine/src/prove/space.ts";
import { nodeNames, packetsOf, readNode } from "../nodes/node.ts";
import { NETS, OWN, routingFiles } from "./generate-routing.ts";
import type { NodeFiles } from "./generate-routing.ts";
import { partitionFault, routingDifference } from "./routing-agreement.ts";
import type { Proved } from "./routing-agreement.ts";

type Family = "ip" | "ip6";

/** The first and the last address of a network, and those next to them. */
function boundariesOf(text: string): readonly string[] {
  const prefix = parsePrefix(text);
  if (prefix === null) return [];
  const size = typeof prefix.address === "number" ? 32 - prefix.length : 128 - prefix.length;
  const first = BigInt(prefix.address);
  const last = first + (1n << BigInt(size)) - 1n;
  const most = typeof prefix.address === "number" ? 0xffff_ffffn : (1n << 128n) - 1n;
  const all = [first - 1n, first, last, last + 1n].filter((one) => one >= 0n && one <= most);
  return all.map((one) => printAddress(typeof prefix.address === "number" ? Number(one) : one));
}

const SPECIAL: Readonly<Record<Family, readonly string[]>> = {
  ip: ["0.0.0.0", "255.255.255.255", "224.0.0.1", "224.0.1.9", "127.0.0.9", "8.8.8.8"],
  ip6: ["::", "ff02::1", "ff02::2", "ff05::2", "ff02::9", "2001:db9::9"],
};

function packetOptions(
  addresses: readonly string[],
  devices: readonly string[],
  family: Family,
): fc.Arbitrary<ReadonlyMap<string, unknown>> {
  const address = fc.constantFrom(...addresses);
  const where = fc.oneof(
    { weight: 3, arbitrary: fc.record({ iif: fc.constantFrom(...devices) }) },
    { weight: 1, arbitrary: fc.record({ local: fc.constant("true"), uid: fc.constantFrom("0", "1500", "3000") }) },
  );
  const port = fc.constantFrom("80", "1000", "40000");
  const l4 = fc.oneof(
    fc.record({ proto: fc.constantFrom("tcp", "udp", "sctp"), sport: port, dport: port }),
    fc.record({ proto: fc.constantFrom(...(family === "ip" ? ["icmp", "igmp"] : ["ipv6-icmp"])) }),
  );
  const rest = fc.record({
    src: address,
    dst: address,
    mark: fc.constantFrom("0x0", "0x1", "0x2", "0x12", "0x200"),
    tos: fc.constantFrom("0", "0x10", "0x08"),
  });
  return fc.tuple(where, l4, rest).map(([a, b, c]) => new Map<string, unknown>(Object.entries({ ...a, ...b, ...c })));
}

interface Both {
  readonly input: Proved;
  readonly output: Proved;
}

function prove(space: Space): Both {
  return {
    input: { sets: inputRouting(space), flow: inputForwarded(space) },
    output: { sets: outputRouting(space), flow: outputLeaving(space) },
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
  const addresses = [...NETS[family].flatMap(boundariesOf), ...OWN[family], ...SPECIAL[family]];
  const devices = ["eth0", "eth1", "eth2", "lo", "eth9"];
  it(`routes every packet as the walk routes each: ${family}`, () => {
    let compared = 0;
    const packets = fc.array(packetOptions(addresses, devices, family), { minLength: 40, maxLength: 40 });
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
      { numRuns: Number(process.env["HOOKWALK_PROVE_RUNS"] ?? 100) },
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
  const random = fc.sample(packetOptions(addresses, [...program.links.keys(), "lo"], "ip"), { numRuns: 400, seed: 7 });
  let compared = 0;
  for (const options of [...packetsOf(node).map(({ fields }) => fields), ...random]) {
    const difference = differenceOf(space, both, options);
    if (difference === undefined) continue;
    expect(difference, JSON.stringify([...options])).toBeNull();
    compared++;
  }
  expect(compared).toBeGreaterThan(300);
});
