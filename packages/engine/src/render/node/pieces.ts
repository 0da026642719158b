import type { CniConfig } from "../../model/cni.ts";
import type { IpvsService } from "../../model/ipvs.ts";
import type { NftTable } from "../../model/nft.ts";
import type { Link, Route, RoutingRule } from "../../model/routing.ts";
import type { IpSet } from "../../model/sets.ts";

/** What owners put on a node beside rules of iptables. Tables of nft are drafts until all are there. */
export interface Pieces {
  readonly sets: readonly IpSet[];
  readonly nft: readonly NftTable[];
  readonly ipvs: readonly IpvsService[];
  readonly cni: readonly CniConfig[];
  /** Devices; their index is the node's to give. */
  readonly links: readonly Link[];
  /** Beside the kernel's own three. */
  readonly rules: readonly RoutingRule[];
  /** Beside those of the node's own devices. */
  readonly routes: readonly Route[];
  readonly sysctls: ReadonlyMap<string, string>;
}

/** What several owners added, one after the other, as one. */
export function joinedPieces(all: readonly Partial<Omit<Pieces, "nft">>[], nft: Pieces["nft"]): Pieces {
  return {
    sets: all.flatMap(({ sets = [] }) => sets),
    nft,
    ipvs: all.flatMap(({ ipvs = [] }) => ipvs),
    cni: all.flatMap(({ cni = [] }) => cni),
    links: all.flatMap(({ links = [] }) => links),
    rules: all.flatMap(({ rules = [] }) => rules),
    routes: all.flatMap(({ routes = [] }) => routes),
    sysctls: new Map(all.flatMap(({ sysctls = [] }) => [...sysctls])),
  };
}
