import type { Address } from "../base/address.ts";
import { clearAddress, xorAddress } from "../base/address.ts";
import type { NatSpec } from "../program/action.ts";
import type { StackHook } from "../program/program.ts";
import { redirectV4, redirectV6, SCOPES } from "../program/source-address.ts";
import { hasTrackedPorts } from "../program/protocol.ts";
import { FALSE, TRUE } from "./bdd/bdd.ts";
import type { Ref } from "./bdd/bdd.ts";
import { between, numberBits } from "./bdd/numbers.ts";
import type { Bits } from "./bdd/numbers.ts";
import type { Done } from "./done.ts";
import { CT_STATUS, statusBit } from "./fields.ts";
import { NOTHING, asEntered, bitNow, changed, joined, within } from "./flow.ts";
import type { Flow } from "./flow.ts";
import type { FieldName } from "./layout.ts";
import { oneOf } from "./place.ts";
import type { Place } from "./place.ts";
import { masqueradeSources, nexthopMatters } from "./routing/masquerade.ts";
import { destinationsBy } from "./routing/nearest-v6.ts";
import type { Space } from "./space.ts";

/** Which end of a packet NAT changes at a hook: HOOK2MANIP (include/net/netfilter/nf_nat.h). */
export type Manip = "src" | "dst";

export function manipOf(hook: StackHook): Manip {
  return hook === "postrouting" || hook === "input" ? "src" : "dst";
}

/** What NAT does to one end. */
interface ManipFields {
  readonly address: "src" | "dst";
  readonly port: "sport" | "dport";
  /** Bits of the flow's status: the end was changed; it is settled. */
  readonly changed: number;
  readonly done: number;
  /** Where the answers' tuple has the end. */
  readonly replied: FieldName;
  readonly repliedPort: FieldName;
}

export const MANIPS: Readonly<Record<Manip, ManipFields>> = {
  src: {
    address: "src",
    port: "sport",
    changed: CT_STATUS.snat,
    done: CT_STATUS.snatDone,
    replied: "replDst",
    repliedPort: "replDport",
  },
  dst: {
    address: "dst",
    port: "dport",
    changed: CT_STATUS.dnat,
    done: CT_STATUS.dnatDone,
    replied: "replSrc",
    repliedPort: "replSport",
  },
};

export interface NatPlace extends Place {
  readonly hook: StackHook;
}

/** A number that NAT puts in: the bits of one, or one of several that nobody knows. */
export type Numbers =
  | { readonly kind: "one"; readonly bits: readonly Ref[] }
  | { readonly kind: "range"; readonly from: Address; readonly to: Address; readonly base: number | null };

/** What a rule of NAT asks for. */
export interface Wanted extends Pick<NatSpec, "kind" | "random" | "randomFully"> {
  /** Null: the address stays, or is that of a device. */
  readonly addresses: Numbers | null;
  /** Null: the port stays. */
  readonly ports: Numbers | null;
}

/** Where NAT takes an address from. */
interface Source {
  /** Of packets as they come to the rule. */
  readonly when: Ref;
  /** Null: there is none, and the packet is dropped. */
  readonly address: Numbers | "kept" | null;
}

/** As the rules of iptables say it. */
export function mapped(at: NatPlace, flow: Flow, { kind, addresses, ports, random, randomFully }: NatSpec): Done {
  const range = (of: NatSpec["addresses"] | NatSpec["ports"]): Numbers | null =>
    of === null ? null : { kind: "range", base: null, ...of };
  return mappedTo(at, flow, { kind, random, randomFully, addresses: range(addresses), ports: range(ports) });
}

/**
 * nf_nat_setup_info (net/netfilter/nf_nat_core.c) for flows whose tuple no other flow has: a single address and port is what the
 * packet gets; of several nobody knows which.
 */
export function mappedTo(at: NatPlace, flow: Flow, wanted: Wanted): Done {
  const { bdd } = at.space;
  let on: Flow = NOTHING;
  let lost: Ref = FALSE;
  for (const { when, address } of sourcesOf(at, wanted)) {
    const piece = within(bdd, flow, asEntered(bdd, flow, when));
    if (address === null) lost = bdd.or(lost, piece.when);
    else on = joined(bdd, on, withEnd(at, piece, wanted, address));
  }
  return {
    exits: [
      ["accept", on],
      ["drop", within(bdd, flow, lost)],
    ],
    on: NOTHING,
  };
}

