import type { Program } from "../program/program.ts";
import type { SetLookup } from "../program/set-lookup.ts";
import type { ValueSet } from "../program/value-set.ts";
import { ConntrackTable } from "./conntrack/table.ts";

/** What packets leave behind on a node: tracked flows, and sets that SET targets changed. Carried from walk to walk. */
export class NodeState {
  readonly conntrack: ConntrackTable;
  /** Null: no ipset dump. */
  sets: ReadonlyMap<string, SetLookup> | null;
  /** Sets and maps of nft, by `FAMILY TABLE NAME`. */
  nftSets: ReadonlyMap<string, ValueSet>;

  /** The state that the snapshot shows. */
  constructor(program: Program) {
    this.conntrack = new ConntrackTable(program.conntrack);
    this.sets = program.sets;
    this.nftSets = program.nftSets;
  }
}
