/** Random packets for the rulesets of random-ruleset.ts, as the options of `hookwalk trace`. */
import fc from "fast-check";
import { POOLS, PORTS } from "./random-ruleset.ts";
import type { FuzzFamily } from "./random-ruleset.ts";

export type PacketOptions = Readonly<Record<string, string>>;

interface FreshPacket {
  readonly kind: "fresh";
  readonly options: PacketOptions;
}

/** A packet, or the answer to what became of an earlier one (so that flows get replies). */
export type FuzzPacket =
  | FreshPacket
  | { readonly kind: "reply"; readonly back: number; readonly flags: string }
  | { readonly kind: "again"; readonly back: number; readonly flags: string };

const flags = fc.constantFrom("S", "S", "S", "SA", "A", "PA", "FA", "R", "RA");

function transport(family: FuzzFamily): fc.Arbitrary<PacketOptions> {
  const port = fc.constantFrom(...PORTS).map(String);
  const sport = fc.oneof({ weight: 3, arbitrary: fc.constant("40000") }, { weight: 1, arbitrary: port });
  const icmpType = family === "ip" ? fc.constantFrom("8", "8", "0") : fc.constantFrom("128", "128", "129");
  return fc.oneof(
    { weight: 4, arbitrary: fc.record({ proto: fc.constant("tcp"), sport, dport: port, flags }) },
    { weight: 3, arbitrary: fc.record({ proto: fc.constant("udp"), sport, dport: port }) },
    { weight: 2, arbitrary: fc.record({ proto: fc.constant(family === "ip" ? "icmp" : "ipv6-icmp"), icmpType }) },
    { weight: 1, arbitrary: fc.record({ proto: fc.constant("sctp"), sport, dport: port }) },
  );
}

const mark = fc.constantFrom("0x0", "0x0", "0x1", "0x80", "0x4000");

/** Addresses that the device can really have behind it: what a strict sender would send. */
function fresh(family: FuzzFamily): fc.Arbitrary<FreshPacket> {
  const { hosts, own } = POOLS[family];
  const outside = hosts.filter((host) => !own.includes(host));
  const forwarded = fc.record({
    iif: fc.constantFrom("eth0", "eth1", "eth2"),
    src: fc.constantFrom(...outside),
    dst: fc.constantFrom(...hosts),
  });
  const local = fc.record({ local: fc.constant("true"), src: fc.constantFrom(...own), dst: fc.constantFrom(...hosts) });
  const extra = fc.record({ ttl: fc.constantFrom("64", "64", "2"), tos: fc.constantFrom("0", "0", "0x10"), mark });
  return fc
    .tuple(fc.oneof({ weight: 4, arbitrary: forwarded }, { weight: 1, arbitrary: local }), transport(family), extra)
    .map(([where, what, more]): FreshPacket => ({ kind: "fresh", options: { ...where, ...what, ...more } }));
}

/** So many packets, each the first of its flow. */
export function freshPackets(family: FuzzFamily, count: number): fc.Arbitrary<readonly PacketOptions[]> {
  const one = fresh(family).map(({ options }) => options);
  return fc.array(one, { minLength: count, maxLength: count });
}

export function packets(family: FuzzFamily, count: number): fc.Arbitrary<readonly FuzzPacket[]> {
  const back = fc.integer({ min: 1, max: 4 });
  const one = fc.oneof(
    { weight: 5, arbitrary: fresh(family) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant("reply" as const), back, flags: fc.constantFrom("SA", "A", "R") }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant("again" as const), back, flags: fc.constantFrom("S", "A", "PA") }),
    },
  );
  return fc.array(one, { minLength: 1, maxLength: count, size: "max" });
}
