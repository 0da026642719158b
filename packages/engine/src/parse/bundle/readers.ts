import { printAddress } from "../../base/address.ts";
import type { Family } from "../../base/address.ts";
import type { Sysctl } from "../../model/host.ts";
import type { NftTable } from "../../model/nft.ts";
import type { Table } from "../../model/ruleset.ts";
import type { ViewTool } from "../../model/views.ts";
import { parseCni } from "../cni/parse-cni.ts";
import { parseConntrack } from "../conntrack/parse-conntrack.ts";
import { parseIpAddr, parseIpLink } from "../ip/link.ts";
import { parseIpNeigh } from "../ip/neighbour.ts";
import { parseIpRoute } from "../ip/route.ts";
import { parseIpRule } from "../ip/rule.ts";
import { parseIpset } from "../ipset/parse-ipset.ts";
import { parseIpvsadm } from "../ipvsadm/parse-ipvsadm.ts";
import { isBuiltInOf, parseIptablesList } from "../iptables-list/parse-iptables-list.ts";
import { parseIptablesSave } from "../iptables-save/parse-iptables-save.ts";
import { isMadeByIptables, savedTableOf } from "../iptables-nft/saved-tables.ts";
import { parseNft } from "../nft/parse-nft.ts";
import { parseNftJson } from "../nft-json/parse-nft-json.ts";
import { parseSs } from "../ss/parse-ss.ts";
import { parseSysctl } from "../sysctl/parse-sysctl.ts";
import { readSavedTable } from "../views/read-saved.ts";
import { take } from "./draft.ts";
import type { PerFamily, SnapshotDraft } from "./draft.ts";
import type { Format, Hints } from "./formats.ts";
import { parseManifest } from "./manifest.ts";
import { joinLists, mergeLinks, mergeNftTables, mergeSets, mergeSockets, statementKey } from "./merge.ts";

/** One listing: a file, or a stretch of one. */
export interface Listing {
  readonly file: string;
  readonly text: string;
  readonly firstLine: number;
  readonly hints: Hints;
}

/** Adds what a listing of each format says to the snapshot. */
export const READERS: Readonly<Record<Format, (listing: Listing, draft: SnapshotDraft) => void>> = {
  "iptables-save": readTables,
  "iptables-list": readListedTables,
  ipset(listing, draft) {
    const sets = take(parseIpset(listing.text, listing.file, listing), draft);
    draft.sets = joinLists(draft.sets, sets, ({ name }) => name, mergeSets);
  },
  "ip-rule"(listing, draft) {
    const options = { ...listing.hints, firstLine: listing.firstLine };
    const rules = take(parseIpRule(listing.text, listing.file, options), draft);
    joinFamilies(draft.rules, rules, listing.hints.family, statementKey);
  },
  "ip-route"(listing, draft) {
    const options = { ...listing.hints, firstLine: listing.firstLine };
    const routes = take(parseIpRoute(listing.text, listing.file, options), draft);
    joinFamilies(draft.routes, routes, listing.hints.family, statementKey);
  },
  "ip-addr"(listing, draft) {
    const links = take(parseIpAddr(listing.text, listing.file, listing), draft);
    draft.links = joinLists(draft.links, links, ({ name }) => name, mergeLinks);
  },
  "ip-link"(listing, draft) {
    const links = take(parseIpLink(listing.text, listing.file, listing), draft);
    draft.links = joinLists(draft.links, links, ({ name }) => name, mergeLinks);
  },
  "ip-neigh"(listing, draft) {
    const options = { ...listing.hints, firstLine: listing.firstLine };
    const neighbours = take(parseIpNeigh(listing.text, listing.file, options), draft);
    draft.neighbours = joinLists(draft.neighbours, neighbours, (n) => `${n.dev} ${printAddress(n.address)}`);
  },
  conntrack(listing, draft) {
    const entries = take(parseConntrack(listing.text, listing.file, listing), draft);
    draft.conntrack = joinLists(draft.conntrack, entries, ({ original, zone }) => statementKey({ original, zone }));
  },
  ss(listing, draft) {
    const options = { ...listing.hints, firstLine: listing.firstLine };
    const sockets = take(parseSs(listing.text, listing.file, options), draft);
    draft.sockets = joinLists(
      draft.sockets,
      sockets,
      ({ proto, localAddress, localPort, peerAddress, peerPort, device }) =>
        statementKey({ proto, localAddress, localPort, peerAddress, peerPort, device }),
      mergeSockets,
    );
  },
  sysctl(listing, draft) {
    const sysctls = take(parseSysctl(listing.text, listing.file, listing), draft);
    draft.sysctls ??= new Map<string, Sysctl>();
    for (const sysctl of sysctls) draft.sysctls.set(sysctl.name, sysctl);
  },
  ipvsadm(listing, draft) {
    // Both listings of one table say the same; one that could be read is enough.
    draft.ipvs = take(parseIpvsadm(listing.text, listing.file, listing), draft) ?? draft.ipvs;
  },
  cni(listing, draft) {
    const config = take(parseCni(listing.text, listing.file), draft);
    draft.cni = joinLists(draft.cni, config === null ? [] : [config], ({ file, name }) => `${file} ${name}`);
  },
  nft(listing, draft) {
    const { text, file, firstLine, hints } = listing;
    const options = { firstLine, ...(hints.terse === true && { terse: true }) };
    addNftTables(take(parseNft(text, file, options), draft), "nft", draft);
  },
  "nft-json"(listing, draft) {
    addNftTables(take(parseNftJson(listing.text, listing.file, listing), draft), "nft-json", draft);
  },
  manifest(listing, draft) {
    draft.manifest = take(parseManifest(listing.text, listing.file), draft) ?? draft.manifest;
  },
};

