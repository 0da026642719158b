import type { Address, Family } from "../../base/address.ts";
import { familyOf, hostNet } from "../../base/address.ts";
import type { DesiredState } from "../../desired/state.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { PROTO } from "../../program/protocol.ts";
import type { TableName } from "../iptables/table-draft.ts";
import type { RuleSpec } from "../iptables/spec.ts";
import { ACCEPT, match, target } from "../iptables/spec.ts";
import { dummyLink } from "../node/dummy-link.ts";
import type { NodeDraft } from "../node/node-draft.ts";
import type { Version } from "../node/version.ts";
import { isAtLeast } from "../node/version.ts";
import { placed, renderProblem } from "../problem.ts";
import type { Renderer } from "../renderer.ts";
import type { FoundCache, NodeCache } from "./arguments.ts";
import { findNodeCaches } from "./arguments.ts";

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
  isWanted: ({ daemonSets }) => findNodeCaches(daemonSets).length > 0,
  write(state, node) {
    const found = findNodeCaches(state.daemonSets);
    if (found.length === 0) {
      const params = { owner: "node-local-dns", objects: "apps/v1 DaemonSet (-localip …)" };
      return [renderProblem("render-unset", params, "node-local-dns")];
    }
    const problems = found.flatMap((one) => problemOf(one, state));
    const caches = found.flatMap(({ cache }) => ("argument" in cache ? [] : [cache]));
    const devices = new Set(caches.filter(({ setsUpInterface }) => setsUpInterface).map(({ device }) => device));
    for (const device of devices) {
      const own = caches.filter((cache) => cache.setsUpInterface && cache.device === device);
      node.add({ links: [dummyLink(device, [...new Set(own.flatMap(({ localIPs }) => localIPs))])] });
    }
    for (const cache of caches.filter(({ setsUpIptables }) => setsUpIptables)) {
      for (const address of cache.localIPs) writeRules(address, cache, node);
    }
    return problems;
  },
};

/** What node-cache would not take, or nobody here can write. */
function problemOf({ daemonSet, container, cache }: FoundCache, { spanOf }: DesiredState): readonly Diagnostic[] {
  const { namespace, name } = daemonSet.metadata;
  const object = `DaemonSet ${namespace === "" ? "" : `${namespace}/`}${name}`;
  const span = spanOf(daemonSet, ["spec", "template", "spec", "containers", container, "args"]);
  const tell = (code: Diagnostic["code"], params: Diagnostic["params"]): Diagnostic =>
    placed(renderProblem(code, { owner: object, ...params }, "node-local-dns"), span);
  if ("argument" in cache) return [tell("render-argument", { ...cache })];
  if (!cache.setsUpEbtables) return [];
  return [
    { ...tell("render-left-out", { option: "-setupebtables", what: "ebtables -t broute" }), severity: "warning" },
  ];
}

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
