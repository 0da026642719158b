import { FALSE, TRUE } from "../bdd/bdd.ts";
import type { Ref } from "../bdd/bdd.ts";
import { numberBits } from "../bdd/numbers.ts";
import { EVERYTHING, NOTHING, asEntered, assigned, bitNow, changed, computed, joined, within } from "../flow.ts";
import type { Flow } from "../flow.ts";
import { oneOf } from "../place.ts";
import { inputRouting } from "../routing/input.ts";
import { outputRouting } from "../routing/output.ts";
import type { Space } from "../space.ts";
import { beforeConntrack } from "../track.ts";
import type { Origin } from "./arrivals.ts";
import type { Fate } from "./fate.ts";
import { passDevices, passHook } from "./hook.ts";
import type { Passing, Visit } from "./passing.ts";
import { gathered } from "./routed.ts";
import type { Gathered } from "./routed.ts";
import { ruleSets } from "./rule-sets.ts";
import type { RuleName, RuleSets } from "./rule-sets.ts";

/** What becomes of every packet of a set, and which rules it meets. */
export interface Journeys {
  readonly space: Space;
  /** The packets that are asked about, as they come in. */
  readonly domain: Ref;
  /** Each packet has one for each value of what nobody knows. */
  readonly fates: readonly Fate[];
  /** Packets that come to a rule, and those that match it, at any hook. */
  rule(name: RuleName): RuleSets | null;
}

/** Follows every packet of `domain` through the stack to its end (see walk/path.ts, which does so for one). */
export function journeysOf(space: Space, origin: Origin, domain: Ref): Journeys {
  const journey = new Journey(space);
  const start = beforeConntrack(space, within(space.bdd, EVERYTHING, domain));
  if (origin === "receive") journey.receive(start, 1);
  else journey.send(start);
  return {
    space,
    domain,
    fates: journey.fates,
    rule: (name) => ruleSets(space, journey.visits, name),
  };
}

type Delivery = "forward" | "sent";

class Journey {
  readonly #space: Space;
  readonly fates: Fate[] = [];
  readonly visits: Visit[] = [];
  /** Packets, as they came in, whose route leads by a device without carrier. */
  #lost: Ref = FALSE;

  constructor(space: Space) {
    this.#space = space;
  }

