/** Matches that ask the routing: what prove says of every packet is what the walk says of each. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { compileProgram, parsePacketOptions, parseSnapshot } from "@hookwalk/engine";
import type { Program } from "@hookwalk/engine";
import { baseChains } from "../../packages/engine/src/prove/call-graph.ts";
import { ChainFlows } from "../../packages/engine/src/prove/chain.ts";
import { spaceOf } from "../../packages/engine/src/prove/space-of.ts";
import { agreementOn } from "./chain-agreement.ts";
import { routingFiles } from "./generate-routing.ts";
import type { NodeFiles } from "./generate-routing.ts";
import { routedAddresses, routedPackets } from "./routed-packets.ts";

const TYPES = {
  ip: ["UNSPEC", "UNICAST", "LOCAL", "BROADCAST", "MULTICAST", "LOCAL,BROADCAST"],
  ip6: ["UNSPEC", "UNICAST", "LOCAL", "ANYCAST", "UNREACHABLE", "LOCAL,UNREACHABLE", "UNICAST,ANYCAST"],
} as const;

function match(family: "ip" | "ip6"): fc.Arbitrary<string> {
  const flags = fc.subarray(["--loose", "--validmark", "--accept-local", "--invert"]).map((all) => all.join(" "));
  const type = fc.constantFrom(...TYPES[family]);
  const limit = fc.constantFrom("", "", " --limit-iface-in");
  return fc.oneof(
    flags.map((words) => `-m rpfilter ${words}`),
    fc
      .tuple(fc.constantFrom("src", "dst"), type, limit)
      .map((words) => `-m addrtype --${words[0]}-type ${words[1]}${words[2]}`),
  );
}

function fibMatch(): fc.Arbitrary<string> {
  const flags = fc.subarray(["mark", "iif"]).map((all) => all.map((word) => ` . ${word}`).join(""));
  const types = fc.constantFrom("local", "!= local", "unicast", "broadcast", "multicast", "{ anycast, unreachable }");
  const found = fc.constantFrom("missing", "exists", "0", "!= 0", '"eth1"', '{ 0, "eth0" }');
  const asked = fc.oneof(
    types.map((type) => `type ${type}`),
    found.map((device) => `oif ${device}`),
  );
  return fc
    .tuple(fc.constantFrom("saddr", "daddr"), flags, asked)
    .map(([field, flag, words]) => `fib ${field}${flag} ${words}`);
}

interface Dump {
  readonly path: string;
  readonly text: string;
}

const MARKS = ["0x000", "0x100", "0x200", "0x300"];

function iptablesDump(family: "ip" | "ip6", matches: readonly string[]): Dump {
  const rules = matches.map((words, index) => `-A PREROUTING ${words} -j MARK --set-xmark 0x${String(index)}00/0xf00`);
  const text = [
    "*raw",
    ":PREROUTING ACCEPT [0:0]",
    ...rules,
    `-A PREROUTING ${matches[0] ?? ""} -j DROP`,
    "COMMIT",
    "",
  ];
  return { path: family === "ip" ? "iptables-save.txt" : "ip6tables-save.txt", text: text.join("\n") };
}

function nftDump(family: "ip" | "ip6", matches: readonly string[]): Dump {
  const rules = matches.map((words, index) => `${words} meta mark set ${MARKS[index] ?? "0"}`);
  const text = [
    `table ${family} t {`,
    "chain p {",
    "type filter hook prerouting priority raw; policy accept;",
    ...rules,
    `${matches[0] ?? ""} drop`,
    "}",
    "}",
    "",
  ];
  return { path: "nft-ruleset.txt", text: text.join("\n") };
}

/** How rules that ask the routing are written, and by which words. */
const WRITTEN = {
  iptables: { dump: iptablesDump, match },
  nft: { dump: nftDump, match: fibMatch },
};

function programOf(files: NodeFiles, dump: Dump): Program {
  const texts = Object.entries(files).map(([path, content]) => ({ path, text: content }));
  return compileProgram(parseSnapshot([...texts, dump], { name: "routing" }));
}

for (const [tool, family] of [
  ["iptables", "ip"],
  ["iptables", "ip6"],
  ["nft", "ip"],
  ["nft", "ip6"],
] as const) {
  it(`asks the routing as the walk does: ${tool} ${family}`, () => {
    let compared = 0;
    let certain = 0;
    const matches = fc.array(WRITTEN[tool].match(family), { minLength: 4, maxLength: 4 });
    const packets = fc.array(routedPackets(routedAddresses(family), ["eth0", "eth1", "eth2", "lo"], family), {
      minLength: 40,
      maxLength: 40,
    });
    fc.assert(
      fc.property(routingFiles(family), matches, packets, (files, words, all) => {
        const program = programOf(files, WRITTEN[tool].dump(family, words));
        const space = spaceOf(program, family);
        for (const { base } of baseChains(program.families[family])) {
          const chain = new ChainFlows(space, base.table).of(base.chain.name);
          expect(chain).not.toBeNull();
          for (const options of all) {
            const made = parsePacketOptions(options).value;
            if (made?.arrival.iif === undefined || made.arrival.iif === null || chain === null) continue;
            const asked = { ...made, oif: null, flow: { state: null, mark: 0, socket: null } } as const;
            const { isCertain, difference } = agreementOn(space, base, chain, asked);
            expect(difference, JSON.stringify([...options])).toBeNull();
            compared++;
            if (isCertain) certain++;
          }
        }
      }),
      { numRuns: Number(process.env["HOOKWALK_PROVE_RUNS"] ?? 10) },
    );
    expect(compared).toBeGreaterThan(100);
    // Of most packets the dumps tell everything that the rules ask.
    expect(certain / compared).toBeGreaterThan(0.6);
  });
}