/** An empty listing speaks of its family too: it says that there is nothing. */
function joinFamilies<T extends { readonly family: Family }>(
  lists: PerFamily<T>,
  items: readonly T[],
  family: Family | undefined,
  keyOf: (item: T) => string,
): void {
  for (const one of ["ip", "ip6"] as const) {
    const own = items.filter((item) => item.family === one);
    const speaks = own.length > 0 || (items.length === 0 && one === (family ?? "ip"));
    if (speaks) lists[one] = joinLists(lists[one], own, keyOf);
  }
}

/** Both backends of a table stand side by side; the same one in another file is another view of it. */
function readTables({ text, file, firstLine, hints }: Listing, draft: SnapshotDraft): void {
  const { family, backend } = hints;
  // The parser of tables counts lines itself: blank ones stand for what is above the listing.
  const whole = firstLine === 1 ? text : "\n".repeat(firstLine - 1) + text;
  draft.mayLackGuards ||= text.includes("cilium");
  const parsed = take(parseIptablesSave(whole, file, family === undefined ? {} : { family }), draft);
  const tables = parsed.map((table) =>
    table.backend === "unknown" && backend !== undefined ? { ...table, backend } : table,
  );
  const known = new Set([...(draft.tables.ip ?? []), ...(draft.tables.ip6 ?? [])].map(viewKey));
  const others = tables.filter((table) => known.has(viewKey(table)));
  for (const table of others) {
    draft.views.push({ tool: "iptables-save", table, whole: table.committed, originals: new Map() });
  }
  joinFamilies(draft.tables, tables, family, tableKey);
}

/** Tables that iptables-nft made are tables of iptables, seen through another tool. */
function addNftTables(tables: readonly NftTable[], tool: ViewTool, draft: SnapshotDraft): void {
  const [own, others] = [tables.filter(isMadeByIptables), tables.filter((table) => !isMadeByIptables(table))];
  draft.nft = joinLists(draft.nft, others, ({ family, name }) => `${family} ${name}`, mergeNftTables);
  for (const table of own) {
    const read = take(readSavedTable(savedTableOf(table)), draft);
    if (read !== null) draft.views.push({ tool, whole: true, ...read });
  }
}

function readListedTables({ text, file, firstLine, hints }: Listing, draft: SnapshotDraft): void {
  const { family, backend, table } = hints;
  const options = {
    firstLine,
    ...(family !== undefined && { family }),
    ...(backend !== undefined && { backend }),
    ...(table !== undefined && { table }),
  };
  draft.mayLackGuards ||= text.includes("cilium");
  for (const saved of take(parseIptablesList(text, file, options), draft)) {
    const read = take(readSavedTable(saved), draft);
    if (read !== null) draft.views.push({ tool: "iptables-list", whole: isWhole(read.table), ...read });
  }
}

/** Does a listing show all built-in chains of its table? One of a single chain does not. */
function isWhole({ name, chains }: Table): boolean {
  const builtIn = chains.filter(({ policy }) => policy !== null).map((chain) => chain.name);
  return isBuiltInOf(name, builtIn);
}

/** Two tables of one key are two pictures of one table. */
function viewKey(table: Table): string {
  return `${table.family} ${tableKey(table)}`;
}

function tableKey({ name, backend, span }: Table): string {
  // A listing without a table is kept for what it says, once for each place.
  return name === "" ? `${span.file}:${String(span.line)}` : `${backend} ${name}`;
}
