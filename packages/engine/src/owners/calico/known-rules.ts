import type { Family } from "../../base/address.ts";
import { MARK_ERAS, allocateMarks } from "./marks.ts";
import { splitFragments } from "./printed-rule.ts";
import type { RuleBody } from "./printed-rule.ts";
import { setName } from "./set-names.ts";

/**
 * Rules that Felix writes and that no other rule of a node would lend the words for, as iptables-save prints them: what stands before the hash's comment,
 * a bar, what stands behind it. felix/rules/static.go and endpoints.go, of all versions.
 */
const TEXTS: readonly string[] = [
  "-p udp | -m multiport --sports 68 -m multiport --dports 67 -j ACCEPT",
  "-p udp | -m multiport --sports 546 -m multiport --dports 547 -j ACCEPT",
  "-p udp | -m multiport --dports 53 -j ACCEPT",
  ...["ACCEPT", "DROP", "RETURN"].map(
    (verdict) => `| -m comment --comment "Configured DefaultEndpointToHostAction" -j ${verdict}`,
  ),
  ...(["ip", "ip6"] as const).flatMap((family) =>
    ["whitelisted", "allowed"].flatMap((hosts) => vxlanTexts(family, hosts)),
  ),
  ...MARK_ERAS.flatMap((era) => acceptedTexts(allocateMarks(era).bits.get("accept") ?? 0)),
  ...ipipTexts(setName("ip", "all-hosts-net")),
  ...ipipTexts(setName("ip", "all-hosts", "-")),
  '-p udp | -m comment --comment "Drop VXLAN encapped packets originating in workloads" -m multiport --dports 4789 -j DROP',
  '-p udp | -m comment --comment "Drop VXLAN encapped packets originating in pods" -m multiport --dports 4789 -j DROP',
  '-p ipencap | -m comment --comment "Drop IPinIP encapped packets originating in workloads" -j DROP',
  '-p ipencap | -m comment --comment "Drop IPinIP encapped packets originating in pods" -j DROP',
];

function vxlanTexts(family: Family, hosts: string): readonly string[] {
  const version = family === "ip" ? "IPv4" : "IPv6";
  const set = setName(family, "all-vxlan-net");
  const port = "-m multiport --dports 4789";
  return [
    `-p udp | -m comment --comment "Allow ${version} VXLAN packets from ${hosts} hosts" ${port} -m set --match-set ${set} src -m addrtype --dst-type LOCAL -j ACCEPT`,
    `-p udp | -m comment --comment "Drop ${version} VXLAN packets from non-${hosts} hosts" ${port} -m addrtype --dst-type LOCAL -j DROP`,
    `-p udp | -m comment --comment "Allow ${version} VXLAN packets to other ${hosts} hosts" ${port} -m addrtype --src-type LOCAL -m set --match-set ${set} dst -j ACCEPT`,
  ];
}

/** With the accept bit of a default mask. */
function acceptedTexts(bit: number): readonly string[] {
  const mark = `0x${bit.toString(16)}`;
  const test = `-m mark --mark ${mark}/${mark}`;
  return [
    `| -m comment --comment "Policy explicitly accepted packet." ${test} -j ACCEPT`,
    `| -m comment --comment "Host endpoint policy accepted packet." ${test} -j ACCEPT`,
    `| -m comment --comment "Host endpoint policy accepted packet." ${test} -j RETURN`,
  ];
}

function ipipTexts(set: string): readonly string[] {
  return [
    `-p ipencap | -m comment --comment "Allow IPIP packets from Calico hosts" -m set --match-set ${set} src -m addrtype --dst-type LOCAL -j ACCEPT`,
    '-p ipencap | -m comment --comment "Drop IPIP packets from non-Calico hosts" -j DROP',
    `-p ipencap | -m comment --comment "Drop IPIP packets from non-Calico hosts" -m set ! --match-set ${set} src -j DROP`,
    `-p ipencap | -m comment --comment "Allow IPIP packets to other Calico hosts" -m set --match-set ${set} dst -m addrtype --src-type LOCAL -j ACCEPT`,
  ];
}

export const KNOWN_RULES: readonly RuleBody[] = TEXTS.map((text) => {
  const [front = "", rest = ""] = text.split("|");
  return { front: splitFragments(front), rest: splitFragments(rest) };
});

/** Ports that Felix opens on every host: FailsafeInboundHostPorts and FailsafeOutboundHostPorts of all versions. */
const FAILSAFE_PORTS = [22, 53, 67, 68, 179, 2379, 2380, 4001, 5473, 6443, 6666, 6667, 7001];

/** Fragments that Felix writes whatever the node is like, with the mark of "no endpoint of Calico's" of each default mask. */
export const KNOWN_FRAGMENTS: readonly string[] = [
  "-p tcp",
  "-p udp",
  ...FAILSAFE_PORTS.map((port) => `-m multiport --dports ${String(port)}`),
  "-m conntrack --ctstate INVALID",
  "-m conntrack --ctstate RELATED,ESTABLISHED",
  "-m conntrack --ctstate DNAT",
  "-m conntrack ! --ctstate DNAT",
  "-j ACCEPT",
  "-j DROP",
  "-j RETURN",
  "-j NOTRACK",
  ...MARK_ERAS.flatMap((era) => {
    const mask = allocateMarks(era).bits.get("endpoint");
    return mask === undefined ? [] : [`-m mark ! --mark 0x0/0x${mask.toString(16)}`];
  }),
];
