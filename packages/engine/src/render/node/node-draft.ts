import type { Address, Family } from "../../base/address.ts";
import type { Node } from "../../desired/node.ts";
import type { NodeFacts } from "../../desired/node-facts.ts";
import type { Chain, Table } from "../../model/ruleset.ts";
import type { Snapshot } from "../../model/snapshot.ts";
import type { TableName } from "../iptables/table-draft.ts";
import { finishTables, TABLE_NAMES, TableDraft } from "../iptables/table-draft.ts";
import type { NftTableDraft } from "../nft/table-draft.ts";
import { finishNftTables } from "../nft/table-draft.ts";
import type { ChosenNode } from "./choose-node.ts";
import type { Pieces } from "./pieces.ts";
import { joinedPieces } from "./pieces.ts";
import type { Component, Version } from "./version.ts";
import { toldVersion } from "./version.ts";
import { nodeSnapshot } from "./node-snapshot.ts";

/** A node with what owners wrote on it. */
export interface Rendered {
  readonly snapshot: Snapshot;
  /** What the owners alone put there, as it stands in the snapshot. */
  readonly added: Pieces;
  /** How many rules at the top of a chain stand before those that others have there; absent: none. */
  readonly inserted: ReadonlyMap<Chain, number>;
}

/** A node while owners write on it, one after the other, each onto what the others have left. */
export class NodeDraft {
  readonly name: string;
  readonly node: Node | null;
  readonly facts: NodeFacts | null;
  /** Whose tables of iptables are wanted: what an owner writes into those of others is seen by nobody. */
  readonly families: readonly Family[];
  readonly #tables = {
    ip: new Map<TableName, TableDraft>(),
    ip6: new Map<TableName, TableDraft>(),
  } as const satisfies Record<Family, Map<TableName, TableDraft>>;
  readonly #pieces: Partial<Omit<Pieces, "nft">>[] = [];
  readonly #nftTables: NftTableDraft[] = [];
  #isUntouched = true;

  constructor({ name, node, facts }: ChosenNode, families: readonly Family[]) {
    this.families = families;
    this.name = name;
    this.node = node;
    this.facts = facts;
  }

  /** Nobody has written anything. */
  get isUntouched(): boolean {
    return this.#isUntouched;
  }

  /** A table to write in: the tool makes it when the first rule is put there. */
  table(family: Family, name: TableName): TableDraft {
    this.#isUntouched = false;
    const known = this.#tables[family].get(name);
    if (known !== undefined) return known;
    const made = new TableDraft(name);
    this.#tables[family].set(name, made);
    return made;
  }

  /** A table of nft, behind those that are there. */
  addNftTable(draft: NftTableDraft): void {
    this.#isUntouched = false;
    this.#nftTables.push(draft);
  }

  /** Everything that is no rule. */
  add(pieces: Partial<Omit<Pieces, "nft">>): void {
    this.#isUntouched = false;
    this.#pieces.push(pieces);
  }

  /** Addresses of the node's devices, those that owners have made so far too, but for those of one device. */
  localAddresses(except: string): readonly Address[] {
    const own = (this.facts?.interfaces ?? []).flatMap(({ addresses }) => addresses);
    const made = this.#pieces
      .flatMap(({ links = [] }) => links)
      .filter(({ name }) => name !== except)
      .flatMap(({ addresses }) => addresses.map(({ prefix }) => prefix));
    return [...new Set([...own, ...made].map(({ address }) => address))];
  }

  /** Which version of a component runs here; null: nobody tells. */
  versionOf(component: Component): Version | null {
    return toldVersion(component, this.node, this.facts);
  }

  /** What is there in the end. */
  finish(): Rendered {
    const inserted = new Map<Chain, number>();
    const tables = { ip: this.#finishTables("ip", inserted), ip6: this.#finishTables("ip6", inserted) };
    const added = joinedPieces(this.#pieces, finishNftTables(this.#nftTables));
    return { snapshot: { ...nodeSnapshot(this.name, this.facts, added), tables }, added, inserted };
  }

  #finishTables(family: Family, inserted: Map<Chain, number>): readonly Table[] | null {
    if (!this.families.includes(family)) return null;
    const drafts = TABLE_NAMES.flatMap((name) => this.#tables[family].get(name) ?? []);
    if (drafts.length === 0) return null;
    const tables = finishTables(drafts, family);
    for (const [index, { chains }] of tables.entries()) {
      for (const chain of chains) {
        const count = drafts[index]?.insertedIn(chain.name) ?? 0;
        if (count > 0) inserted.set(chain, count);
      }
    }
    return tables;
  }
}
