import {
  printConntrack,
  printIpAddr,
  printIpNeigh,
  printIpRoute,
  printIpRule,
  printIpset,
  printIptablesSave,
  printIpvsadm,
  printNft,
  printNftJson,
  printSs,
  printSysctl,
  selectNftTables,
  selectTables,
} from "@hookwalk/engine";
import type { NftTable, Selection, Snapshot } from "@hookwalk/engine";

/** The forms that a tool itself prints and reads. */
export type DumpForm = "iptables-save" | "nft" | "nft-json" | "ipset" | "ip";

/** Each file of a snapshot, and what its own tool would have printed into it; null: nobody knows. */
const FILES: readonly (readonly [name: string, print: (snapshot: Snapshot) => string | null])[] = [
  ["iptables-save.txt", ({ tables }) => tables.ip && printIptablesSave(tables.ip)],
  ["ip6tables-save.txt", ({ tables }) => tables.ip6 && printIptablesSave(tables.ip6)],
  ["nft-ruleset.txt", ({ nft }) => nft && printNft(nft)],
  ["ipset-save.txt", ({ sets }) => sets && printIpset(sets)],
  ["ip-rule.txt", ({ rules }) => rules.ip && printIpRule(rules.ip)],
  ["ip6-rule.txt", ({ rules }) => rules.ip6 && printIpRule(rules.ip6)],
  ["ip-route.txt", ({ routes }) => routes.ip && printIpRoute(routes.ip)],
  ["ip6-route.txt", ({ routes }) => routes.ip6 && printIpRoute(routes.ip6)],
  ["ip-addr.txt", ({ links }) => links && printIpAddr(links)],
  ["ip-neigh.txt", ({ neighbours }) => neighbours && printIpNeigh(neighbours)],
  ["conntrack.txt", ({ conntrack }) => conntrack && printConntrack(conntrack)],
  ["ss.txt", ({ sockets }) => sockets && printSs(sockets)],
  ["sysctl.txt", ({ sysctls }) => sysctls && printSysctl([...sysctls.values()])],
  ["ipvsadm-save.txt", ({ ipvs }) => ipvs && printIpvsadm(ipvs)],
];

const CNI_PREFIX = "cni-";

/** A whole snapshot as the files that its own tools would have printed; what is not known has none. */
export function snapshotFiles(snapshot: Snapshot): ReadonlyMap<string, string> {
  const printed = FILES.map(([name, print]) => [name, print(snapshot)] as const);
  const cni = (snapshot.cni ?? []).map(({ file, text }) => {
    return [file.startsWith(CNI_PREFIX) ? file : `${CNI_PREFIX}${file}`, text] as const;
  });
  return new Map([...printed, ...cni].flatMap(([name, text]) => (text === null ? [] : [[name, text] as const])));
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
