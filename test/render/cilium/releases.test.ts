import { describe, expect, it } from "vitest";
import type { Cluster } from "./cluster.ts";
import { linesOf, renderedOn } from "./cluster.ts";

type Data = Readonly<Record<string, string>>;

/** What a release writes that the one before it does not (`+`), and what it no longer writes (`-`). */
interface Change {
  readonly what: string;
  readonly before: string;
  readonly since: string;
  readonly data?: Data;
  /** Lines that tell them apart, and where they stand: beginnings of lines are enough. */
  readonly lines: readonly string[];
}

const IPSEC: Data = { "enable-ipsec": "true" };
const TUNNEL: Data = { "routing-mode": "tunnel", tunnel: "vxlan" };
const TWO_DEVICES: Data = { "egress-masquerade-interfaces": "eth0,eth1" };
const RETURN = '-m comment --comment "cilium: NOTRACK for proxy return traffic" -j CT --notrack';
const UPSTREAM = '-m comment --comment "cilium: NOTRACK for L7 proxy upstream traffic" -j CT --notrack';
const SOCKET_COMMENT =
  '-m comment --comment "cilium: any->pod redirect proxied traffic to host proxy" -j MARK --set-xmark 0x200/0xffffffff';
const NODES_COMMENT = '-m comment --comment "exclude traffic to cluster nodes from masquerade" -j ACCEPT';
const MASQUERADE_COMMENT = '-m comment --comment "cilium masquerade non-cluster" -j MASQUERADE';
const HOST_COMMENT = '-m comment --comment "cilium: host->any mark as from host" -j MARK --set-xmark 0xc00/0xf00';

