import type { RulePattern, TablePattern } from "../owner.ts";

/** Upstream: pkg/proxy/nftables/proxier.go. Of both families. */
const table = "kube-proxy";

/** `ULMVA6XW-ns1/svc1/tcp/p80`: eight characters of base32(SHA-256), then what they are of; a port without a name is "". */
const SERVICE = String.raw`[A-Z2-7]{8}-(?<service>[^/]+/[^/]+)/(?<port>[a-z]+/[^/]*)`;
/** `…__10.180.0.1/80`: of IPv6 with dots for colons. */
const ENDPOINT = String.raw`${SERVICE}__(?<endpoint>[^/]+/\d+)`;

export const kubeProxyNftChains: readonly TablePattern[] = [
  { table, name: new RegExp(`^service-${SERVICE}$`), means: "kube-nft-chain-service" },
  { table, name: new RegExp(`^local-${SERVICE}$`), means: "kube-nft-chain-local" },
  { table, name: new RegExp(`^external-${SERVICE}$`), means: "kube-nft-chain-external" },
  { table, name: new RegExp(`^firewall-${SERVICE}$`), means: "kube-nft-chain-firewall" },
  { table, name: new RegExp(`^endpoint-${ENDPOINT}$`), means: "kube-nft-chain-endpoint" },
  { table, name: /^filter-output-post-dnat$/, means: "kube-nft-chain-post-dnat" },
  { table, name: /^filter-(prerouting|output)$/, means: "kube-nft-chain-filter" },
  // DNAT is behind these: it is done at prerouting.
  { table, name: /^filter-(input|forward)$/, means: "kube-nft-chain-after-dnat" },
  { table, name: /^nat-(prerouting|output)$/, means: "kube-nft-chain-nat" },
  { table, name: /^nat-postrouting$/, means: "kube-nft-chain-postrouting" },
  { table, name: /^services$/, means: "kube-chain-services" },
  { table, name: /^service-endpoints-check$/, means: "kube-nft-chain-endpoints-check" },
  { table, name: /^nodeport-endpoints-check$/, means: "kube-nft-chain-nodeports-check" },
  // Of 1.29 and 1.30, which had one chain for both.
  { table, name: /^endpoints-check$/, means: "kube-nft-chain-endpoints-check" },
  { table, name: /^firewall-check$/, means: "kube-nft-chain-firewall-check" },
  { table, name: /^cluster-ips-check$/, means: "kube-nft-chain-cluster-ips-check" },
  { table, name: /^reject-chain$/, means: "kube-nft-chain-reject" },
  { table, name: /^mark-for-masquerade$/, means: "kube-chain-mark-masq" },
  { table, name: /^masquerading$/, means: "kube-chain-postrouting" },
];

export const kubeProxyNftSets: readonly TablePattern[] = [
  { table, name: /^cluster-ips$/, means: "kube-nft-set-cluster-ips" },
  { table, name: /^nodeport-ips$/, means: "kube-nft-set-nodeport-ips" },
  { table, name: /^service-ips$/, means: "kube-nft-set-service-ips" },
  { table, name: /^service-nodeports$/, means: "kube-nft-set-service-nodeports" },
  { table, name: /^firewall-ips$/, means: "kube-nft-set-firewall-ips" },
  { table, name: /^no-endpoint-services$/, means: "kube-nft-set-no-endpoint-services" },
  { table, name: /^no-endpoint-nodeports$/, means: "kube-nft-set-no-endpoint-nodeports" },
  { table, name: new RegExp(`^affinity-${ENDPOINT}$`), means: "kube-nft-set-affinity" },
];

const service = new RegExp(`^(?:service|local)-${SERVICE}$`);
const external = new RegExp(`^external-${SERVICE}$`);
const endpoint = /^endpoint-/;

export const kubeProxyNftRules: readonly RulePattern[] = [
  { table, chain: /^filter-/, text: /^ct state new jump /, means: "kube-nft-first-packet" },
  { table, chain: /^services$/, text: /vmap @service-ips$/, means: "kube-nft-dispatch" },
  { table, chain: /^services$/, text: /vmap @service-nodeports$/, means: "kube-svc-nodeports" },
  { table, chain: /endpoints-check$/, text: /vmap @no-endpoint-/, means: "kube-nft-no-endpoints" },
  { table, chain: /^firewall-check$/, text: /vmap @firewall-ips$/, means: "kube-nft-firewall" },
  { table, chain: /^cluster-ips-check$/, text: /@cluster-ips reject$/, means: "kube-nft-free-port" },
  { table, chain: /^cluster-ips-check$/, text: / drop$/, means: "kube-nft-free-address" },
  { table, chain: /^reject-chain$/, text: /^reject$/, means: "kube-nft-refused" },
  { table, chain: /^mark-for-masquerade$/, text: /^meta mark set /, means: "kube-nft-mark" },
  { table, chain: /^masquerading$/, text: / return$/, means: "kube-postrouting-return" },
  { table, chain: /^masquerading$/, text: /^meta mark set /, means: "kube-postrouting-clear" },
  { table, chain: /^masquerading$/, text: /^masquerade/, means: "kube-postrouting-masquerade" },
  { table, chain: service, text: /jump mark-for-masquerade$/, means: "kube-svc-masquerade" },
  {
    table,
    chain: service,
    text: /^ip6? saddr @affinity-.* goto endpoint-[^ ]+__(?<endpoint>[^ ]+)$/,
    means: "kube-svc-affinity",
  },
  { table, chain: service, text: /^numgen random mod /, means: "kube-nft-balance" },
  { table, chain: external, comment: /^short-circuit pod traffic$/, means: "kube-ext-pods" },
  { table, chain: external, comment: /^masquerade local traffic$/, means: "kube-ext-local-masquerade" },
  { table, chain: external, comment: /^short-circuit local traffic$/, means: "kube-ext-local" },
  { table, chain: external, text: /^jump mark-for-masquerade$/, means: "kube-ext-masquerade" },
  { table, chain: external, text: /^goto /, means: "kube-nft-external-rest" },
  { table, chain: new RegExp(`^firewall-${SERVICE}$`), text: / drop$/, means: "kube-fw-drop" },
  { table, chain: endpoint, text: /jump mark-for-masquerade$/, means: "kube-sep-hairpin" },
  { table, chain: endpoint, text: /^update @affinity-/, means: "kube-nft-remember" },
  { table, chain: endpoint, text: / dnat (?:ip6? )?to (?<endpoint>\S+)$/, means: "kube-sep-dnat" },
];
