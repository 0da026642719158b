import type { IpvsService, RealServer } from "../../model/ipvs.ts";
import { candidatesOf, whyChosen } from "../../program/ipvs-schedule.ts";
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
    const why = whyChosen(service);
    if (ask(run, { key: chosen, what: chosen, why, probability, likely: true, fact: true })) return server;
    rest -= share;
  }
  return last;
}

/** Each in turn, or as often as its weight says: over many connections these are the chances. A client that is known stays. */
function isShared({ scheduler, persistence }: IpvsService): boolean {
  return persistence === null && (scheduler === "rr" || scheduler === "wrr");
}

function shareOf({ scheduler }: IpvsService, { weight }: RealServer): number {
  return scheduler === "wrr" ? weight : 1;
}