function sourcesOf({ space, hook }: NatPlace, { kind, addresses }: Wanted): readonly Source[] {
  switch (kind) {
    case "snat":
    case "dnat":
    case "netmap":
      return [{ when: TRUE, address: addresses ?? (kind === "netmap" ? null : "kept") }];
    case "masquerade":
      return masqueradeAddresses(space).map(({ when, address }) => ({ when, address: one(address) }));
    case "redirect":
      return redirectSources(space, hook).map(({ when, address }) => ({ when, address: one(address) }));
  }
}

function one(address: Address | null): Numbers | null {
  return address === null ? null : { kind: "range", from: address, to: address, base: null };
}

interface DeviceAddress {
  readonly when: Ref;
  readonly address: Address | null;
}

const masquerading = new WeakMap<Space, readonly DeviceAddress[]>();

/** nf_nat_masquerade_ipv4: an address of the device that the packet leaves by. */
function masqueradeAddresses(space: Space): readonly DeviceAddress[] {
  let known = masquerading.get(space);
  if (known === undefined) {
    known = [...space.program.links.keys()].flatMap((name) => addressesOf(space, name));
    const others = space.bdd.not(space.bdd.union(known.map(({ when }) => when)));
    known = [...known, { when: others, address: null }];
    masquerading.set(space, known);
  }
  return known;
}

function addressesOf(space: Space, name: string): readonly DeviceAddress[] {
  const { bdd } = space;
  const leaving = space.device("oif", name, false);
  const sources = (via: Address | null, when: Ref): readonly DeviceAddress[] =>
    masqueradeSources(space, name, via).map((source) => ({ ...source, when: bdd.and(when, source.when) }));
  if (!nexthopMatters(space, name)) return sources(null, leaving);
  const hops = nexthopsOf(space, name);
  const via = hops.flatMap((hop) => sources(hop, bdd.and(leaving, space.is("nexthop", hop))));
  return [...via, ...sources(null, bdd.minus(leaving, bdd.union(hops.map((hop) => space.is("nexthop", hop)))))];
}

/** Next hops behind a device. */
function nexthopsOf({ family }: Space, name: string): readonly Address[] {
  const hops = new Set<Address>();
  for (const table of family.fib.tables.values())
    for (const { route } of table.entries())
      for (const { dev, via } of route.nexthops) if (dev === name && via !== null) hops.add(via);
  return [...hops];
}

/** nf_nat_redirect: loopback for packets of this node's own, else the first address of the device that the packet came in by. */
function redirectSources(space: Space, hook: StackHook): readonly DeviceAddress[] {
  const { family } = space.layout;
  if (hook === "output") return [{ when: TRUE, address: family === "ip" ? 0x7f00_0001 : 1n }];
  const scopes = family === "ip6" ? [...destinationsBy(space, SCOPES)] : [];
  const sources = [...space.program.links.values()].flatMap((link): readonly DeviceAddress[] => {
    const when = space.device("iif", link.name, false);
    if (family === "ip") return [{ when, address: redirectV4(link) }];
    return scopes.map(([scope, among]) => ({ when: space.bdd.and(when, among), address: redirectV6(link, scope) }));
  });
  const others = space.bdd.not(space.bdd.union(sources.map(({ when }) => when)));
  return [...sources, { when: others, address: null }];
}

/** The packets with one end changed, and what their flow then says of itself. */
function withEnd(at: NatPlace, flow: Flow, wanted: Wanted, address: Numbers | "kept"): Flow {
  const { space } = at;
  const { bdd, layout } = space;
  if (flow.when === FALSE) return NOTHING;
  const manip = manipOf(at.hook);
  const end = MANIPS[manip];
  const next = new Map<number, Ref>();
  const set = (bits: Bits, values: readonly Ref[] | null, condition: Ref): void => {
    for (const [index, level] of bits.entries()) {
      const value = values?.[index];
      if (level !== null && value !== undefined) next.set(level, bdd.ite(condition, value, bitNow(bdd, flow, level)));
    }
  };
  if (address !== "kept") {
    const isNet = wanted.kind === "netmap" && address.kind === "range";
    set(layout.bits[end.address], isNet ? networkMapped(at, flow, address) : chosen(at, flow, address), TRUE);
  }
  set(layout.bits[end.port], portsOf(at, flow, wanted, manip), withTrackedPorts(space));
  const ends = [...layout.bits[end.address], ...layout.bits[end.port]];
  const differs = bdd.union(
    ends.map((level) =>
      level === null || !next.has(level) ? FALSE : bdd.xor(next.get(level) ?? FALSE, bitNow(bdd, flow, level)),
    ),
  );
  const status: (readonly [number, Ref])[] = [[statusBit(layout, end.done), TRUE]];
  const changedBit = statusBit(layout, end.changed);
  status.push([changedBit, bdd.or(bitNow(bdd, flow, changedBit), differs)]);
  return changed(flow, [...next, ...status, ...replied(space, next, manip)]);
}

