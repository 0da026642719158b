import type { Address } from "../base/address.ts";
import { parseAddress, zeroOf } from "../base/address.ts";
import type { Socket } from "../model/host.ts";
import type { Delivery } from "./delivery.ts";

/** The sockets that take new connections where a rule delivers them; empty where the rule does not say to which port. */
export function listenersFor(delivery: Delivery, sockets: readonly Socket[]): readonly Socket[] {
  const { protocol, port } = delivery;
  const wanted = wantedAddress(delivery);
  return sockets.filter(
    (socket) =>
      (socket.state === "LISTEN" || socket.state === "UNCONN") &&
      (protocol === null || socket.proto === protocol) &&
      String(socket.localPort) === port &&
      listensOn(socket, wanted),
  );
}

/** The address that a socket must have; null: any will do. */
export function wantedAddress({ address, family }: Delivery): Address | null {
  const wanted = address === null ? null : parseAddress(address);
  return wanted === zeroOf(family) ? null : wanted;
}

function listensOn({ localAddress }: Socket, wanted: Address | null): boolean {
  return (
    wanted === null || localAddress === null || localAddress === wanted || localAddress === 0 || localAddress === 0n
  );
}
