import type { Address } from "../../base/address.ts";
import { printAddress } from "../../base/address.ts";
import type { Route } from "../../model/routing.ts";
import { FALSE } from "../bdd/bdd.ts";
import type { Ref } from "../bdd/bdd.ts";
import { between } from "../bdd/numbers.ts";
import { numberedBits } from "../bdd/numbered.ts";
import type { Numbered } from "../bdd/numbered.ts";
import type { Flow } from "../flow.ts";
import type { Space } from "../space.ts";

/** What becomes of packets where they are routed. */
export type RouteTo =
  /** For this node: a packet made here leaves by lo, and comes back by it. */
  | { readonly kind: "local"; readonly route: Route | null }
  | {
      readonly kind: "forward";
      /** Null: no dump tells. */
      readonly oif: string | null;
      /** The next hop; null: there is none, or whichever it is makes no difference (`nexthopMatters`). */
      readonly via: Address | null;
      readonly notes: readonly RouteNote[];
    }
  | { readonly kind: "refused"; readonly reason: RefusalReason; readonly what: string };

/**
 * What a route says besides the device and next hop.
 * `carrier`: its device has no link, whatever a listing says of the device itself; `by-lo`: it refuses behind OUTPUT (fib6_is_reject);
 * `untold`: no dump tells by which device it leads; a number: its own MTU.
 */
export type RouteNote = "carrier" | "by-lo" | "untold" | number;

/** As a walk names it. */
export type RefusalReason = "route" | "rp_filter" | "martian" | "forwarding";

/** Packets as they are when they are routed, and where they go. */
export interface RoutedSet {
  /** Put together when it is first asked for: where a source depends on the device and a device on the destination sets are large. */
  readonly when: Ref;
  readonly to: RouteTo;
}

/** Where packets go if they go at all. */
export interface Way {
  readonly when: Ref;
  readonly to: RouteTo & { readonly kind: "forward" };
}

type Later = () => Ref;

/** All packets of a family at one routing decision. */
export class Routing {
  readonly #space: Space;
  readonly #local: Later[] = [];
  readonly #localRoutes = new Set<Route | null>();
  readonly #ways = new Map<string, { readonly to: Way["to"]; readonly parts: Ref[] }>();
  readonly #going: Ref[] = [];
  readonly #refused = new Map<string, { readonly to: RouteTo; readonly parts: Later[] }>();

  constructor(space: Space) {
    this.#space = space;
  }

  deliver(when: Later, route: Route | null): void {
    this.#local.push(when);
    this.#localRoutes.add(route);
  }

  refuse(when: Later, reason: RefusalReason, what: string): void {
    const known = this.#refused.get(what);
    if (known === undefined) this.#refused.set(what, { to: { kind: "refused", reason, what }, parts: [when] });
    else known.parts.push(when);
  }

  /** Packets that go on, each by the way that it is in; no two ways, of this call or another, have a packet in common. */
  forward(going: Ref, ways: readonly Way[]): void {
    this.#going.push(going);
    for (const { when, to } of ways) {
      if (when === FALSE) continue;
      const key = `${to.oif ?? ""} ${to.via === null ? "" : printAddress(to.via)} ${to.notes.join(" ")}`;
      const known = this.#ways.get(key);
      if (known === undefined) this.#ways.set(key, { to, parts: [when] });
      else known.parts.push(when);
    }
  }

  /** Disjoint; together they are every packet. */
  sets(): readonly RoutedSet[] {
    const { bdd } = this.#space;
    const allOf = (parts: readonly Later[]): Ref => bdd.union(parts.map((part) => part()));
    const [route = null] = this.#localRoutes.size === 1 ? this.#localRoutes : [];
    const going = bdd.union(this.#going);
    return [
      new LaterSet({ kind: "local", route }, () => allOf(this.#local)),
      ...[...this.#ways.values()].map(({ to, parts }) => new LaterSet(to, () => bdd.and(bdd.union(parts), going))),
      ...[...this.#refused.values()].map(({ to, parts }) => new LaterSet(to, () => allOf(parts))),
    ];
  }

  /** The packets that go on, with the device that they leave by in their bits of `oif`; of `isMade` ones for this node it is lo. */
  flow({ isMade }: { readonly isMade: boolean }): Flow {
    const space = this.#space;
    const { bdd } = space;
    const numbers = new Map(
      space.devices.names.flatMap(({ name, isOther }, number) => (isOther ? [] : [[name, number]])),
    );
    const local = isMade ? bdd.union(this.#local.map((part) => part())) : FALSE;
    const told: Numbered[] = [{ when: local, number: numbers.get("lo") ?? 0 }];
    const untold: Ref[] = [];
    for (const { to, parts } of this.#ways.values()) {
      const number = numbers.get(to.oif ?? "") ?? 0;
      if (number === 0) for (const part of parts) untold.push(part);
      else told.push({ when: bdd.union(parts), number });
    }
    const bits = numberedBits(bdd, told, space.layout.bits.oif.length);
    const open = bdd.union(untold);
    const any = someDevice(space);
    const now = space.layout.bits.oif.flatMap((level, index): readonly (readonly [number, Ref])[] =>
      level === null ? [] : [[level, bdd.ite(open, any.bits[index] ?? FALSE, bits[index] ?? FALSE)]],
    );
    const when = bdd.and(bdd.union([...this.#going, local]), bdd.or(bdd.not(open), any.isDevice));
    return { when, now: new Map(now), changedSets: new Set() };
  }
}

/** A device that nobody knows, as variables of its own. */
function someDevice(space: Space): { readonly bits: readonly Ref[]; readonly isDevice: Ref } {
  const open = { what: "the device that the packet leaves by", why: "no route dump" };
  const bits = space.layout.bits.oif.map((_, index) => space.unknown(`oif bit ${String(index)}`, open));
  const levels = bits.map((bit) => space.bdd.level(bit));
  return { bits, isDevice: between(space.bdd, levels, 1, space.devices.names.length - 1) };
}

class LaterSet implements RoutedSet {
  readonly to: RouteTo;
  readonly #make: Later;
  #when: Ref | null = null;

  constructor(to: RouteTo, make: Later) {
    this.to = to;
    this.#make = make;
  }

  get when(): Ref {
    return (this.#when ??= this.#make());
  }
}
