import type { Socket } from "../../model/host.ts";
import { zeroOf } from "../../base/address.ts";
import { askSocket, findSocket } from "../sockets.ts";
import { ask } from "../run.ts";
import type { Run } from "../run.ts";
import type { Evaluated } from "./evaluated.ts";

/** nft_socket_eval (net/netfilter/nft_socket.c): without a socket the rule ends. */
export function readSocket(run: Run, what: "transparent" | "wildcard" | "mark"): Evaluated {
  const { skb } = run;
  if (run.program.sockets === null) return askedSocket(run, what);
  const found = findSocket(run, skb);
  if (found === null) return null;
  const { socket, transparent } = found;
  switch (what) {
    case "transparent":
      return transparent === null ? asked(run, "the socket is transparent") : Number(transparent);
    case "wildcard":
      return Number(isWildcard(socket));
    case "mark":
      return socket.mark ?? 0;
  }
}

function isWildcard({ localAddress }: Socket): boolean {
  return localAddress === null || localAddress === zeroOf(typeof localAddress === "number" ? "ip" : "ip6");
}

function asked(run: Run, what: string): number {
  const question = askSocket(run, what);
  return Number(typeof question === "boolean" ? question : ask(run, question));
}

/** No dump of sockets: is there one at all, and of what kind? */
function askedSocket(run: Run, what: "transparent" | "wildcard" | "mark"): Evaluated {
  if (asked(run, "a socket for this packet exists") === 0) return null;
  if (what === "mark") return { kind: "unknown", what: "socket mark", why: "no ss dump" };
  return asked(run, what === "transparent" ? "the socket is transparent" : "the socket listens on every address");
}
