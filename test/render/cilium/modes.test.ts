import { readObjects } from "@hookwalk/engine/desired";
import { renderOwners } from "@hookwalk/engine/render";
import { describe, expect, it } from "vitest";
import type { Cluster } from "./cluster.ts";
import { linesOf, objectsOf, renderedOn } from "./cluster.ts";

function written(data: Cluster["data"] = {}, more: Partial<Cluster> = {}): readonly string[] {
  return linesOf(renderedOn({ version: "1.18.2", data, ...more }).snapshot);
}

/** Rules and routes for proxies, and the kernel's own rule where it makes room for them. */
const PROXY_ROUTING = /^(ip6 )?((9|10|100):|.* table 200[45])/;

function ofChain(lines: readonly string[], chain: string): readonly string[] {
  return lines.filter((line) => line.startsWith(`-A ${chain} `)).map((line) => line.slice(chain.length + 4));
}

/** What is said of a cluster, worst first; and whether anything is rendered. */
function judged(cluster: Cluster, edit: (text: string) => string = (text) => text): readonly string[] {
  const { value: state, diagnostics } = readObjects([{ path: "o.yaml", text: edit(objectsOf(cluster)) }]);
  const { value, diagnostics: problems } = renderOwners(["cilium"], state);
  return [
    ...[...diagnostics, ...problems].map(({ code, severity, params }) =>
      [severity, code, ...Object.values(params)].map(String).join(" "),
    ),
    value === null ? "nothing" : "rendered",
  ];
}

/** A policy of namespace shop with one rule for what comes in. */
function policyOf(endpointSelector: unknown, toPort: object): unknown {
  return {
    apiVersion: "cilium.io/v2",
    kind: "CiliumNetworkPolicy",
    metadata: { name: "p", namespace: "shop" },
    spec: { endpointSelector, ingress: [{ toPorts: [{ ports: [{ port: "80" }], ...toPort }] }] },
  };
}

