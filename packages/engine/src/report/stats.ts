import type { Speaker } from "../messages/catalogue.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Snapshot } from "../model/snapshot.ts";
import type { Document } from "./document.ts";
import { rowOf, word } from "./document.ts";
import type { Json } from "./json.ts";
import { API_VERSION } from "./json.ts";

/** How much of everything a snapshot holds. */
export interface Stats {
  readonly tables: number;
  readonly chains: number;
  readonly rules: number;
  readonly sets: number;
  readonly members: number;
  readonly routes: number;
  readonly routingRules: number;
  readonly links: number;
  readonly diagnostics: number;
}

export function statsOf(snapshot: Snapshot, diagnostics: readonly Diagnostic[]): Stats {
  const tables = [...(snapshot.tables.ip ?? []), ...(snapshot.tables.ip6 ?? [])];
  const nft = snapshot.nft ?? [];
  const sets = [...(snapshot.sets ?? []), ...nft.flatMap((table) => table.sets)];
  const sum = <T>(items: readonly T[], count: (item: T) => number): number =>
    items.reduce((total, item) => total + count(item), 0);
  return {
    tables: tables.length + nft.length,
    chains: sum(tables, (table) => table.size?.chains ?? table.chains.length) + sum(nft, ({ chains }) => chains.length),
    rules:
      sum(tables, (table) => table.size?.rules ?? table.rules.length) +
      sum(nft, ({ chains }) => sum(chains, ({ rules }) => rules.length)),
    sets: sets.length,
    members: sum(sets, ({ elements }) => elements?.length ?? 0),
    routes: (snapshot.routes.ip?.length ?? 0) + (snapshot.routes.ip6?.length ?? 0),
    routingRules: (snapshot.rules.ip?.length ?? 0) + (snapshot.rules.ip6?.length ?? 0),
    links: snapshot.links?.length ?? 0,
    diagnostics: diagnostics.length,
  };
}

const LABELS = [
  ["tables", "stat-tables"],
  ["chains", "stat-chains"],
  ["rules", "stat-rules"],
  ["sets", "stat-sets"],
  ["members", "stat-members"],
  ["routes", "stat-routes"],
  ["routingRules", "stat-routing-rules"],
  ["links", "stat-links"],
  ["diagnostics", "stat-diagnostics"],
] as const satisfies readonly (readonly [keyof Stats, string])[];

export function statsDocument(stats: Stats, say: Speaker): Document {
  return LABELS.map(([key, label]) => rowOf([say.report(label), [word(String(stats[key]), "strong")]]));
}

export function statsJson(stats: Stats): Json {
  return { apiVersion: API_VERSION, kind: "Stats", ...stats };
}
