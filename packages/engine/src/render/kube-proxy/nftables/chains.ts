import type { NftBaseChain } from "../../../model/nft.ts";
import type { ProxyContext } from "../context.ts";

/** Names of what is there whatever services there are: pkg/proxy/nftables/proxier.go. */
export const TABLE = "kube-proxy";

export const SERVICES = "services";
export const SERVICE_ENDPOINTS_CHECK = "service-endpoints-check";
export const NODE_PORT_ENDPOINTS_CHECK = "nodeport-endpoints-check";
export const CLUSTER_IPS_CHECK = "cluster-ips-check";
export const FIREWALL_CHECK = "firewall-check";
export const MARK_MASQ = "mark-for-masquerade";
export const MASQUERADING = "masquerading";
export const REJECTING = "reject-chain";

export const CLUSTER_IPS = "cluster-ips";
export const NODE_PORT_IPS = "nodeport-ips";
export const SERVICE_IPS = "service-ips";
export const SERVICE_NODE_PORTS = "service-nodeports";
export const FIREWALL_IPS = "firewall-ips";
export const NO_ENDPOINT_SERVICES = "no-endpoint-services";
export const NO_ENDPOINT_NODE_PORTS = "no-endpoint-nodeports";

const DSTNAT = -100;
const FILTER = 0;
const SRCNAT = 100;
/** What filters goes before DNAT where it has to see the address that the client asked for. */
const BEFORE_DNAT = DSTNAT - 10;
const AFTER_DNAT = DSTNAT + 10;

function base(type: NftBaseChain["type"], hook: string, priority: number): NftBaseChain {
  return { type, hook, priority, devices: [], policy: "accept" };
}

/** A jump from a base chain. Those that filter look at the first packet of a connection only. */
export interface BaseJump {
  readonly from: string;
  readonly to: string;
}

/** Base chains, and the jumps from them: nftablesBaseChains, nftablesJumpChains. */
export interface Layout {
  readonly chains: readonly (readonly [name: string, base: NftBaseChain])[];
  readonly jumps: readonly BaseJump[];
}

const NAT_CHAINS: Layout["chains"] = [
  ["nat-prerouting", base("nat", "prerouting", DSTNAT)],
  ["nat-output", base("nat", "output", DSTNAT)],
  ["nat-postrouting", base("nat", "postrouting", SRCNAT)],
];

/** Which chains see what leaves the node by itself, and what comes, before DNAT; and which of the former after it. */
interface Filters {
  readonly prerouting: string;
  readonly output: string;
  readonly outputAfter: string;
}

function jumpsFrom({ prerouting, output, outputAfter }: Filters): readonly BaseJump[] {
  return [
    { from: "filter-input", to: NODE_PORT_ENDPOINTS_CHECK },
    { from: "filter-input", to: SERVICE_ENDPOINTS_CHECK },
    { from: "filter-forward", to: SERVICE_ENDPOINTS_CHECK },
    { from: "filter-output", to: SERVICE_ENDPOINTS_CHECK },
    { from: prerouting, to: FIREWALL_CHECK },
    { from: output, to: FIREWALL_CHECK },
    { from: "nat-output", to: SERVICES },
    { from: "nat-prerouting", to: SERVICES },
    { from: "nat-postrouting", to: MASQUERADING },
    { from: "filter-forward", to: CLUSTER_IPS_CHECK },
    { from: outputAfter, to: CLUSTER_IPS_CHECK },
  ];
}

/** All filters before DNAT, but for one behind it. */
const EARLY: Layout = {
  chains: [
    ["filter-prerouting", base("filter", "prerouting", BEFORE_DNAT)],
    ["filter-input", base("filter", "input", BEFORE_DNAT)],
    ["filter-forward", base("filter", "forward", BEFORE_DNAT)],
    ["filter-output", base("filter", "output", BEFORE_DNAT)],
    ["filter-output-post-dnat", base("filter", "output", AFTER_DNAT)],
    ...NAT_CHAINS,
  ],
  jumps: jumpsFrom({
    prerouting: "filter-prerouting",
    output: "filter-output",
    outputAfter: "filter-output-post-dnat",
  }),
};

/** Source ranges are checked before DNAT, everything else at filter's own priority: whoever was given an endpoint is not refused. */
const LATE: Layout = {
  chains: [
    ["filter-prerouting-pre-dnat", base("filter", "prerouting", BEFORE_DNAT)],
    ["filter-output-pre-dnat", base("filter", "output", BEFORE_DNAT)],
    ["filter-input", base("filter", "input", FILTER)],
    ["filter-forward", base("filter", "forward", FILTER)],
    ["filter-output", base("filter", "output", FILTER)],
    ...NAT_CHAINS,
  ],
  jumps: jumpsFrom({
    prerouting: "filter-prerouting-pre-dnat",
    output: "filter-output-pre-dnat",
    outputAfter: "filter-output",
  }),
};

export function layoutOf({ has }: ProxyContext): Layout {
  return has("refusalBehindDnat") ? LATE : EARLY;
}
