import type { Flow, PodView } from "./party.ts";

export type Direction = "Ingress" | "Egress";

/** What a policy says of a packet; `none`: nothing. */
export type Judgement = "allow" | "deny" | "pass" | "none";

/** A policy of either API, as tiers see it. */
export interface EnforcedPolicy {
  readonly tier: string;
  /** Infinity: behind all that have one. */
  readonly order: number;
  readonly name: string;
  appliesTo(pod: PodView, direction: Direction): boolean;
  judge(flow: Flow, direction: Direction): Judgement;
}