describe("cilium-config decides", () => {
  it("jumps stand first, or last", () => {
    const kinds = (lines: readonly string[]): boolean => lines.some((line) => line.includes("cilium-feeder"));
    expect(kinds(ofChain(written(), "INPUT"))).toBe(true);
    expect(renderedOn({ version: "1.18" }).inserted.size).toBeGreaterThan(0);
    expect(renderedOn({ version: "1.18", data: { "prepend-iptables-chains": "false" } }).inserted.size).toBe(0);
  });

  it("jumps from some built-in chains may be left out, however they are spelled", () => {
    const lines = written({ "disable-iptables-feeder-rules": "postrouting PREROUTING" });
    expect(ofChain(lines, "PREROUTING")).toEqual([]);
    expect(ofChain(lines, "POSTROUTING")).toEqual([]);
    expect(ofChain(lines, "INPUT")).toHaveLength(1);
    expect(lines).toContain(":CILIUM_PRE_mangle - [0:0]");
  });

  it("no rules at all, where there are no proxies either", () => {
    expect(written().filter((line) => PROXY_ROUTING.test(line))).toHaveLength(6);
    const lines = written({ "install-iptables-rules": "false", "enable-l7-proxy": "false" });
    expect(lines.filter((line) => line.includes("CILIUM_") || PROXY_ROUTING.test(line))).toEqual([]);
  });

  it.each([
    ["1.12.0", "true", 12],
    ["1.12.0", "false", 0],
    ["1.13.0", "true", 0],
  ])(
    "%s without proxies, install-iptables-rules: %s: routing for them is there up to 1.12",
    (version, rules, count) => {
      const data = { "enable-l7-proxy": "false", "install-iptables-rules": rules };
      expect(written(data, { version }).filter((line) => PROXY_ROUTING.test(line))).toHaveLength(count);
    },
  );

  it("BPF instead of TPROXY", () => {
    expect(written({ "enable-bpf-tproxy": "true" }).filter((line) => line.includes("TPROXY"))).toEqual([]);
  });

  it("no IPv6", () => {
    const lines = written({ "enable-ipv6": "false" });
    expect(lines.filter((line) => line.startsWith("ip6 -A") || line.includes("fd01"))).toEqual([]);
  });

  it("up to 1.16 masquerading devices are one name, which iptables may not take", () => {
    const data = { "egress-masquerade-interfaces": "eth0,eth1,eth2,eth3" };
    const refusal = "error render-argument cilium egress-masquerade-interfaces DEV eth0,eth1,eth2,eth3";
    expect(judged({ version: "1.16.5", data })).toEqual([refusal, "nothing"]);
    expect(judged({ version: "1.17.0", data })).toEqual(["rendered"]);
    expect(judged({ version: "1.16.5", data: { ...data, "enable-bpf-masquerade": "true" } })).toEqual(["rendered"]);
    expect(judged({ version: "1.16.5", data: { "egress-masquerade-interfaces": "eth0,eth1" } })).toEqual(["rendered"]);
  });

  it("settings are those of the families that are enabled", () => {
    const names = (data: NonNullable<Cluster["data"]>): readonly string[] => [
      ...renderedOn({ version: "1.18.2", data }).added.sysctls.keys(),
    ];
    const [four, six] = ["net.ipv4.conf.cilium_host.accept_local", "net.ipv6.conf.all.disable_ipv6"];
    expect(names({})).toEqual(expect.arrayContaining([four, six]));
    expect(names({ "enable-ipv4": "false" })).not.toContain(four);
    expect(names({ "enable-ipv6": "false" })).not.toContain(six);
  });

  it("masquerading by BPF, or none", () => {
    for (const data of [
      { "enable-bpf-masquerade": "true" },
      { "enable-ipv4-masquerade": "false", "enable-ipv6-masquerade": "false" },
    ]) {
      const lines = written(data);
      expect(ofChain(lines, "CILIUM_POST_nat")).toEqual([]);
      expect(lines.filter((line) => line.startsWith("cilium_node_set"))).toEqual([]);
    }
  });

  it.each([
    ["1.18.2", "", ["cilium_node_set_v4: 192.0.2.1 192.0.2.2", "cilium_node_set_v6: fd00::1 fd00::2"]],
    ["1.18.2", "fd00", ["cilium_node_set_v4: 192.0.2.1 192.0.2.2", "cilium_node_set_v6:"]],
    ["1.15.0", "", ["cilium_node_set_v4: 192.0.2.1 192.0.2.2", "cilium_node_set_v6: fd00::1 fd00::2"]],
    ["1.15.0", "fd00", ["cilium_node_set_v4: 192.0.2.1 192.0.2.2"]],
  ] as const)(
    "%s has a set of nodes of a family that is not enabled, too, without addresses of %j",
    (version, but, sets) => {
      const { snapshot } = renderedOn({ version, data: { "enable-ipv6": "false" } }, (text) =>
        but === "" ? text : text.replaceAll(/\{"type":"InternalIP","ip":"fd00::\d"\},/g, ""),
      );
      expect(linesOf(snapshot).flatMap((line) => (line.startsWith("cilium_node_set") ? [line.trim()] : []))).toEqual(
        sets,
      );
    },
  );

  describe("masquerading to the source of a route", () => {
    const sources = (data: Cluster["data"], edit: (text: string) => string = (text) => text): readonly string[] => {
      const rendered = renderedOn(
        { version: "1.18.2", data: { "enable-masquerade-to-route-source": "true", ...data } },
        edit,
      );
      return ofChain(linesOf(rendered.snapshot), "CILIUM_POST_nat")
        .filter((line) => line.includes("via source route"))
        .map((line) => line.replace(/ -m comment.*--to-source/, " ->").replace("-s 10.0.1.0/24 ", ""));
    };
    const DEFAULT = "! -d 10.0.1.0/24 -o eth0 -> 192.0.2.1";

    it("goes by the kernel's own routes, too, in its order", () => {
      expect(sources({})).toEqual([
        "-d 192.0.2.0/24 -o eth0 -> 192.0.2.1",
        "-d 198.51.100.0/24 -o eth0 -> 192.0.2.9",
        DEFAULT,
      ]);
      const more = (text: string): string =>
        text.replace('"addresses":["192.0.2.1/24"', '"addresses":["198.51.100.9/25","192.0.2.1/24","10.0.1.200/25"');
      expect(sources({}, more)).toEqual([
        "-d 10.0.1.128/25 -o eth0 -> 10.0.1.200",
        "-d 192.0.2.0/24 -o eth0 -> 192.0.2.1",
        "-d 198.51.100.0/25 -o eth0 -> 198.51.100.9",
        "-d 198.51.100.0/24 -o eth0 -> 192.0.2.9",
        DEFAULT,
      ]);
    });

    it("goes by devices with exactly that name", () => {
      expect(sources({ "egress-masquerade-interfaces": "eth+" })).toEqual([]);
      expect(sources({ "egress-masquerade-interfaces": "eth0" })).toHaveLength(3);
    });
  });

  it("a tunnel has its own masquerading, no set of nodes, and routes to the others' pods", () => {
    const lines = written({ "routing-mode": "tunnel" });
    expect(ofChain(lines, "CILIUM_POST_nat").map((line) => /--comment "([^"]*)"/.exec(line)?.[1])).toEqual([
      "cilium masquerade non-cluster",
      "exclude proxy return traffic from masquerade",
      "cilium host->cluster masquerade",
      "cilium host->cluster from 127.0.0.1 masquerade",
      "hairpin traffic that originated from a local pod",
    ]);
    expect(lines.filter((line) => line.startsWith("cilium_node_set"))).toEqual([]);
    expect(lines).toContain("10.0.2.0/24 via 10.0.1.240 dev cilium_host proto kernel src 10.0.1.240 mtu 1450");
    expect(lines).toContain("ip6 fd02::/64 dev cilium_host proto kernel src fd01::240 mtu 1450");
  });

  it("direct routes by the other nodes", () => {
    const lines = written({ "auto-direct-node-routes": "true" });
    expect(lines).toContain("10.0.2.0/24 via 192.0.2.2 dev eth0 proto kernel");
    expect(lines).toContain("ip6 fd02::/64 via fd00::2 dev eth0 proto kernel");
  });

  it("endpoint routes: pods by their devices, no hairpin, nothing by cilium_host", () => {
    const lines = written({ "enable-endpoint-routes": "true" });
    expect(lines).toContain("10.0.1.17 dev lxc0123456789ab proto kernel scope link");
    expect(lines).toContain("ip6 fd01::17 dev lxc0123456789ab proto kernel");
    expect(lines.filter((line) => line.startsWith("10.0.1.0/24 "))).toEqual([]);
    expect(lines.filter((line) => line.includes("hairpin"))).toEqual([]);
    expect(ofChain(lines, "CILIUM_FORWARD")).toHaveLength(6);
  });

  it("IPsec: its packets pass filter and nat, go untracked, and are routed by table 200", () => {
    const lines = written({ "enable-ipsec": "true" });
    for (const [table, chain] of [
      ["filter", "CILIUM_INPUT"],
      ["filter", "CILIUM_FORWARD"],
      ["nat", "CILIUM_PRE_nat"],
    ] as const) {
      const marks = ofChain(lines, chain).filter((line) => line.includes(`exclude xfrm marks from ${table} ${chain}`));
      expect(marks.map((line) => /--mark (\S+)/.exec(line)?.[1])).toEqual(["0xd00/0xf00", "0xe00/0xf00"]);
    }
    expect(ofChain(lines, "CILIUM_PRE_raw").map((line) => /--mark (\S+)/.exec(line)?.[1])).toEqual([
      ...["0xd00/0xf00", "0xe00/0xf00", "0x200/0xf00"],
    ]);
    expect(lines.filter((line) => line.startsWith("1:"))).toEqual([
      "1:\tfrom all fwmark 0xd00/0xf00 lookup 200",
      "1:\tfrom all fwmark 0xe00/0xf00 lookup 200",
    ]);
    const { sysctls } = renderedOn({ version: "1.18.2", data: { "enable-ipsec": "true" } }).added;
    expect(sysctls.get("net.ipv4.ip_early_demux")).toBe("0");
  });

  it("WireGuard has no rules of its own in these releases", () => {
    expect(written({ "enable-wireguard": "true" })).toEqual(written());
  });

  it("EnvoyConfigs with native routing bring back the routes of what proxies answer", () => {
    const lines = written({ "enable-envoy-config": "true" });
    expect(lines).toContain("10:\tfrom all fwmark 0xa00/0xf00 lookup 2005");
    expect(lines).toContain("default via 10.0.1.240 dev cilium_host table 2005 proto kernel");
    expect(lines).toContain("ip6 default via fe80::5 dev cilium_host table 2005 proto kernel");
    expect(lines.filter((line) => line.includes("0xb00/0xf00 lookup"))).toEqual([]);
  });

  it("without xt_socket there is no rule for it, and early demux ends where nothing else helps", () => {
    const agent = { xtSocket: false };
    expect(written({}, { agent }).filter((line) => line.includes("-m socket"))).toEqual([]);
    const demux = (data: Readonly<Record<string, string>> = {}): string | undefined =>
      renderedOn({ version: "1.18", data, agent }).added.sysctls.get("net.ipv4.ip_early_demux");
    expect(demux()).toBe("0");
    expect(demux({ "routing-mode": "tunnel" })).toBeUndefined();
    expect(demux({ "enable-xt-socket-fallback": "false" })).toBeUndefined();
  });

  it("older spellings mean the same", () => {
    const old = renderedOn({ version: "1.9.18", data: { masquerade: "false", tunnel: "disabled" } }).snapshot;
    expect(ofChain(linesOf(old), "CILIUM_POST_nat")).toEqual([]);
    const cidr = { "native-routing-cidr": "10.0.0.0/8" };
    const { snapshot } = renderedOn({ version: "1.10", data: cidr });
    expect(ofChain(linesOf(snapshot), "CILIUM_POST_nat")[0]).toMatch(
      /^-s 10\.0\.1\.0\/24 ! -d 10\.0\.0\.0\/8 ! -o cilium_\+/,
    );
  });

  it("the CNI configuration, where no other plugin's is extended", () => {
    const cni = (data: Readonly<Record<string, string>>, version = "1.18"): readonly string[] =>
      renderedOn({ version, data }).added.cni.map(({ file, text }) => `${file} ${text}`);
    const [own = "", ...others] = cni({ debug: "true", "cni-log-file": "/tmp/cni.log" });
    expect(own).toMatch(/^cni-05-cilium\.conflist \{\n/);
    expect(own).toContain('"enable-debug": true,\n       "log-file": "/tmp/cni.log"');
    expect(others).toEqual([]);
    const plugins = (mode: string): readonly string[] => {
      const { added } = renderedOn({ version: "1.18", data: { "cni-chaining-mode": mode } });
      return added.cni.flatMap(({ text, plugins }) => {
        const list: unknown = JSON.parse(text);
        expect(list).toMatchObject({ name: mode, plugins: plugins.map((type) => ({ type })) });
        return plugins;
      });
    };
    expect(plugins("flannel")).toEqual(["flannel", "portmap", "cilium-cni"]);
    expect(plugins("portmap")).toEqual(["cilium-cni", "portmap"]);
    expect(cni({ "cni-chaining-mode": "flannel" })[0]).toContain(
      '"chaining-mode": "flannel",\n       "enable-debug": false,',
    );
    expect(cni({ "cni-chaining-mode": "aws-cni" })).toEqual([]);
    expect(cni({}, "1.13")).toEqual([]);
  });
});

