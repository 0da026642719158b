import type { Address } from "../base/address.ts";

/** What stands around netfilter on a node and no rule tells of. */
export interface Beyond {
  /** By station and device: `enters eth0`. */
  readonly bystanders: ReadonlyMap<string, readonly Bystander[]>;
  /** Devices that send a packet inside another one, by name. */
  readonly tunnels: ReadonlyMap<string, Tunnel>;
}

/** Where a packet meets a bystander. Made here and delivered here it meets those of no device. */
export type Station = "enters" | "leaves" | "made" | "delivered";

/** Something that sees packets beside the rules, in a sentence. */
export interface Bystander {
  readonly what: string;
  /** Null: any. */
  readonly protos: ReadonlySet<number> | null;
  readonly dport: number | null;
}

export interface Tunnel {
  readonly name: string;
  /** `vxlan`, `ipip`, `wireguard` … */
  readonly kind: string;
  /** Null: any of this node's. */
  readonly local: Address | null;
  /** The other end; null: each route, or somebody else, says where it is. */
  readonly remote: Address | null;
}
