import type { FlowDirection } from "./direction.ts";

/** `struct nf_conntrack_zone`: a world of its own for tuples, of one direction or of both. */
export interface Zone {
  readonly id: number;
  /** Null: both directions. In the other one the flow is in zone 0. */
  readonly direction: FlowDirection | null;
}

/** Where flows are that no CT target put elsewhere. */
export const DEFAULT_ZONE: Zone = { id: 0, direction: null };

/** nf_ct_zone_id: the zone of one direction's tuple. */
export function zoneOf({ id, direction }: Zone, of: FlowDirection): number {
  return direction === null || direction === of ? id : 0;
}

export function printZone({ id, direction }: Zone): string {
  return `${String(id)}${direction ?? ""}`;
}
