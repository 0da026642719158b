import type { Route } from "../model/routing.ts";
import { routeMtu } from "../program/route-mtu.ts";
import type { Run } from "./run.ts";

const LARGEST = 65_535;

/** dst_mtu: what the route says, else what its device can send; without either, as much as a packet can have. */
export function mtuOf({ program }: Run, route: Route | null, oif: string | null): number {
  return (route === null ? null : routeMtu(route)) ?? program.links.get(oif ?? "")?.mtu ?? LARGEST;
}
