import type { Address, Family } from "../../base/address.ts";
import { familyOf, hostNet } from "../../base/address.ts";
import { PROTO } from "../../program/protocol.ts";
import type { TableName } from "../iptables/table-draft.ts";
import type { RuleSpec } from "../iptables/spec.ts";
import { ACCEPT, match, target } from "../iptables/spec.ts";
import { dummyLink } from "../node/dummy-link.ts";
import type { NodeDraft } from "../node/node-draft.ts";
import type { Version } from "../node/version.ts";
import { isAtLeast } from "../node/version.ts";
import { renderProblem } from "../problem.ts";
import type { Renderer } from "../renderer.ts";
import type { NodeCache } from "./arguments.ts";
import { findNodeCache } from "./arguments.ts";

/** A rule for one local address. `at`: the address and port are the destination's, or the source's. */
interface CacheRule {
  readonly table: TableName;
  readonly chain: string;
  readonly proto: "tcp" | "udp";
  readonly at: "dst" | "src";
  readonly port: "dns" | "health";
}

const BOTH = ["tcp", "udp"] as const;

function both(table: TableName, chain: string, at: CacheRule["at"]): readonly CacheRule[] {
  return BOTH.map((proto): CacheRule => ({ table, chain, proto, at, port: "dns" }));
}

/** cmd/node-cache/app/cache_app.go initIptables: each is put before what is there, so that they stand in the opposite order. */
const RULES: readonly CacheRule[] = [
  ...both("raw", "PREROUTING", "dst"),
  ...both("filter", "INPUT", "dst"),
  ...both("raw", "OUTPUT", "src"),
  ...both("filter", "OUTPUT", "src"),
  ...both("raw", "OUTPUT", "dst"),
  { table: "raw", chain: "OUTPUT", proto: "tcp", at: "dst", port: "health" },
  { table: "raw", chain: "OUTPUT", proto: "tcp", at: "src", port: "health" },
];

/** Comments came with https://github.com/kubernetes/dns/pull/570, of February 2023; which 1.22 was the first with it is not known. */
const COMMENTS: Version = [1, 22, 20];

export const nodeLocalDns: Renderer = {
  isWanted: ({ daemonSets }) => findNodeCache(daemonSets) !== null,
  write({ daemonSets }, node) {
    const cache = findNodeCache(daemonSets);
    if (cache === null) {
      const params = { owner: "node-local-dns", objects: "apps/v1 DaemonSet (-localip …)" };
      return [renderProblem("render-unset", params, "node-local-dns")];
    }
    if ("argument" in cache) {
      return [renderProblem("render-argument", { owner: "node-local-dns", ...cache }, "node-local-dns")];
    }
    if (cache.setsUpInterface) node.add({ links: [dummyLink(cache.device, cache.localIPs)] });
    if (cache.setsUpIptables) for (const address of cache.localIPs) writeRules(address, cache, node);
    return [];
  },
};

function writeRules(address: Address, cache: NodeCache, node: NodeDraft): void {
  const family = familyOf(address);
  for (const rule of RULES) node.table(family, rule.table).ensure(rule.chain, specOf(rule, address, family, cache));
}

function specOf({ table, proto, at, port }: CacheRule, address: Address, family: Family, cache: NodeCache): RuleSpec {
  const number = port === "dns" ? cache.dnsPort : cache.healthPort;
  const isRaw = table === "raw";
  const comment = `NodeLocal DNS Cache: ${isRaw ? "skip conntrack" : "allow DNS traffic"}`;
  const commented = cache.version === null || isAtLeast(cache.version, COMMENTS);
  return {
    [at]: { negated: false, value: hostNet(address) },
    proto: PROTO[proto],
    matches: [
      match(family, proto, { [at === "dst" ? "dport" : "sport"]: number }),
      ...(commented ? [match(family, "comment", { comment })] : []),
    ],
    target: isRaw ? target(family, "NOTRACK") : ACCEPT,
  };
}
