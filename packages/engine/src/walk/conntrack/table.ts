import type { ConntrackEntry, Tuple } from "../../model/host.ts";
import { flowOfEntry, tupleKey } from "./flow.ts";
import type { Flow, FlowDirection } from "./flow.ts";

/** The conntrack table of one namespace: carried from packet to packet by whoever walks several. */
export class ConntrackTable {
  readonly #byTuple = new Map<string, { readonly flow: Flow; readonly direction: FlowDirection }>();

  constructor(entries: readonly ConntrackEntry[] = []) {
    for (const entry of entries) this.insert(flowOfEntry(entry));
  }

  get size(): number {
    return this.#byTuple.size / 2;
  }

  find(tuple: Tuple, zone: number): { readonly flow: Flow; readonly direction: FlowDirection } | null {
    if (this.#byTuple.size === 0) return null;
    return this.#byTuple.get(tupleKey(tuple, zone)) ?? null;
  }

  /** Is this reply tuple another flow's already (nf_nat_used_tuple)? */
  uses(reply: Tuple, zone: number): boolean {
    return this.find(reply, zone) !== null;
  }

  insert(flow: Flow): void {
    this.#byTuple.set(tupleKey(flow.original, flow.zone), { flow, direction: "original" });
    this.#byTuple.set(tupleKey(flow.reply, flow.zone), { flow, direction: "reply" });
  }

  remove(flow: Flow): void {
    this.#byTuple.delete(tupleKey(flow.original, flow.zone));
    this.#byTuple.delete(tupleKey(flow.reply, flow.zone));
  }

  /** Every flow, once. */
  *flows(): Iterable<Flow> {
    for (const { flow, direction } of this.#byTuple.values()) if (direction === "original") yield flow;
  }

  clear(): void {
    this.#byTuple.clear();
  }
}
