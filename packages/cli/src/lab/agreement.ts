import type { Outcome } from "@hookwalk/engine";
import { observationOf, printObservation } from "./observation.ts";

/** A port as a result's line has it, behind its address. */
const PORT = /(?<=(?:\]|\d+\.\d+\.\d+\.\d+):)\d+(?= )/g;
/** What the walk assumes where the kernel picks a port at random: walk/nat/tuple.ts. */
const PICK = /^NAT picks port (\d+) of (\d+)-(\d+)$/;

interface Pick {
  readonly port: number;
  readonly from: number;
  readonly to: number;
}

/** Did the kernel do what an outcome of the walk says? A port that it picked at random may be any of those that there were. */
export function agrees(seen: readonly string[], outcome: Outcome): boolean {
  const walked = printObservation(observationOf(outcome));
  const picks = outcome.conditions.flatMap(({ what }) => {
    const [, port, from, to] = (PICK.exec(what) ?? []).map(Number);
    return port === undefined || from === undefined || to === undefined ? [] : [{ port, from, to }];
  });
  return seen.length === walked.length && seen.every((line, index) => isAlike(line, walked[index] ?? "", picks));
}

function isAlike(seen: string, walked: string, picks: readonly Pick[]): boolean {
  if (seen === walked) return true;
  if (!walked.startsWith("=> ") || seen.replaceAll(PORT, "") !== walked.replaceAll(PORT, "")) return false;
  const picked = portsOf(walked);
  return portsOf(seen).every((port, index) => {
    const expected = picked[index];
    return port === expected || picks.some((pick) => pick.port === expected && pick.from <= port && port <= pick.to);
  });
}

function portsOf(line: string): readonly number[] {
  return [...line.matchAll(PORT)].map(([text]) => Number(text));
}
