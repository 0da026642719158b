import { compileProgram, parsePacketOptions, printAddress, walkPacket } from "@hookwalk/engine";
import type { Outcome, Trace } from "@hookwalk/engine";
import { describe, expect, it } from "vitest";
import { rendered } from "./render.ts";

const program = compileProgram(rendered());

function walked(fields: Readonly<Record<string, string | boolean>>): Trace {
  const { value, problems } = parsePacketOptions(fields);
  if (value === null) throw new Error(JSON.stringify(problems));
  return walkPacket(program, value.packet, value.arrival);
}

/** Where a packet ends: its verdict, and what it was translated to. */
function endOf({ verdict, packet }: Outcome): string {
  return verdict === "accept" ? `${printAddress(packet.dst)}:${String(packet.dport)}` : verdict;
}

/** Who a packet may get to, or what becomes of it; and whether it leaves with the node's own address. */
function fateOf(trace: Trace, client: string): { readonly ends: readonly string[]; readonly masqueraded: boolean } {
  const accepted = trace.outcomes.filter(({ verdict }) => verdict === "accept");
  return {
    ends: [...new Set(trace.outcomes.map(endOf))].sort(),
    masqueraded: accepted.length > 0 && accepted.every(({ packet }) => printAddress(packet.src) !== client),
  };
}

const OUTSIDE = { iif: "eth0", src: "203.0.113.5", dmac: "02:00:00:00:00:02" };
const UNWELCOME = { ...OUTSIDE, src: "198.18.0.5" };
const POD = { iif: "cni0", src: "10.244.1.20", dmac: "02:00:00:00:00:03" };
const NODE = { local: true, src: "192.0.2.11" };

describe("a packet gets to exactly the endpoints that its service has, masqueraded where the answer must come back", () => {
  it.each([
    ["a pod to a cluster IP", POD, "10.96.0.1:80", ["10.244.1.5:8080", "10.244.2.5:8080", "10.244.2.6:8080"], false],
    ["the node, by its own address, to a cluster IP", NODE, "10.96.0.2:80", ["10.244.2.8:8080"], false],
    ["outside to a cluster IP", OUTSIDE, "10.96.0.2:80", ["10.244.2.8:8080"], true],
    ["outside to a node port", OUTSIDE, "192.0.2.11:30080", ["10.244.2.8:8080"], true],
    ["outside to an external IP", OUTSIDE, "198.51.100.7:80", ["10.244.2.8:8080"], true],
    ["a client in the ranges to a load balancer", OUTSIDE, "198.51.100.9:80", ["10.244.2.8:8080"], true],
    ["a client outside of the ranges", UNWELCOME, "198.51.100.9:80", ["drop"], false],
    ["outside to a load balancer, policy Local", OUTSIDE, "198.51.100.10:80", ["10.244.1.9:8080"], false],
    ["outside to a node port, policy Local", OUTSIDE, "192.0.2.11:30081", ["10.244.1.9:8080"], false],
    ["a pod to a load balancer, policy Local", POD, "198.51.100.10:80", ["10.244.1.9:8080", "10.244.2.9:8080"], false],
    ["outside to a node port, policy Local, nobody here", OUTSIDE, "192.0.2.11:30082", ["drop"], false],
    ["a pod to a cluster IP, policy Local, nobody here", POD, "10.96.0.4:80", ["drop"], false],
    ["a pod to a service without endpoints", POD, "10.96.0.5:80", ["reject"], false],
    ["outside to the node port of such a service", OUTSIDE, "192.0.2.11:30083", ["reject"], false],
  ] as const)("%s", (_what, from, dst, ends, masqueraded) => {
    expect(fateOf(walked({ ...from, dst }), from.src)).toEqual({ ends, masqueraded });
  });

  it("an endpoint that gets back to itself is masqueraded", () => {
    const { outcomes } = walked({ ...POD, src: "10.244.1.12", dst: "10.96.0.7:443" });
    expect(outcomes.map(endOf)).toEqual(["10.244.1.12:8443"]);
    expect(outcomes.map(({ packet }) => printAddress(packet.src))).toEqual(["10.244.1.1"]);
  });

  it("each of three endpoints has a third", () => {
    const { outcomes } = walked({ ...POD, dst: "10.96.0.1:80" });
    for (const { probability } of outcomes) expect(probability).toBeCloseTo(1 / 3, 8);
  });

  it("IPv6 has rules of its own", () => {
    const { outcomes } = walked({ ...POD, src: "fd00:244:1::20", dst: "[fd00:96::7]:443" });
    expect(outcomes.map(({ packet }) => printAddress(packet.dst))).toEqual(["fd00:244:1::c"]);
  });

  it("an endpoint that ends still serves where there is no other", () => {
    const { outcomes } = walked({ ...POD, dst: "10.96.0.6:53", proto: "udp" });
    expect(new Set(outcomes.map(endOf))).toEqual(new Set(["10.244.2.11:53"]));
  });
});