/** A packet has one end picked for it at most, whichever rule or flow it is that does so: one number stands for all of them. */
const PICKED = { address: "the address that NAT picks", port: "the port that NAT picks" };

/** The packets with an end that nobody knows. */
export function withSomeEnd(space: Space, flow: Flow, manip: Manip): Flow {
  const next: (readonly [number, Ref])[] = [];
  for (const part of ["address", "port"] as const) {
    const field = MANIPS[manip][part];
    const values = space.unknownNumber(field, PICKED[part], { what: PICKED[part], why: "random" });
    for (const [index, level] of space.layout.bits[field].entries())
      if (level !== null) next.push([level, values[index] ?? FALSE]);
  }
  return changed(flow, next);
}

/** The tuple that answers come with follows. */
function* replied(
  { layout, tuples }: Space,
  next: ReadonlyMap<number, Ref>,
  manip: Manip,
): Iterable<readonly [number, Ref]> {
  const end = MANIPS[manip];
  for (const [from, to] of [
    [end.address, end.replied],
    [end.port, end.repliedPort],
  ] as const)
    for (const [index, level] of tuples.has(to) ? layout.bits[from].entries() : []) {
      const value = level === null ? undefined : next.get(level);
      const target = layout.bits[to][index] ?? null;
      if (value !== undefined && target !== null) yield [target, value];
    }
}

/** find_best_ips_proto: which one of several is a matter of a hash. A source that is one of them stays (in_range). */
function chosen(at: NatPlace, flow: Flow, numbers: Numbers): readonly Ref[] {
  const { bdd, layout } = at.space;
  if (numbers.kind === "one") return numbers.bits;
  const { from, to } = numbers;
  const manip = manipOf(at.hook);
  const bits = layout.bits[MANIPS[manip].address];
  if (from === to) return numberBits(bits, from);
  const any = oneOf(at.space, MANIPS[manip].address, { from, to }, PICKED.address);
  if (manip === "dst") return any;
  const isOne = asEntered(bdd, flow, between(bdd, bits, from, to));
  return bits.map((level, index) =>
    level === null ? FALSE : bdd.ite(isOne, bitNow(bdd, flow, level), any[index] ?? FALSE),
  );
}

/** netmap_tg4: the host part stays. */
function networkMapped(
  { space, hook }: NatPlace,
  flow: Flow,
  { from, to }: { readonly from: Address; readonly to: Address },
): readonly Ref[] {
  const bits = space.layout.bits[MANIPS[manipOf(hook)].address];
  const host = numberBits(bits, xorAddress(from, to));
  const network = numberBits(bits, clearAddress(from, xorAddress(from, to)));
  return bits.map((level, index) =>
    host[index] === TRUE && level !== null ? bitNow(space.bdd, flow, level) : (network[index] ?? FALSE),
  );
}

/** nf_nat_l4proto_unique_tuple; null: the port stays. */
function portsOf(at: NatPlace, flow: Flow, wanted: Wanted, manip: Manip): readonly Ref[] | null {
  const { ports } = wanted;
  const { bdd, layout } = at.space;
  const bits = layout.bits[MANIPS[manip].port];
  const isRandom = wanted.random || wanted.randomFully;
  if (ports === null)
    return isRandom && manip === "src"
      ? oneOf(at.space, MANIPS[manip].port, { from: 1, to: 0xffff }, PICKED.port)
      : null;
  if (ports.kind === "one") return ports.bits;
  if (ports.from === ports.to) return numberBits(bits, ports.from);
  const any = oneOf(at.space, MANIPS[manip].port, ports, PICKED.port);
  if (isRandom || ports.base !== null) return any;
  const stays = asEntered(bdd, flow, between(bdd, bits, ports.from, ports.to));
  return bits.map((level, index) =>
    level === null ? FALSE : bdd.ite(stays, bitNow(bdd, flow, level), any[index] ?? FALSE),
  );
}

const PROTOCOLS = 256;

function withTrackedPorts(space: Space): Ref {
  return space.isAnyOf("proto", Array.from({ length: PROTOCOLS }, (_, proto) => proto).filter(hasTrackedPorts));
}
