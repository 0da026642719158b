import { printAddress } from "../base/address.ts";
import { printProtocol } from "../base/protocols.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Arrival, Packet } from "../program/packet.ts";
import type { Outcome, SidePacket, Trace } from "../walk/trace.ts";
import { diagnosticJson } from "./diagnostic.ts";
import type { Json } from "./json.ts";
import { API_VERSION } from "./json.ts";
import { printHex } from "../base/hex.ts";
import { printTcpFlags } from "./packet-text.ts";
import { stepJson } from "./step-json.ts";

/** A trace as docs/json-trace.md says: public, versioned, never translated. Addresses and marks are strings. */
export function traceJson(trace: Trace, diagnostics: readonly Diagnostic[] = []): Json {
  return {
    apiVersion: API_VERSION,
    kind: "Trace",
    packet: { ...arrivalJson(trace.arrival), ...packetJson(trace.packet), mark: printHex(trace.arrival.mark) },
    outcomes: trace.outcomes.map(outcomeJson),
    assumptions: trace.assumptions.map((assumption) => ({ ...assumption })),
    caveats: trace.caveats.map((caveat) => ({ ...caveat })),
    diagnostics: diagnostics.map(diagnosticJson),
  };
}

/** The options of `hookwalk trace` that would make the same arrival. */
function arrivalJson(arrival: Arrival): Readonly<Record<string, Json>> {
  return {
    ...(arrival.iif === null ? { local: true } : { iif: arrival.iif }),
    ...(arrival.physin === null ? {} : { physin: arrival.physin }),
    ...(arrival.pktType === "host" ? {} : { pktType: arrival.pktType }),
    ...(arrival.smac === null ? {} : { smac: arrival.smac }),
    ...(arrival.uid === null ? {} : { uid: arrival.uid }),
    ...(arrival.gid === null ? {} : { gid: arrival.gid }),
  };
}

/** The header fields that the packet has. */
export function packetJson(packet: Packet): Readonly<Record<string, Json>> {
  return {
    src: printAddress(packet.src),
    dst: printAddress(packet.dst),
    proto: printProtocol(packet.proto),
    ...(packet.sport === null ? {} : { sport: packet.sport }),
    ...(packet.dport === null ? {} : { dport: packet.dport }),
    ...(packet.tcpFlags === null ? {} : { flags: printTcpFlags(packet.tcpFlags) }),
    ...(packet.icmpType === null ? {} : { icmpType: packet.icmpType }),
    ...(packet.icmpCode === null ? {} : { icmpCode: packet.icmpCode }),
    ...(packet.icmpId === null ? {} : { icmpId: packet.icmpId }),
    ttl: packet.ttl,
    ...(packet.tos === 0 ? {} : { tos: packet.tos }),
    ...(packet.id === 0 ? {} : { id: packet.id }),
  };
}

function outcomeJson(outcome: Outcome): Json {
  return {
    verdict: outcome.verdict,
    delivery: outcome.delivery,
    reason: outcome.reason,
    oif: outcome.oif,
    packet: packetJson(outcome.packet),
    ...(outcome.cut === null ? {} : { cut: outcome.cut }),
    mark: printHex(outcome.mark),
    ctmark: outcome.ctmark === null ? null : printHex(outcome.ctmark),
    ctstate: outcome.ctstate,
    conditions: outcome.conditions.map((condition) => ({ ...condition })),
    probability: outcome.probability,
    steps: outcome.steps.map(stepJson),
    sidePackets: outcome.sidePackets.map(sidePacketJson),
  };
}

function sidePacketJson(side: SidePacket): Json {
  return { kind: side.kind, what: side.what, packet: packetJson(side.packet) };
}