/** The masquerading rules of a node without a pod network; what is said of it where there are none. */
function judgedOrWritten(cluster: Cluster, edit: (text: string) => string = (text) => text): readonly string[] {
  const without = (text: string): string =>
    edit(text.replace('"podCIDRs":["10.0.1.0/24","fd01::/64"]', '"podCIDRs":[]'));
  const said = judged(cluster, without);
  if (said.at(-1) === "nothing") return said;
  return ofChain(linesOf(renderedOn(cluster, without).snapshot), "CILIUM_POST_nat");
}

describe("ENIs of AWS", () => {
  const AWS = { ipam: "eni", "enable-endpoint-routes": "true" } as const;

  it("a pod's packets into the VPC go by its interface's table, the others are masqueraded", () => {
    const lines = written(AWS);
    expect(lines.filter((line) => /^(20|109|11\d):/.test(line))).toEqual([
      "20:\tfrom all to 10.0.1.17 lookup main",
      "109:\tfrom all fwmark 0x80/0x80 lookup main",
      // 10.0.128.0/20 lies in 10.0.0.0/16.
      "111:\tfrom 10.0.1.17 to 10.0.0.0/16 lookup 11",
      "111:\tfrom 10.0.1.17 to 100.64.0.0/16 lookup 11",
    ]);
    expect(lines).toContain("10.0.1.1 dev eth1 table 11 proto kernel scope link");
    expect(lines).toContain("default via 10.0.1.1 dev eth1 table 11 proto kernel");
    const { sysctls } = renderedOn({ version: "1.18.2", data: AWS }).added;
    expect(sysctls.get("net.ipv4.conf.eth0.rp_filter")).toBe("2");
  });

  it("networks that make up a larger one are one, and what is not masqueraded goes by it, too", () => {
    const rules = (vpc: string, data: Cluster["data"] = {}): readonly string[] =>
      linesOf(
        renderedOn({ version: "1.18.2", data: { ...AWS, ...data } }, (text) =>
          text.replace('"primary-cidr":"10.0.0.0/16","cidrs":["100.64.0.0/16","10.0.128.0/20"]', vpc),
        ).snapshot,
      ).flatMap((line) => /^111:.* to (\S+) lookup 11$/.exec(line)?.[1] ?? []);
    expect(rules('"primary-cidr":"10.1.0.0/16","cidrs":["10.0.0.0/16"]')).toEqual(["10.0.0.0/15"]);
    expect(rules('"primary-cidr":"10.2.0.0/16","cidrs":["10.1.0.0/16"]')).toEqual(["10.1.0.0/16", "10.2.0.0/16"]);
    expect(rules('"primary-cidr":"10.1.0.0/16"', { "ipv4-native-routing-cidr": "10.0.0.0/8" })).toEqual(["10.0.0.0/8"]);
    expect(rules('"primary-cidr":"10.1.0.0/16"', { "ipv4-native-routing-cidr": "192.168.0.0/16" })).toEqual([
      "10.1.0.0/16",
      "192.168.0.0/16",
    ]);
  });

  it("the chart's own configuration, on a node without a pod network: what leaves the VPC by the device is masqueraded", () => {
    const rules = (version: string, data: Cluster["data"] = {}): readonly string[] =>
      judgedOrWritten({ version, data: { ...AWS, "enable-ipv6": "false", ...data } });
    const named = { "egress-masquerade-interfaces": "eth0" };
    expect(rules("1.18.2", named)).toEqual([
      '-o eth0 -m set --match-set cilium_node_set_v4 dst -m comment --comment "exclude traffic to cluster nodes from masquerade" -j ACCEPT',
      '! -d 10.0.0.0/16 -o eth0 -m comment --comment "cilium masquerade non-cluster" -j MASQUERADE',
      '-m mark --mark 0xa00/0xe00 -m comment --comment "exclude proxy return traffic from masquerade" -j ACCEPT',
      '-s 127.0.0.1/32 -o lxc+ -m comment --comment "cilium host->cluster from 127.0.0.1 masquerade" -j SNAT --to-source 10.0.1.240',
    ]);
    // The agent makes a network up there: who knows which.
    const refused = ["error cilium-no-pod-network one IPv4", "nothing"];
    expect(rules("1.13.9", named)).toEqual(refused);
    expect(rules("1.10.9", named)).toHaveLength(3);
    expect(rules("1.18.2")).toEqual(refused);
    expect(rules("1.18.2", { ...named, "enable-masquerade-to-route-source": "true" })).toEqual(refused);
  });

  it("on Alibaba Cloud the VPC is told by the agent's part of the object", () => {
    const data = { ipam: "alibabacloud", "enable-ipv6": "false", "egress-masquerade-interfaces": "eth0" };
    const [, line] = judgedOrWritten({ version: "1.18.2", data }, (text) =>
      text.replace('"ipam":{', '"alibaba-cloud":{"vpc-id":"vpc-1","cidr-block":"172.16.0.0/12"},"ipam":{'),
    );
    expect(line).toContain("! -d 172.16.0.0/12 -o eth0");
  });

  it("without masquerading everything goes by it", () => {
    const lines = written({ ...AWS, "enable-ipv4-masquerade": "false" });
    expect(lines.filter((line) => line.startsWith("111:"))).toEqual(["111:\tfrom 10.0.1.17 lookup 11"]);
  });
});