const CHANGES: readonly Change[] = [
  {
    what: "ip6tables has CILIUM_FORWARD",
    before: "1.9.0",
    since: "1.9.1",
    lines: ["+ip6 :CILIUM_FORWARD - [0:0]", "+ip6 -A FORWARD -m comment"],
  },
  {
    what: "IPv6 is masqueraded",
    before: "1.9.18",
    since: "1.10.0",
    lines: ["+ip6 :CILIUM_POST_nat - [0:0]", "+ip6 -A CILIUM_POST_nat -s fd01::/64 ! -d fd01::/64 ! -o cilium_+"],
  },
  {
    what: "other devices' traffic stays in the masquerading chain, and a word is spelled right",
    before: "1.9.18",
    since: "1.10.0",
    lines: [
      '--A CILIUM_POST_nat ! -o cilium_host -m comment --comment "exclude non-cilium_host traffic from masquerade" -j RETURN',
      '--A CILIUM_POST_nat -m mark --mark 0xa00/0xe00 -m comment --comment "exclude proxy return traffic from masquarade" -j ACCEPT',
      '+-A CILIUM_POST_nat -m mark --mark 0xa00/0xe00 -m comment --comment "exclude proxy return traffic from masquerade" -j ACCEPT',
    ],
  },
  {
    what: "what the host sends into the tunnel is told by the pod network",
    before: "1.9.18",
    since: "1.10.0",
    data: TUNNEL,
    lines: [
      "--A CILIUM_POST_nat ! -s 10.0.1.240/32 ! -d 10.0.1.0/24 -o cilium_host -m comment",
      "+-A CILIUM_POST_nat ! -s 10.0.1.0/24 ! -d 10.0.1.0/24 -o cilium_host -m comment",
    ],
  },
  {
    what: "pods need not be tracked",
    before: "1.9.18",
    since: "1.10.0",
    data: {
      "install-no-conntrack-iptables-rules": "true",
      "enable-bpf-masquerade": "true",
      "native-routing-cidr": "10.0.0.0/16",
    },
    lines: [
      '+-A CILIUM_PRE_raw -d 10.0.0.0/16 -m comment --comment "cilium: NOTRACK for pod traffic" -j CT --notrack',
      '+-A CILIUM_OUTPUT_raw -s 10.0.0.0/16 -m comment --comment "cilium: NOTRACK for pod traffic" -j CT --notrack',
    ],
  },
  {
    what: "connections by the node's ENI are marked on Alibaba Cloud, too",
    before: "1.9.18",
    since: "1.10.0",
    data: { ipam: "alibabacloud" },
    lines: ['+-A CILIUM_PRE_mangle -i eth0 -m comment --comment "cilium: primary ENI"'],
  },
  {
    what: "traffic to nodes is not masqueraded",
    before: "1.10.20",
    since: "1.11.0",
    lines: [
      `+-A CILIUM_POST_nat -s 10.0.1.0/24 -m set --match-set cilium_node_set_v4 dst ${NODES_COMMENT}`,
      `+ip6 -A CILIUM_POST_nat -s fd01::/64 -m set --match-set cilium_node_set_v6 dst ${NODES_COMMENT}`,
      "+cilium_node_set_v4: 192.0.2.1 192.0.2.2",
      "+cilium_node_set_v6: fd00::1 fd00::2",
    ],
  },
  {
    what: "what a proxy sends in the name of a pod is not tracked, accepted, and not marked as the host's",
    before: "1.11.20",
    since: "1.12.0",
    lines: [
      `+-A CILIUM_OUTPUT_raw -o lxc+ -m mark --mark 0x800/0xe00 ${UPSTREAM}`,
      `+-A CILIUM_OUTPUT_raw -o cilium_host -m mark --mark 0x800/0xe00 ${UPSTREAM}`,
      '+-A CILIUM_OUTPUT -m mark --mark 0x800/0xe00 -m comment --comment "cilium: ACCEPT for l7 proxy upstream traffic" -j ACCEPT',
      `+-A CILIUM_OUTPUT -m mark ! --mark 0xe00/0xf00 -m mark ! --mark 0xd00/0xf00 -m mark ! --mark 0xa00/0xe00 -m mark ! --mark 0x800/0xe00 ${HOST_COMMENT}`,
    ],
  },
  {
    what: "pods of AWS's CNI are known by their devices, of 1.10",
    before: "1.10.14",
    since: "1.10.15",
    data: { "enable-endpoint-routes": "true", "cni-chaining-mode": "aws-cni" },
    lines: ['+-A CILIUM_FORWARD -o eni+ -m comment --comment "cilium: any->cluster on eni+ forward accept" -j ACCEPT'],
  },
  {
    what: "pods of AWS's CNI are known by their devices, of 1.11",
    before: "1.11.8",
    since: "1.11.9",
    data: { "enable-endpoint-routes": "true", "cni-chaining-mode": "aws-cni" },
    lines: ['+-A CILIUM_FORWARD -o eni+ -m comment --comment "cilium: any->cluster on eni+ forward accept" -j ACCEPT'],
  },
  {
    what: "pods of AWS's CNI are known by their devices, of 1.12",
    before: "1.12.1",
    since: "1.12.2",
    data: { "enable-endpoint-routes": "true", "cni-chaining-mode": "aws-cni" },
    lines: ['+-A CILIUM_FORWARD -o eni+ -m comment --comment "cilium: any->cluster on eni+ forward accept" -j ACCEPT'],
  },
  {
    what: "what the DNS proxy sends on is not marked as the host's",
    before: "1.12.2",
    since: "1.12.3",
    lines: [
      `+-A CILIUM_OUTPUT -m mark ! --mark 0xe00/0xf00 -m mark ! --mark 0xd00/0xf00 -m mark ! --mark 0xa00/0xe00 -m mark ! --mark 0x800/0xe00 -m mark ! --mark 0xf00/0xf00 ${HOST_COMMENT}`,
    ],
  },
  {
    what: "proxies listen on the loopback address, those that are for the node only",
    before: "1.13.9",
    since: "1.14.0",
    lines: [
      '--A CILIUM_PRE_mangle -p tcp -m mark --mark 0x3920200 -m comment --comment "cilium: TPROXY to host cilium-dns-egress proxy" -j TPROXY --on-port 37379 --on-ip 0.0.0.0 --tproxy-mark 0x200/0xffffffff',
      '+-A CILIUM_PRE_mangle -p tcp -m mark --mark 0x3920200 -m comment --comment "cilium: TPROXY to host cilium-dns-egress proxy" -j TPROXY --on-port 37379 --on-ip 127.0.0.1 --tproxy-mark 0x200/0xffffffff',
      '+ip6 -A CILIUM_PRE_mangle -p udp -m mark --mark 0x3920200 -m comment --comment "cilium: TPROXY to host cilium-dns-egress proxy" -j TPROXY --on-port 37379 --on-ip ::1 --tproxy-mark 0x200/0xffffffff',
    ],
  },
  {
    what: "IPv6 tests the device of what a proxy answers",
    before: "1.13.9",
    since: "1.14.0",
    lines: [
      `-ip6 -A CILIUM_OUTPUT_raw -m mark --mark 0xa00/0xfffffeff ${RETURN}`,
      `+ip6 -A CILIUM_OUTPUT_raw -o cilium_host -m mark --mark 0xa00/0xfffffeff ${RETURN}`,
      `+ip6 -A CILIUM_OUTPUT_raw -o lxc+ -m mark --mark 0xa00/0xfffffeff ${RETURN}`,
    ],
  },
  {
    what: "the set of nodes is asked on the masquerading device",
    before: "1.13.9",
    since: "1.14.0",
    data: { "egress-masquerade-interfaces": "eth0" },
    lines: [
      `--A CILIUM_POST_nat -s 10.0.1.0/24 -m set --match-set cilium_node_set_v4 dst ${NODES_COMMENT}`,
      `+-A CILIUM_POST_nat -o eth0 -m set --match-set cilium_node_set_v4 dst ${NODES_COMMENT}`,
    ],
  },
  {
    what: "routes carry protocol kernel",
    before: "1.13.9",
    since: "1.14.0",
    lines: [
      "-local default dev lo table 2004 scope host",
      "+local default dev lo table 2004 proto kernel scope host",
      "+10.0.1.0/24 via 10.0.1.240 dev cilium_host proto kernel src 10.0.1.240",
    ],
  },
  {
    // As listed on a node of 1.9, issue 14509: `fd00:…::/64 via fd00:…::22ec dev cilium_host src 2a02:…`.
    what: "cilium_host has an IPv6 address of Cilium's, which is then no gateway, and no longer the node's own",
    before: "1.13.9",
    since: "1.14.0",
    lines: [
      "-ip6 fd01::240 dev cilium_host",
      "-ip6 fd01::/64 via fd01::240 dev cilium_host src fd00::1",
      "+ip6 fd01::/64 dev cilium_host proto kernel src fd01::240",
      '-ip6 -A CILIUM_POST_nat -s ::1/128 -o cilium_host -m comment --comment "cilium host->cluster from ::1 masquerade" -j SNAT --to-source fd00::1',
      '+ip6 -A CILIUM_POST_nat -s ::1/128 -o cilium_host -m comment --comment "cilium host->cluster from ::1 masquerade" -j SNAT --to-source fd01::240',
    ],
  },
  {
    what: "IPsec has rules in ip6tables",
    before: "1.12",
    since: "1.15.0",
    data: IPSEC,
    lines: [
      '+ip6 -A CILIUM_INPUT -m mark --mark 0xd00/0xf00 -m comment --comment "exclude xfrm marks from filter CILIUM_INPUT chain" -j ACCEPT',
      '+ip6 -A CILIUM_PRE_raw -m mark --mark 0xe00/0xf00 -m comment --comment "cilium-xfrm-notrack:" -j CT --notrack',
    ],
  },
  {
    what: "masquerading can follow the routes' sources",
    before: "1.14.9",
    since: "1.15.0",
    data: { "enable-masquerade-to-route-source": "true" },
    lines: [
      `--A CILIUM_POST_nat -s 10.0.1.0/24 ! -d 10.0.1.0/24 ! -o cilium_+ ${MASQUERADE_COMMENT}`,
      '+-A CILIUM_POST_nat -s 10.0.1.0/24 -d 198.51.100.0/24 -o eth0 -m comment --comment "cilium snat non-cluster via source route" -j SNAT --to-source 192.0.2.9',
      '+-A CILIUM_POST_nat -s 10.0.1.0/24 ! -d 10.0.1.0/24 -o eth0 -m comment --comment "cilium snat non-cluster via source route" -j SNAT --to-source 192.0.2.1',
    ],
  },
  {
    what: "table 2005 is gone, of IPv4",
    before: "1.13.2",
    since: "1.13.3",
    lines: [
      "-default via 10.0.1.240 dev cilium_host table 2005",
      "-10.0.1.240 dev cilium_host table 2005 scope link",
      "-10:\tfrom all fwmark 0xa00/0xf00 lookup 2005",
    ],
  },
  {
    what: "and is back",
    before: "1.13.12",
    since: "1.13.13",
    lines: ["+10:\tfrom all fwmark 0xa00/0xf00 lookup 2005"],
  },
  {
    what: "it is gone again, of IPv6, too",
    before: "1.13.13",
    since: "1.14.0",
    lines: ["-10:\tfrom all fwmark 0xa00/0xf00 lookup 2005", "-ip6 10:\tfrom all fwmark 0xa00/0xf00 lookup 2005"],
  },
  {
    what: "and is back, of both",
    before: "1.14.7",
    since: "1.14.8",
    lines: ["+10:\tfrom all fwmark 0xa00/0xf00 lookup 2005", "+ip6 10:\tfrom all fwmark 0xa00/0xf00 lookup 2005"],
  },
  {
    what: "with IPsec, the route of what proxies send leaves room for it",
    before: "1.16.9",
    since: "1.17.0",
    data: IPSEC,
    lines: ["+default via 10.0.1.240 dev cilium_host table 2005 proto kernel mtu 1423"],
  },
  {
    what: "the agent writes table 2005 itself, at first without a protocol",
    before: "1.14.9",
    since: "1.15.0",
    lines: ["-default via 10.0.1.240 dev cilium_host table 2005 proto kernel"],
  },
  {
    what: "every proxy listens on the loopback address",
    before: "1.15.9",
    since: "1.16.0",
    lines: [
      '--A CILIUM_PRE_mangle -p tcp -m mark --mark 0xd8270200 -m comment --comment "cilium: TPROXY to host cilium-http-ingress proxy" -j TPROXY --on-port 10200 --on-ip 0.0.0.0 --tproxy-mark 0x200/0xffffffff',
      '+-A CILIUM_PRE_mangle -p tcp -m mark --mark 0xd8270200 -m comment --comment "cilium: TPROXY to host cilium-http-ingress proxy" -j TPROXY --on-port 10200 --on-ip 127.0.0.1 --tproxy-mark 0x200/0xffffffff',
    ],
  },
  {
    what: "whatever a proxy sends is accepted",
    before: "1.15.9",
    since: "1.16.0",
    lines: [
      '--A CILIUM_OUTPUT -m mark --mark 0xa00/0xfffffeff -m comment --comment "cilium: ACCEPT for proxy return traffic" -j ACCEPT',
      '+-A CILIUM_OUTPUT -m mark --mark 0xa00/0xe00 -m comment --comment "cilium: ACCEPT for proxy traffic" -j ACCEPT',
      '+ip6 -A CILIUM_OUTPUT -m mark --mark 0xa00/0xe00 -m comment --comment "cilium: ACCEPT for proxy traffic" -j ACCEPT',
    ],
  },
  {
    what: "what a proxy sends on to be encrypted is not tracked",
    before: "1.15.9",
    since: "1.16.0",
    data: IPSEC,
    lines: [
      '+-A CILIUM_OUTPUT_raw -o cilium_host -m mark --mark 0xb00/0xf00 -m comment --comment "cilium: NOTRACK for proxy forward traffic" -j CT --notrack',
    ],
  },
  {
    what: "encrypted packets, and those of a proxy to the world, are not a socket's",
    before: "1.15.9",
    since: "1.16.0",
    lines: [
      `--A CILIUM_PRE_mangle -m socket --transparent ${SOCKET_COMMENT}`,
      `+-A CILIUM_PRE_mangle -m socket --transparent -m mark ! --mark 0xe00/0xf00 -m mark ! --mark 0x800/0xf00 ${SOCKET_COMMENT}`,
    ],
  },
  {
    what: "packets of the tunnel are not marked as the host's",
    before: "1.15.9",
    since: "1.16.0",
    lines: [
      `+-A CILIUM_OUTPUT -m mark ! --mark 0xe00/0xf00 -m mark ! --mark 0xd00/0xf00 -m mark ! --mark 0x400/0xf00 -m mark ! --mark 0xa00/0xe00 -m mark ! --mark 0x800/0xe00 -m mark ! --mark 0xf00/0xf00 ${HOST_COMMENT}`,
    ],
  },
  {
    what: "what proxies send has routes only where something needs them",
    before: "1.15.9",
    since: "1.16.0",
    lines: ["-10:\tfrom all fwmark 0xa00/0xf00 lookup 2005", "-ip6 10:\tfrom all fwmark 0xa00/0xf00 lookup 2005"],
  },
  {
    what: "with IPsec, what proxies send on has them, too",
    before: "1.15.9",
    since: "1.16.0",
    data: IPSEC,
    lines: ["+10:\tfrom all fwmark 0xb00/0xf00 lookup 2005"],
  },
  {
    what: "packets to the loopback device are not a socket's",
    before: "1.16.9",
    since: "1.17.0",
    lines: [
      `+-A CILIUM_PRE_mangle ! -o lo -m socket --transparent -m mark ! --mark 0xe00/0xf00 -m mark ! --mark 0x800/0xf00 ${SOCKET_COMMENT}`,
    ],
  },
  {
    what: "each masquerading device has a rule of its own",
    before: "1.16.9",
    since: "1.17.0",
    data: TWO_DEVICES,
    lines: [
      `--A CILIUM_POST_nat ! -d 10.0.1.0/24 -o eth0,eth1 ${MASQUERADE_COMMENT}`,
      `+-A CILIUM_POST_nat ! -d 10.0.1.0/24 -o eth0 ${MASQUERADE_COMMENT}`,
      `+-A CILIUM_POST_nat ! -d 10.0.1.0/24 -o eth1 ${MASQUERADE_COMMENT}`,
      `+-A CILIUM_POST_nat -o eth1 -m set --match-set cilium_node_set_v4 dst ${NODES_COMMENT}`,
    ],
  },
];

