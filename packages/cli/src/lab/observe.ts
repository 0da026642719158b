import type { Packet } from "@hookwalk/engine";
import { decodePacket, encodeIpPayload } from "@hookwalk/engine";
import type { Observation, ObservedStep } from "./observation.ts";
import { lostPacket, sideOf } from "./observation.ts";
import type { Frame } from "./tap.ts";
import type { TraceRecord } from "./tracer.ts";
import { ORACLE } from "./tracer.ts";

/** Chains of the lab's own table; see oracle-rules.ts. */
export const ORACLE_CHAINS = {
  prerouting: "prerouting",
  preroutingEnd: "prerouting_end",
  output: "output",
  inputEnd: "input_end",
  postroutingEnd: "postrouting_end",
} as const;

/** All that the lab saw while one packet went through. */
export interface Sighting {
  readonly records: readonly TraceRecord[];
  readonly frames: readonly Frame[];
  /** Does this packet, from its IP header on, carry the mark that the lab put into the one it sent? */
  readonly isOurs: (packet: Buffer) => boolean;
  readonly isLocal: boolean;
  /** Where it was put into a port of a bridge: the bridge, and the frame's source address, which a bridged frame keeps. */
  readonly fromPort: { readonly bridge: string | null; readonly source: Buffer } | null;
  readonly deviceName: (index: number) => string | null;
  /** Can what leaves by this device be read? */
  readonly isWire: (device: string) => boolean;
}

/** An observation, and the conntrack entry that the packet had at its end. */
export interface Observed {
  readonly observation: Observation;
  readonly ctid: number | null;
}

/** Turns what the kernel reported into what a case file says. */
export function observe(sighting: Sighting): Observed {
  const ours = withoutCopies(
    sighting.records.filter((record) => record.packet !== null && sighting.isOurs(record.packet)),
    sighting.isLocal,
  );
  const sides = sidesOf(sighting);
  const steps = ours.flatMap((record, at) => stepOf(record, ours[at + 1]));
  const end = ours.findLast((record) => record.table === ORACLE && record.what !== "policy");
  const lost = lostPacket(steps, sides);
  const bridged = bridgedFrames(sighting);
  if (end === undefined) {
    const observation: Observation = bridged === null ? lost : { ...lost, verdict: "accept", ...bridged };
    return { observation, ctid: null };
  }
  const arrival = end.chain === ORACLE_CHAINS.postroutingEnd && bridged !== null ? bridged : arrivalOf(end, sighting);
  if (arrival === null) return { observation: lost, ctid: null };
  const ctstate = ctStateName(end.ctstate);
  return { observation: { ...lost, verdict: "accept", ...arrival, mark: end.mark, ctstate }, ctid: end.ctid };
}

/** A copy that TEE sends starts in OUTPUT while the packet itself stands elsewhere, and is out before it goes on. */
function withoutCopies(ours: readonly TraceRecord[], isLocal: boolean): readonly TraceRecord[] {
  let inCopy = false;
  return ours.filter(({ table, chain }, at) => {
    if (table !== ORACLE) return !inCopy;
    if (chain === ORACLE_CHAINS.output && !(isLocal && at === 0)) inCopy = true;
    const isKept = !inCopy;
    if (chain === ORACLE_CHAINS.postroutingEnd) inCopy = false;
    return isKept;
  });
}

type Arrived = Pick<Observation, "delivery" | "device" | "packet" | "cut">;

/** What left by another port of the bridge as it was; null: nothing. Without br_netfilter no record tells of it. */
function bridgedFrames({ fromPort, frames, isOurs }: Sighting): Arrived | null {
  if (fromPort === null) return null;
  const kept = frames.filter((frame) => {
    const bytes = ipOf(frame);
    return bytes !== null && isOurs(bytes) && sourceOf(frame).equals(fromPort.source);
  });
  const [first] = kept;
  if (first === undefined) return null;
  const own = kept.filter(({ device }) => device === first.device).map(ipOf);
  return { delivery: "bridged", device: first.device, ...wholeOf(own) };
}

/** Null: the packet did not reach an end, or left by a device that did not let it out. */
function arrivalOf(end: TraceRecord, sighting: Sighting): Arrived | null {
  if (end.chain === ORACLE_CHAINS.inputEnd)
    return { delivery: "local", device: null, packet: decode(end.packet), cut: null };
  if (end.chain !== ORACLE_CHAINS.postroutingEnd) return null;
  const device = sighting.deviceName(end.oif);
  const all = sighting.frames.filter((frame) => {
    const bytes = ipOf(frame);
    return bytes !== null && sighting.isOurs(bytes);
  });
  // A copy may have left elsewhere; what leaves by a bridge shows at its ports, of which one tells enough.
  const seenAt = device === null || sighting.isWire(device) ? device : (all[0]?.device ?? device);
  const frames = all.filter((frame) => frame.device === seenAt).map(ipOf);
  const showsAll = device === null || sighting.isWire(device) || device === sighting.fromPort?.bridge;
  if (device === null || (frames.length === 0 && showsAll)) return null;
  return {
    delivery: sighting.isLocal ? "sent" : "forward",
    device,
    ...wholeOf(frames.length > 0 ? frames : [end.packet]),
  };
}

