import type { Address, Family, Prefix } from "../../base/address.ts";
import { bitsOf, familyOf } from "../../base/address.ts";
import { usesEnis } from "../../desired/cilium/config.ts";
import { plainRoutingRule } from "../../model/routing-rule.ts";
import type { RoutingRule } from "../../model/routing.ts";
import type { CiliumContext, Endpoint } from "./context.ts";
import { eniNetworks, eniTable } from "./eni-routes.ts";

/** A rule without its place in a listing. Absent selectors match everything. */
interface RuleSpec {
  readonly priority: number;
  readonly table: string;
  readonly mark?: number;
  readonly from?: Prefix;
  readonly to?: Prefix;
}

/** Bits of a mark that say what kind it is. */
const KIND = 0xf00;

/** The tables that rules of Cilium look up: pkg/datapath/linux/linux_defaults. */
export const TABLE = { ipsec: "200", toProxy: "2004", fromProxy: "2005" } as const;

/** Rules of policy routing in the order in which they are added. */
export function routingRules(context: CiliumContext): readonly RoutingRule[] {
  return context.families.flatMap(({ family }) =>
    rulesOf(context, family).map(({ priority, table, mark, from, to }) => ({
      ...plainRoutingRule(family, priority, { kind: "lookup", table } as const, { file: "", line: 0 }),
      fwmark: mark === undefined ? null : { mark, mask: mark === ENI_MARK ? ENI_MARK : KIND },
      from: from ?? null,
      to: to ?? null,
    })),
  );
}

const ENI_MARK = 0x80;

function rulesOf(context: CiliumContext, family: Family): readonly RuleSpec[] {
  const { config } = context;
  const enis = usesEnis(config.ipam) ? context.endpoints.filter(({ address }) => familyOf(address) === family) : [];
  return [
    ...ipsecRules(context, family),
    ...proxyRules(context, family),
    ...(config.ipam === "eni" && family === "ip" ? [{ priority: 109, mark: ENI_MARK, table: "main" }] : []),
    ...enis.flatMap((endpoint) => eniRules(context, endpoint)),
  ];
}

/** For proxies, and room for that before the kernel's own rule at 0: bpf/init.sh, since 1.15 pkg/proxy and NodeEnsureLocalRoutingRule. */
function proxyRules(context: CiliumContext, family: Family): readonly RuleSpec[] {
  if (!routesProxies(context)) return [];
  return [
    { priority: 9, mark: 0x200, table: TABLE.toProxy },
    ...fromProxyMarks(context, family).map((mark): RuleSpec => ({ priority: 10, mark, table: TABLE.fromProxy })),
    { priority: 100, table: "local" },
  ];
}

/** Whether there is any routing for proxies. */
export function routesProxies({ config, has }: CiliumContext): boolean {
  return has("noIdleProxyRoutes") ? config.l7Proxy : config.installRules;
}

function ipsecRules({ config }: CiliumContext, family: Family): readonly RuleSpec[] {
  if (!config.ipsec) return [];
  const decrypted = config.endpointRoutes && family === "ip" ? [] : [0xd00];
  return [...decrypted, 0xe00].map((mark): RuleSpec => ({ priority: 1, mark, table: TABLE.ipsec }));
}

/**
 * Whose packets go by the routes for what proxies send. Since 1.16 where something needs them (pkg/proxy
 * requireFromProxyRoutes), before wherever pods have no routes of their own (bpf/init.sh), but for the releases that had none.
 */
export function fromProxyMarks(context: CiliumContext, family: Family): readonly number[] {
  const { config, has } = context;
  if (!routesProxies(context)) return [];
  if (!has("proxyRoutesOnDemand")) {
    const isGone = has(family === "ip" ? "noFromProxy4" : "noFromProxy6") && !has("fromProxyAgain");
    return config.endpointRoutes || isGone ? [] : [0xa00];
  }
  if (config.tunnel !== null) return [];
  return [...(config.envoyConfig || config.ipsec ? [0xa00] : []), ...(config.ipsec ? [0xb00] : [])];
}

/** pkg/datapath/linux/routing Configure. */
function eniRules(context: CiliumContext, { address, isHost }: Endpoint): readonly RuleSpec[] {
  const eni = context.interfaceOf(address);
  if (eni === null) return [];
  const host = hostPrefix(address);
  const ingress: readonly RuleSpec[] = isHost ? [] : [{ priority: 20, to: host, table: "main" }];
  const egress: RuleSpec = { priority: 111, from: host, table: eniTable(eni) };
  return [...ingress, ...eniNetworks(context, eni).map((to) => (to === null ? egress : { ...egress, to }))];
}

function hostPrefix(address: Address): Prefix {
  return { address, length: bitsOf(address) };
}
