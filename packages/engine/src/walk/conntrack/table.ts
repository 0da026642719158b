import type { ConntrackEntry, Tuple } from "../../model/host.ts";
import { flowOfEntry, tupleKey } from "./flow.ts";
import type { FlowDirection } from "./direction.ts";
import type { Flow } from "./flow.ts";
import { zoneOf } from "./zone.ts";
import type { Zone } from "./zone.ts";

/** A flow, and which of its two directions a tuple is. */
interface FoundFlow {
  readonly flow: Flow;
  readonly direction: FlowDirection;
}

const DIRECTIONS = ["original", "reply"] as const;

function keyOf(flow: Flow, direction: FlowDirection): string {
  return tupleKey(flow[direction], zoneOf(flow.zone, direction));
}

/** The conntrack table of one namespace: carried from packet to packet by whoever walks several. */
export class ConntrackTable {
  readonly #byTuple = new Map<string, FoundFlow>();

  constructor(entries: readonly ConntrackEntry[] = []) {
    for (const entry of entries) this.insert(flowOfEntry(entry));
  }

  get size(): number {
    return this.#byTuple.size / 2;
  }

  /** The flow of a packet in this zone, whichever way the packet goes (resolve_normal_ct, nf_ct_key_equal). */
  find(tuple: Tuple, zone: Zone): FoundFlow | null {
    if (this.#byTuple.size === 0) return null;
    const ids = zone.direction === null ? [zone.id] : [zoneOf(zone, "original"), zoneOf(zone, "reply")];
    for (const id of ids) {
      const found = this.#byTuple.get(tupleKey(tuple, id));
      if (found !== undefined && zoneOf(found.flow.zone, found.direction) === zoneOf(zone, found.direction))
        return found;
    }
    return null;
  }

  /** Is this reply tuple another flow's already (nf_nat_used_tuple)? */
  uses(reply: Tuple, zone: Zone): boolean {
    return this.find(reply, zone) !== null;
  }

  insert(flow: Flow): void {
    for (const direction of DIRECTIONS) this.#byTuple.set(keyOf(flow, direction), { flow, direction });
  }

  remove(flow: Flow): void {
    for (const direction of DIRECTIONS) this.#byTuple.delete(keyOf(flow, direction));
  }

  /** Every flow, once. */
  *flows(): Iterable<Flow> {
    for (const { flow, direction } of this.#byTuple.values()) if (direction === "original") yield flow;
  }

  clear(): void {
    this.#byTuple.clear();
  }
}
