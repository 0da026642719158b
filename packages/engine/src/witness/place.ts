import type { Called } from "../prove/call-graph.ts";
import type { PickPlace } from "../prove/pick/pick.ts";
import type { Space } from "../prove/space.ts";
import type { Start } from "../walk/path.ts";

/** Where the packets of a set stand: there a walk of one begins. */
export interface Place {
  readonly start: Start;
  /** Conntrack has not seen them yet, or sees nothing: of their flow nothing can be said. */
  readonly isUntold: boolean;
}

/** Packets as they come from the wire, or from a program of this node, before anything has looked at them. */
export function atEntry(from: "receive" | "send"): Place {
  return { start: from, isUntold: false };
}

/** Packets in front of a base chain: `hookwalk trace --at HOOK`, or from the beginning where the hook is the first one. */
export function atBaseChain({ family }: Space, { hook, isBeforeConntrack }: Called): Place {
  return {
    start: STARTS[hook],
    isUntold: !family.conntrack || (isBeforeConntrack && hook !== "egress"),
  };
}

const STARTS: Readonly<Record<Called["hook"], Start>> = {
  ingress: "receive",
  prerouting: "receive",
  input: "input",
  forward: "forward",
  output: "send",
  postrouting: "postrouting",
  egress: "postrouting",
};

/** What a packet has to be like to start there. */
export function pickPlaceOf({ start, isUntold }: Place): PickPlace {
  const isInside = start === "input" || start === "forward";
  return {
    from: FROM[start],
    isForNode: isInside ? start === "input" : null,
    isUntold,
  };
}

const FROM: Readonly<Record<Start, PickPlace["from"]>> = {
  receive: "device",
  prerouting: "device",
  input: "device",
  forward: "device",
  send: "here",
  output: "here",
  postrouting: "anywhere",
};
