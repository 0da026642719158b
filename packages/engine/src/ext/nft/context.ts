import type { Family } from "../../base/address.ts";
import { single } from "../../base/ranges.ts";
import type { NftFamily, NftObject, NftSet } from "../../model/nft.ts";
import type { Test } from "../../program/test.ts";
import type { Value } from "../../program/value.ts";
import type { Datatype } from "./datatypes.ts";

/** What a lowering of nft must know beside the words. */
export interface NftContext {
  /** Of the packets: an `inet` table is lowered for each. */
  readonly family: Family;
  readonly tableFamily: NftFamily;
  readonly table: string;
  /** The table's named sets and maps. */
  readonly sets: ReadonlyMap<string, NftSet>;
  /** The table's quotas, limits … */
  readonly objects: readonly NftObject[];
}

/** An expression, lowered: what it reads, of what type, and what must hold for it to be there at all. */
export interface Reading {
  readonly value: Value;
  readonly type: Datatype;
  /** Tests that nft puts in front by itself. */
  readonly needs: readonly Test[];
  /** Bits without a type: they keep their order where they are written. */
  readonly raw?: true;
}

const ALL_BITS = 0xffff_ffff;

/** `meta l4proto`: the transport protocol is this one. */
export function protocolTest(proto: number): Test {
  return { kind: "number", field: "l4Proto", mask: ALL_BITS, ranges: [single(proto)], negated: false };
}

/** `meta nfproto`: nothing to ask where packets have this family anyway. */
export function familyTests({ family }: NftContext, wanted: Family | undefined): readonly Test[] {
  return wanted === undefined || wanted === family ? [] : [{ kind: "const", value: false }];
}

/** What a `ct` expression but `ct state` needs: a packet without a flow ends the rule (nft_ct_get_eval). */
export const HAS_FLOW: Test = {
  kind: "number",
  field: "ctProtocol",
  mask: ALL_BITS,
  ranges: [{ from: 0, to: 255 }],
  negated: false,
};

/** By what name programs keep a set. */
export function setId({ tableFamily, table }: Pick<NftContext, "tableFamily" | "table">, name: string): string {
  return `${tableFamily} ${table} ${name}`;
}
