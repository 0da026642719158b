import { calicoVersions } from "./versions.ts";
import { defineOwner } from "../owner.ts";
import type { Owner, RulePattern, TablePattern } from "../owner.ts";

/** Felix's nftables dataplane has one table for all: felix/nftables/table.go. */
const table = "calico";

/** There a chain's name begins with the table of iptables that it would stand in: felix/nftables/table_layer.go. */
function nftChain({ table: layer = "(?:filter|nat|mangle|raw)", name, means }: TablePattern): TablePattern {
  return { table, name: new RegExp(name.source.replace("^", `^${layer}-`)), means };
}

/** A set's name may hold no colon there: felix/nftables/ipsets.go LegalizeSetName. */
function nftSet({ name, means }: TablePattern): TablePattern {
  return { table, name: new RegExp(name.source.replace(":", "-")), means };
}

/** What a comment tells stands behind the rule's hash there: felix/nftables/renderer.go. */
function nftRule({ comment, means }: RulePattern): readonly RulePattern[] {
  return !comment?.source.startsWith("^")
    ? []
    : [{ table, comment: new RegExp(comment.source.replace("^", "^cali:[-\\w]{16}; ")), means }];
}

const chains: readonly TablePattern[] = [
  { name: /^cali-PREROUTING$/, table: "raw", means: "calico-chain-prerouting-raw" },
  { name: /^cali-PREROUTING$/, table: "nat", means: "calico-chain-prerouting-nat" },
  { name: /^cali-PREROUTING$/, means: "calico-chain-prerouting-mangle" },
  { name: /^cali-OUTPUT$/, table: "nat", means: "calico-chain-output-nat" },
  { name: /^cali-OUTPUT$/, means: "calico-chain-output" },
  { name: /^cali-INPUT$/, means: "calico-chain-input" },
  { name: /^cali-FORWARD$/, means: "calico-chain-forward" },
  { name: /^cali-POSTROUTING$/, means: "calico-chain-postrouting" },
  { name: /^cali-fip-dnat$/, means: "calico-chain-fip-dnat" },
  { name: /^cali-fip-snat$/, means: "calico-chain-fip-snat" },
  { name: /^cali-nat-outgoing$/, means: "calico-chain-nat-outgoing" },
  { name: /^cali-from-host-endpoint$/, means: "calico-chain-from-host" },
  { name: /^cali-to-host-endpoint$/, means: "calico-chain-to-host" },
  { name: /^cali-(from|to)-hep-forward$/, means: "calico-chain-hep-forward" },
  { name: /^cali-from-wl-dispatch/, means: "calico-chain-from-workloads" },
  { name: /^cali-to-wl-dispatch/, means: "calico-chain-to-workloads" },
  { name: /^cali-wl-to-host$/, means: "calico-chain-workload-to-host" },
  { name: /^cali-fw-(?<endpoint>.+)$/, means: "calico-chain-from-workload" },
  { name: /^cali-tw-(?<endpoint>.+)$/, means: "calico-chain-to-workload" },
  { name: /^cali-fh(?:fw)?-(?<endpoint>.+)$/, means: "calico-chain-from-host-of" },
  { name: /^cali-th(?:fw)?-(?<endpoint>.+)$/, means: "calico-chain-to-host-of" },
  { name: /^cali-pi-(?<policy>.+)$/, means: "calico-chain-policy-in" },
  { name: /^cali-po-(?<policy>.+)$/, means: "calico-chain-policy-out" },
  { name: /^cali-pri-(?<profile>.+)$/, means: "calico-chain-profile-in" },
  { name: /^cali-pro-(?<profile>.+)$/, means: "calico-chain-profile-out" },
  { name: /^cali-g[io]-/, means: "calico-chain-group" },
  { name: /^cali-(failsafe-in|failsafe-out)$/, means: "calico-chain-failsafe" },
  { name: /^cali-cidr-block$/, means: "calico-chain-cidr-block" },
  { name: /^cali-rpf-skip$/, means: "calico-chain-rpf-skip" },
  { name: /^cali-/, means: "calico-chain" },
];

/** Chains of policies and of profiles. */
const POLICY = /^cali-p(r?)[io]-/;

/**
 * What a policy decides is noted as a bit and then done. Which bit stands for what differs between versions (0x40000 is “drop”
 * from 3.30 on and was one for Felix's own use before): felix/rules/policy.go, felix/dataplane/linux/int_dataplane.go.
 */
const DECISIONS = [
  { bit: "calico-mark-accept", sets: "calico-allow", decided: "calico-allowed-return", end: "RETURN" },
  { bit: "calico-mark-pass", sets: "calico-pass", decided: "calico-passed-return", end: "RETURN" },
  { bit: "calico-mark-pass-tier", sets: "calico-pass", decided: "calico-passed-return", end: "RETURN" },
  { bit: "calico-mark-drop", sets: "calico-note-deny", decided: "calico-deny", end: "DROP" },
] as const;

