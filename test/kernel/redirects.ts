import type { Observation } from "../../packages/cli/src/lab/observation.ts";

const REDIRECT = /^icmp (5|137)\//;

/** The kernel sends few redirects to one source, and counts across packets: they are compared in case files only. */
export function withoutRedirects(seen: Observation): Observation {
  return { ...seen, sides: seen.sides.filter((side) => !REDIRECT.test(side)) };
}
