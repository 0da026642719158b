import type { Family } from "../base/address.ts";

/** A rule that gives packets to a socket of this node. */
export interface Delivery {
  readonly family: Family;
  /** TPROXY: only a transparent socket takes packets to addresses of others. */
  readonly isTransparent: boolean;
  /** Null: the rule does not ask for one. */
  readonly protocol: string | null;
  /** Null: whatever address. */
  readonly address: string | null;
  /** Null: it is not known, or there are several. */
  readonly port: string | null;
  /** What the packet's mark is afterwards; null: the rule leaves it. */
  readonly mark: number | null;
  /** The bits of the mark that the rule writes: of the others nothing is known. */
  readonly markMask: number;
}