const rules: readonly RulePattern[] = [
  { comment: /^Start of policies/, means: "calico-start-of-policies" },
  { comment: /^Start of tier /, means: "calico-start-of-tier" },
  { comment: /^Return if policy accepted$/, means: "calico-return-policy" },
  { comment: /^Return if profile accepted$/, means: "calico-return-profile" },
  { comment: /(Drop|Reject) if no policies passed packet$/, means: "calico-drop-no-policy" },
  { comment: /^(Drop|Reject) if no profiles matched$/, means: "calico-drop-no-profile" },
  { comment: /^Unknown interface$/, means: "calico-unknown-interface" },
  { comment: /^Host endpoint policy accepted packet\.$/, means: "calico-host-accepted" },
  { comment: /^Policy explicitly accepted packet\.$/, means: "calico-policy-accepted" },
  { comment: /^Set endpoint-mark|^Configured DefaultEndpointToHostAction$/, means: "calico-to-host-default" },
  {
    chain: /^cali-/,
    text: /^-m mark --mark (0x[0-9a-f]{1,8})\/\1 -m conntrack --ctstate UNTRACKED -j ACCEPT$/,
    means: "calico-untracked-accepted",
  },
  { chain: /^cali-/, text: /^-m conntrack --ctstate INVALID -j DROP$/, means: "calico-invalid" },
  { chain: /^cali-/, text: /^-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT$/, means: "calico-established" },
  {
    chain: /^cali-PREROUTING$/,
    text: /^-i cali\+ -j MARK --set-xmark (0x[0-9a-f]{1,8})\/\1$/,
    means: "calico-mark-workload",
  },
  {
    chain: /^cali-(FORWARD|INPUT|OUTPUT|PREROUTING)$/,
    text: /^-j MARK --set-xmark 0x0\/\S+$/,
    means: "calico-clear-all",
  },
  { chain: /^cali-[ft]w-/, text: /^-j MARK --set-xmark 0x0\/\S+$/, means: "calico-clear-accept" },
  { chain: /^cali-[ft]w-/, text: /^-m mark --mark 0x0\/\S+ -j cali-p[io]-/, means: "calico-try-policy" },
  { chain: /^cali-[ft]w-/, text: /-j cali-pr[io]-/, means: "calico-try-profile" },
  ...DECISIONS.flatMap(({ bit, sets, decided, end }): readonly RulePattern[] => [
    { chain: POLICY, text: /-j MARK --set-xmark (?<mask>0x[0-9a-f]{1,8})\/\k<mask>$/, bit, means: sets },
    {
      chain: POLICY,
      text: new RegExp(`^-m mark --mark (?<mask>0x[0-9a-f]{1,8})/\\k<mask> -j ${end}$`),
      bit,
      means: decided,
    },
  ]),
  { chain: /^cali-p(r?)[io]-/, text: /-j DROP$/, means: "calico-deny" },
  { chain: /^cali-(from|to)-wl-dispatch/, text: /^-[io] \S+ -[gj] cali-[ft]w-/, means: "calico-dispatch" },
  // felix/rules/static.go: the chains below the built-in ones.
  { chain: /^cali-/, text: /-j cali-(from|to)-(host-endpoint|hep-forward)$/, means: "calico-host-policies" },
  { chain: /^cali-/, text: /-j cali-fip-dnat$/, means: "calico-floating-in" },
  { chain: /^cali-/, text: /-j cali-fip-snat$/, means: "calico-floating-self" },
  { chain: /^cali-/, text: /-j cali-nat-outgoing$/, means: "calico-masquerade-outgoing" },
  { chain: /^cali-/, text: /-j cali-from-wl-dispatch$/, means: "calico-sent-by-workload" },
  { chain: /^cali-/, text: /-j cali-to-wl-dispatch$/, means: "calico-sent-to-workload" },
  { chain: /^cali-FORWARD$/, text: /^-[io] cali\+ -j ACCEPT$/, means: "calico-workload-accepted" },
  { chain: /^cali-INPUT$/, text: /^-i cali\+ -g cali-wl-to-host$/, means: "calico-workload-to-host" },
  { chain: /^cali-OUTPUT$/, text: /^-o cali\+ -j RETURN$/, means: "calico-host-to-workload" },
  {
    table: "raw",
    chain: /^cali-(PREROUTING|OUTPUT)$/,
    text: /^-m mark --mark (0x[0-9a-f]{1,8})\/\1 -j ACCEPT$/,
    means: "calico-raw-accepted",
  },
  { chain: /^cali-wl-to-host$/, text: /--sports 68 .*--dports 67 -j ACCEPT$/, means: "calico-dhcp" },
  { chain: /^cali-wl-to-host$/, text: /--dports 53 -j ACCEPT$/, means: "calico-dns" },
  // felix/rules/static.go StaticFilterForwardAppendRules.
  {
    chain: /^FORWARD$/,
    comment: /^cali:[-\w]{16}$/,
    text: /^-j MARK --set-xmark (0x[0-9a-f]{1,8})\/\1$/,
    means: "calico-mark-forwarded",
  },
  {
    comment: /^cali:[-\w]{16}$/,
    text: /^-j cali-(PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING)$/,
    means: "calico-jump",
  },
];

