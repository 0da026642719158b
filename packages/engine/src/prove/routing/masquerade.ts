import type { Address } from "../../base/address.ts";
import { inNet, netOf } from "../../base/address.ts";
import type { InterfaceAddress } from "../../model/routing.ts";
import { usableV4 } from "../../program/source-address.ts";
import { FALSE, TRUE } from "../bdd/bdd.ts";
import type { Ref } from "../bdd/bdd.ts";
import type { Space } from "../space.ts";
import { nearestV6 } from "./nearest-v6.ts";
import type { MasqueradeSource } from "./nearest-v6.ts";

/** The next hop of `oif` makes a difference: the device has several addresses, of which that in the network of the next hop is taken. */
export function nexthopMatters(space: Space, oif: string): boolean {
  return space.layout.family === "ip" && ownV4(space, oif).length > 1;
}

/**
 * The source of packets that leave by a device, of those to whatever destination. `via`: the next hop as `inputRouting` tells it.
 * Null addresses: no link dump has one.
 */
export function masqueradeSources(space: Space, oif: string, via: Address | null): readonly MasqueradeSource[] {
  return space.layout.family === "ip" ? sourcesV4(space, oif, via) : nearestV6(space, oif);
}

const usable = new WeakMap<Space, ReadonlyMap<string, readonly InterfaceAddress[]>>();

/** Addresses of IPv4 that a device may be given as a source by, by device in the order of their numbers. */
function usableByDevice(space: Space): ReadonlyMap<string, readonly InterfaceAddress[]> {
  let known = usable.get(space);
  if (known === undefined) {
    const links = [...space.program.links.values()].sort((a, b) => a.index - b.index);
    known = new Map(links.map((link) => [link.name, usableV4(link)]));
    usable.set(space, known);
  }
  return known;
}

function ownV4(space: Space, oif: string): readonly InterfaceAddress[] {
  return usableByDevice(space).get(oif) ?? [];
}

/**
 * inet_select_addr (net/ipv4/devinet.c): the device's first address in whose network the next hop lies, else its first one, else the
 * first of any other device.
 */
function sourcesV4(space: Space, oif: string, via: Address | null): readonly MasqueradeSource[] {
  const { bdd } = space;
  const own = ownV4(space, oif);
  const first = (own[0] ?? firstOfAnother(space, oif))?.prefix.address ?? null;
  if (via !== null) {
    const near = own.find(({ prefix }) => inNet(via, netOf(prefix)));
    return [{ when: TRUE, address: near?.prefix.address ?? first }];
  }
  let rest: Ref = TRUE;
  const sources: MasqueradeSource[] = [];
  for (const { prefix } of own.length > 1 ? own : []) {
    const net = space.inNet("dst", netOf(prefix));
    const when = bdd.and(rest, net);
    if (when === FALSE) continue;
    sources.push({ when, address: prefix.address });
    rest = bdd.minus(rest, net);
  }
  return [...sources, { when: rest, address: first }];
}

function firstOfAnother(space: Space, oif: string): InterfaceAddress | null {
  for (const [name, [first]] of usableByDevice(space)) if (name !== oif && first !== undefined) return first;
  return null;
}
