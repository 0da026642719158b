import type { Route } from "../model/routing.ts";
import type { Run } from "./run.ts";

const LARGEST = 65_535;

/** dst_mtu: what the route says, else what its device can send; without either, as much as a packet can have. */
export function mtuOf({ program }: Run, route: Route | null, oif: string | null): number {
  const ofRoute = route?.extras.find(([name]) => name === "mtu")?.[1] ?? null;
  // `mtu lock 1400`
  const digits = ofRoute === null ? null : /\d+$/.exec(ofRoute);
  if (digits !== null) return Number(digits[0]);
  return program.links.get(oif ?? "")?.mtu ?? LARGEST;
}
