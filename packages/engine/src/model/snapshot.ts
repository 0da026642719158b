import type { Family } from "../base/address.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { ConntrackEntry, Socket, Sysctl } from "./host.ts";
import type { CniConfig } from "./cni.ts";
import type { IpvsService } from "./ipvs.ts";
import type { NftTable } from "./nft.ts";
import type { Link, Neighbour, Route, RoutingRule } from "./routing.ts";
import type { Table } from "./ruleset.ts";
import type { IpSet } from "./sets.ts";
import type { MergedTable } from "./views.ts";

/**
 * A node as its tools printed it. Null means *unknown*: no file of the snapshot speaks of it. An empty list means that a
 * file said that there is none.
 */
export interface Snapshot {
  readonly name: string;
  readonly tables: Readonly<Record<Family, readonly Table[] | null>>;
  /** Tables of nft that no iptables made, in the order of the listing. Null: no `nft list ruleset`. */
  readonly nft: readonly NftTable[] | null;
  /** Tables of `tables` that several listings show, or one that does not tell all: what each said, and where they differ. */
  readonly views: readonly MergedTable[];
  readonly sets: readonly IpSet[] | null;
  readonly rules: Readonly<Record<Family, readonly RoutingRule[] | null>>;
  /** Of all tables that were listed; a table without any route here is empty or was not listed. */
  readonly routes: Readonly<Record<Family, readonly Route[] | null>>;
  readonly links: readonly Link[] | null;
  readonly neighbours: readonly Neighbour[] | null;
  readonly conntrack: readonly ConntrackEntry[] | null;
  readonly sockets: readonly Socket[] | null;
  readonly sysctls: ReadonlyMap<string, Sysctl> | null;
  readonly ipvs: readonly IpvsService[] | null;
  readonly cni: readonly CniConfig[] | null;
  readonly manifest: Manifest | null;
  readonly files: readonly SnapshotFile[];
  readonly diagnostics: readonly Diagnostic[];
}

/** A node of which only the name is known. */
export function unknownSnapshot(name: string): Snapshot {
  return {
    name,
    tables: { ip: null, ip6: null },
    nft: null,
    views: [],
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
    files: [],
    diagnostics: [],
  };
}

/** `manifest.json`: where the snapshot comes from. */
export interface Manifest {
  readonly host: string | null;
  readonly time: string | null;
  /** `uname -r`. */
  readonly kernel: string | null;
  readonly tools: Readonly<Record<string, string>>;
  /** Free words on what was completed by hand and why. */
  readonly notes: readonly string[];
}

/** A file of the snapshot and what it was recognised as. */
export interface SnapshotFile {
  readonly path: string;
  /** `iptables-save`, `ipset`, `ip-rule` …; null when nothing recognised it. */
  readonly format: string | null;
}
