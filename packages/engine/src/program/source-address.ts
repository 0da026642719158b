import type { Address, AddressMask } from "../base/address.ts";
import { inNet, netOf, parsePrefix } from "../base/address.ts";
import { invariant } from "../base/assert.ts";
import type { InterfaceAddress, Link } from "../model/routing.ts";

const UNUSABLE: ReadonlySet<string> = new Set(["secondary", "tentative"]);

/** IPv4 addresses of a device that packets of others may be given as their source. */
export function usableV4({ addresses }: Link): readonly InterfaceAddress[] {
  return addresses.filter(
    ({ prefix, scope, flags }) =>
      typeof prefix.address === "number" && scope === "global" && !flags.some((flag) => UNUSABLE.has(flag)),
  );
}

/** nf_nat_redirect_ipv4 (net/netfilter/nf_nat_redirect.c): the address of a device that REDIRECT gives; null: none. */
export function redirectV4({ addresses }: Link): number | null {
  for (const { prefix, flags } of addresses)
    if (typeof prefix.address === "number" && !flags.includes("secondary")) return prefix.address;
  return null;
}

/** An IPv6 address of a device, as far as the choice of a source asks. */
export interface SourceV6 {
  readonly address: bigint;
  readonly scope: Scope;
  readonly isDeprecated: boolean;
}

const sources = new WeakMap<Link, readonly SourceV6[]>();

/** IPv6 addresses of a device, as the kernel keeps them: the widest scope first (net/ipv6/addrconf.c ipv6_link_dev_addr). */
export function sourcesV6(link: Link): readonly SourceV6[] {
  let known = sources.get(link);
  if (known === undefined) {
    known = link.addresses
      .flatMap(({ prefix: { address }, flags }): readonly SourceV6[] =>
        typeof address !== "bigint" || flags.includes("tentative")
          ? []
          : [{ address, scope: scopeOf(address), isDeprecated: flags.includes("deprecated") }],
      )
      .sort((a, b) => b.scope.width - a.scope.width);
    sources.set(link, known);
  }
  return known;
}

/** How far an IPv6 address is known. */
export interface Scope {
  /** __ipv6_addr_src_scope: the wider, the larger. */
  readonly width: number;
  /** ipv6_addr_scope; null: of none of these. */
  readonly kind: "loopback" | "link" | "site" | "compatible" | null;
  readonly isGroup: boolean;
}

const GLOBAL: Scope = { width: 14, kind: null, isGroup: false };

const GROUP_KINDS: ReadonlyMap<number, Scope["kind"]> = new Map([
  [1, "loopback"],
  [2, "link"],
  [5, "site"],
]);

/** Scopes of IPv6 nets; the first that an address is in counts: net/ipv6/addrconf_core.c __ipv6_addr_type. */
export const SCOPES: readonly (readonly [AddressMask, Scope])[] = [
  [netAt("::/128"), { width: 0, kind: null, isGroup: false }],
  [netAt("::1/128"), { width: 2, kind: "loopback", isGroup: false }],
  [netAt("::/96"), { width: 14, kind: "compatible", isGroup: false }],
  [netAt("fe80::/10"), { width: 2, kind: "link", isGroup: false }],
  [netAt("fec0::/10"), { width: 5, kind: "site", isGroup: false }],
  ...Array.from({ length: 16 }, (_, width): readonly [AddressMask, Scope] => [
    { value: (0xff00n + BigInt(width)) << 112n, mask: 0xff0fn << 112n },
    { width, kind: GROUP_KINDS.get(width) ?? null, isGroup: true },
  ]),
  [netAt("::/0"), GLOBAL],
];

export function scopeOf(address: bigint): Scope {
  return SCOPES.find(([net]) => inNet(address, net))?.[1] ?? GLOBAL;
}

/** Only the device that a packet leaves by has sources for it (ipv6_dev_get_saddr). */
export function staysOnDevice({ width, isGroup }: Scope): boolean {
  return isGroup || width <= 2;
}

/** Rule 2 of RFC 6724 (ipv6_get_saddr_eval): the narrowest scope that is wide enough, else the widest. */
export function scopeRank({ width }: Scope, destination: Scope): number {
  return width >= destination.width ? -width : width - 128;
}

/** nf_nat_redirect_ipv6 (net/netfilter/nf_nat_redirect.c): the address of a device that REDIRECT gives packets for this scope; null: none. */
export function redirectV6(link: Link, { kind }: Scope): bigint | null {
  const usable = sourcesV6(link).find(
    ({ address, scope }) => !inNet(address, MAPPED) && (kind === null || scope.kind === kind),
  );
  return usable?.address ?? null;
}

const MAPPED = netAt("::ffff:0:0/96");

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
  return [netAt(text), number];
}

function netAt(text: string): AddressMask {
  const prefix = parsePrefix(text);
  invariant(prefix !== null, text);
  return netOf(prefix);
}

/** The label of an IPv6 address; null for an address of the other family. */
export function labelOf(address: Address): number | null {
  return ADDRESS_LABELS.find(([net]) => inNet(address, net))?.[1] ?? null;
}
