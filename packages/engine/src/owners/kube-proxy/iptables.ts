import type { RulePattern } from "../owner.ts";

/** Comments name the service: `default/kubernetes:https cluster IP`. */
export const kubeProxyIptablesRules: readonly RulePattern[] = [
  { chain: /^KUBE-SERVICES$/, comment: /^(?<service>\S+\/\S+) cluster IP$/, means: "kube-svc-cluster-ip" },
  { chain: /^KUBE-SERVICES$/, comment: /^(?<service>\S+\/\S+) external IP$/, means: "kube-svc-external-ip" },
  { chain: /^KUBE-SERVICES$/, comment: /^(?<service>\S+\/\S+) loadbalancer IP$/, means: "kube-svc-load-balancer" },
  { chain: /^KUBE-SERVICES$/, comment: /^kubernetes service nodeports; NOTE/, means: "kube-svc-nodeports" },
  { comment: /^(?<service>\S+\/\S+) has no endpoints$/, means: "kube-svc-no-endpoints" },
  { comment: /^(?<service>\S+\/\S+) has no local endpoints$/, means: "kube-svc-no-local-endpoints" },
  {
    chain: /^KUBE-NODEPORTS$/,
    comment: /^(?<service>\S+\/\S+) health check node port$/,
    means: "kube-svc-health-check",
  },
  { chain: /^KUBE-NODEPORTS$/, comment: /^(?<service>\S+\/\S+)$/, means: "kube-svc-node-port" },
  { chain: /^KUBE-SV[CL]-/, comment: /^(?<service>\S+\/\S+) cluster IP$/, means: "kube-svc-masquerade" },
  {
    chain: /^KUBE-SV[CL]-/,
    comment: /^(?<service>\S+\/\S+) -> (?<endpoint>\S+)$/,
    text: /-m recent .*--rcheck/,
    means: "kube-svc-affinity",
  },
  {
    chain: /^KUBE-SV[CL]-/,
    comment: /^(?<service>\S+\/\S+) -> (?<endpoint>\S+)$/,
    text: /--probability/,
    means: "kube-svc-balance",
  },
  { chain: /^KUBE-SV[CL]-/, comment: /^(?<service>\S+\/\S+) -> (?<endpoint>\S+)$/, means: "kube-svc-balance-last" },
  { chain: /^KUBE-SEP-/, text: /-j KUBE-MARK-MASQ$/, means: "kube-sep-hairpin" },
  { chain: /^KUBE-SEP-/, text: /-j DNAT --to-destination (?<endpoint>\S+)/, means: "kube-sep-dnat" },
  {
    chain: /^KUBE-EXT-/,
    comment: /^masquerade traffic for (?<service>\S+) external destinations$/,
    means: "kube-ext-masquerade",
  },
  { chain: /^KUBE-EXT-/, comment: /^pod traffic for (?<service>\S+) external destinations$/, means: "kube-ext-pods" },
  {
    chain: /^KUBE-EXT-/,
    comment: /^masquerade LOCAL traffic for (?<service>\S+) external destinations$/,
    means: "kube-ext-local-masquerade",
  },
  {
    chain: /^KUBE-EXT-/,
    comment: /^route LOCAL traffic for (?<service>\S+) external destinations$/,
    means: "kube-ext-local",
  },
  { chain: /^KUBE-FW-/, comment: /^(?<service>\S+\/\S+) loadbalancer IP$/, means: "kube-fw-range" },
  { chain: /^KUBE-FW-/, comment: /^other traffic to (?<service>\S+) will be dropped/, means: "kube-fw-rest" },
  { comment: /^(?<service>\S+\/\S+) traffic not accepted by /, means: "kube-fw-drop" },
];
