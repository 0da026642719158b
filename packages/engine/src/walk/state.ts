import type { Program } from "../program/program.ts";
import type { SetLookup } from "../program/set-lookup.ts";
import { ConntrackTable } from "./conntrack/table.ts";
import type { FragmentQueues } from "./fragment-queue.ts";

/** What packets leave behind on a node: tracked flows, fragments that wait, and sets that SET targets changed. Carried from walk to walk. */
export class NodeState {
  readonly conntrack: ConntrackTable;
  /** Null: no ipset dump. */
  sets: ReadonlyMap<string, SetLookup> | null;

  /** Fragments that wait for others. */
  fragments: FragmentQueues = new Map();

  /** The state that the snapshot shows. */
  constructor(program: Program) {
    this.conntrack = new ConntrackTable(program.conntrack);
    this.sets = program.sets;
  }
}
