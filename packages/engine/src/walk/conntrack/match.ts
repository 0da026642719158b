import type { Address } from "../../base/address.ts";
import { inNet } from "../../base/address.ts";
import { inRanges } from "../../base/ranges.ts";
import type { Tuple } from "../../model/host.ts";
import type { ConntrackSpec, CtAddress, CtPorts, CtState } from "../../program/test.ts";
import type { Question } from "../oracle.ts";
import { placeOf } from "../run.ts";
import type { Run } from "../run.ts";
import type { CtReference, Skb } from "../skb.ts";

/** conntrack_mt (net/netfilter/xt_conntrack.c). */
export function evaluateConntrack(spec: ConntrackSpec, run: Run): boolean | Question {
  const { skb } = run;
  const { ct } = skb;
  if (spec.states !== null && spec.states.states.some((state) => hasState(skb, state)) === spec.states.negated)
    return false;
  // Without an entry the state alone decides, whatever else the rule asks (case conntrack/untracked-with-an-address-test).
  if (ct === null) return spec.states !== null;
  if (!tuplesMatch(spec, ct)) return false;
  if (spec.direction !== null && (spec.direction === "ORIGINAL") !== (ct.direction === "original")) return false;
  if (spec.status !== null && spec.status.status.some((status) => hasStatus(ct, status)) === spec.status.negated)
    return false;
  return spec.expire === null || evaluateExpire(spec.expire, ct, run);
}

/** nf_ct_expires: a flow whose timer does not run yet has no time left; of the others no dump tells how much it is now. */
function evaluateExpire(wanted: CtPorts, { flow }: CtReference, run: Run): boolean | Question {
  if (!flow.confirmed) return inRanges(0, wanted.ranges) !== wanted.negated;
  const key = `--ctexpire at ${placeOf(run)}`;
  return run.oracle.known(key) ?? { key, what: key, why: "counter", probability: null, likely: false, fact: false };
}

function hasState(skb: Skb, state: CtState): boolean {
  const { ct } = skb;
  switch (state) {
    case "INVALID":
      return ct === null && !skb.untracked;
    case "UNTRACKED":
      return ct === null && skb.untracked;
    case "NEW":
      return ct?.state === "new";
    case "ESTABLISHED":
      return ct?.state === "established";
    case "RELATED":
      return ct?.state === "related";
    case "SNAT":
      return ct?.flow.snat === true;
    case "DNAT":
      return ct?.flow.dnat === true;
  }
}

function hasStatus(
  { flow }: CtReference,
  status: "NONE" | "EXPECTED" | "SEEN_REPLY" | "ASSURED" | "CONFIRMED",
): boolean {
  switch (status) {
    case "NONE":
      return false; // IPS_… of NONE is no bit at all
    case "EXPECTED":
      return false; // no helper has run on a packet walked here
    case "SEEN_REPLY":
      return flow.seenReply;
    case "ASSURED":
      return flow.assured;
    case "CONFIRMED":
      return flow.confirmed;
  }
}

function tuplesMatch(spec: ConntrackSpec, { flow }: CtReference): boolean {
  const { original, reply } = flow;
  return (
    protoMatches(spec.proto, original.proto) &&
    addressMatches(spec.origSrc, original.src) &&
    addressMatches(spec.origDst, original.dst) &&
    addressMatches(spec.replSrc, reply.src) &&
    addressMatches(spec.replDst, reply.dst) &&
    portMatches(spec.origSrcPort, original.sport) &&
    portMatches(spec.origDstPort, destinationOf(original)) &&
    portMatches(spec.replSrcPort, reply.sport) &&
    portMatches(spec.replDstPort, destinationOf(reply))
  );
}

/** `tuple->dst.u.all`: ICMP has its type and code where others have their destination port. */
function destinationOf({ icmpType, icmpCode, dport }: Tuple): number {
  return icmpType === null ? dport : (icmpType << 8) | (icmpCode ?? 0);
}

function protoMatches(wanted: ConntrackSpec["proto"], proto: number): boolean {
  if (wanted === null) return true;
  return (proto === wanted.proto) !== wanted.negated;
}

function addressMatches(wanted: CtAddress | null, address: Address): boolean {
  if (wanted === null) return true;
  return inNet(address, wanted.net) !== wanted.negated;
}

function portMatches(wanted: CtPorts | null, port: number): boolean {
  if (wanted === null) return true;
  return inRanges(port, wanted.ranges) !== wanted.negated;
}
