import type { Address } from "../../base/address.ts";
import { jhash2 } from "../../base/jhash.ts";
import type { Tuple } from "../../model/host.ts";
import { hasTrackedPorts } from "../../program/protocol.ts";
import { invertTuple } from "../conntrack/flow.ts";
import type { Flow } from "../conntrack/flow.ts";
import { printZone, zoneOf } from "../conntrack/zone.ts";
import type { Run } from "../run.ts";
import type { Manip } from "./manip.ts";

/** `struct nf_nat_range2`: what a flow's end may be mapped to. */
export interface NatRange {
  /** Null: the address stays. */
  readonly addresses: { readonly from: Address; readonly to: Address } | null;
  /** Null: any port of the same class. */
  readonly ports: { readonly from: number; readonly to: number; readonly base: number | null } | null;
  readonly random: boolean;
  /** The same source gets the same address whatever the destination. */
  readonly persistent: boolean;
}

/** nf_nat_setup_info: picks the mapping and writes it into the flow. */
export function setupNat(run: Run, flow: Flow, manip: Manip, range: NatRange): void {
  const current = invertTuple(flow.reply);
  if (current === null) return;
  const chosen = uniqueTuple(run, flow, current, manip, range);
  if (!sameTuple(chosen, current)) {
    const reply = invertTuple(chosen);
    if (reply !== null) flow.reply = reply;
    if (manip === "src") flow.snat = true;
    else flow.dnat = true;
  }
  if (manip === "src") flow.snatDone = true;
  else flow.dnatDone = true;
}

function sameTuple(a: Tuple, b: Tuple): boolean {
  return a.src === b.src && a.dst === b.dst && a.sport === b.sport && a.dport === b.dport;
}

/** get_unique_tuple (net/netfilter/nf_nat_core.c). */
function uniqueTuple(run: Run, flow: Flow, original: Tuple, manip: Manip, range: NatRange): Tuple {
  if (manip === "src" && !range.random) {
    if (inSourceRange(original, range)) {
      if (!isUsed(run, flow, original)) return original;
    } else {
      const same = sourceMappedBefore(run, flow, original, range);
      if (same !== null && !isUsed(run, flow, same)) return same;
    }
  }
  const tuple = withAddress(original, flow, manip, range);
  if (!range.random) {
    const { ports } = range;
    if (ports === null) {
      if (!isUsed(run, flow, tuple)) return tuple;
    } else if (ports.base === null && portInRange(tuple, manip, ports)) {
      if (ports.from === ports.to || !isUsed(run, flow, tuple)) return tuple;
    }
  }
  return uniquePort(run, flow, tuple, manip, range);
}

function isUsed(run: Run, flow: Flow, tuple: Tuple): boolean {
  const reply = invertTuple(tuple);
  return reply !== null && isTaken(run, flow, reply);
}

/** A flow and what a walk made of its copy. */
function isSameFlow(a: Flow, b: Flow): boolean {
  return sameTuple(a.original, b.original) && printZone(a.zone) === printZone(b.zone);
}

/** nf_conntrack_tuple_taken: another flow of the table has this tuple. */
export function isTaken(run: Run, flow: Flow, tuple: Tuple): boolean {
  const other = run.conntrack.find(tuple, flow.zone);
  return other !== null && !isSameFlow(other.flow, flow);
}

function inSourceRange(tuple: Tuple, { addresses, ports }: NatRange): boolean {
  if (addresses !== null && (tuple.src < addresses.from || tuple.src > addresses.to)) return false;
  return ports === null || portInRange(tuple, "src", ports);
}

/** l4proto_in_range; protocols without ports are always in range. */
function portInRange(tuple: Tuple, manip: Manip, ports: { readonly from: number; readonly to: number }): boolean {
  if (!hasTrackedPorts(tuple.proto) && tuple.icmpType === null) return true;
  const port = manip === "src" || tuple.icmpType !== null ? tuple.sport : tuple.dport;
  return port >= ports.from && port <= ports.to;
}

/** find_appropriate_src: a source that is mapped already keeps its mapping for every destination (case nat/a-source-keeps-its-mapping). */
function sourceMappedBefore(run: Run, flow: Flow, tuple: Tuple, range: NatRange): Tuple | null {
  for (const other of run.conntrack.flows()) {
    const { original } = other;
    const same = original.proto === tuple.proto && original.src === tuple.src && original.sport === tuple.sport;
    if (!same || zoneOf(other.zone, "original") !== zoneOf(flow.zone, "original")) continue;
    const mapped = invertTuple(other.reply);
    if (mapped === null) continue;
    const candidate = {
      ...mapped,
      dst: tuple.dst,
      dport: tuple.dport,
      icmpType: tuple.icmpType,
      icmpCode: tuple.icmpCode,
    };
    if (inSourceRange(candidate, range)) return candidate;
  }
  return null;
}