function written(version: string, data: Data = {}, more: Partial<Cluster> = {}): readonly string[] {
  return linesOf(renderedOn({ version, data, ...more }).snapshot);
}

describe("what changed from one release to the next", () => {
  it.each(CHANGES)("$since: $what", ({ before, since, data, lines }) => {
    const [old, current] = [written(before, data), written(since, data)];
    for (const line of lines) {
      const [without, having] = line.startsWith("+") ? [old, current] : [current, old];
      const begins = (one: string): boolean => one.startsWith(line.slice(1));
      expect(having.filter(begins), `with: ${line}`).toHaveLength(1);
      expect(without.filter(begins), `without: ${line}`).toEqual([]);
    }
  });

  it("annotated ports: up to 1.11 six rules for each protocol, then ten", () => {
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "dns", namespace: "kube-system", annotations: { "policy.cilium.io/no-track-port": "53" } },
      spec: { nodeName: "one" },
      status: { podIP: "10.0.1.53" },
    };
    const ofPod = (version: string): readonly string[] =>
      written(version, {}, { more: [pod] }).filter((line) => line.includes("10.0.1.53/32"));
    expect(ofPod("1.11.3")).toHaveLength(12);
    expect(ofPod("1.12.0")).toHaveLength(20);
    expect(ofPod("1.12.0").filter((line) => line.startsWith("-A CILIUM_PRE_raw"))).toEqual([
      "-A CILIUM_PRE_raw -d 10.0.1.53/32 -p tcp -m tcp --dport 53 -j CT --notrack",
      "-A CILIUM_PRE_raw -s 10.0.1.53/32 -p tcp -m tcp --sport 53 -j CT --notrack",
      "-A CILIUM_PRE_raw -d 10.0.1.53/32 -p udp -m udp --dport 53 -j CT --notrack",
      "-A CILIUM_PRE_raw -s 10.0.1.53/32 -p udp -m udp --sport 53 -j CT --notrack",
    ]);
  });

  it("a release without a patch number is the last of its line", () => {
    expect(written("1.12")).toEqual(written("1.12.19"));
    expect(written("1.12")).not.toEqual(written("1.12.2"));
  });
});
