import { zeroOf } from "../base/address.ts";
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
  const found = (["tcp", "udp"] as const).map((proto) => {
    const own = (program.sockets ?? []).filter((socket) => socket.proto === proto && socket.localPort === port);
    const of = space.is("proto", PROTO[proto]);
    if (own.length === 0) return FALSE;
    const [only] = own;
    const isPlain = own.length === 1 && only?.state === (proto === "tcp" ? "LISTEN" : "UNCONN") && only.device === null;
    const isWildcard = only?.localAddress === null || only?.localAddress === zeroOf(layout.family);
    const isFound = isPlain && (isWildcard || (address !== null && only?.localAddress === address));
    const answer = isFound ? (only?.transparent ?? null) : null;
    return bdd.and(of, answer === null ? listens : answer ? TRUE : FALSE);
  });
  return bdd.union(found);
}
