import type { Address } from "../base/address.ts";
import { familyOf, inNet, netOf } from "../base/address.ts";
import type { InterfaceAddress, Link } from "../model/routing.ts";
import type { Run } from "./run.ts";

/**
 * inet_select_addr (net/ipv4/devinet.c): the device's primary address in whose network `near` lies, else its first one,
 * else the first of any other device. IPv6: ipv6_dev_get_saddr, the device's addresses first, then the longest match with
 * `near` (RFC 6724). Null: this node has no address to use.
 */
export function selectAddress(run: Run, device: string | null, near: Address): Address | null {
  const { links } = run.program;
  const own = links.get(device ?? "");
  const others = [...links.values()].sort((a, b) => a.index - b.index);
  for (const link of own === undefined ? others : [own, ...others]) {
    const usable = candidates(link, near);
    const best =
      typeof near === "number" && link === own
        ? (usable.find((a) => inNet(near, netOf(a.prefix))) ?? usable[0])
        : usable[0];
    if (best !== undefined) return best.prefix.address;
  }
  return null;
}

/** Primary addresses of global scope in the device's order; for IPv6 the best match first. */
function candidates(link: Link, near: Address): readonly InterfaceAddress[] {
  const usable = link.addresses.filter(
    ({ prefix, scope, flags }) =>
      familyOf(prefix.address) === familyOf(near) && scope === "global" && !flags.some((flag) => UNUSABLE.has(flag)),
  );
  if (typeof near === "number") return usable;
  return usable.toSorted((a, b) => commonBits(b.prefix.address, near) - commonBits(a.prefix.address, near));
}

const UNUSABLE: ReadonlySet<string> = new Set(["secondary", "tentative", "deprecated"]);

function commonBits(a: Address, b: Address): number {
  if (typeof a !== "bigint" || typeof b !== "bigint") return 0;
  let bits = 128;
  for (let rest = a ^ b; rest !== 0n; rest >>= 1n) bits--;
  return bits;
}
