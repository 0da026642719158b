import { printAddress } from "../../base/address.ts";
import type { Family } from "../../base/address.ts";
import type { Sysctl } from "../../model/host.ts";
import type { Table } from "../../model/ruleset.ts";
import { parseCni } from "../cni/parse-cni.ts";
import { parseConntrack } from "../conntrack/parse-conntrack.ts";
import { parseIpAddr, parseIpLink } from "../ip/link.ts";
import { parseIpNeigh } from "../ip/neighbour.ts";
import { parseIpRoute } from "../ip/route.ts";
import { parseIpRule } from "../ip/rule.ts";
import { parseIpset } from "../ipset/parse-ipset.ts";
import { parseIpvsadm } from "../ipvsadm/parse-ipvsadm.ts";
import { parseIptablesSave } from "../iptables-save/parse-iptables-save.ts";
import { parseNftJson } from "../nft-json/parse-nft-json.ts";
import { parseNft } from "../nft/parse-nft.ts";
import { parseSs } from "../ss/parse-ss.ts";
import { parseSysctl } from "../sysctl/parse-sysctl.ts";
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
  "nft-json"(listing, draft) {
    const tables = take(parseNftJson(listing.text, listing.file, listing), draft);
    draft.nft = joinLists(draft.nft, tables, ({ family, name }) => `${family} ${name}`, mergeNftTables);
  },
  nft(listing, draft) {
    const { text, file, firstLine, hints } = listing;
    const options = { firstLine, ...(hints.terse === true && { terse: true }) };
    const tables = take(parseNft(text, file, options), draft);
    draft.nft = joinLists(draft.nft, tables, ({ family, name }) => `${family} ${name}`, mergeNftTables);
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

/** Both backends of a table stand side by side; the same one twice stands once. */
function readTables({ text, file, firstLine, hints }: Listing, draft: SnapshotDraft): void {
  const { family, backend } = hints;
  // The parser of tables counts lines itself: blank ones stand for what is above the listing.
  const whole = firstLine === 1 ? text : "\n".repeat(firstLine - 1) + text;
  const parsed = take(parseIptablesSave(whole, file, family === undefined ? {} : { family }), draft);
  const tables = parsed.map((table) =>
    table.backend === "unknown" && backend !== undefined ? { ...table, backend } : table,
  );
  joinFamilies(draft.tables, tables, family, tableKey);
}

function tableKey({ name, backend, span }: Table): string {
  // A listing without a table is kept for what it says, once for each place.
  return name === "" ? `${span.file}:${String(span.line)}` : `${backend} ${name}`;
}