function withAddress(tuple: Tuple, flow: Flow, manip: Manip, range: NatRange): Tuple {
  if (range.addresses === null) return tuple;
  const address = addressOf(tuple, flow, range.addresses, range.persistent);
  return manip === "src" ? { ...tuple, src: address } : { ...tuple, dst: address };
}

/** Words of an address as the kernel's memory has them on a little-endian machine; IPv4 fills the first of four. */
function wordsOf(address: Address): readonly number[] {
  const swap = (word: number): number =>
    (((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0;
  if (typeof address === "number") return [swap(address), 0, 0, 0];
  return [96n, 64n, 32n, 0n].map((shift) => swap(Number((address >> shift) & 0xffff_ffffn)));
}

/** find_best_ips_proto: the address of a range that a hash of the packet's ends falls on, word by word. */
function addressOf(
  tuple: Tuple,
  flow: Flow,
  { from, to }: { readonly from: Address; readonly to: Address },
  persistent: boolean,
): Address {
  if (from === to) return from;
  const dst = wordsOf(tuple.dst);
  const last = typeof from === "number" ? 0 : 3;
  let hash = jhash2(wordsOf(tuple.src), persistent ? 0 : ((dst[last] ?? 0) ^ flow.zone.id) >>> 0);
  const word = (address: Address, i: number): number =>
    typeof address === "number" ? address : Number((address >> BigInt(96 - 32 * i)) & 0xffff_ffffn);
  let full = false;
  const chosen: number[] = [];
  for (let i = 0; i <= last; i++) {
    const low: number = full ? 0 : word(from, i);
    const size: number = full ? 0xffff_ffff : word(to, i) - low + 1;
    const value: number = (low + Number((BigInt(hash) * BigInt(size)) >> 32n)) >>> 0;
    chosen.push(value);
    full ||= value !== word(to, i);
    if (!persistent) hash = (hash ^ (dst[i] ?? 0)) >>> 0;
  }
  return typeof from === "number"
    ? (chosen[0] ?? from)
    : chosen.reduce((sum, value) => (sum << 32n) | BigInt(value), 0n);
}

/**
 * nf_nat_l4proto_unique_tuple: the first free port of the range, or of the port's class. Where all are taken the last one
 * stays, and the flow is refused when it is confirmed (unless its source can still change).
 */
function uniquePort(run: Run, flow: Flow, tuple: Tuple, manip: Manip, range: NatRange): Tuple {
  const isIcmp = tuple.icmpType !== null;
  if (!isIcmp && !hasTrackedPorts(tuple.proto)) return tuple;
  if (range.ports === null && manip === "dst" && !isIcmp) return tuple;
  const end = manip === "src" || isIcmp ? "sport" : "dport";
  const { from, to } = range.ports ?? portClass(tuple[end], isIcmp);
  const size = to - from + 1;
  const start = startOffset(tuple[end], range, size);
  let candidate = tuple;
  for (let i = 0; i < size; i++) {
    candidate = { ...tuple, [end]: from + ((start + i) % size) };
    if (!isUsed(run, flow, candidate)) break;
  }
  // Only destinations are tried in order; sources start at a random port.
  if (manip === "src" || range.random) nameRandomPort(run, candidate[end], from, to);
  return candidate;
}

function nameRandomPort(run: Run, port: number, from: number, to: number): void {
  if (from === to) return;
  const what = `NAT picks port ${String(port)} of ${String(from)}-${String(to)}`;
  run.assumed.push({ what, assumed: true, why: "the kernel chooses at random" });
}

/** `/base` of DNAT: ports keep their distance from it. */
function startOffset(port: number, { ports }: NatRange, size: number): number {
  const base = ports?.base ?? port;
  return (((port - base) % size) + size) % size;
}

/** A privileged port stays privileged. */
function portClass(port: number, isIcmp: boolean): { readonly from: number; readonly to: number } {
  if (isIcmp) return { from: 0, to: 65535 };
  if (port < 512) return { from: 1, to: 511 };
  return port < 1024 ? { from: 600, to: 1023 } : { from: 1024, to: 65535 };
}
