import type { Address } from "../base/address.ts";
import { familyOf, zeroOf } from "../base/address.ts";
import type { Socket } from "../model/host.ts";
import type { Action } from "../program/action.ts";
import { PROTO } from "../program/protocol.ts";
import { FALSE, TRUE } from "./bdd/bdd.ts";
import type { Ref } from "./bdd/bdd.ts";
import type { Place } from "./place.ts";

/**
 * Packets that TPROXY finds a transparent socket for (nf_tproxy_get_sock_v4): a listener on its port, where a dump tells of it. Whether
 * one of the packet's own connection is there nobody knows.
 */
export function transparentListener(
  { space }: Place,
  { port, address }: Pick<Action & { readonly kind: "tproxy" }, "port" | "address">,
): Ref {
  const { bdd, program, layout } = space;
  const listens = space.unknown(`a transparent socket listens on port ${String(port)}`, {
    what: `a transparent socket listens on port ${String(port)}`,
    why: program.sockets === null ? "no ss dump" : "ss was run without --inet-sockopt",
  });
  // Without a port of its own the rule means the packet's, without an address that of the device.
  if (program.sockets === null || port === 0) return listens;
  const answers = (["tcp", "udp"] as const).map((proto) => {
    const own = (program.sockets ?? []).filter((socket) => socket.proto === proto && socket.localPort === port);
    const [only, ...others] = own;
    const isOf = space.is("proto", PROTO[proto]);
    if (only === undefined) return FALSE;
    const told = others.length === 0 && takes(only, address ?? zeroOf(layout.family)) ? only.transparent : null;
    return bdd.and(isOf, told === null ? listens : told ? TRUE : FALSE);
  });
  return bdd.union(answers);
}

/** A listener on every device that is there for an address, or for all. */
function takes({ state, device, localAddress }: Socket, address: Address): boolean {
  const listens = state === "LISTEN" || state === "UNCONN";
  const isFor = localAddress === null || localAddress === address || localAddress === zeroOf(familyOf(address));
  return listens && device === null && isFor;
}
