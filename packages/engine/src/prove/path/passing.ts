import type { BaseChain, Hook, StackHook } from "../../program/program.ts";
import type { ChainFlows } from "../chain.ts";
import type { Flow } from "../flow.ts";
import type { Space } from "../space.ts";
import type { Fate } from "./fate.ts";
import type { ForServer } from "./ipvs-server.ts";

/** Packets in front of a base chain, and all that its chains do with them. */
export interface Visit {
  readonly hook: StackHook;
  readonly base: BaseChain;
  /** They, by what they were where their journey began. */
  readonly coming: Flow;
  readonly chains: ChainFlows;
}

/** One hook that packets pass. */
export interface Passing {
  readonly space: Space;
  /** Packets come through a hook once more when they come round by lo. */
  readonly round: number;
  /** Tells two visits of one hook apart. */
  readonly visit: string;
  /** Packets that get no further. */
  readonly end: (fate: Fate) => void;
  readonly visited: (visit: Visit) => void;
  /** ip_route_me_harder: the packets with the device that their new route leads to. */
  readonly reroute: (flow: Flow) => Flow;
  /** What IPVS gives to servers: those that go on at this hook, for the others are on their way. */
  readonly transmit: (hook: Hook, servers: readonly ForServer[], tracked: boolean) => Flow;
}
