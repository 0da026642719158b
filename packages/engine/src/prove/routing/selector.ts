import type { Range } from "../../base/ranges.ts";
import { netOf } from "../../base/address.ts";
import type { Address, Prefix } from "../../base/address.ts";
import { unknownSelector } from "../../ext/ip/rule.ts";
import type { RoutingRule } from "../../model/routing.ts";
import type { AddressField } from "../../program/test.ts";
import { FALSE, TRUE } from "../bdd/bdd.ts";
import type { Ref } from "../bdd/bdd.ts";
import { fieldIn } from "../fields.ts";
import type { Space } from "../space.ts";
import type { LookupKey } from "./lookup-key.ts";

const ECN_MASK = 0xfc;
const PORTS = 0xffff;

/** fib_rule_match (net/core/fib_rules.c), fib4_rule_match, fib6_rule_match: the packets that a rule takes. */
export function selectedBy(space: Space, rule: RoutingRule, key: LookupKey): Ref {
  const { bdd } = space;
  let selected = bdd.intersection(selectors(space, rule, key));
  const word = selected === FALSE ? null : unknownSelector(rule);
  if (word !== null) {
    const what = `rule ${String(rule.priority)} selects the packet by “${word}”`;
    const open = { what, why: "hookwalk does not know this selector" };
    selected = bdd.and(selected, space.unknown(`${what} ${JSON.stringify(key)}`, open));
  }
  return rule.not ? bdd.not(selected) : selected;
}

function selectors(space: Space, rule: RoutingRule, key: LookupKey): readonly Ref[] {
  const { from, to, fwmark, tos, iif, oif, ipproto, uidRange, tunId, l3mdev } = rule;
  // Tunnel metadata and devices of a VRF are nothing that a packet here has.
  if (tunId !== null || l3mdev) return [FALSE];
  const parts: Ref[] = [];
  if (from !== null) parts.push(addressIn(space, key.src, from));
  if (to !== null) parts.push(addressIn(space, key.dst, to));
  if (fwmark !== null) parts.push(markedAs(space, fwmark, key));
  parts.push(hasTos(space, key, tos));
  if (iif !== null) parts.push(key.iif === null ? cameInBy(space, iif) : always(iif === key.iif));
  if (oif !== null) parts.push(key.asksInput ? cameInBy(space, oif) : always(oif === key.oif));
  if (ipproto !== null) parts.push(key.hasProto ? space.is("proto", ipproto) : always(ipproto === 0));
  for (const part of portsIn(space, rule, key)) parts.push(part);
  if (uidRange !== null) parts.push(ownedIn(space, uidRange, key));
  return parts;
}

/** Packets with the TOS that a rule or a route is for; 0 and null: for any. */
export function hasTos(space: Space, key: LookupKey, tos: number | null): Ref {
  if (tos === null || tos === 0) return TRUE;
  return key.hasTos ? space.masked("tos", ECN_MASK, tos) : FALSE;
}

function always(value: boolean): Ref {
  return value ? TRUE : FALSE;
}

function addressIn(space: Space, field: AddressField | null, prefix: Prefix): Ref {
  const net = netOf(prefix);
  if (field !== null) return space.inNet(field, net);
  return always(isNone(net.value) && (typeof net.value === "number") === (space.layout.family === "ip"));
}

function isNone(address: Address): boolean {
  return address === 0 || address === 0n;
}

function markedAs(space: Space, { mark, mask }: NonNullable<RoutingRule["fwmark"]>, { hasMark }: LookupKey): Ref {
  const wanted = (mark & mask) >>> 0;
  return hasMark ? space.masked("mark", mask, wanted) : always(wanted === 0);
}

/** Packets that came in by a device; those that were made here came by `lo`. */
export function cameInBy(space: Space, name: string): Ref {
  const named = space.device("iif", name, false);
  return name === "lo" ? space.bdd.or(named, space.noDevice("iif")) : named;
}

function* portsIn(space: Space, { sport, dport }: RoutingRule, { ports }: LookupKey): Iterable<Ref> {
  const [source, destination] = ports === "swapped" ? (["dport", "sport"] as const) : (["sport", "dport"] as const);
  for (const [field, range] of [
    [source, sport],
    [destination, dport],
  ] as const) {
    if (range === null) continue;
    const none = always(range.from === 0);
    if (ports === "none") yield none;
    else {
      const { has, holds } = fieldIn(space, field, PORTS, [range]);
      yield space.bdd.ite(has, holds, none);
    }
  }
}

function ownedIn(space: Space, range: Range, { hasUid }: LookupKey): Ref {
  const none = always(range.from === 0);
  return hasUid ? space.bdd.ite(space.is("hasSocket", 1), space.in("skUid", [range]), none) : none;
}
