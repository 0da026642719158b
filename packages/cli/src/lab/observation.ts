import type { Outcome, Packet, SidePacket, Step } from "@hookwalk/engine";
import { printAddress, printProtocol, PROTO } from "@hookwalk/engine";

/** What happened to one packet, in the words of a case file: what the kernel and the walk can both tell. */
export interface Observation {
  /** In the kernel's order; see test/cases/README.md for what is a step. */
  readonly steps: readonly ObservedStep[];
  /** Packets that the kernel made itself: `icmp 3/3`, `tcp RST`; with ` lost` behind it where they did not leave either. */
  readonly sides: readonly string[];
  /** `reject`: lost, and an ICMP error or a reset went back. */
  readonly verdict: "accept" | "drop" | "reject" | "unknown";
  readonly delivery: "local" | "forward" | "bridged" | "sent" | "none";
  /** Where it left; null where it did not. */
  readonly device: string | null;
  /** As it left or was delivered; null where it was lost. */
  readonly packet: Packet | null;
  /** It left in fragments: the bytes behind the IP header of each. Null: whole. */
  readonly cut: readonly number[] | null;
  readonly mark: number;
  /** Null where the packet belongs to no flow (no conntrack, or invalid) or was lost. */
  readonly ctstate: string | null;
  readonly ctmark: number;
}

export interface ObservedStep {
  /** `filter` of iptables, `inet/filter` of nft itself. */
  readonly table: string;
  readonly chain: string;
  /** Rule number from 1; the end of a user chain; the policy of a base chain. */
  readonly what: number | "return" | "policy";
  /** After the step. */
  readonly mark: number;
}

const TCP_RST = 4;
const ICMP_ERRORS: ReadonlySet<number> = new Set([3, 4, 5, 11, 12]);
const ICMP6_ERRORS: ReadonlySet<number> = new Set([1, 2, 3, 4, 137]);
const LOST = " lost";
const REDIRECT = /^icmp (5|137)\//;

/** `icmp 3/3`, `tcp RST`; null for a packet that is no complaint. */
export function sideOf(packet: Packet, sent: boolean): string | null {
  const name = complaintName(packet);
  return name === null || sent ? name : name + LOST;
}

function complaintName({ proto, icmpType, icmpCode, tcpFlags }: Packet): string | null {
  if (proto === PROTO.tcp && tcpFlags !== null && tcpFlags & TCP_RST) return "tcp RST";
  const errors = proto === PROTO.icmp ? ICMP_ERRORS : proto === PROTO.icmp6 ? ICMP6_ERRORS : null;
  if (errors === null || icmpType === null || !errors.has(icmpType)) return null;
  return `icmp ${String(icmpType)}/${String(icmpCode ?? 0)}`;
}

/** What a walk says, reduced to what the kernel can show. */
export function observationOf(outcome: Outcome): Observation {
  const { verdict, delivery, oif, packet, cut, mark, ctstate, ctmark } = outcome;
  const steps = outcome.steps.flatMap(observedStep);
  const sides = outcome.sidePackets.map(sidePacketName);
  if (verdict !== "accept" && verdict !== "unknown") return lostPacket(steps, sides);
  return {
    steps,
    sides,
    verdict,
    delivery,
    device: delivery === "local" ? null : oif,
    packet,
    cut,
    mark,
    ctstate: ctstate === "invalid" ? null : ctstate,
    ctmark: ctmark ?? 0,
  };
}

/** A packet that got nowhere. How it is called depends on what came back. */
export function lostPacket(steps: readonly ObservedStep[], sides: readonly string[]): Observation {
  const isAnswered = sides.some((side) => !REDIRECT.test(side) && !side.endsWith(LOST));
  return {
    steps,
    sides,
    verdict: isAnswered ? "reject" : "drop",
    delivery: "none",
    device: null,
    packet: null,
    cut: null,
    mark: 0,
    ctstate: null,
    ctmark: 0,
  };
}

function observedStep(step: Step): readonly ObservedStep[] {
  if (step.kind !== "rule" && step.kind !== "return" && step.kind !== "policy") return [];
  const table = step.native === true ? `${step.family}/${step.table}` : step.table;
  return [{ table, chain: step.chain, what: step.kind === "rule" ? step.number : step.kind, mark: step.mark }];
}

function sidePacketName(side: SidePacket): string {
  return sideOf(side.packet, side.sent) ?? side.kind;
}

/** The lines of a case file: one a step, one a side packet, and the outcome. */
export function printObservation(observation: Observation): readonly string[] {
  const { steps, sides, verdict, delivery, device, packet, cut, mark, ctstate, ctmark } = observation;
  const words = [
    "=>",
    verdict,
    delivery,
    device ?? "",
    packet === null ? "" : printPacket(packet, cut),
    ...markWords("mark", mark),
    ctstate === null ? "" : `ct ${ctstate}`,
    ...markWords("ctmark", ctmark),
  ];
  return [
    ...steps.map((step) => [step.table, step.chain, String(step.what), ...markWords("mark", step.mark)].join(" ")),
    ...sides.map((side) => `+ ${side}`),
    words.filter((word) => word !== "").join(" "),
  ];
}

function markWords(name: string, mark: number): readonly string[] {
  return mark === 0 ? [] : [name, `0x${mark.toString(16)}`];
}

function printPacket(packet: Packet, cut: readonly number[] | null): string {
  const isIcmp = packet.proto === PROTO.icmp || packet.proto === PROTO.icmp6;
  const words = [
    isIcmp ? "icmp" : printProtocol(packet.proto),
    printEnd(packet.src, packet.sport),
    ">",
    printEnd(packet.dst, packet.dport),
  ];
  if (isIcmp && packet.icmpType !== null) words.push(`${String(packet.icmpType)}/${String(packet.icmpCode ?? 0)}`);
  if (packet.fragment !== null)
    words.push("frag", `${String(packet.fragment.offset)}${packet.fragment.more ? "+" : ""}`);
  if (cut !== null) words.push("cut", cut.join("+"));
  words.push("ttl", String(packet.ttl));
  if (packet.tos !== 0) words.push("tos", `0x${packet.tos.toString(16)}`);
  return words.join(" ");
}

function printEnd(address: Packet["src"], port: number | null): string {
  const text = printAddress(address);
  if (port === null) return text;
  return typeof address === "bigint" ? `[${text}]:${String(port)}` : `${text}:${String(port)}`;
}
