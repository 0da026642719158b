import { parsePacketOptions, printAddress, walkFlow } from "@hookwalk/engine";
import type { Program } from "@hookwalk/engine";
import type { Probe } from "./probe.ts";

/** Does a connection get through, and its answer back? Null: the walk does not know. */
export function walks(program: Program, probe: Probe): boolean | null {
  const { value, problems } = parsePacketOptions(packetFields(probe));
  if (value === null) throw new Error(JSON.stringify(problems));
  const { packets } = walkFlow(program, value.packet, value.arrival);
  const verdicts = new Set(packets.flatMap(({ trace }) => trace.outcomes.map(({ verdict }) => verdict)));
  const [verdict] = verdicts;
  if (verdicts.size === 1) return verdict === "accept";
  return verdicts.has("unknown") || packets.some(({ trace }) => trace.outcomes.length > 1) ? null : false;
}

/** A probe as it comes to the node. */
export function packetFields(probe: Probe): Readonly<Record<string, string | boolean>> {
  const { family, from, to, protocol, sport, dport } = probe;
  const icmp = family === "ip" ? { proto: "icmp", icmpType: "8" } : { proto: "ipv6-icmp", icmpType: "128" };
  const ports = { proto: protocol, sport: String(sport), dport: String(dport) };
  return {
    ...(from.kind === "node" ? { local: true } : { iif: from.device }),
    src: printAddress(from.addresses[family]),
    dst: printAddress(to.addresses[family]),
    id: "1",
    ...(protocol === "icmp" ? { ...icmp, icmpId: String(sport) } : ports),
  };
}
