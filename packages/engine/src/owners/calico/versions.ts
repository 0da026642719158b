import type { VersionSign } from "../owner.ts";

/** Chains whose want or presence in a table tells. */
function chain(table: string, name: string, from: string): VersionSign {
  return { chain: { table, name: new RegExp(`^${name}$`) }, from };
}

const OWN = /^cali-/;

/**
 * Which releases of Calico write what is here, as iptables-save shows it: no hash need be proved. `era.ts`, which says it to the
 * patch release, goes by proved rules alone. felix/rules/, tag by tag.
 */
export const calicoVersions: readonly VersionSign[] = [
  { rule: { chain: OWN, comment: /^cali:[-\w]{16}$/ }, from: "2.1" },
  { rule: { chain: /^cali-(INPUT|FORWARD|OUTPUT)$/, text: /^-m conntrack --ctstate INVALID -j DROP$/ }, to: "2.1" },
  { rule: { chain: /^cali-(INPUT|FORWARD|OUTPUT)$/, text: / --ctstate UNTRACKED -j ACCEPT$/ }, to: "2.3" },
  chain("mangle", "cali-PREROUTING", "2.4"),
  {
    rule: { table: "mangle", chain: /^cali-PREROUTING$/, text: /^-i \S+ -j (ACCEPT|RETURN)$/ },
    from: "2.4",
    to: "3.3",
  },
  { rule: { chain: /^cali-INPUT$/, text: / ! --match-set \S+ src -j DROP$/ }, to: "2.6" },
  chain("filter", "cali-from-hep-forward", "3.0"),
  { rule: { chain: /^cali-OUTPUT$/, text: / -m ipvs --ipvs / }, from: "3.0", to: "3.0" },
  { rule: { chain: OWN, comment: / IPinIP encapped packets originating in / }, from: "3.0" },
  { rule: { text: /--match-set cali[46]-/ }, to: "3.0" },
  { rule: { text: /--match-set cali[46]0/ }, from: "3.1" },
  chain("filter", "cali-set-endpoint-mark", "3.1"),
  { rule: { text: /--match-set cali[46][-0]all-hosts / }, to: "3.1" },
  { rule: { text: /--match-set cali[46][-0]all-hosts-net / }, from: "3.2" },
  { rule: { chain: OWN, text: / --random-fully$/ }, from: "3.2" },
  { rule: { chain: OWN, comment: / VXLAN encapped packets originating in / }, from: "3.7" },
  { rule: { chain: /^cali-FORWARD$/, comment: /^Policy explicitly accepted packet\.$/ }, from: "3.0", to: "3.15" },
  { rule: { chain: OWN, comment: / encapped packets originating in pods$/ }, to: "3.16" },
  { rule: { chain: OWN, comment: / encapped packets originating in workloads$/ }, from: "3.17" },
  chain("filter", "cali-cidr-block", "3.17"),
  chain("mangle", "cali-POSTROUTING", "3.18"),
  { rule: { chain: OWN, text: /-m rpfilter .*--validmark/ }, from: "3.19" },
  chain("raw", "cali-wireguard-incoming-mark", "3.20"),
  { rule: { chain: OWN, text: / --dport \d+ -j (NOTRACK|CT --notrack)$/ }, from: "3.21" },
  chain("raw", "cali-rpf-skip", "3.23"),
  { rule: { chain: OWN, comment: /^Start of policies$/ }, to: "3.27" },
  { rule: { chain: OWN, comment: /^Start of tier / }, from: "3.29" },
  { rule: { chain: OWN, comment: /^End of tier / }, from: "3.30" },
  // The bit for “drop”, third of the mask, is not cleared with the others.
  { rule: { table: "raw", chain: OWN, text: /^-j MARK --set-xmark 0x0\/0x(1b|36|6c|d8)0+$/ }, from: "3.30" },
  chain("calico", "filter-cali-FORWARD", "3.29"),
];