const sets: readonly TablePattern[] = [
  { name: /^cali[46]0?-?all-hosts/, means: "calico-set-hosts" },
  { name: /^cali[46]0?-?(all-ipam-pools|network-ip-pools)/, means: "calico-set-pools" },
  { name: /^cali[46]0?-?masq-ipam-pools/, means: "calico-set-masq-pools" },
  { name: /^cali[46]0?-?this-host/, means: "calico-set-this-host" },
  { name: /^cali[46]0?-?s:/, means: "calico-set-selector" },
  { name: /^cali[46]0?-?n:/, means: "calico-set-named-port" },
  { name: /^cali[46]0?-?svc(noport)?:/, means: "calico-set-service" },
  { name: /^cali[46]/, means: "calico-set" },
];

/** Verdict maps in the place of dispatch chains: felix/rules NftablesFromWorkloadDispatchMap. */
const maps: readonly TablePattern[] = [
  { table, name: /^filter-cali-from-wl-dispatch$/, means: "calico-map-from-workloads" },
  { table, name: /^filter-cali-to-wl-dispatch$/, means: "calico-map-to-workloads" },
];

const nftRules: readonly RulePattern[] = [
  { table, text: /^ct state invalid counter drop$/, means: "calico-invalid" },
  { table, text: /^ct state (established,related|related,established) counter accept$/, means: "calico-established" },
  { table, text: /vmap @filter-cali-(from|to)-wl-dispatch$/, means: "calico-dispatch-map" },
  { table, chain: /^filter-cali-pr?[io]-/, text: / counter drop$/, means: "calico-deny" },
  {
    table,
    chain: /^(filter|nat|mangle|raw)-(PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING)$/,
    text: /jump (filter|nat|mangle|raw)-cali-/,
    means: "calico-jump",
  },
];

/**
 * What Felix's chains, comments and bits mean, for people. Upstream: felix/rules. Which bits of the mark Felix uses is
 * configured (and differs between versions), but each rule that uses one tells which one it is.
 */
export const calicoWords: Owner = defineOwner({
  name: "calico",
  title: "Calico",
  tables: [{ name: /^calico$/, means: "calico-table" }],
  chains: [...chains, ...chains.map(nftChain)],
  rules: [...rules, ...rules.flatMap(nftRule), ...nftRules],
  sets: [...maps, ...sets.map(nftSet), ...sets],
  devices: [
    { name: /^cali(\+|[0-9a-z]+\+?)$/, means: "calico-device-workload" },
    { name: /^tunl0$/, means: "calico-device-ipip" },
    { name: /^vxlan(-v6)?\.calico$/, means: "calico-device-vxlan" },
    { name: /^wireguard\.cali$|^wg-v6\.cali$/, means: "calico-device-wireguard" },
  ],
  versions: calicoVersions,
  marks: {
    fields: [],
    learned: [
      {
        table,
        comment: /^cali:[-\w]{16}; Return if (policy|profile) accepted$/,
        text: /^meta mark & (?<mask>0x[0-9a-f]+) == /,
        means: "calico-mark-accept",
      },
      {
        chain: /^cali-/,
        comment: /^Return if (policy|profile) accepted$/,
        text: /^-m mark --mark (?<mask>0x[0-9a-f]+)\//,
        means: "calico-mark-accept",
      },
      {
        chain: /^cali-/,
        comment: /^(Host endpoint policy|Policy explicitly) accepted packet\.$/,
        text: /^-m mark --mark (?<mask>0x[0-9a-f]+)\//,
        means: "calico-mark-accept",
      },
      {
        chain: /^cali-/,
        comment: /^Start of policies/,
        text: /^-j MARK --set-xmark 0x0\/(?<mask>0x[0-9a-f]+)$/,
        means: "calico-mark-pass",
      },
      {
        chain: /^cali-/,
        comment: /^Start of tier /,
        text: /^-j MARK --set-xmark 0x0\/(?<mask>0x[0-9a-f]+)$/,
        means: "calico-mark-pass-tier",
      },
      {
        chain: /^cali-p[io]-/,
        text: /^-m mark --mark (?<mask>0x[0-9a-f]+)\/\k<mask> -j DROP$/,
        means: "calico-mark-drop",
      },
      {
        chain: /^cali-PREROUTING$/,
        text: /^-i cali\+ -j MARK --set-xmark (?<mask>0x[0-9a-f]+)\//,
        means: "calico-mark-workload-bit",
      },
    ],
  },
});
