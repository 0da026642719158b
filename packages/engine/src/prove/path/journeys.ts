import { PKT_TYPE } from "../../program/packet.ts";
import { FALSE } from "../bdd/bdd.ts";
import type { Ref } from "../bdd/bdd.ts";
import {
  EVERYTHING,
  NOTHING,
  asEntered,
  assigned,
  bitNow,
  chained,
  changed,
  computed,
  joined,
  within,
} from "../flow.ts";
import type { Flow } from "../flow.ts";
import { ERROR_WORDS, NO_MEMBER } from "../routing/decision.ts";
import { inputForwarded, inputRouting } from "../routing/input.ts";
import { outputLeaving, outputRouting } from "../routing/output.ts";
import type { RouteNote, RoutedSet } from "../routing/routed.ts";
import { demuxedEarly } from "../socket.ts";
import type { Space } from "../space.ts";
import { beforeConntrack } from "../track.ts";
import type { Origin } from "./arrivals.ts";
import type { Fate } from "./fate.ts";
import { groupsOfThisNode, impossibleAddresses, sourcesOfTheirLink } from "./impossible.ts";
import { passDevices, passHook } from "./hook.ts";
import { transmitted } from "./ipvs-transmit.ts";
import { endsOf, longerThan, tooLong, withoutCarrier } from "./leaving.ts";
import type { Delivery } from "./leaving.ts";
import type { Passing, Visit } from "./passing.ts";
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
  if (origin === "receive") journey.receive(start, { round: 1, came: "in" });
  else journey.send(start);
  return {
    space,
    domain,
    fates: journey.fates,
    rule: (name) => ruleSets(space, journey.visits, name),
  };
}

/** How often packets have come in here, and how: from outside, or round by lo, where they keep what was to become of them. */
interface Arriving {
  readonly round: number;
  readonly came: "in" | Delivery;
}

/** Why packets go no further. */
type Why = readonly [reason: Fate["reason"], what: string];

const TOO_LONG: Why = ["mtu", "the packet is longer than the MTU"];

class Journey {
  readonly #space: Space;
  readonly fates: Fate[] = [];
  readonly visits: Visit[] = [];
  /** Packets, as they came in, by what their route says. */
  readonly #noted = new Map<RouteNote, Ref>();
  /** IPv6 packets, as they came in, that their sender lets be cut (`ignore_df`). */
  #ignoreDf: Ref = FALSE;

  constructor(space: Space) {
    this.#space = space;
  }

