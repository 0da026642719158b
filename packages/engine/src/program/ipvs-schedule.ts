import type { IpvsService, RealServer } from "../model/ipvs.ts";

/** Servers of weight 0 get nothing new, whatever the scheduler. `fo` takes the first of the heaviest (ip_vs_fo.c). */
export function candidatesOf({ scheduler, servers }: IpvsService): readonly RealServer[] {
  const usable = servers.filter(({ weight }) => weight > 0);
  if (scheduler !== "fo" || usable.length === 0) return usable;
  const heaviest = Math.max(...usable.map(({ weight }) => weight));
  return usable.filter(({ weight }) => weight === heaviest);
}

/** What a scheduler decides by and no listing holds. */
export function whyChosen({ scheduler }: IpvsService): string {
  return WHY.get(scheduler) ?? "scheduler";
}

const TURNS = "the scheduler takes turns";
const COUNTS = "the scheduler counts connections";
const CLIENT = "the scheduler hashes the client";

const WHY: ReadonlyMap<string, string> = new Map([
  ["rr", TURNS],
  ["wrr", TURNS],
  ["lc", COUNTS],
  ["wlc", COUNTS],
  ["sed", COUNTS],
  ["nq", COUNTS],
  ["sh", CLIENT],
  ["mh", CLIENT],
  ["dh", "the scheduler hashes the destination"],
]);

/** Every reason why nobody can say which server it is. */
export const SCHEDULED_BY: ReadonlySet<string> = new Set([...WHY.values(), "scheduler"]);
