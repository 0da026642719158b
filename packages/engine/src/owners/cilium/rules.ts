import type { RulePattern } from "../owner.ts";

/** Cilium 1.9 to 1.19 (pkg/datapath/iptables/iptables.go): what the marks are depends on its version and on proxy ports. */
const guard = "mark";

/** By comment: Cilium writes one beside nearly every rule. Feeders keep the name of the chain while `OLD_` ones are in use. */
export const ciliumRules: readonly RulePattern[] = [
  { comment: /^cilium-feeder: (?<chain>CILIUM_\w+)$/, means: "cilium-feeder" },

  // The L7 and DNS proxies.
  {
    comment: /^cilium: TPROXY to host (?<proxy>cilium-dns-egress) proxy$/,
    text: /-j TPROXY/,
    means: "cilium-tproxy-dns",
    guard,
  },
  {
    comment: /^cilium: TPROXY to host (?<proxy>cilium-http-(?:in|e)gress) proxy$/,
    means: "cilium-tproxy-http",
    guard,
  },
  { comment: /^cilium: TPROXY to host (?<proxy>\S*\/\S+) proxy$/, means: "cilium-tproxy-listener", guard },
  { comment: /^cilium: TPROXY to host (?<proxy>.+) proxy$/, means: "cilium-tproxy", guard },
  { comment: /^cilium: any->pod redirect proxied traffic to host proxy$/, means: "cilium-socket" },
  { comment: /^cilium: NOTRACK for proxy traffic$/, means: "cilium-notrack-to-proxy", guard },
  { comment: /^cilium: NOTRACK for proxy return traffic$/, means: "cilium-notrack-proxy-return", guard },
  { comment: /^cilium: NOTRACK for proxy forward traffic$/, means: "cilium-notrack-proxy-forward", guard },
  { comment: /^cilium: NOTRACK for L7 proxy upstream traffic$/, means: "cilium-notrack-upstream", guard },
  {
    comment: /^cilium: ACCEPT for proxy traffic$/,
    chain: /INPUT$/,
    means: "cilium-accept-to-proxy",
    guard,
  },
  { comment: /^cilium: ACCEPT for proxy (return )?traffic$/, means: "cilium-accept-from-proxy", guard },
  { comment: /^cilium: ACCEPT for l7 proxy upstream traffic$/, means: "cilium-accept-upstream", guard },

  // What the host sends, tunnels, encryption.
  { comment: /^cilium: host->any mark as from host$/, means: "cilium-mark-from-host", guard },
  { comment: /^cilium: ACCEPT for tunnel traffic$/, means: "cilium-accept-tunnel" },
  { comment: /^cilium: NOTRACK for tunnel traffic$/, means: "cilium-notrack-tunnel" },
  {
    comment: /^exclude (xfrm|encrypt\/decrypt) marks from (?<table>\w+) (?<chain>\w+) chain$/,
    means: "cilium-exclude-encryption",
    guard,
  },
  { comment: /^cilium-(xfrm|encryption)-notrack:/, means: "cilium-notrack-encryption", guard },

  // Forwarding.
  { comment: /^cilium: any->cluster on (?<device>\S+) forward accept/, means: "cilium-forward-to" },
  { comment: /^cilium: cluster->any on (?<device>\S+) forward accept/, means: "cilium-forward-from" },

  // Pods without conntrack.
  { comment: /^cilium: NOTRACK for pod traffic$/, means: "cilium-notrack-pods" },
  { comment: /^cilium no-track-host-ports/, means: "cilium-notrack-host-ports" },

  // Masquerade.
  { comment: /^cilium masquerade non-cluster$/, means: "cilium-masquerade" },
  { comment: /^cilium snat non-cluster via source route$/, means: "cilium-snat-source-route" },
  { comment: /^exclude non-\S+ traffic from masquerade$/, means: "cilium-exclude-others" },
  { comment: /^exclude proxy return traffic from masqu[ea]rade$/, means: "cilium-exclude-proxy-return", guard },
  { comment: /^exclude traffic to cluster nodes from masquerade$/, means: "cilium-exclude-nodes" },
  { comment: /^cilium host->cluster masquerade$/, means: "cilium-snat-host" },
  { comment: /^cilium host->cluster from 127\.0\.0\.1 masquerade$/, means: "cilium-snat-loopback" },
  { comment: /^hairpin traffic that originated from a local pod$/, means: "cilium-snat-hairpin" },

  // ENIs.
  { comment: /^cilium: primary ENI$/, text: /^-i lxc\+ .*--restore-mark/, means: "cilium-eni-restore" },
  { comment: /^cilium: primary ENI$/, means: "cilium-eni-save" },
];
