import type { Assumption } from "../../program/program.ts";
import { PROTO } from "../../program/protocol.ts";
import { FALSE, TRUE } from "../bdd/bdd.ts";
import type { Ref } from "../bdd/bdd.ts";
import type { Flow } from "../flow.ts";
import type { Space } from "../space.ts";
import { ERROR_WORDS, NO_MEMBER, decisions, isOn, routeUntold, strangeGroups, waysOf } from "./decision.ts";
import type { Decision } from "./decision.ts";
import { inputClasses } from "./device-class.ts";
import type { DeviceClass } from "./device-class.ts";
import { routeInput6 } from "./input6.ts";
import { ARRIVED } from "./lookup-key.ts";
import { Lookups } from "./lookup.ts";
import { Routing } from "./routed.ts";
import type { RoutedSet, Way } from "./routed.ts";
import { cameInBy } from "./selector.ts";
import { SourceChecks, sourceSettings } from "./source-check.ts";
import type { CheckedPackets, SourceSettings } from "./source-check.ts";
import { LIMITED_BROADCAST, v4Net } from "./special-address.ts";
import type { Answer } from "./table.ts";

/** ip_route_input_slow (net/ipv4/route.c), ip6_route_input: packets that came in by a device, as they are then. */
export function inputRouting(space: Space): readonly RoutedSet[] {
  return inputOf(space).sets();
}

/** Those of them that are sent on, with the device that they leave by in their bits of `oif`. */
export function inputForwarded(space: Space): Flow {
  return inputOf(space).flow({ isMade: false });
}

const known = new WeakMap<Space, Routing>();

function inputOf(space: Space): Routing {
  let routing = known.get(space);
  if (routing === undefined) {
    routing = space.layout.family === "ip" ? new InputV4(space).routing() : routeInput6(space);
    known.set(space, routing);
  }
  return routing;
}

interface Settings extends SourceSettings {
  readonly forwards: boolean | Assumption;
  readonly localnet: boolean;
}

function settingsOf(space: Space, name: string | null): Settings {
  const { sysctl } = space.program;
  const dev = name ?? "";
  return {
    ...sourceSettings(space, name),
    forwards: sysctl.forwards("ip", dev),
    localnet: sysctl.either("ipv4", dev, "route_localnet", 0),
  };
}

const FOR_THIS_NODE: CheckedPackets = { oif: "lo", turnsBack: false, toMany: false };
const TO_MANY: CheckedPackets = { ...FOR_THIS_NODE, toMany: true };

/** The routing of packets that came in, as it is put together: each step leaves the rest to the next. */
class InputV4 {
  readonly #space: Space;
  readonly #routing: Routing;
  readonly #classes: readonly DeviceClass<Settings>[];
  readonly #checks: SourceChecks;

  constructor(space: Space) {
    this.#space = space;
    this.#routing = new Routing(space);
    this.#classes = inputClasses(space, (name) => settingsOf(space, name));
    this.#checks = new SourceChecks(space, this.#classes);
  }

  routing(): Routing {
    const { bdd, family } = this.#space;
    const unicast = this.#afterGroups(this.#afterMartians());
    const { found, none } = new Lookups(this.#space, decisions(this.#space), { byHop: true }).of(ARRIVED);
    const forwarding = bdd.and(unicast, this.#forwarding());
    const asking = { unicast, forwarding };
    const ways = found.flatMap((answer) => this.#waysOf(answer, asking));
    if (family.fib.complete) this.#fail(none, ERROR_WORDS["net-unreachable"], asking);
    else routeUntold(this.#space, this.#routing, unicast, none);
    const forwarded = bdd.union(ways.map(({ when }) => when));
    this.#routing.refuse(() => this.#notForwarded(forwarded, asking), "forwarding", NOT_FORWARDING);
    this.#routing.forward(this.#accepted(bdd.and(forwarded, forwarding), ways), ways);
    return this.#routing;
  }

  #notForwarded(packets: Ref, { unicast, forwarding }: Asking): Ref {
    const { bdd } = this.#space;
    return bdd.minus(bdd.and(packets, unicast), forwarding);
  }

  /** Those that come in by a device that forwards. */
  #forwarding(): Ref {
    const { bdd } = this.#space;
    return bdd.union(this.#classes.map(({ settings, when }) => bdd.and(when, isOn(this.#space, settings.forwards))));
  }

  #devicesThat(isWanted: (settings: Settings) => boolean): Ref {
    return this.#space.bdd.union(this.#classes.flatMap(({ settings, when }) => (isWanted(settings) ? [when] : [])));
  }

  /** The addresses that no packet from outside may have. */
  #afterMartians(): Ref {
    const space = this.#space;
    const { bdd } = space;
    let rest: Ref = TRUE;
    const refuse = (set: Ref, what: string): void => {
      const refused = bdd.and(rest, set);
      this.#routing.refuse(() => refused, "martian", what);
      rest = bdd.minus(rest, set);
    };
    const toMany = bdd.or(space.is("dst", LIMITED_BROADCAST), v4Net(space, "dst", "multicast"));
    refuse(
      bdd.or(v4Net(space, "src", "multicast"), space.is("src", LIMITED_BROADCAST)),
      "source is multicast or broadcast",
    );
    refuse(bdd.minus(space.is("src", 0), toMany), "source is 0.0.0.0");
    refuse(space.is("dst", 0), "destination is 0.0.0.0");
    const without = bdd.minus(
      this.#devicesThat(({ isLo, localnet }) => !isLo && !localnet),
      space.is("dst", LIMITED_BROADCAST),
    );
    for (const [field, what] of [
      ["dst", "destination is loopback and route_localnet is 0"],
      ["src", "source is loopback and route_localnet is 0"],
    ] as const)
      refuse(bdd.and(without, v4Net(space, field, "loopback")), what);
    return rest;
  }

  /** ip_route_input_mc: no multicast router, so only what the node has joined; and what is sent to every host of a link. */
  #afterGroups(all: Ref): Ref {
    const space = this.#space;
    const { bdd } = space;
    const noSource = space.is("src", 0);
    const group = bdd.and(all, v4Net(space, "dst", "multicast"));
    const strange = strangeGroups(space);
    const joined = bdd.minus(group, strange);
    this.#routing.refuse(() => bdd.and(group, strange), "route", NO_MEMBER);
    // ip_mc_validate_source: without an address only what stays on the link, and IGMP.
    const sourceless = bdd.and(joined, noSource);
    const allowed = bdd.or(v4Net(space, "dst", "localMulticast"), space.is("proto", PROTO.igmp));
    this.#routing.refuse(() => bdd.minus(sourceless, allowed), "martian", "source is 0.0.0.0");
    const toAll = bdd.and(all, space.is("dst", LIMITED_BROADCAST));
    this.#routing.deliver(() => bdd.or(bdd.and(sourceless, allowed), bdd.and(toAll, noSource)), null);
    this.#deliver(bdd.minus(bdd.or(joined, toAll), noSource), null, TO_MANY);
    return bdd.minus(all, bdd.or(group, toAll));
  }

