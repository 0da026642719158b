import type { Address } from "../base/address.ts";
import { printAddress, zeroOf } from "../base/address.ts";
import type { Socket } from "../model/host.ts";
import type { Action } from "../program/action.ts";
import { FIRST_ICMP6_INFORMATION, ICMP_ERRORS, PROTO } from "../program/protocol.ts";
import type { Test } from "../program/test.ts";
import { FALSE, TRUE } from "./bdd/bdd.ts";
import type { Ref } from "./bdd/bdd.ts";
import { assigned, changed, joined, within } from "./flow.ts";
import type { Flow } from "./flow.ts";
import type { Place } from "./place.ts";
import type { Space, Unknown } from "./space.ts";

/**
 * Codes of the field `socket`: what a lookup by the packet's two ends finds of this node's connections. Connections come and go, so that it is
 * the packet's own, as the state of its flow is. Listeners are those that `ss` lists.
 */
export const SOCKET = { none: 0, plain: 1, transparent: 2 } as const;

/** Codes of the field `givenSocket`: what TPROXY gave the packet, a transparent socket that no rule need look for again. */
export const GIVEN_SOCKET = { none: 0, "on one address": 1, "on every address": 2 } as const;

const WITH_SOCKETS = [PROTO.tcp, PROTO.udp];

/** Packets whose ends, or the ends of what they complain of, can be those of a socket; other packets have none. */
export function socketsThatCanBe(space: Space): Ref {
  const { bdd, layout } = space;
  const none = space.is("socket", SOCKET.none);
  const notGiven = space.is("givenSocket", GIVEN_SOCKET.none);
  if (!space.sockets) return bdd.and(none, notGiven);
  const isError =
    layout.family === "ip"
      ? bdd.and(space.is("proto", PROTO.icmp), space.isAnyOf("icmpType", [...ICMP_ERRORS]))
      : bdd.and(space.is("proto", PROTO.icmp6), space.in("icmpType", [{ from: 0, to: FIRST_ICMP6_INFORMATION - 1 }]));
  const one = bdd.and(
    space.isAnyOf("socket", [SOCKET.plain, SOCKET.transparent]),
    bdd.or(isError, space.isAnyOf("proto", WITH_SOCKETS)),
  );
  const given = bdd.intersection([
    space.isAnyOf("givenSocket", [GIVEN_SOCKET["on one address"], GIVEN_SOCKET["on every address"]]),
    space.is("hasSocket", 1),
    space.isAnyOf("proto", WITH_SOCKETS),
  ]);
  return bdd.and(bdd.or(none, one), bdd.or(notGiven, given));
}

/** Packets whose socket is found before they are routed (net.ipv4.ip_early_demux; tcp_v4_early_demux, udp_v4_early_demux). */
export function demuxedEarly(space: Space): Ref {
  const { bdd, program } = space;
  const isOn = (name: string): boolean => program.sysctl.number(`net.ipv4.${name}_early_demux`, 1) !== 0;
  const protocols = (["tcp", "udp"] as const).filter((name) => isOn("ip") && isOn(name)).map((name) => PROTO[name]);
  return bdd.minus(space.isAnyOf("proto", protocols), space.is("socket", SOCKET.none));
}

/** A socket that packets without a connection find, and who they are. */
interface Found {
  readonly when: Ref;
  /** They, where it has IP_TRANSPARENT, and where it listens on every address. */
  readonly transparent: Ref;
  readonly wildcard: Ref;
}

/** What a packet was given, or its lookup finds: nobody, or one of these, no two of them by the same packet. */
function foundBy(space: Space): readonly Found[] {
  const { bdd } = space;
  const isGiven = bdd.not(space.is("givenSocket", GIVEN_SOCKET.none));
  const given = {
    when: isGiven,
    transparent: TRUE,
    wildcard: space.is("givenSocket", GIVEN_SOCKET["on every address"]),
  };
  const connection = bdd.minus(bdd.not(space.is("socket", SOCKET.none)), isGiven);
  const own = { when: connection, transparent: space.is("socket", SOCKET.transparent), wildcard: FALSE };
  const others = bdd.minus(space.isAnyOf("proto", WITH_SOCKETS), bdd.or(isGiven, connection));
  const listeners = space.program.sockets === null || space.hasOpenSets ? unlisted(space) : listed(space);
  return [given, own, ...listeners.map((found) => ({ ...found, when: bdd.and(found.when, others) }))];
}

/** No dump of sockets: three facts, as a walk asks for them. */
function unlisted(space: Space): readonly Found[] {
  return [
    {
      when: fact(space, "a socket for this packet exists"),
      transparent: fact(space, "the socket is transparent"),
      wildcard: fact(space, LISTENS_EVERYWHERE),
    },
  ];
}

const LISTENS_EVERYWHERE = "the socket listens on every address";

function fact(space: Space, what: string): Ref {
  return space.unknown(what, { what, why: whyUnknown(space) });
}

function listed(space: Space): readonly Found[] {
  return listeners(space, null, null).map(({ when, socket, isWildcard }) => ({
    when,
    transparent: isTransparent(space, socket),
    wildcard: isWildcard ? TRUE : FALSE,
  }));
}

function whyUnknown({ program, hasOpenSets }: Space): Unknown["why"] {
  if (hasOpenSets) return "sockets change without the rules";
  return program.sockets === null ? "no ss dump" : "ss was run without --inet-sockopt";
}

function isTransparent(space: Space, { transparent, localAddress, localPort }: Socket): Ref {
  if (transparent !== null) return transparent ? TRUE : FALSE;
  const address = localAddress === null ? "*" : printAddress(localAddress);
  return fact(space, `the socket on ${address}:${String(localPort)} is transparent`);
}