describe("what the agent would not start with is refused, and what one endpoint lacks is named", () => {
  it.each([
    ["no cilium-config", {}, [/"name":"cilium-config"/, '"name":"other"'], ["error cilium-no-config", "nothing"]],
    ["no release", {}, [/"cilium":"1.18.2"/, '"calico":"3.30.0"'], ["error cilium-no-version one", "nothing"]],
    [
      "a release that is not known",
      {},
      [/"cilium":"1.18.2"/, '"cilium":"1.19.0"'],
      ["error cilium-unknown-release 1.19.0 1.9 1.18", "nothing"],
    ],
    [
      "masquerading without a pod network",
      {},
      [/"podCIDRs":\["10.0.1.0\/24","fd01::\/64"\]/, '"podCIDRs":[]'],
      ["error cilium-no-pod-network one IPv4", "nothing"],
    ],
    [
      "ENIs without a default route",
      { ipam: "eni" },
      [/"to":"default"/, '"to":"203.0.113.0/24"'],
      ["error cilium-no-default-route one", "nothing"],
    ],
    [
      "a pod of an interface that is not here",
      { ipam: "eni", "enable-endpoint-routes": "true" },
      [/"mac":"02:00:00:00:00:12","number"/, '"mac":"02:00:00:00:00:99","number"'],
      ["warning cilium-no-eni cilium_host 10.0.1.240", "warning cilium-no-eni shop/web 10.0.1.17", "rendered"],
    ],
    [
      "a pod whose device nobody tells",
      { "enable-endpoint-routes": "true" },
      [/\{"address":"10.0.1.17","interface":"lxc0123456789ab"\},/, ""],
      ["warning cilium-no-device shop/web 10.0.1.17", "rendered"],
    ],
  ] as const)("%s", (_what, data, [from, to], said) => {
    expect(judged({ version: "1.18.2", data }, (text) => text.replace(from, to))).toEqual(said);
  });

  it("a listener without a port", () => {
    const more = [
      {
        apiVersion: "cilium.io/v2",
        kind: "CiliumEnvoyConfig",
        metadata: { name: "lb", namespace: "shop" },
        spec: {
          resources: [
            { "@type": "type.googleapis.com/envoy.config.listener.v3.Listener", name: "one" },
            { "@type": "type.googleapis.com/envoy.config.listener.v3.Listener", name: "two", address: { pipe: {} } },
            { "@type": "type.googleapis.com/envoy.config.cluster.v3.Cluster", name: "three" },
          ],
        },
      },
    ];
    const data = { "enable-envoy-config": "true" };
    expect(judged({ version: "1.18.2", data, more })).toEqual(["warning cilium-no-proxy-port shop/lb/one", "rendered"]);
  });

  it.each([
    [{ "enable-ipsec": "true" }, "enable-ipsec: true table 200"],
    [{ "enable-vtep": "true" }, "enable-vtep: true table 202"],
    [{ ipam: "azure" }, "ipam: azure tables 10 …"],
    [{ "cni-chaining-mode": "aws-cni" }, "cni-chaining-mode: aws-cni /etc/cni/net.d"],
  ])("names what nobody here can write: %j", (data, what) => {
    expect(judged({ version: "1.18.2", data })).toContain(`warning cilium-not-rendered ${what}`);
  });

  it.each([
    ["1.9.18", false],
    ["1.10.0", true],
    ["1.12.19", true],
    ["1.13.0", false],
  ])("WireGuard of %s has routing that nobody here can write: %s", (version, isTold) => {
    const told = judged({ version, data: { "enable-wireguard": "true" } });
    expect(told.includes("warning cilium-not-rendered enable-wireguard: true rule 1, table 201")).toBe(isTold);
  });

  it("a policy that redirects to a proxy without a port", () => {
    const http = { ports: [{ port: "80", protocol: "TCP" }], rules: { http: [{ method: "GET" }] } };
    const dns = { ports: [{ port: "53", protocol: "ANY" }], rules: { dns: [{ matchPattern: "*" }] } };
    const listener = { envoyConfig: { kind: "CiliumEnvoyConfig", name: "lb" }, name: "one" };
    const [apiVersion, endpointSelector] = ["cilium.io/v2", { matchLabels: { app: "web" } }];
    const more = [
      {
        apiVersion,
        kind: "CiliumNetworkPolicy",
        metadata: { name: "web", namespace: "shop" },
        specs: [
          { endpointSelector, ingress: [{ toPorts: [http, { ports: [{ port: "81" }], listener }] }] },
          { endpointSelector, egress: [{ toPorts: [http, dns] }, { toPorts: [http, { ports: [{ port: "443" }] }] }] },
        ],
      },
      {
        apiVersion,
        kind: "CiliumClusterwideNetworkPolicy",
        metadata: { name: "all" },
        spec: { endpointSelector, egress: [{ toPorts: [{ listener: { ...listener, envoyConfig: { name: "lb" } } }] }] },
      },
    ];
    expect(judged({ version: "1.18.2", more })).toEqual([
      "warning cilium-no-policy-proxy shop/web shop/lb/one",
      "warning cilium-no-policy-proxy shop/web cilium-http-egress",
      "warning cilium-no-policy-proxy all /lb/one",
      "rendered",
    ]);
    expect(judged({ version: "1.18.2", data: { "enable-l7-proxy": "false" }, more })).toEqual(["rendered"]);
  });

  it.each([
    ["kafka", { rules: { kafka: [{ topic: "orders" }] } }, "cilium-proxylib-ingress"],
    ["a parser of its own", { rules: { l7proto: "memcache", l7: [{ cmd: "get" }] } }, "cilium-proxylib-ingress"],
    ["TLS without HTTP", { terminatingTLS: { secret: { name: "cert" } } }, "cilium-proxylib-ingress"],
    ["names in TLS", { serverNames: ["example.com"] }, "cilium-proxylib-ingress"],
    ["TLS with HTTP", { serverNames: ["example.com"], rules: { http: [{}] } }, "cilium-http-ingress"],
    ["no rules for a proxy", { rules: { http: [] }, serverNames: [] }, null],
  ])("a policy for %s", (_what, toPort, proxy) => {
    const more = [policyOf({ matchLabels: { app: "web" } }, toPort)];
    const said = proxy === null ? [] : [`warning cilium-no-policy-proxy shop/p ${proxy}`];
    expect(judged({ version: "1.18.2", agent: { proxies: [] }, more })).toEqual([...said, "rendered"]);
    const proxies = proxy === null ? [] : [{ name: proxy, port: 12_345 }];
    expect(judged({ version: "1.18.2", agent: { proxies }, more })).toEqual(["rendered"]);
  });

  it.each([
    [{}, true],
    [{ matchLabels: { app: "web" } }, true],
    [{ matchLabels: { "k8s:app": "web" } }, true],
    [{ matchLabels: { "any:app": "web", "k8s:io.kubernetes.pod.namespace": "shop" } }, true],
    [{ matchLabels: { "reserved:app": "web" } }, false],
    [{ matchLabels: { app: "db" } }, false],
    [{ matchExpressions: [{ key: "app", operator: "In", values: ["db", "web"] }] }, true],
    [{ matchExpressions: [{ key: "app", operator: "NotIn", values: ["web"] }] }, false],
    [{ matchExpressions: [{ key: "tier", operator: "NotIn", values: ["web"] }] }, true],
    [{ matchExpressions: [{ key: "tier", operator: "Exists" }] }, false],
    [{ matchExpressions: [{ key: "tier", operator: "DoesNotExist" }] }, true],
  ])("a policy's proxy is only missed where it selects a pod of this node: %j", (selector, isMissed) => {
    const labelled = {
      apiVersion: "cilium.io/v2",
      kind: "CiliumEndpoint",
      metadata: { name: "web", namespace: "shop" },
      status: {
        identity: { id: 7, labels: ["k8s:app=web", "k8s:io.kubernetes.pod.namespace=shop"] },
        networking: { node: "192.0.2.1", addressing: [{ ipv4: "10.0.1.17" }] },
      },
    };
    const more = [labelled, policyOf(selector, { rules: { http: [{}] } })];
    const missed = isMissed ? ["warning cilium-no-policy-proxy shop/p cilium-http-ingress"] : [];
    const said = judged({ version: "1.18.2", agent: { proxies: [] }, more }).filter((one) => one.includes("policy"));
    expect(said).toEqual(missed);
    const elsewhere = { ...labelled, status: { ...labelled.status, networking: { node: "192.0.2.2" } } };
    expect(
      judged({ version: "1.18.2", agent: { proxies: [] }, more: [elsewhere, ...more.slice(1)] }).filter((one) =>
        one.includes("policy"),
      ),
    ).toEqual([]);
  });

  it.each([
    ["enable-ipv4", "yes", "true | false"],
    ["ipam", "cloud", "kubernetes | cluster-pool"],
    ["ipv4-native-routing-cidr", "10.0.0.0/33", "IP/LENGTH"],
    ["tofqdns-proxy-port", "65536", "≤ 65535"],
    ["cluster-id", "512", "≤ 511"],
  ])("%s: %s", (option, value, expected) => {
    const [said = "", ...others] = judged({ version: "1.18.2", data: { [option]: value } });
    expect(said).toContain(`error object-bad-value ConfigMap kube-system/cilium-config data.${option}`);
    expect(said).toContain(expected);
    expect(others).toEqual(["error cilium-no-config", "nothing"]);
  });

  it.each([
    ["untracked pods behind a tunnel", { "routing-mode": "tunnel" }],
    ["untracked pods masqueraded by iptables", { "ipv4-native-routing-cidr": "10.0.0.0/8" }],
  ])("%s", (_what, data) => {
    const said = judged({ version: "1.18.2", data: { ...data, "install-no-conntrack-iptables-rules": "true" } });
    expect(said[0]).toContain("data.install-no-conntrack-iptables-rules false (");
    expect(said.at(-1)).toBe("nothing");
  });

  it("rules by the index of a device, which no object tells", () => {
    const data = { "egress-multi-home-ip-rule-compat": "true" };
    const [said = "", ...others] = judged({ version: "1.18.2", data: { ...data, ipam: "eni" } });
    expect(said).toContain("data.egress-multi-home-ip-rule-compat false (ipam: eni)");
    expect(others.at(-1)).toBe("nothing");
    expect(judged({ version: "1.18.2", data }).at(-1)).toBe("rendered");
  });

  it("a cluster whose number shares the mark of ENIs", () => {
    expect(judged({ version: "1.18.2", data: { ipam: "eni", "cluster-id": "200" } })[0]).toContain(
      "data.cluster-id ≤ 127 | 256 … 383 (ipam: eni) 200",
    );
  });
});

