import type { Address } from "../base/address.ts";
import { familyOf, inNet } from "../base/address.ts";
import { inRanges } from "../base/ranges.ts";
import { PROTO } from "../program/protocol.ts";
import { transportLength } from "../program/transport.ts";
import type { InterfaceSide, Test } from "../program/test.ts";
import { inDataRange } from "../program/value-set.ts";
import { isOfType } from "./address-type.ts";
import { matchBpf, matchString, matchU32 } from "./bytes.ts";
import { evaluateConntrack } from "./conntrack/match.ts";
import { bytesOf, extensionField, isLaterFragment, readField } from "./fields.ts";
import { evaluateIpvs } from "./ipvs/match.ts";
import type { Question } from "./oracle.ts";
import { reversePathMatches } from "./rpfilter.ts";
import type { Run } from "./run.ts";
import { eventQuestion, factQuestion, placeOf } from "./run.ts";
import { headerBytes } from "./header-bytes.ts";
import { isUnknown } from "./nft/evaluated.ts";
import { testLookup } from "./nft/lookup.ts";
import { evaluateKey, evaluateValue } from "./nft/value.ts";
import { matchChunks } from "./sctp.ts";
import { evaluateSet } from "./sets.ts";
import type { Skb } from "./skb.ts";
import { evaluateSocket } from "./sockets.ts";
import { tcpOptions } from "./tcp-options.ts";

/** What a test answers: yes, no, "drop the packet at once" (hotdrop), or a question that the snapshot leaves open. */
export type Answer = boolean | "hotdrop" | Question;

/** All tests of a rule, in order, as ipt_do_table does: the first no ends it. An open question waits for a later no. */
export function evaluateAll(tests: readonly Test[], run: Run): Answer {
  let open: Question | null = null;
  for (const test of tests) {
    const answer = evaluate(test, run);
    if (answer === false) return false;
    // What lies behind an open question is only reached if its answer is yes.
    if (answer === "hotdrop") return open ?? "hotdrop";
    if (answer !== true) open ??= answer;
  }
  return open ?? true;
}

/** statistic_mt, nft_ng_random_eval: what is drawn is less than all, so that 0 and 1 are no questions. */
function evaluateChance({ probability: drawn, negated }: Test & { kind: "chance" }, run: Run): boolean | Question {
  const probability = negated ? 1 - drawn : drawn;
  if (probability <= 0 || probability >= 1) return probability > 0;
  const what = `random choice at ${placeOf(run)} (probability ${probability.toPrecision(4)})`;
  const key = eventKey(what, run);
  return run.oracle.known(key) ?? { key, what, why: "random", probability, likely: probability >= 0.5, fact: false };
}

/** One test. */
function evaluate(test: Test, run: Run): Answer {
  const { skb } = run;
  switch (test.kind) {
    case "const":
      return test.value;
    case "number":
    case "masked":
      return evaluateField(test, run);
    case "address":
      return inNet(test.field === "src" ? skb.src : skb.dst, test.net) !== test.negated;
    case "address-range":
      return inRange(test.field === "src" ? skb.src : skb.dst, test.from, test.to) !== test.negated;
    case "interface":
      return evaluateInterface(test, run);
    case "has-interface":
      return (deviceOn(skb, test.side) !== null) !== test.negated;
    case "fragment":
      return isLaterFragment(skb) !== test.negated;
    case "l4-header":
      return evaluateHeader(test, skb);
    case "connmark":
      return skb.ct !== null && ((skb.ct.flow.mark & test.mask) >>> 0 === test.value) !== test.negated;
    case "conntrack":
      return evaluateConntrack(test.spec, run);
    case "set":
      return evaluateSet(test, run);
    case "addrtype":
      return evaluateAddressType(test, run);
    case "socket":
      return evaluateSocket(test, run);
    case "owner":
      return evaluateOwner(test, run);
    case "tcp-option":
      return (
        skb.base.tcpFlags !== null &&
        !isLaterFragment(skb) &&
        tcpOptions(skb.base.tcpOptions).some(({ kind }) => kind === test.option) !== test.negated
      );
    case "sctp-chunks":
      return matchChunks(skb.base.payload, test) !== test.negated;
    case "extension-header":
      return skb.base.extensionHeaders.some((header) => header.type === test.type) !== test.negated;
    case "extension-field": {
      const value = extensionField(skb, test);
      return value !== null && inRanges((value & test.mask) >>> 0, test.ranges) !== test.negated;
    }
    case "mac":
      if (skb.smac === null)
        return run.skb.iif === null
          ? false
          : unknownHere(`--mac-source ${test.mac}`, "the packet's source MAC is not given", run);
      return (skb.smac.toLowerCase() === test.mac.toLowerCase()) !== test.negated;
    case "rpfilter":
      return reversePathMatches(test, run) !== test.negated;
    case "u32":
      return matchU32(bytesOf(skb), test.comparisons) !== test.negated;
    case "string":
      return matchString(bytesOf(skb), test) !== test.negated;
    case "bpf":
      return matchBpf(bytesOf(skb), test.code);
    case "compare":
      return evaluateComparison(test, run);
    case "lookup":
      return testLookup(run, evaluateKey(run, test.key), test.set, test.negated);
    case "chance":
      return evaluateChance(test, run);
    case "ipvs":
      return evaluateIpvs(test, run) ?? unknownHere(test.what, "no ipvsadm-save dump", run);
    case "unknown":
      return unknownHere(test.what, test.why, run);
    case "all":
      return evaluateAll(test.tests, run);
    case "any":
      return evaluateAny(test.tests, run);
    case "not": {
      const answer = evaluate(test.test, run);
      return typeof answer === "boolean" ? !answer : answer;
    }
  }
}

