import type { Program } from "../program/program.ts";
import type { SetLookup } from "../program/set-lookup.ts";
import { ConntrackTable } from "./conntrack/table.ts";
import type { FragmentQueues } from "./fragment-queue.ts";

/** What packets leave behind on a node: tracked flows, fragments that wait, chosen next hops, and sets that SET targets changed. Carried from walk to walk. */
export class NodeState {
  readonly conntrack: ConntrackTable;
  /** Null: no ipset dump. */
  sets: ReadonlyMap<string, SetLookup> | null;

  /** Fragments that wait for others. */
  fragments: FragmentQueues = new Map();

  /** Next hops that flows were found to take: by route and what its hash is over. */
  nexthops: ReadonlyMap<string, number> = new Map();

  /** The state that the snapshot shows. */
  constructor(program: Program) {
    this.conntrack = new ConntrackTable(program.conntrack);
    this.sets = program.sets;
  }
}
