import { askSocket, findSocket, mayHaveSocket, UNLISTED } from "../sockets.ts";
import { ask } from "../run.ts";
import type { Run } from "../run.ts";
import type { Evaluated } from "./evaluated.ts";

/** nft_socket_eval (net/netfilter/nft_socket.c): without a socket the rule ends. */
export function readSocket(run: Run, what: "transparent" | "wildcard" | "mark"): Evaluated {
  const found = findSocket(run, run.skb);
  if (found === null) return run.program.sockets === null && mayHaveSocket(run.skb) ? askedSocket(run, what) : null;
  const { text, transparent, isWildcard, mark } = found;
  switch (what) {
    case "transparent":
      return transparent === null ? asked(run, `the socket on ${text} is transparent`) : Number(transparent);
    case "wildcard":
      return isWildcard === null ? asked(run, UNLISTED.wildcard) : Number(isWildcard);
    case "mark":
      return mark ?? 0;
  }
}

function asked(run: Run, what: string): number {
  const question = askSocket(run, what);
  return Number(typeof question === "boolean" ? question : ask(run, question));
}

/** No dump of sockets: is there one at all, and of what kind? */
function askedSocket(run: Run, what: "transparent" | "wildcard" | "mark"): Evaluated {
  if (asked(run, UNLISTED.exists) === 0) return null;
  if (what === "mark") return { kind: "unknown", what: "socket mark", why: "no ss dump" };
  return asked(run, UNLISTED[what]);
}
