import type { Family } from "../../base/address.ts";
import type { NftFamily, NftRule, NftTable } from "../../model/nft.ts";

/** What rules make the kernel turn on by being there. */
export interface NftActivation {
  readonly conntrack: boolean;
  readonly defrag: boolean;
}

const FAMILIES: Readonly<Record<NftFamily, readonly Family[]>> = {
  ip: ["ip"],
  ip6: ["ip6"],
  inet: ["ip", "ip6"],
  arp: [],
  bridge: [],
  netdev: [],
};

/** Does a table concern packets of this family? */
export function concerns({ family: own }: Pick<NftTable, "family">, family: Family): boolean {
  return FAMILIES[own].includes(family);
}

/** Objects whose making needs conntrack already (nft_ct_helper_obj_init, nft_ct_timeout_obj_init, nft_ct_expect_obj_init). */
const OBJECTS: ReadonlySet<string> = new Set(["ct helper", "ct timeout", "ct expectation", "synproxy"]);

export function objectsActivate({ objects }: NftTable): boolean {
  return objects.some(({ type }) => OBJECTS.has(type));
}

const CONNTRACK: ReadonlySet<string> = new Set(["ct", "nat", "ct-count", "ct-object", "flow", "synproxy"]);
const DEFRAG: ReadonlySet<string> = new Set(["tproxy"]);

/**
 * nf_ct_netns_get and nf_defrag_ipv4_enable, as the parts of a rule call them when it is loaded. NAT of one family in an
 * inet table asks for that family alone (nft_nat_init).
 */
export function ruleActivates({ statements }: Pick<NftRule, "statements">, family: Family): NftActivation {
  const kinds = new Set<string>();
  const own = statements.filter((one) => one.kind !== "nat" || one.family === null || one.family === family);
  collectKinds(own, kinds);
  const some = (wanted: ReadonlySet<string>): boolean => [...kinds].some((kind) => wanted.has(kind));
  const conntrack = some(CONNTRACK);
  return { conntrack, defrag: conntrack || some(DEFRAG) };
}

/** The kinds of all statements and expressions, however deep. */
function collectKinds(value: unknown, kinds: Set<string>): void {
  if (typeof value !== "object" || value === null) return;
  if ("kind" in value && typeof value.kind === "string") kinds.add(value.kind);
  for (const inner of Object.values(value) as readonly unknown[]) collectKinds(inner, kinds);
}
