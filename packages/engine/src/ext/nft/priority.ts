import type { NftFamily } from "../../model/nft.ts";

/** Names of priorities (nft(8), CHAINS; nftables src/rule.c, std_prios). */
const PRIORITIES: ReadonlyMap<string, number> = new Map([
  ["raw", -300],
  ["mangle", -150],
  ["dstnat", -100],
  ["filter", 0],
  ["security", 50],
  ["srcnat", 100],
]);

/** Those of the bridge family differ (bridge_std_prios). */
const BRIDGE_PRIORITIES: ReadonlyMap<string, number> = new Map([
  ["dstnat", -300],
  ["filter", -200],
  ["out", 100],
  ["srcnat", 300],
]);

/** A name stands for priorities up to this far away: `dstnat + 5`. */
const REACH = 10;

/** Hooks in which a name is given for its number; the others know it too, but print the number. Absent: all hooks. */
const HOOKS: ReadonlyMap<string, string> = new Map([
  ["dstnat", "prerouting"],
  ["srcnat", "postrouting"],
]);

function namesOf(family: NftFamily): ReadonlyMap<string, number> {
  return family === "bridge" ? BRIDGE_PRIORITIES : PRIORITIES;
}

/** The number that a name stands for in this family; null: it is none. */
export function priorityOf(name: string, family: NftFamily): number | null {
  return namesOf(family).get(name) ?? null;
}

/** A priority as nft prints it: `filter`, `dstnat + 5`, `-310` (nftables src/rule.c, prio2str). */
export function printPriority(priority: number, family: NftFamily, hook: string): string {
  for (const [name, standard] of namesOf(family)) {
    const offset = priority - standard;
    if (Math.abs(offset) > REACH || !isNameOf(name, family, hook)) continue;
    if (offset === 0) return name;
    return `${name} ${offset > 0 ? "+" : "-"} ${String(Math.abs(offset))}`;
  }
  return String(priority);
}

/** std_prio_family_hook_compat. */
function isNameOf(name: string, family: NftFamily, hook: string): boolean {
  if (family === "arp" || family === "netdev") return name === "filter";
  if (name === "out") return hook === "output";
  const only = HOOKS.get(name);
  return only === undefined || only === hook;
}
