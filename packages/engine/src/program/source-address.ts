import type { Address, AddressMask } from "../base/address.ts";
import { inNet, netOf, parsePrefix } from "../base/address.ts";
import { invariant } from "../base/assert.ts";
import type { InterfaceAddress, Link } from "../model/routing.ts";

const UNUSABLE: ReadonlySet<string> = new Set(["secondary", "tentative"]);

/** Addresses of a device, of one family, that packets of others may be given as their source. */
export function usableOf({ addresses }: Link, type: "number" | "bigint"): readonly InterfaceAddress[] {
  return addresses.filter(
    ({ prefix, scope, flags }) =>
      typeof prefix.address === type && scope === "global" && !flags.some((flag) => UNUSABLE.has(flag)),
  );
}

/** Labels of IPv6 prefixes, the most specific first: net/ipv6/addrlabel.c ip6addrlbl_init_table. */
export const ADDRESS_LABELS: readonly (readonly [AddressMask, number])[] = [
  label("::1/128", 0),
  label("::ffff:0:0/96", 4),
  label("::/96", 3),
  label("2001::/32", 6),
  label("2001:10::/28", 7),
  label("3ffe::/16", 12),
  label("2002::/16", 2),
  label("fec0::/10", 11),
  label("fc00::/7", 5),
  label("::/0", 1),
];

function label(text: string, number: number): readonly [AddressMask, number] {
  const prefix = parsePrefix(text);
  invariant(prefix !== null, text);
  return [netOf(prefix), number];
}

/** The label of an IPv6 address; null for an address of the other family. */
export function labelOf(address: Address): number | null {
  return ADDRESS_LABELS.find(([net]) => inNet(address, net))?.[1] ?? null;
}
