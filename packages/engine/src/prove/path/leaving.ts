import type { Ref } from "../bdd/bdd.ts";
import type { Space } from "../space.ts";
import type { Fate } from "./fate.ts";

export type Delivery = "forward" | "sent";

const LONGEST = 0xffff;

/** Packets that are longer than the MTU of the device that they leave by. */
export function tooLong(space: Space): Ref {
  const { bdd, program } = space;
  const byMtu = new Map<number, Ref[]>();
  for (const { name, mtu } of program.links.values()) {
    const device = space.device("oif", name, false);
    const known = byMtu.get(mtu);
    if (known === undefined) byMtu.set(mtu, [device]);
    else known.push(device);
  }
  return bdd.union([...byMtu].map(([mtu, devices]) => bdd.and(bdd.union(devices), longerThan(space, mtu))));
}

/** Packets that are longer than so many bytes. */
export function longerThan(space: Space, mtu: number): Ref {
  return space.in("length", [{ from: mtu + 1, to: LONGEST }]);
}

/** Packets that leave by a device without carrier, as its listing says. */
export function withoutCarrier(space: Space): Ref {
  return space.bdd.union(
    [...space.program.links.values()]
      .filter(({ flags }) => flags.includes("NO-CARRIER"))
      .map(({ name }) => space.device("oif", name, false)),
  );
}

/** Devices behind which the journey is told no further: tunnels, and pairs whose other end is on this node, too. */
export function* endsOf(space: Space, delivery: Delivery): Iterable<readonly [string, Omit<Fate, "flow">]> {
  const { links, beyond } = space.program;
  for (const name of beyond.tunnels.keys())
    yield [name, { verdict: "accept", delivery, reason: "route", what: null, at: null, inside: name }];
  for (const { name, peer } of links.values()) {
    const other = links.get(peer ?? "");
    // Behind one without ARP a BPF program decides (see throughPair of the walk).
    if (other?.peer !== name || other.flags.includes("NOARP")) continue;
    const what = `comes back in by ${other.name}, the other end of ${name}`;
    yield [name, { verdict: "unknown", delivery: "none", reason: "route", what, at: null, inside: null }];
  }
}