  /** ip_rcv: PREROUTING, then routing decides (net/ipv4/ip_input.c). */
  receive(coming: Flow, round: number): void {
    const passing = this.#passing(round);
    const mine = this.#without(coming, this.#space.is("pktType", OTHER_HOST), [
      "pkttype",
      "the frame is addressed to another host",
    ]);
    const here = passHook(passing, "prerouting", passDevices(passing, "ingress", mine));
    // What came round by lo has its route already.
    if (round > 1) this.#input(here, passing);
    else this.#route(here, passing);
  }

  #passing(round: number): Passing {
    return {
      space: this.#space,
      round,
      end: (fate) => {
        this.#end(fate);
      },
      visited: (visit) => {
        this.visits.push(visit);
      },
      reroute: (flow) => this.#rerouted(flow),
    };
  }

  #end(fate: Fate): void {
    if (fate.flow.when !== FALSE) this.fates.push(fate);
  }

  #drop(flow: Flow, reason: Fate["reason"], what: string): void {
    this.#end({ verdict: "drop", delivery: "none", reason, what, at: null, inside: null, flow });
  }

  /** The packets that are not in a set, which is said of them as they are now; those in it go no further. */
  #without(flow: Flow, set: Ref, [reason, what]: readonly [Fate["reason"], string]): Flow {
    const { bdd } = this.#space;
    const lost = asEntered(bdd, flow, set);
    this.#drop(within(bdd, flow, lost), reason, what);
    return within(bdd, flow, bdd.not(lost));
  }

  #route(here: Flow, passing: Passing): void {
    const { bdd } = this.#space;
    let local: Flow = NOTHING;
    let forward: Flow = NOTHING;
    for (const route of gathered(this.#space, inputRouting(this.#space))) {
      const piece = within(bdd, here, asEntered(bdd, here, route.when));
      if (piece.when === FALSE) continue;
      if (route.kind === "local") local = joined(bdd, local, piece);
      else if (route.kind === "forward") forward = joined(bdd, forward, this.#forwardTo(piece, route));
      else this.#unrouted(piece, route);
    }
    this.#input(local, passing);
    this.#forward(forward, passing);
  }

  #unrouted(flow: Flow, route: Gathered & { readonly kind: "refused" | "unknown" }): void {
    const rest = { delivery: "none", at: null, inside: null, flow, what: route.what } as const;
    if (route.kind === "refused") this.#end({ ...rest, verdict: "drop", reason: route.reason });
    else this.#end({ ...rest, verdict: "unknown", reason: "route" });
  }

  /** The packets with the device that they will leave by. */
  #leadTo(flow: Flow, { oif, isLost }: Gathered & { readonly kind: "forward" }, field: "oif" | "nextOif"): Flow {
    const { bdd, layout, devices } = this.#space;
    if (isLost) this.#lost = bdd.or(this.#lost, flow.when);
    const bits = layout.bits[field];
    const number = oif === null ? -1 : devices.names.findIndex(({ name, isOther }) => name === oif && !isOther);
    const at = { space: this.#space, place: "routing", visit: "", hook: null };
    const values =
      number >= 0
        ? numberBits(bits, number)
        : oneOf(at, bits, { from: 1, to: devices.names.length - 1 }, "the device that it leaves by");
    return changed(
      flow,
      bits.flatMap((level, index) => (level === null ? [] : [[level, values[index] ?? FALSE] as const])),
    );
  }

  #forwardTo(flow: Flow, route: Gathered & { readonly kind: "forward" }): Flow {
    return this.#thatFit(this.#leadTo(flow, route, "oif"), route.mtu);
  }

  /** ip_exceeds_mtu, ip6_pkt_too_big: IPv4 packets may be cut where their sender lets them. */
  #thatFit(flow: Flow, mtu: number | null): Flow {
    const { bdd, layout } = this.#space;
    if (mtu === null) return flow;
    const isLong = this.#space.in("length", [{ from: mtu + 1, to: LONGEST }]);
    const what = `the packet is longer than the MTU ${String(mtu)}`;
    if (layout.family === "ip6") return this.#without(flow, isLong, ["mtu", what]);
    const mustStayWhole = this.#space.unknown("content DF", {
      what: "the packet must not be cut (DF)",
      why: "not given",
    });
    return this.#without(flow, bdd.and(isLong, mustStayWhole), ["mtu", what]);
  }

  #input(here: Flow, passing: Passing): void {
    if (here.when === FALSE) return;
    const flow = passHook(passing, "input", here);
    this.#end({ verdict: "accept", delivery: "local", reason: "route", what: null, at: null, inside: null, flow });
  }

  /** ip_forward (net/ipv4/ip_forward.c), ip6_forward: every check before FORWARD, in its order. */
  #forward(coming: Flow, passing: Passing): void {
    if (coming.when === FALSE) return;
    const { bdd, layout } = this.#space;
    let here = this.#without(coming, bdd.not(this.#space.is("pktType", HOST)), [
      "pkttype",
      "only frames for this host are forwarded",
    ]);
    here = this.#without(here, this.#space.is("hasSocket", 1), [
      "socket",
      "the packet belongs to a local socket, but no rule delivers it locally",
    ]);
    if (layout.family === "ip6")
      here = this.#without(here, this.#staysOnLink(), ["martian", "a source that is not forwarded"]);
    here = this.#without(here, this.#space.in("ttl", [{ from: 0, to: 1 }]), ["ttl", "TTL is 1 or 0"]);
    if (here.when === FALSE) return;
    here = changed(
      here,
      computed(bdd, here, layout.bits.ttl, (ttl) => Math.max(0, ttl - 1)),
    );
    this.#leave(passHook(passing, "forward", here), "forward", passing);
  }

  /** ip6_forward: no source of this link alone, nor one that is no host's. */
  #staysOnLink(): Ref {
    const { bdd } = this.#space;
    const top = (bits: bigint, length: number): Ref => {
      const shift = BigInt(128 - length);
      return this.#space.masked("src", ((1n << BigInt(length)) - 1n) << shift, bits << shift);
    };
    return bdd.union([top(0x3fan, 10), top(0xffn, 8), this.#space.is("src", 0n), this.#space.is("src", 1n)]);
  }

  /** ip_local_out: the route is chosen before OUTPUT, and again where OUTPUT changed what it depends on. */
  send(coming: Flow): void {
    const { bdd, layout } = this.#space;
    const passing = this.#passing(1);
    let here: Flow = NOTHING;
    for (const route of gathered(this.#space, outputRouting(this.#space))) {
      const piece = within(bdd, coming, asEntered(bdd, coming, route.when));
      if (piece.when === FALSE) continue;
      if (route.kind === "refused" || route.kind === "unknown") this.#unrouted(piece, route);
      else {
        const out = route.kind === "local" ? BY_LO : route;
        const led = this.#leadTo(this.#leadTo(piece, out, "oif"), out, "nextOif");
        here = joined(bdd, here, led);
      }
    }
    if (here.when === FALSE) return;
    const past = passHook(passing, "output", here);
    const next = layout.bits.oif.map((level, index): readonly [number, Ref] => {
      const from = layout.bits.nextOif[index] ?? null;
      return [level ?? 0, from === null ? FALSE : bitNow(bdd, past, from)];
    });
    this.#leave(changed(past, past.when === FALSE ? [] : next), "sent", passing);
  }

  #rerouted(flow: Flow): Flow {
    const { bdd } = this.#space;
    let result: Flow = NOTHING;
    for (const route of gathered(this.#space, outputRouting(this.#space, "reroute"))) {
      const piece = within(bdd, flow, asEntered(bdd, flow, route.when));
      if (piece.when === FALSE) continue;
      if (route.kind === "refused" || route.kind === "unknown") this.#unrouted(piece, route);
      else result = joined(bdd, result, this.#leadTo(piece, route.kind === "local" ? BY_LO : route, "nextOif"));
    }
    return result;
  }

  /** POSTROUTING and the device: lo brings the packet back. */
  #leave(coming: Flow, delivery: Delivery, passing: Passing): void {
    const { bdd, layout } = this.#space;
    if (coming.when === FALSE) return;
    const sent = passDevices(passing, "egress", passHook(passing, "postrouting", coming));
    this.#drop(within(bdd, sent, this.#lost), "carrier", "the device has no carrier");
    const here = this.#without(within(bdd, sent, bdd.not(this.#lost)), this.#withoutCarrier(), [
      "carrier",
      "the device has no carrier",
    ]);
    let rest = here;
    for (const [name, end] of this.#ends(delivery)) {
      const own = asEntered(bdd, rest, this.#space.device("oif", name, false));
      const piece = within(bdd, rest, own);
      if (piece.when === FALSE) continue;
      this.#end({ ...end, flow: piece });
      rest = within(bdd, rest, bdd.not(own));
    }
    const roundByLo = asEntered(bdd, rest, this.#space.device("oif", "lo", false));
    this.#end({
      verdict: "accept",
      delivery,
      reason: "route",
      what: null,
      at: null,
      inside: null,
      flow: within(bdd, rest, bdd.not(roundByLo)),
    });
    const back = within(bdd, rest, roundByLo);
    if (back.when === FALSE) return;
    const lo = this.#space.devices.names.findIndex(({ name, isOther }) => name === "lo" && !isOther);
    this.receive(
      changed(back, [
        ...assigned(layout.bits.iif, lo),
        ...assigned(layout.bits.oif, 0),
        ...assigned(layout.bits.nextOif, 0),
      ]),
      passing.round + 1,
    );
  }

  #withoutCarrier(): Ref {
    const { links } = this.#space.program;
    return this.#space.bdd.union(
      [...links.values()]
        .filter(({ flags }) => flags.includes("NO-CARRIER"))
        .map(({ name }) => this.#space.device("oif", name, false)),
    );
  }

  /** Devices behind which the journey is told no further: tunnels, and pairs whose other end is on this node, too. */
  *#ends(delivery: Delivery): Iterable<readonly [string, Omit<Fate, "flow">]> {
    const { links, beyond } = this.#space.program;
    for (const name of beyond.tunnels.keys())
      yield [name, { verdict: "accept", delivery, reason: "route", what: null, at: null, inside: name }];
    for (const { name, peer } of links.values()) {
      const other = links.get(peer ?? "");
      if (other?.peer !== name) continue;
      const what = `comes back in by ${other.name}, the other end of ${name}`;
      yield [name, { verdict: "unknown", delivery: "none", reason: "route", what, at: null, inside: null }];
    }
  }
}

const HOST = 0;
const OTHER_HOST = 3;
const LONGEST = 0xffff;
const BY_LO = { kind: "forward", when: TRUE, oif: "lo", mtu: null, isLost: false } as const;
