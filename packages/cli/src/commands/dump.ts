import {
  printIpAddr,
  printIpRoute,
  printIpRule,
  printIpset,
  printIptablesSave,
  printNft,
  printNftJson,
  printSysctl,
  selectNftTables,
  selectTables,
} from "@hookwalk/engine";
import type { NftTable, Selection, Snapshot } from "@hookwalk/engine";

/** The forms that a tool itself prints and reads. */
export type DumpForm = "iptables-save" | "nft" | "nft-json" | "ipset" | "ip";

/** A whole snapshot as the files that its own tools would have printed; what is not known has none. */
export function snapshotFiles(snapshot: Snapshot): ReadonlyMap<string, string> {
  const { tables, links, routes, sysctls } = snapshot;
  const files: readonly (readonly [string, string | null])[] = [
    ["iptables-save.txt", tables.ip && printIptablesSave(tables.ip)],
    ["ip6tables-save.txt", tables.ip6 && printIptablesSave(tables.ip6)],
    ["ip-addr.txt", links && printIpAddr(links)],
    ["ip-route.txt", routes.ip && printIpRoute(routes.ip)],
    ["ip6-route.txt", routes.ip6 && printIpRoute(routes.ip6)],
    ["sysctl.txt", sysctls && printSysctl([...sysctls.values()])],
  ];
  return new Map(files.flatMap(([name, text]) => (text === null ? [] : [[name, text] as const])));
}

/** The part of a snapshot as the tool itself would print it. */
export function printDump(form: DumpForm, snapshot: Snapshot, selection: Selection): string {
  switch (form) {
    case "iptables-save":
      return printTables(snapshot, selection);
    case "nft":
      return printNft(nftTables(snapshot, selection));
    case "nft-json":
      return printNftJson(nftTables(snapshot, selection));
    case "ipset":
      return printIpset(snapshot.sets ?? []);
    case "ip":
      return printRouting(snapshot, selection);
  }
}

function nftTables(snapshot: Snapshot, selection: Selection): readonly NftTable[] {
  return selectNftTables(snapshot, selection).map(({ table, chains }) => ({ ...table, chains }));
}

function printTables(snapshot: Snapshot, selection: Selection): string {
  const selected = selectTables(snapshot, selection);
  const tables = selected.map(({ table, chains }) =>
    selection.chain === null ? table : { ...table, chains, rules: chains.flatMap(({ rules }) => rules) },
  );
  return printIptablesSave(tables);
}

const COMMANDS = { ip: "ip", ip6: "ip -6" } as const;

/** Routing rules and routes, each below the command that prints them. */
function printRouting(snapshot: Snapshot, { family }: Selection): string {
  let out = "";
  for (const one of ["ip", "ip6"] as const) {
    if (family !== null && family !== one) continue;
    const rules = snapshot.rules[one];
    const routes = snapshot.routes[one];
    if (rules !== null) out += `# ${COMMANDS[one]} rule\n${printIpRule(rules)}`;
    if (routes !== null) out += `# ${COMMANDS[one]} route show table all\n${printIpRoute(routes)}`;
  }
  return out;
}
