import type { RouteType } from "../../model/routing.ts";
import type { Ref } from "../bdd/bdd.ts";
import type { Space } from "../space.ts";
import type { DeviceClass } from "./device-class.ts";
import { ANSWER } from "./lookup-key.ts";
import { Lookups } from "./lookup.ts";
import { deviceAddresses } from "./local-address.ts";
import type { RefusalReason } from "./routed.ts";
import { bySameDevice, describeBack } from "./way-back.ts";
import type { Back } from "./way-back.ts";

/** What a device asks of the sources of packets that come in by it. */
export interface SourceSettings {
  readonly isLo: boolean;
  /** Effective rp_filter: 0 off, 1 strict, 2 loose. */
  readonly rpf: number;
  readonly acceptLocal: boolean;
  readonly redirects: boolean;
  readonly validMark: boolean;
  /** Without an address it is held to strict filtering even where it is loose. */
  readonly isAddressless: boolean;
}

export function sourceSettings({ program }: Space, name: string | null): SourceSettings {
  const { sysctl } = program;
  const dev = name ?? "";
  const link = program.links.get(dev);
  return {
    isLo: name === "lo",
    rpf: sysctl.max("ipv4", dev, "rp_filter", 0),
    acceptLocal: sysctl.either("ipv4", dev, "accept_local", 0),
    redirects: sysctl.either("ipv4", dev, "send_redirects", 1),
    validMark: sysctl.either("ipv4", dev, "src_valid_mark", 0),
    isAddressless: link !== undefined && !link.addresses.some(({ prefix }) => typeof prefix.address === "number"),
  };
}

/** Packets whose source is refused. */
export interface Refusal {
  readonly when: Ref;
  readonly reason: RefusalReason;
  readonly what: string;
}

/** Which packets are checked. */
export interface CheckedPackets {
  /** The device that they leave by, as far as rules ask for it; `lo`: they are for this node. */
  readonly oif: string;
  /** They leave by the device that they came in by. */
  readonly turnsBack: boolean;
  /** They are broadcasts, or for a group: then nobody asks with their destination. */
  readonly toMany: boolean;
}

/** fib_validate_source (net/ipv4/fib_frontend.c): the reverse path filter, and the check that a source is no address of this node. */
export class SourceChecks {
  readonly #space: Space;
  readonly #classes: readonly DeviceClass<SourceSettings>[];
  readonly #lookups: Lookups<Back>;
  readonly #known = new Map<string, readonly Refusal[]>();
  readonly #ways = new Map<string, WaysBack>();
  readonly #named: ReadonlySet<string>;

  constructor(space: Space, classes: readonly DeviceClass<SourceSettings>[]) {
    this.#space = space;
    this.#classes = classes;
    this.#lookups = new Lookups(space, (found) => describeBack(found), { byHop: false });
    this.#named = new Set(space.family.fib.rules.flatMap(({ iif }) => iif ?? []));
  }

  /** Does it make a difference whether packets turn back? */
  get asksForTurns(): boolean {
    return (
      this.#space.family.fib.maybeMerged &&
      this.#classes.some(({ settings: { isLo, rpf, redirects } }) => !isLo && rpf === 0 && redirects)
    );
  }

  /** One name for all devices that no rule names: packets that leave by them are alike. */
  asAsked(oif: string | null): string {
    return oif !== null && this.#named.has(oif) ? oif : "";
  }

  /** Disjoint. */
  refusals(checked: CheckedPackets): readonly Refusal[] {
    const { oif, turnsBack, toMany } = checked;
    const key = `${String(turnsBack && this.asksForTurns)} ${String(toMany)} ${this.asAsked(oif)}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const refusals = this.#classes.flatMap((one) => this.#ofClass(one, checked));
    this.#known.set(key, refusals);
    return refusals;
  }

  /** All of them. */
  refused(checked: CheckedPackets): Ref {
    return this.#space.bdd.union(this.refusals(checked).map(({ when }) => when));
  }

  #ofClass({ settings, when }: DeviceClass<SourceSettings>, checked: CheckedPackets): readonly Refusal[] {
    const { bdd, family } = this.#space;
    const { isLo, rpf, acceptLocal, redirects, validMark, isAddressless } = settings;
    if (isLo) return [];
    const martian = (set: Ref, what: string): Refusal => ({ when: bdd.and(when, set), reason: "martian", what });
    // Without rules of its own the kernel only compares with its own addresses.
    if (rpf === 0 && !(checked.turnsBack && redirects) && family.fib.maybeMerged)
      return acceptLocal ? [] : [martian(deviceAddresses(this.#space, "src"), OWN_SOURCE)];
    const ways = this.#waysBack(checked, validMark);
    const refusals = [...ways.martian].map(([type, set]) => martian(set, `source is a ${type} address`));
    if (!acceptLocal) refusals.push(martian(ways.local, OWN_SOURCE));
    if (rpf === 0) return refusals;
    const filtered = (set: Ref, what: string): Refusal => ({
      when: bdd.and(when, set),
      reason: "rp_filter",
      what: `${what} (rp_filter ${String(rpf)})`,
    });
    if (family.fib.complete) refusals.push(filtered(ways.none, "no route back to the source"));
    if (rpf === 2 && !isAddressless) return refusals;
    const sound = acceptLocal ? bdd.or(ways.unicast, ways.local) : ways.unicast;
    const elsewhere = bdd.minus(bdd.and(when, sound), ways.sameDevice);
    refusals.push(filtered(elsewhere, "the route back to the source leaves by another device"));
    return refusals;
  }

  #waysBack({ oif, toMany }: CheckedPackets, hasMark: boolean): WaysBack {
    const iif = this.asAsked(oif);
    const key = `${String(hasMark)} ${String(toMany)} ${iif}`;
    const known = this.#ways.get(key);
    if (known !== undefined) return known;
    const { found, none } = this.#lookups.of({ ...ANSWER, ...(toMany ? { src: null } : {}), iif, hasMark });
    const { bdd } = this.#space;
    const of = (isWanted: (back: Back) => boolean): Ref =>
      bdd.union(found.flatMap((answer) => (isWanted(answer.value) ? [answer.when] : [])));
    const types = new Set(found.flatMap(({ value: { type } }) => type ?? []));
    const ways = {
      none: bdd.or(
        none,
        of(({ type }) => type === null),
      ),
      local: of(({ type }) => type === "local"),
      unicast: of(({ type }) => type === "unicast"),
      martian: new Map([...types].filter(isMartian).map((type) => [type, of((back) => back.type === type)])),
      sameDevice: bySameDevice(this.#space, found),
    };
    this.#ways.set(key, ways);
    return ways;
  }
}

const OWN_SOURCE = "source is an address of this node";

function isMartian(type: RouteType): boolean {
  return type !== "local" && type !== "unicast";
}

interface WaysBack {
  readonly none: Ref;
  readonly local: Ref;
  readonly unicast: Ref;
  /** By the type of the route. */
  readonly martian: ReadonlyMap<RouteType, Ref>;
  /** Those that a route leads back to by the device that they came in by. */
  readonly sameDevice: Ref;
}
