import type { Program } from "../program/program.ts";
import type { SetLookup } from "../program/set-lookup.ts";
import type { ValueSet } from "../program/value-set.ts";
import { ConntrackTable } from "./conntrack/table.ts";
import type { FragmentQueues } from "./fragment-queue.ts";
import { connectionsOf } from "./ipvs/connections.ts";
import type { IpvsConnections } from "./ipvs/connections.ts";

/** What packets leave behind on a node: tracked flows, connections of IPVS, fragments that wait, chosen next hops, and sets that rules changed. Carried from walk to walk. */
export class NodeState {
  readonly conntrack: ConntrackTable;
  readonly connections: IpvsConnections;
  /** Null: no ipset dump. */
  sets: ReadonlyMap<string, SetLookup> | null;
  /** Sets and maps of nft, by `FAMILY TABLE NAME`. */
  nftSets: ReadonlyMap<string, ValueSet>;

  /** Fragments that wait for others. */
  fragments: FragmentQueues = new Map();

  /** Next hops that flows were found to take: by route and what its hash is over. */
  nexthops: ReadonlyMap<string, number> = new Map();

  /** The state that the snapshot shows. */
  constructor(program: Program) {
    this.conntrack = new ConntrackTable(program.conntrack);
    this.connections = connectionsOf(program, this.conntrack);
    this.sets = program.sets;
    this.nftSets = program.nftSets;
  }
}

const shown = new WeakMap<Program, NodeState>();

/** The state that the snapshot shows, for walks that leave nothing behind: made once, however long its listings are. */
export function shownState(program: Program): NodeState {
  const known = shown.get(program);
  if (known !== undefined) return known;
  const state = new NodeState(program);
  shown.set(program, state);
  return state;
}
