import type { Family } from "../../base/address.ts";
import type { Diagnostic, Parsed } from "../../model/diagnostic.ts";
import type { ConntrackEntry, Socket, Sysctl } from "../../model/host.ts";
import type { CniConfig } from "../../model/cni.ts";
import type { IpvsService } from "../../model/ipvs.ts";
import type { NftTable } from "../../model/nft.ts";
import type { Link, Neighbour, Route, RoutingRule } from "../../model/routing.ts";
import type { Table } from "../../model/ruleset.ts";
import type { IpSet } from "../../model/sets.ts";
import type { Manifest } from "../../model/snapshot.ts";

/** A snapshot while its files are read. Null: no file has spoken of it. */
export interface SnapshotDraft {
  readonly tables: PerFamily<Table>;
  nft: readonly NftTable[] | null;
  sets: readonly IpSet[] | null;
  readonly rules: PerFamily<RoutingRule>;
  readonly routes: PerFamily<Route>;
  links: readonly Link[] | null;
  neighbours: readonly Neighbour[] | null;
  conntrack: readonly ConntrackEntry[] | null;
  sockets: readonly Socket[] | null;
  sysctls: Map<string, Sysctl> | null;
  ipvs: readonly IpvsService[] | null;
  cni: readonly CniConfig[] | null;
  manifest: Manifest | null;
  readonly diagnostics: Diagnostic[];
}

export type PerFamily<T> = Record<Family, readonly T[] | null>;

export function newDraft(): SnapshotDraft {
  return {
    tables: { ip: null, ip6: null },
    nft: null,
    sets: null,
    rules: { ip: null, ip6: null },
    routes: { ip: null, ip6: null },
    links: null,
    neighbours: null,
    conntrack: null,
    sockets: null,
    sysctls: null,
    ipvs: null,
    cni: null,
    manifest: null,
    diagnostics: [],
  };
}

/** The value of a parser; what it had to say goes to the draft. */
export function take<T>({ value, diagnostics }: Parsed<T>, draft: SnapshotDraft): T {
  for (const diagnostic of diagnostics) draft.diagnostics.push(diagnostic);
  return value;
}