  /** The way that packets take, where the lookup says so; all others are done with. */
  #waysOf(answer: Answer<Decision>, asking: Asking): readonly Way[] {
    const { bdd } = this.#space;
    const { value, when, route } = answer;
    if (value.kind === "error") this.#fail(when, ERROR_WORDS[value.error], asking);
    else if (value.kind === "local") this.#deliver(bdd.and(asking.unicast, when), route, FOR_THIS_NODE);
    else if (value.type === "broadcast") this.#deliver(bdd.and(asking.unicast, when), route, TO_MANY);
    else if (value.type === "unicast") return waysOf(answer);
    else {
      const what = "destination of a type that is not forwarded";
      this.#routing.refuse(() => bdd.and(asking.unicast, when), "martian", what);
    }
    return [];
  }

  /** ip_error: nobody is told where the input device does not forward. */
  #fail(when: Ref, what: string, asking: Asking): void {
    const { bdd } = this.#space;
    this.#routing.refuse(() => bdd.and(when, asking.forwarding), "route", what);
    this.#routing.refuse(() => this.#notForwarded(when, asking), "forwarding", NOT_FORWARDING);
  }

  #deliver(packets: Ref, route: Answer<Decision>["route"], checked: CheckedPackets): void {
    const { bdd } = this.#space;
    this.#refuseSources(packets, checked);
    this.#routing.deliver(() => bdd.minus(packets, this.#checks.refused(checked)), route);
  }

  #refuseSources(packets: Ref, checked: CheckedPackets): void {
    const { bdd } = this.#space;
    for (const { when, reason, what } of this.#checks.refusals(checked))
      this.#routing.refuse(() => bdd.and(packets, when), reason, what);
  }

  /** Of packets that are sent on those whose source is not refused: it is looked at once for all that are looked at alike. */
  #accepted(packets: Ref, ways: readonly Way[]): Ref {
    const { bdd } = this.#space;
    const turning = this.#turningBack(ways);
    const alike = new Map<string, Ref[]>();
    for (const { when, to } of ways) {
      const name = this.#checks.asAsked(to.oif);
      const parts = alike.get(name);
      if (parts === undefined) alike.set(name, [when]);
      else parts.push(when);
    }
    const accepted: Ref[] = [];
    for (const [oif, parts] of alike) {
      const own = alike.size === 1 ? packets : bdd.and(packets, bdd.union(parts));
      for (const turnsBack of [true, false]) {
        const part = turnsBack ? bdd.and(own, turning) : bdd.minus(own, turning);
        this.#refuseSources(part, { oif, turnsBack, toMany: false });
        accepted.push(bdd.minus(part, this.#checks.refused({ oif, turnsBack, toMany: false })));
      }
    }
    return bdd.union(accepted);
  }

  /** Packets that leave by the device that they came in by, where that makes a difference. */
  #turningBack(ways: readonly Way[]): Ref {
    const { bdd } = this.#space;
    if (!this.#checks.asksForTurns) return FALSE;
    // In the order of the devices' numbers: neighbours share their upper bits.
    const sorted = ways.toSorted((a, b) => ((a.to.oif ?? "") < (b.to.oif ?? "") ? -1 : 1));
    return bdd.union(
      sorted.map(({ when, to }) => (to.oif === null ? FALSE : bdd.and(cameInBy(this.#space, to.oif), when))),
    );
  }
}

/** Packets that ask the tables, and those of them that the input device would forward. */
interface Asking {
  readonly unicast: Ref;
  readonly forwarding: Ref;
}

const NOT_FORWARDING = "the device that it came in by does not forward";