/** Cut on the way out, behind every hook, it is one packet to the reader; it may be a fragment of a larger one itself. */
function wholeOf(frames: readonly (Buffer | null)[]): Pick<Observation, "packet" | "cut"> {
  const pieces = frames.map(decode).filter((piece) => piece !== null);
  const [first] = pieces;
  if (first === undefined || pieces.length === 1) return { packet: first ?? null, cut: null };
  const offset = first.fragment?.offset ?? 0;
  const more = pieces.at(-1)?.fragment?.more === true;
  const fragment = offset === 0 && !more ? null : { offset, more };
  return { packet: { ...first, fragment }, cut: pieces.map((piece) => encodeIpPayload(piece).length) };
}

/** Every complaint starts in OUTPUT; what the lab sees of complaints next there is its end, or nothing. */
function sidesOf({ records, isOurs }: Sighting): readonly string[] {
  const complaints = records.flatMap(({ table, chain, what, packet }) => {
    const isSeen = table === ORACLE && what !== "policy" && packet !== null && !isOurs(packet);
    const decoded = isSeen ? decode(packet) : null;
    // Reports of multicast listeners come in between.
    return decoded === null || sideOf(decoded, true) === null ? [] : [{ chain, packet: decoded }];
  });
  return complaints.flatMap(({ chain, packet }, at) => {
    if (chain !== ORACLE_CHAINS.output) return [];
    return sideOf(packet, complaints[at + 1]?.chain === ORACLE_CHAINS.postroutingEnd) ?? [];
  });
}

/** Did the packet leave by lo, and has not come back yet? It waits in the processor's queue of packets (enqueue_to_backlog, net/core/dev.c). */
export function isOnItsWay({
  records,
  isOurs,
  deviceName,
}: Pick<Sighting, "records" | "isOurs" | "deviceName">): boolean {
  const last = records.findLast(
    ({ table, what, packet }) => table === ORACLE && what !== "policy" && packet !== null && isOurs(packet),
  );
  return last?.chain === ORACLE_CHAINS.postroutingEnd && deviceName(last.oif) === "lo";
}

/**
 * A record as a step. Both backends report the same things, but nft also reports the end of a base chain in front of its
 * policy (a record without a rule), and legacy reports a rule before its target ran: then the mark is that of the next record.
 */
function stepOf(record: TraceRecord, next: TraceRecord | undefined): readonly ObservedStep[] {
  const { chain, what } = record;
  if (record.table === ORACLE) return [];
  const table = record.isNative ? `${record.family}/${record.table}` : record.table;
  if (what === 0) return record.isBase ? [] : [{ table, chain, what: "return", mark: record.mark }];
  const tellsMarkBefore =
    next !== undefined && (next.when === "before" || next.table === ORACLE || typeof next.what !== "number");
  const mark = record.when === "before" && typeof what === "number" && tellsMarkBefore ? next.mark : record.mark;
  return [{ table, chain, what, mark }];
}

const ETHERTYPE_AT = 12;
const ETHER_HEADER = 14;
const ETHERTYPES: ReadonlySet<number> = new Set([0x0800, 0x86dd]);

function sourceOf({ bytes }: Frame): Buffer {
  return bytes.subarray(6, ETHERTYPE_AT);
}

function ipOf(frame: Frame): Buffer | null {
  const { bytes } = frame;
  return bytes.length > ETHER_HEADER && ETHERTYPES.has(bytes.readUInt16BE(ETHERTYPE_AT))
    ? bytes.subarray(ETHER_HEADER)
    : null;
}

function decode(bytes: Buffer | null): Packet | null {
  return bytes === null ? null : decodePacket(bytes);
}

/** NF_CT_STATE_BIT and NF_CT_STATE_UNTRACKED_BIT, include/uapi/linux/netfilter/nf_conntrack_common.h. */
const CT_STATES: ReadonlyMap<number, string> = new Map([
  [2, "established"],
  [4, "related"],
  [8, "new"],
  [64, "untracked"],
]);

function ctStateName(bit: number | null): string | null {
  return bit === null ? null : (CT_STATES.get(bit) ?? null);
}