function evaluateField(test: Test & { kind: "number" | "masked" }, run: Run): Answer {
  const value = readField(test.field, run.skb, run);
  if (value === null) return false;
  if (typeof value === "string") return unknownHere(`${test.field} (${value})`, "not in a snapshot", run);
  const bits = (value & test.mask) >>> 0;
  return (test.kind === "number" ? inRanges(bits, test.ranges) : bits === test.value) !== test.negated;
}

/** Values of nft: what cannot be read is a no, inverted or not (NFT_BREAK). */
function evaluateComparison({ value, ranges, negated }: Test & { kind: "compare" }, run: Run): Answer {
  const read = evaluateValue(run, value);
  if (read === null) return false;
  if (isUnknown(read)) return unknownHere(`a match on ${read.what}`, read.why, run);
  return ranges.some((range) => inDataRange(read, range)) !== negated;
}

function evaluateAny(tests: readonly Test[], run: Run): Answer {
  let open: Question | null = null;
  for (const test of tests) {
    const answer = evaluate(test, run);
    if (answer === true || answer === "hotdrop") return answer;
    if (answer !== false) open ??= answer;
  }
  return open ?? false;
}

/** A single event at one place: asked once each time the packet comes by. */
function unknownHere(what: string, why: string, run: Run): Answer {
  const question = eventQuestion(run, what, why);
  return run.oracle.known(question.key) ?? question;
}

function eventKey(what: string, run: Run): string {
  return `${what}#${String(run.stage)}`;
}

function inRange(address: Address, from: Address, to: Address): boolean {
  return familyOf(address) === familyOf(from) && address >= from && address <= to;
}

function deviceOn(skb: Skb, side: InterfaceSide): string | null {
  switch (side) {
    case "in":
      return skb.iif;
    case "out":
      return skb.oif;
    case "physin":
      return skb.physin;
    case "physout":
      return skb.physout;
  }
}

/** ifname_compare: where there is no device the name is "" (case matches/no-output-device-in-prerouting). */
function evaluateInterface(test: Test & { kind: "interface" }, run: Run): Answer {
  const { skb } = run;
  if (test.side === "out" && !skb.oifKnown) return unknownDevice(test, run);
  const name = deviceOn(skb, test.side) ?? "";
  return (test.prefix ? name.startsWith(test.name) : name === test.name) !== test.negated;
}

/** The packet leaves by a device that no dump tells: asked per name. A name once said yes to is the device. */
function unknownDevice(test: Test & { kind: "interface" }, run: Run): Answer {
  const question = factQuestion(`the packet leaves by ${test.name}${test.prefix ? "+" : ""}`, "no route dump", false);
  const known = run.oracle.known(question.key);
  if (known === undefined) return question;
  if (known && !test.prefix) {
    run.skb.oif = test.name;
    run.skb.oifKnown = true;
  }
  return known !== test.negated;
}

const HEADER_LENGTH: ReadonlyMap<number, number> = new Map([
  [6, 20],
  [17, 8],
  [136, 8],
  [1, 4],
  [58, 4],
  [132, 12],
  [33, 12],
  [50, 8],
  [51, 8],
]);

/** tcp_mt, udp_mt, icmp_match: a header that is not there is no match; one cut short drops the packet. */
function evaluateHeader(test: Test & { kind: "l4-header" }, skb: Skb): Answer {
  const { base } = skb;
  if (test.proto.length > 0 && !test.proto.includes(base.proto)) return false;
  if (base.fragment !== null && base.fragment.offset > 0) {
    const dropped = test.hotdrop && test.bytes === undefined && base.proto === PROTO.tcp && base.fragment.offset === 1;
    return dropped ? "hotdrop" : false;
  }
  const needed = test.bytes ?? HEADER_LENGTH.get(base.proto) ?? 4;
  const readable =
    transportLength(base) >= needed && (test.first === undefined || headerBytes(skb, 0, 1) === test.first);
  return readable || (test.hotdrop ? "hotdrop" : false);
}

function evaluateAddressType(test: Test & { kind: "addrtype" }, run: Run): Answer {
  const { skb } = run;
  const device = test.limit === null ? null : test.limit === "in" ? skb.iif : skb.oif;
  const answer = isOfType(run, test.field === "src" ? skb.src : skb.dst, test.types, device);
  return typeof answer === "boolean" ? answer !== test.negated : answer;
}

/** owner_mt: only packets with a socket have an owner (case matches/owner-of-a-forwarded-packet), and not all of these: an ICMP error has none (case matches/owner-of-an-icmp-error). */
function evaluateOwner(test: Test & { kind: "owner" }, run: Run): Answer {
  const { socket, isKernels } = run.skb;
  if (socket === null) return hasNoOwner(test) && test.exists?.negated !== isKernels;
  if (test.exists?.negated === true) return false;
  const parts: readonly [typeof test.uid, number | null, boolean, string][] = [
    [test.uid, socket.uid, test.uidNegated, "uid"],
    [test.gid, socket.gid, test.gidNegated, "gid"],
  ];
  let open: Question | null = null;
  for (const [ranges, id, negated, name] of parts) {
    if (ranges === null) continue;
    if (id === null) {
      const answer = unknownHere(`the socket's ${name}`, "not given", run);
      if (typeof answer === "boolean" ? !answer : false) return false;
      if (typeof answer === "object") open ??= answer;
    } else if (inRanges(id, ranges) === negated) return false;
  }
  return open ?? true;
}

/** `(info->match ^ info->invert) == 0`: every part that was asked for must be inverted. */
function hasNoOwner(test: Test & { kind: "owner" }): boolean {
  return (test.uid === null || test.uidNegated) && (test.gid === null || test.gidNegated);
}
