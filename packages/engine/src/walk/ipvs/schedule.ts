import type { IpvsService, RealServer } from "../../model/ipvs.ts";
import { ask } from "../run.ts";
import type { Run } from "../run.ts";

/** Which server a new connection is given; null: none can have it. Which one it will be is asked. */
export function scheduleServer(run: Run, service: IpvsService, what: string): RealServer | null {
  const candidates = candidatesOf(service);
  let rest = candidates.reduce((sum, server) => sum + shareOf(service, server), 0);
  const last = candidates.at(-1) ?? null;
  for (const server of candidates) {
    if (server === last) break;
    const share = shareOf(service, server);
    const chosen = `IPVS chooses ${server.end.text} for ${what}`;
    const probability = isShared(service) ? share / rest : null;
    const why = WHY.get(service.scheduler) ?? "scheduler";
    if (ask(run, { key: chosen, what: chosen, why, probability, likely: true, fact: true })) return server;
    rest -= share;
  }
  return last;
}

/** Servers of weight 0 get nothing new, whatever the scheduler. `fo` takes the first of the heaviest (ip_vs_fo.c). */
function candidatesOf({ scheduler, servers }: IpvsService): readonly RealServer[] {
  const usable = servers.filter(({ weight }) => weight > 0);
  if (scheduler !== "fo" || usable.length === 0) return usable;
  const heaviest = Math.max(...usable.map(({ weight }) => weight));
  return usable.filter(({ weight }) => weight === heaviest);
}

/** Each in turn, or as often as its weight says: over many connections these are the chances. A client that is known stays. */
function isShared({ scheduler, persistence }: IpvsService): boolean {
  return persistence === null && (scheduler === "rr" || scheduler === "wrr");
}

function shareOf({ scheduler }: IpvsService, { weight }: RealServer): number {
  return scheduler === "wrr" ? weight : 1;
}

/** What a scheduler decides by and no listing holds. */
const WHY: ReadonlyMap<string, string> = new Map([
  ["rr", "the scheduler takes turns"],
  ["wrr", "the scheduler takes turns"],
  ["lc", "the scheduler counts connections"],
  ["wlc", "the scheduler counts connections"],
  ["sed", "the scheduler counts connections"],
  ["nq", "the scheduler counts connections"],
  ["sh", "the scheduler hashes the client"],
  ["mh", "the scheduler hashes the client"],
  ["dh", "the scheduler hashes the destination"],
]);
