import { compileProgram, parsePacketOptions, printAddress, walkPacket } from "@hookwalk/engine";
import type { Outcome, Program, Trace } from "@hookwalk/engine";
import { describe, expect, it } from "vitest";
import { CLIENTS, CONNECTIONS } from "./connections.ts";
import type { Client } from "./connections.ts";
import { inMode, ofVersion, rendered } from "./render.ts";

const PROGRAMS = {
  iptables: compileProgram(rendered(inMode("iptables"))),
  nftables: compileProgram(rendered(inMode("nftables"))),
  "nftables, filters behind DNAT": compileProgram(rendered(ofVersion("1.34.0", inMode("nftables")))),
} as const;

interface Asked {
  readonly dst: string;
  readonly proto?: "udp";
}

function walked(program: Program, client: Client, asked: Asked): Trace {
  const { value, problems } = parsePacketOptions({ ...CLIENTS[client], ...asked });
  if (value === null) throw new Error(JSON.stringify(problems));
  return walkPacket(program, value.packet, value.arrival);
}

/** Where a packet ends: its verdict, and what it was translated to. */
function endOf({ verdict, packet }: Outcome): string {
  if (verdict !== "accept") return verdict;
  const host = printAddress(packet.dst);
  return `${host.includes(":") ? `[${host}]` : host}:${String(packet.dport)}`;
}

/** Who a packet may get to, or what becomes of it; and whether it leaves with the node's own address. */
function fateOf(trace: Trace, client: string): { readonly ends: readonly string[]; readonly masqueraded: boolean } {
  const accepted = trace.outcomes.filter(({ verdict }) => verdict === "accept");
  return {
    ends: [...new Set(trace.outcomes.map(endOf))].sort(),
    masqueraded: accepted.length > 0 && accepted.every(({ packet }) => printAddress(packet.src) !== client),
  };
}

describe.each(["iptables", "nftables", "nftables, filters behind DNAT"] as const)("mode %s", (mode) => {
  const program = PROGRAMS[mode];

  it.each(CONNECTIONS)("$what", ({ client, dst, proto, ends, masqueraded }) => {
    const trace = walked(program, client, { dst, ...(proto === undefined ? {} : { proto }) });
    expect(fateOf(trace, CLIENTS[client].src)).toEqual({ ends, masqueraded });
  });

  it("each of three endpoints has a third", () => {
    const { outcomes } = walked(program, "pod", { dst: "10.96.0.1:80" });
    expect(outcomes).toHaveLength(3);
    for (const { probability } of outcomes) expect(probability).toBeCloseTo(1 / 3, 8);
  });
});

describe("the node itself and policy Local outside, nobody here", () => {
  it.each([
    ["1.33.5", ["drop"]],
    ["1.33.6", ["10.244.2.10:8080"]],
  ])("mode nftables of %s", (version, ends) => {
    const objects = ofVersion(version, inMode("nftables")).replace(
      "clusterIP: 10.96.0.4",
      "$&\n      externalIPs: [198.51.100.44]",
    );
    const trace = walked(compileProgram(rendered(objects)), "node", { dst: "198.51.100.44:80" });
    expect(fateOf(trace, CLIENTS.node.src).ends).toEqual(ends);
  });
});

/** What is meant to differ: pkg/proxy/nftables/README.md names these. */
describe("where the modes differ", () => {
  it.each([
    ["a port that a cluster IP does not have", "pod", "10.96.0.1:81", "10.96.0.1:81", "reject"],
    ["a node port at another address of the node", "pod", "10.244.1.1:30080", "10.244.2.8:8080", "10.244.1.1:30080"],
    ["a node port at 127.0.0.1", "node", "127.0.0.1:30080", "10.244.2.8:8080", "127.0.0.1:30080"],
  ] as const)("%s", (_what, client, dst, iptables, nftables) => {
    const endsIn = (program: Program): readonly string[] => {
      const source = dst.startsWith("127.") ? "127.0.0.1" : CLIENTS[client].src;
      const { value } = parsePacketOptions({ ...CLIENTS[client], src: source, dst });
      if (value === null) throw new Error(dst);
      return walkPacket(program, value.packet, value.arrival).outcomes.map(endOf);
    };
    expect([endsIn(PROGRAMS.iptables), endsIn(PROGRAMS.nftables)]).toEqual([[iptables], [nftables]]);
  });
});