describe("objects with a fault are told by name, field and line, and the others are kept", () => {
  const node = (...lines: readonly string[]): string =>
    `apiVersion: cilium.io/v2\nkind: CiliumNode\nmetadata:\n  name: bad\n${lines.join("\n")}\n`;

  it.each([
    [node("spec:", "  adresses: []"), "object-unknown-field 6 CiliumNode bad spec.adresses"],
    [
      node("spec:", "  addresses:", "  - type: InternalIP", "    ip: 10.0.0"),
      "object-bad-value 8 CiliumNode bad spec.addresses[0].ip IP 10.0.0",
    ],
    [
      node("spec:", "  ipam:", "    pool:", "      10.0.0.300: {}"),
      "object-bad-value 8 CiliumNode bad spec.ipam.pool.10.0.0.300 IP 10.0.0.300",
    ],
    [
      node(
        "spec: {}",
        "status:",
        "  alibaba-cloud:",
        "    enis:",
        "      eni-1:",
        "        vswitch: { cidr: 10.0.0.0/24 }",
      ),
      "object-missing-field 10 CiliumNode bad status.alibaba-cloud.enis.eni-1.mac-address",
    ],
    [
      "apiVersion: cilium.io/v2\nkind: CiliumEndpoint\nmetadata: { name: web, namespace: shop }\nstatus:\n  networking: { nod: 10.0.0.1 }\n",
      "object-unknown-field 5 CiliumEndpoint shop/web status.networking.nod",
    ],
    [
      "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: cilium-config, namespace: kube-system }\ndata:\n  debug: 'on'\n",
      "object-bad-value 5 ConfigMap kube-system/cilium-config data.debug true | false on",
    ],
    [
      "apiVersion: hookwalk.dev/v1\nkind: Node\nmetadata: { name: bad }\nspec:\n  cilium:\n    proxies:\n    - { name: a b, port: 70000 }\n",
      "object-bad-value 7 Node bad spec.cilium.proxies[0].name NAME a b",
    ],
  ])("%#", (text, said) => {
    const good = node("spec: {}").replace("name: bad", "name: good");
    const { value, diagnostics } = readObjects([{ path: "o.yaml", text: `${text}---\n${good}` }]);
    expect(value.cilium.nodes.map(({ metadata }) => metadata.name)).toEqual(["good"]);
    const lines = diagnostics.map(({ code, span, params }) =>
      [code, span.line, ...Object.values(params)].map(String).join(" "),
    );
    expect(lines[0]).toBe(said);
  });
});