  /** ip_rcv: PREROUTING, then routing decides (net/ipv4/ip_input.c). */
  receive(coming: Flow, { round, came }: Arriving): void {
    const passing = this.#passing(round);
    const mine = this.#without(coming, this.#space.is("pktType", PKT_TYPE.otherhost), [
      "pkttype",
      "the frame is addressed to another host",
    ]);
    const possible = this.#without(mine, impossibleAddresses(this.#space), ["martian", "an address that nobody has"]);
    const here = passHook(passing, "prerouting", passDevices(passing, "ingress", possible));
    // What came round by lo has its route already.
    if (came === "in") this.#route(this.#demuxed(here), passing);
    else if (came === "sent") this.#input(this.#toMembers(here), passing);
    else this.#forward(changed(here, assigned(this.#space.layout.bits.oif, this.#lo)), passing);
  }

  /** ip_rcv_finish_core, ip6_rcv_finish_core: the connection that a packet is of is found before its route. */
  #demuxed(here: Flow): Flow {
    const { bdd, layout, sockets } = this.#space;
    const [level] = layout.bits.hasSocket;
    if (!sockets || level === undefined || level === null) return here;
    const able = bdd.and(demuxedEarly(this.#space), this.#space.is("pktType", PKT_TYPE.host));
    return changed(here, [[level, bdd.or(bitNow(bdd, here, level), asEntered(bdd, here, able))]]);
  }

  /** What comes round by lo for a group that nobody here has joined is delivered to nobody (RTCF_LOCAL, __mkroute_output). */
  #toMembers(here: Flow): Flow {
    return this.#without(here, this.#space.is("strangeGroup", 1), ["route", NO_MEMBER]);
  }

  #passing(round: number, visit = String(round)): Passing {
    const passing: Passing = {
      space: this.#space,
      round,
      visit,
      end: (fate) => {
        this.#end(fate);
      },
      visited: (visit) => {
        this.visits.push(visit);
      },
      reroute: (flow) => this.#rerouted(flow),
      transmit: (hook, servers, tracked) => {
        const ways = { passing, hook, tracked, routed: this.#routedTo, fitting: this.#thatFit };
        const { stays, leaves } = transmitted(ways, servers);
        this.#sendOn(leaves, round);
        return stays;
      },
    };
    return passing;
  }

  #end(fate: Fate): void {
    if (fate.flow.when !== FALSE) this.fates.push(fate);
  }

  #drop(flow: Flow, reason: Fate["reason"], what: string): void {
    this.#end({ verdict: "drop", delivery: "none", reason, what, at: null, inside: null, flow });
  }

  /** The packets that are not in a set, which is said of them as they are now; those in it go no further. */
  #without(flow: Flow, set: Ref, why: Why): Flow {
    return this.#losing(flow, asEntered(this.#space.bdd, flow, set), why);
  }

  /** The same of a set of packets as they came in. */
  #losing(flow: Flow, lost: Ref, [reason, what]: Why): Flow {
    const { bdd } = this.#space;
    this.#drop(within(bdd, flow, lost), reason, what);
    return within(bdd, flow, bdd.not(lost));
  }

  #route(here: Flow, passing: Passing): void {
    const { bdd } = this.#space;
    if (here.when === FALSE) return;
    const sets = inputRouting(this.#space);
    this.#refuse(here, sets);
    const local = sets.filter(({ to }) => to.kind === "local").map(({ when }) => asEntered(bdd, here, when));
    const going = this.#led(here, sets, inputForwarded(this.#space));
    this.#input(within(bdd, here, bdd.union(local)), passing);
    this.#forward(going, passing);
  }

  #refuse(here: Flow, sets: readonly RoutedSet[]): void {
    const { bdd } = this.#space;
    for (const { when, to } of sets)
      if (to.kind === "refused") this.#drop(within(bdd, here, asEntered(bdd, here, when)), to.reason, to.what);
  }

  /** The packets with the device that their route leads to, and the next hop where it makes a difference. */
  #led(here: Flow, sets: readonly RoutedSet[], leaving: Flow): Flow {
    const { bdd, layout } = this.#space;
    const routed = chained(bdd, here, leaving);
    let going = changed(
      routed,
      routed.when === FALSE ? [] : assigned(layout.bits.nexthop, layout.family === "ip" ? 0 : 0n),
    );
    // A new route takes the place of the one before.
    for (const [note, packets] of this.#noted) this.#noted.set(note, bdd.minus(packets, here.when));
    for (const { when, to } of sets) {
      if (to.kind !== "forward" || (to.notes.length === 0 && to.via === null)) continue;
      const piece = within(bdd, going, asEntered(bdd, here, when));
      for (const note of to.notes) this.#noted.set(note, bdd.or(this.#withNote(note), piece.when));
      if (to.via === null || piece.when === FALSE) continue;
      const rest = within(bdd, going, bdd.not(piece.when));
      going = joined(bdd, rest, changed(piece, assigned(layout.bits.nexthop, to.via)));
    }
    return going;
  }

  #withNote(note: RouteNote): Ref {
    return this.#noted.get(note) ?? FALSE;
  }

  /** ip6_pkt_discard_out: OUTPUT has seen them. */
  #withoutRefused(past: Flow): Flow {
    return this.#losing(past, this.#withNote("by-lo"), ["route", ERROR_WORDS["by-lo"]]);
  }

  /** ip_exceeds_mtu, ip6_pkt_too_big: by the MTU of the route where it has one. IPv4 packets may be cut where their sender lets them. */
  readonly #thatFit = (flow: Flow): Flow => this.#fitting(flow, this.#noted);

  #fitting(flow: Flow, notes: Iterable<readonly [RouteNote, Ref]>): Flow {
    const { layout, bdd } = this.#space;
    let long = asEntered(bdd, flow, tooLong(this.#space));
    for (const [note, packets] of notes)
      if (typeof note === "number") long = bdd.ite(packets, asEntered(bdd, flow, longerThan(this.#space, note)), long);
    const mustStayWhole =
      layout.family === "ip6" ? bdd.not(this.#ignoreDf) : asEntered(bdd, flow, this.#space.is("df", 1));
    return this.#losing(flow, bdd.and(long, mustStayWhole), TOO_LONG);
  }

  /** ip_route_output_key: packets for this node, and the others with the device that they leave by. */
  readonly #routedTo = (asked: Flow): { readonly local: Ref; readonly leaving: Flow } => {
    const { bdd } = this.#space;
    const sets = outputRouting(this.#space, "output");
    this.#refuse(asked, sets);
    const local = sets.filter(({ to }) => to.kind === "local").map(({ when }) => asEntered(bdd, asked, when));
    const own = bdd.and(asked.when, bdd.union(local));
    const leaving = this.#led(within(bdd, asked, bdd.not(own)), sets, outputLeaving(this.#space, "output"));
    return { local: own, leaving };
  };

  /** IPVS sends packets as if this node had made them: by OUTPUT, where there is no input device (ip_vs_nat_send_or_cont). */
  #sendOn(leaving: Flow, round: number): void {
    const { bdd, layout } = this.#space;
    if (leaving.when === FALSE) return;
    const outside = bdd.not(bdd.or(this.#space.noDevice("iif"), this.#space.device("iif", "lo", false)));
    const isForwarded = asEntered(bdd, leaving, outside);
    const passing = this.#passing(round, `${String(round)} ipvs`);
    const iif = layout.bits.iif.flatMap((level) =>
      level === null ? [] : [[level, bitNow(bdd, leaving, level)] as const],
    );
    // The socket that waits for the old destination has nothing to do with the packet (ip_vs_drop_early_demux_sk).
    const socket = [...layout.bits.hasSocket, ...layout.bits.givenSocket].flatMap((level) =>
      level === null ? [] : [[level, bdd.minus(bitNow(bdd, leaving, level), isForwarded)] as const],
    );
    const here = changed(leaving, [
      ...this.#copied(leaving, "oif", "nextOif"),
      ...assigned(layout.bits.iif, 0),
      ...socket,
    ]);
    const past = this.#withoutRefused(passHook(passing, "output", here));
    if (past.when === FALSE) return;
    // ip_output names the device again that the packet came in by.
    const going = changed(past, [...this.#copied(past, "nextOif", "oif"), ...iif]);
    this.#leave(within(bdd, going, isForwarded), "forward", passing);
    this.#leave(within(bdd, going, bdd.not(isForwarded)), "sent", passing);
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
    let here = this.#without(coming, bdd.not(this.#space.is("pktType", PKT_TYPE.host)), [
      "pkttype",
      "only frames for this host are forwarded",
    ]);
    here = this.#without(here, this.#space.is("hasSocket", 1), [
      "socket",
      "the packet belongs to a local socket, but no rule delivers it locally",
    ]);
    here = this.#without(here, this.#space.in("ttl", [{ from: 0, to: 1 }]), ["ttl", "TTL is 1 or 0"]);
    if (layout.family === "ip6")
      here = this.#without(here, sourcesOfTheirLink(this.#space), ["martian", "a source that is not forwarded"]);
    // IPv6 looks at the route's MTU only when the packet leaves (ip6_dst_mtu_maybe_forward).
    here = this.#fitting(here, layout.family === "ip" ? this.#noted : []);
    if (here.when === FALSE) return;
    here = changed(
      here,
      computed(bdd, here, layout.bits.ttl, (ttl) => Math.max(0, ttl - 1)),
    );
    this.#leave(passHook(passing, "forward", here), "forward", passing);
  }

  /** ip_local_out: the route is chosen before OUTPUT, and again where OUTPUT changed what it depends on. */
  send(coming: Flow): void {
    const passing = this.#passing(1);
    const sets = outputRouting(this.#space, "output");
    this.#refuse(coming, sets);
    const led = this.#fromSockets(this.#led(coming, sets, outputLeaving(this.#space, "output")));
    const here = changed(led, this.#copied(led, "oif", "nextOif"));
    if (here.when === FALSE) return;
    const past = this.#withoutRefused(passHook(passing, "output", here));
    this.#leave(changed(past, this.#copied(past, "nextOif", "oif")), "sent", passing);
  }

  /** What is longer than its device's MTU is of a socket whose packets are cut: any other is refused (see the walk). */
  #fromSockets(led: Flow): Flow {
    const { bdd, layout } = this.#space;
    if (layout.family === "ip") return this.#fitting(led, []);
    this.#ignoreDf = asEntered(bdd, led, tooLong(this.#space));
    return led;
  }

  *#copied(flow: Flow, from: "oif" | "nextOif", to: "oif" | "nextOif"): Iterable<readonly [number, Ref]> {
    const { bdd, layout } = this.#space;
    if (flow.when === FALSE) return;
    for (const [index, level] of layout.bits[to].entries()) {
      const source = layout.bits[from][index] ?? null;
      if (level !== null && source !== null) yield [level, bitNow(bdd, flow, source)];
    }
  }

  /** ip_route_me_harder: chains of this hook still see the device before it. */
  #rerouted(flow: Flow): Flow {
    const { layout } = this.#space;
    if (flow.when === FALSE) return NOTHING;
    const sets = outputRouting(this.#space, "reroute");
    this.#refuse(flow, sets);
    const led = this.#led(flow, sets, outputLeaving(this.#space, "reroute"));
    const seen = layout.bits.oif.flatMap((level) =>
      level === null ? [] : [[level, bitNow(this.#space.bdd, flow, level)] as const],
    );
    return changed(changed(led, this.#copied(led, "oif", "nextOif")), led.when === FALSE ? [] : seen);
  }

  /** POSTROUTING and the device: lo brings the packet back. */
  #leave(coming: Flow, delivery: Delivery, passing: Passing): void {
    const { bdd, layout } = this.#space;
    if (coming.when === FALSE) return;
    const whole = this.#thatFit(passHook(passing, "postrouting", coming));
    const leaving = this.#without(whole, groupsOfThisNode(this.#space), [
      "martian",
      "a group of this node alone does not leave it",
    ]);
    const sent = passDevices(passing, "egress", leaving);
    const lost = bdd.or(this.#withNote("carrier"), asEntered(bdd, sent, withoutCarrier(this.#space)));
    const here = this.#losing(sent, lost, ["carrier", "the device has no carrier"]);
    let rest = here;
    for (const [name, end] of endsOf(this.#space, delivery)) {
      const own = asEntered(bdd, rest, this.#space.device("oif", name, false));
      const piece = within(bdd, rest, own);
      if (piece.when === FALSE) continue;
      this.#end({ ...end, flow: piece });
      rest = within(bdd, rest, bdd.not(own));
    }
    // A device that nobody knows brings nothing back, as in a walk.
    const roundByLo = bdd.minus(asEntered(bdd, rest, this.#space.device("oif", "lo", false)), this.#withNote("untold"));
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
    if (passing.round === MOST_ROUNDS) {
      const what = "is forwarded by lo again and again";
      this.#end({ verdict: "unknown", delivery: "none", reason: "limit", what, at: null, inside: null, flow: back });
      return;
    }
    this.receive(
      changed(back, [
        ...assigned(layout.bits.iif, this.#lo),
        ...assigned(layout.bits.oif, 0),
        ...assigned(layout.bits.nextOif, 0),
        // loopback_xmit
        ...assigned(layout.bits.hasSocket, 0),
        ...assigned(layout.bits.givenSocket, 0),
      ]),
      { round: passing.round + 1, came: delivery },
    );
  }

  get #lo(): number {
    return this.#space.devices.names.findIndex(({ name, isOther }) => name === "lo" && !isOther);
  }
}

/** What is forwarded by lo comes round until its TTL is used up; so often it is followed. */
const MOST_ROUNDS = 4;
