/** Packets whose addresses stand at the ends of what a node routes by. */
import fc from "fast-check";
import { parsePrefix, printAddress } from "@hookwalk/engine";
import { NETS, OWN } from "./generate-routing.ts";

type Family = "ip" | "ip6";

/** The first and the last address of a network, and those next to them. */
export function boundariesOf(text: string): readonly string[] {
  const prefix = parsePrefix(text);
  if (prefix === null) return [];
  const size = typeof prefix.address === "number" ? 32 - prefix.length : 128 - prefix.length;
  const first = BigInt(prefix.address);
  const last = first + (1n << BigInt(size)) - 1n;
  const most = typeof prefix.address === "number" ? 0xffff_ffffn : (1n << 128n) - 1n;
  const all = [first - 1n, first, last, last + 1n].filter((one) => one >= 0n && one <= most);
  return all.map((one) => printAddress(typeof prefix.address === "number" ? Number(one) : one));
}

export const SPECIAL: Readonly<Record<Family, readonly string[]>> = {
  ip: ["0.0.0.0", "255.255.255.255", "224.0.0.1", "224.0.1.9", "127.0.0.9", "8.8.8.8"],
  ip6: ["::", "ff02::1", "ff02::2", "ff05::2", "ff02::9", "2001:db9::9"],
};

export function routedPackets(
  addresses: readonly string[],
  devices: readonly string[],
  family: Family,
): fc.Arbitrary<ReadonlyMap<string, unknown>> {
  const address = fc.constantFrom(...addresses);
  const where = fc.oneof(
    { weight: 3, arbitrary: fc.record({ iif: fc.constantFrom(...devices) }) },
    { weight: 1, arbitrary: fc.record({ local: fc.constant("true"), uid: fc.constantFrom("0", "1500", "3000") }) },
  );
  const port = fc.constantFrom("80", "1000", "40000");
  const l4 = fc.oneof(
    fc.record({ proto: fc.constantFrom("tcp", "udp", "sctp"), sport: port, dport: port }),
    fc.record({ proto: fc.constantFrom(...(family === "ip" ? ["icmp", "igmp"] : ["ipv6-icmp"])) }),
  );
  const rest = fc.record({
    src: address,
    dst: address,
    mark: fc.constantFrom("0x0", "0x1", "0x2", "0x12", "0x200"),
    tos: fc.constantFrom("0", "0x10", "0x08"),
  });
  return fc.tuple(where, l4, rest).map(([a, b, c]) => new Map<string, unknown>(Object.entries({ ...a, ...b, ...c })));
}

/** Those of generate-routing.ts, at the ends of its networks and next to them. */
export function routedAddresses(family: Family): readonly string[] {
  return [...NETS[family].flatMap(boundariesOf), ...OWN[family], ...SPECIAL[family]];
}
