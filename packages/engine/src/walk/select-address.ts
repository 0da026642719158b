import type { Address } from "../base/address.ts";
import { inNet, netOf } from "../base/address.ts";
import type { Link } from "../model/routing.ts";
import { labelOf, scopeOf, scopeRank, sourcesV6, staysOnDevice, usableV4 } from "../program/source-address.ts";
import type { Run } from "./run.ts";

/** The address that this node gives a packet of its own that leaves by `device` towards `near`; null: it has none. */
export function selectAddress(run: Run, device: string | null, near: Address): Address | null {
  const links = [...run.program.links.values()].sort((a, b) => a.index - b.index);
  return typeof near === "number" ? selectV4(links, device, near) : selectV6(links, device, near);
}

/**
 * inet_select_addr (net/ipv4/devinet.c): the device's primary address in whose network `near` lies, else its first one,
 * else the first of any other device.
 */
function selectV4(links: readonly Link[], device: string | null, near: number): Address | null {
  const own = links.filter((link) => link.name === device).flatMap((link) => usableV4(link));
  const others = links.filter((link) => link.name !== device).flatMap((link) => usableV4(link));
  const chosen = own.find((address) => inNet(near, netOf(address.prefix))) ?? own[0] ?? others[0];
  return chosen?.prefix.address ?? null;
}

/** ipv6_dev_get_saddr (net/ipv6/addrconf.c), RFC 6724: the first rule by which two candidates differ decides. */
function selectV6(links: readonly Link[], device: string | null, near: bigint): Address | null {
  const scope = scopeOf(near);
  const among = staysOnDevice(scope) ? links.filter(({ name }) => name === device) : links;
  const candidates = among.flatMap((link) =>
    sourcesV6(link).map((source) => ({ ...source, isOwn: link.name === device })),
  );
  const ranked = candidates.map(({ address, scope: own, isDeprecated, isOwn }) => ({
    address,
    rank: [
      address === near,
      scopeRank(own, scope),
      !isDeprecated,
      isOwn,
      labelOf(address) === labelOf(near),
      commonBits(address, near),
    ].map(Number),
  }));
  return (
    ranked.reduce<(typeof ranked)[number] | null>(
      (best, one) => (best === null || isBetter(one.rank, best.rank) ? one : best),
      null,
    )?.address ?? null
  );
}

function isBetter(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at >= 0 && (a[at] ?? 0) > (b[at] ?? 0);
}

function commonBits(a: Address, b: bigint): number {
  if (typeof a === "number") return 0;
  let bits = 128;
  for (let rest = a ^ b; rest !== 0n; rest >>= 1n) bits--;
  return bits;
}