interface Listener {
  readonly socket: Socket;
  readonly when: Ref;
  readonly isWildcard: boolean;
}

/**
 * The sockets that take new packets, each with those that find it: one on the very address goes before one on every address
 * (__inet_lookup_listener, udp4_lib_lookup2). Null: the packet's own port or address.
 */
function listeners(space: Space, port: number | null, address: Address | null): readonly Listener[] {
  const { bdd } = space;
  const isOnPort = ({ localPort }: Socket): boolean => localPort !== null && (port ?? localPort) === localPort;
  const able = (space.program.sockets ?? []).filter((socket) => isListener(socket) && isOnPort(socket));
  const listening = able.flatMap((socket): readonly Listener[] => {
    const { proto, localAddress: own, localPort, device } = socket;
    const isWildcard = isOnEveryAddress(space, socket);
    if (!isWildcard && !(own !== null && isAddressOf(space, own) && (address ?? own) === own)) return [];
    const when = bdd.intersection([
      space.is("proto", proto === "tcp" ? PROTO.tcp : PROTO.udp),
      port === null ? space.is("dport", localPort ?? 0) : TRUE,
      isWildcard || own === null || address !== null ? TRUE : space.is("dst", own),
      device === null ? TRUE : space.device("iif", device, false),
    ]);
    return [{ socket, when, isWildcard }];
  });
  let taken: Ref = FALSE;
  return [false, true].flatMap((wildcards) =>
    listening
      .filter(({ isWildcard }) => isWildcard === wildcards)
      .map((listener) => {
        const when = bdd.minus(listener.when, taken);
        taken = bdd.or(taken, listener.when);
        return { ...listener, when };
      }),
  );
}

function isListener({ proto, state }: Socket): boolean {
  return (proto === "tcp" || proto === "udp") && (state === "LISTEN" || state === "UNCONN");
}

/** One on `::` takes IPv4, too, where it says so. */
function isOnEveryAddress({ layout: { family } }: Space, { localAddress, v6only }: Socket): boolean {
  return localAddress === null || localAddress === zeroOf(family) || (localAddress === 0n && v6only === false);
}

function isAddressOf({ layout: { family } }: Space, address: Address): boolean {
  return typeof address === typeof zeroOf(family);
}

/** `-m socket` (socket_match, net/netfilter/xt_socket.c). */
export function socketSet(space: Space, { transparent, nowildcard }: Test & { readonly kind: "socket" }): Ref {
  const { bdd } = space;
  return bdd.union(
    foundBy(space).map((found) =>
      bdd.and(
        transparent ? bdd.and(found.when, found.transparent) : found.when,
        nowildcard ? TRUE : bdd.not(found.wildcard),
      ),
    ),
  );
}

/** `socket transparent`, `socket wildcard` of nft: packets that have a socket, and those of whose socket it is so. */
export function socketProperty(
  space: Space,
  what: "transparent" | "wildcard",
): { readonly has: Ref; readonly isSo: Ref } {
  const { bdd } = space;
  const all = foundBy(space);
  return {
    has: bdd.union(all.map(({ when }) => when)),
    isSo: bdd.union(all.map((found) => bdd.and(found.when, found[what]))),
  };
}

/** Packets that TPROXY finds a transparent socket for, and those of them for which it is one on every address. */
interface Taken {
  readonly when: Ref;
  readonly everywhere: Ref;
}

/** nf_tproxy_get_sock_v4: their connection, else a listener on its port, where a dump tells of it. */
export function transparentSocket(
  { space }: Place,
  { port, address }: Pick<Action & { readonly kind: "tproxy" }, "port" | "address">,
): Taken {
  const { bdd } = space;
  const connection = bdd.minus(space.isAnyOf("proto", WITH_SOCKETS), space.is("socket", SOCKET.none));
  const { when, everywhere } = listensFor(space, port, address);
  return {
    when: bdd.ite(connection, space.is("socket", SOCKET.transparent), when),
    everywhere: bdd.minus(everywhere, connection),
  };
}

/** The packets with the socket that TPROXY gives them. */
export function withSocket({ bdd, layout }: Space, flow: Flow, everywhere: Ref): Flow {
  const given = (where: Ref, code: number): Flow =>
    changed(within(bdd, flow, where), [
      ...assigned(layout.bits.hasSocket, 1),
      ...assigned(layout.bits.givenSocket, code),
    ]);
  const ofOne = given(bdd.not(everywhere), GIVEN_SOCKET["on one address"]);
  return joined(bdd, ofOne, given(everywhere, GIVEN_SOCKET["on every address"]));
}

function listensFor(space: Space, port: number, address: Address | null): Taken {
  const { bdd, program } = space;
  const isOpen = fact(space, `a transparent socket listens on port ${String(port)}`);
  const open = { when: isOpen, everywhere: fact(space, LISTENS_EVERYWHERE) };
  // Without a port of its own the rule means the packet's, without an address that of the device.
  if (program.sockets === null || space.hasOpenSets || port === 0) return open;
  const found = listeners(space, port, address);
  const onOneAddress = address === null && found.some(({ isWildcard }) => !isWildcard);
  if (onOneAddress) return open;
  const taken = found.map(({ when, socket }) =>
    bdd.and(when, socket.transparent === null ? isOpen : isTransparent(space, socket)),
  );
  return {
    when: bdd.union(taken),
    everywhere: bdd.union(taken.filter((_, at) => found[at]?.isWildcard === true)),
  };
}
