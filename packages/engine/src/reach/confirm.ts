import type { Address } from "../base/address.ts";
import { familyOf } from "../base/address.ts";
import { inRanges } from "../base/ranges.ts";
import type { Packet } from "../program/packet.ts";
import type { Program } from "../program/program.ts";
import { hasPorts, PROTO } from "../program/protocol.ts";
import type { Outcome as Walked, Step } from "../walk/trace.ts";
import type { FateName } from "./answer.ts";
import type {
  AddressRange,
  DevicePattern,
  Formula,
  Outcome,
  Place,
  Port,
  Query,
  RulePlace,
  Target,
  Translation,
} from "./query.ts";

/**
 * Does one outcome of a walk show what a question looks for? It is asked of the walk itself, by another way than that which found the
 * packet: the two check each other.
 */
export function confirmsOf(
  program: Program,
  { question, outcomes }: Query,
  fate: FateName | null,
): (walked: Walked) => boolean {
  return (walked) => {
    if (fate !== null && (walked.verdict !== fate.verdict || walked.delivery !== fate.delivery)) return false;
    const all = outcomes.every((formula) => formulaHolds(formula, (outcome) => holds(program, walked, outcome)));
    return question === "every" ? !all : all;
  };
}

function formulaHolds<Term>(formula: Formula<Term>, termHolds: (term: Term) => boolean): boolean {
  switch (formula.kind) {
    case "term":
      return termHolds(formula.term);
    case "not":
      return !formulaHolds(formula.part, termHolds);
    case "all":
      return formula.parts.every((part) => formulaHolds(part, termHolds));
    case "any":
      return formula.parts.some((part) => formulaHolds(part, termHolds));
  }
}

function holds(program: Program, walked: Walked, outcome: Outcome): boolean {
  const { verdict, delivery } = walked;
  const isAccepted = verdict === "accept";
  switch (outcome.kind) {
    case "reach":
      return (
        isAccepted &&
        (isAt(walked.packet, delivery, outcome.target) || isAt(asItCame(walked), delivery, outcome.target))
      );
    case "leave":
      return (
        isAccepted &&
        walked.oif !== null &&
        (delivery === "forward" || delivery === "sent") &&
        isDevice(walked.oif, outcome.device)
      );
    case "translated":
      return isTranslated(program, walked, outcome.how, outcome.to);
    case "marked":
      return (walked.mark & outcome.mark.mask) >>> 0 === outcome.mark.value;
    case "rule":
      // A walk tells of rules that matched, not of those that were only looked at.
      return outcome.how === "reach" || walked.steps.some((step) => isRule(step, outcome.rule));
    case "accepted":
      return isAccepted;
    case "delivered":
      return isAccepted && delivery === "local";
    case "forwarded":
      return isAccepted && delivery === "forward";
    case "sent":
      return isAccepted && delivery === "sent";
    case "dropped":
      return verdict === "drop";
    case "rejected":
      return verdict === "reject";
    case "queued":
      return verdict === "queue";
    case "undecided":
      return verdict === "unknown";
    case "untracked":
      return walked.ctstate === "untracked";
  }
}

type Ends = Pick<Packet, "src" | "dst" | "sport" | "dport" | "proto" | "icmpType">;

/** The packet before NAT. */
function asItCame(walked: Walked): Ends {
  const { packet, steps } = walked;
  const src = natOf(steps, "snat")?.from;
  const dst = natOf(steps, "dnat")?.from ?? servedBy(walked)?.from;
  return {
    ...packet,
    ...(src === undefined ? {} : { src: src.address, sport: src.port }),
    ...(dst === undefined ? {} : { dst: dst.address, dport: dst.port }),
  };
}

/** What IPVS gave to a server. Of an answer it changes the other end. */
function servedBy({ packet, steps }: Walked): (Step & { readonly kind: "nat" }) | null {
  const step = natOf(steps, "ipvs");
  return step?.to.address === packet.dst ? step : null;
}

function natOf(steps: readonly Step[], what: "snat" | "dnat" | "ipvs"): (Step & { readonly kind: "nat" }) | null {
  const found = steps.find((step) => step.kind === "nat" && step.what === what);
  return found?.kind === "nat" ? found : null;
}

function isAt(packet: Ends, delivery: Walked["delivery"], { ports, places }: Target): boolean {
  if (ports.length > 0 && !ports.some((port) => hasPort(packet, port))) return false;
  if (places.length === 0) return true;
  return places.some((place) => (place === "node" ? delivery === "local" : isPlace(packet.dst, packet.dport, place)));
}

function isPlace(address: Address, port: number | null, { addresses, ports }: Place): boolean {
  return isIn(address, addresses) && (ports === null || (port !== null && inRanges(port, ports)));
}

function isIn(address: Address, { from, to }: AddressRange): boolean {
  return familyOf(address) === familyOf(from) && address >= from && address <= to;
}

function hasPort({ proto, dport, icmpType }: Ends, { protocol, ranges }: Port): boolean {
  if (protocol === null || hasPorts(protocol)) {
    return (protocol === null || proto === protocol) && dport !== null && inRanges(dport, ranges);
  }
  if (icmpType === null) return false;
  // `icmp/8` is an echo request of either family.
  const isPing = protocol === PROTO.icmp && proto === PROTO.icmp6 && inRanges(8, ranges) && icmpType === 128;
  return isPing || ((proto === protocol || proto === PROTO.icmp6) && inRanges(icmpType, ranges));
}

function isDevice(device: string, { name, prefix }: DevicePattern): boolean {
  return prefix ? device.startsWith(name) : device === name;
}

function isTranslated({ links }: Program, { steps }: Walked, how: Translation, to: Place | null): boolean {
  const nat = natOf(steps, how === "dnatted" ? "dnat" : "snat");
  if (nat === null) return false;
  const isOwn = (): boolean =>
    [...links.values()].some(({ addresses }) => addresses.some(({ prefix }) => prefix.address === nat.to.address));
  return (how !== "masqueraded" || isOwn()) && (to === null || isPlace(nat.to.address, nat.to.port, to));
}

function isRule(step: Step, { table, chain, rule }: RulePlace): boolean {
  return (
    step.kind === "rule" && (table === null || step.table === table) && step.chain === chain && step.number === rule
  );
}
