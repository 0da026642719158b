import { printIptablesSave } from "@hookwalk/engine";
import type { Snapshot, Table } from "@hookwalk/engine";
import { readObjects } from "@hookwalk/engine/desired";
import { renderOwners } from "@hookwalk/engine/render";
import { describe, expect, it } from "vitest";
import { OBJECTS, ofVersion, rendered, renderedBy } from "./render.ts";

function linesOf(snapshot: Snapshot, family: "ip" | "ip6" = "ip"): readonly string[] {
  return printIptablesSave(snapshot.tables[family] ?? []).split("\n");
}

/** Rules of one chain, as iptables-save prints them. */
function chain(snapshot: Snapshot, name: string, family: "ip" | "ip6" = "ip"): readonly string[] {
  return linesOf(snapshot, family).filter((line) => line.startsWith(`-A ${name} `));
}

function withConfig(...lines: readonly string[]): Snapshot {
  return rendered(OBJECTS.replace("mode: iptables", ["mode: iptables", ...lines].join("\n")));
}

/** The jump to the node ports, which is the last rule of its chain in table nat. */
function nodePortJump(snapshot: Snapshot, family: "ip" | "ip6" = "ip"): string {
  const nat = (snapshot.tables[family] ?? []).filter(({ name }) => name === "nat");
  return chain({ ...snapshot, tables: { ip: null, ip6: null, [family]: nat } }, "KUBE-SERVICES", family).at(-1) ?? "";
}

interface Shape {
  readonly services: number;
  readonly endpoints: number;
  readonly isExternal?: boolean;
}

/** As many services as wanted, each with as many endpoints: JSON is YAML. */
function cluster({ services, endpoints, isExternal = false }: Shape): string {
  const items: unknown[] = [{ apiVersion: "v1", kind: "Node", metadata: { name: "worker-1" } }];
  for (let s = 0; s < services; s++) {
    const metadata = { name: `svc-${String(s)}`, namespace: "ns" };
    const address = `10.${String(96 + (s >> 16))}.${String((s >> 8) & 255)}.${String(s & 255)}`;
    const outside = {
      type: "LoadBalancer",
      externalIPs: [address.replace("10.", "11.")],
      loadBalancerSourceRanges: ["203.0.113.0/24"],
      ports: [{ name: "p", port: 80, nodePort: 30_000 + s }],
    };
    const inside = { ports: [{ name: "p", port: 80 }] };
    const spec = { clusterIP: address, ...(isExternal ? outside : inside) };
    const status = isExternal ? { loadBalancer: { ingress: [{ ip: address.replace("10.", "12.") }] } } : {};
    items.push({ apiVersion: "v1", kind: "Service", metadata, spec, status });
    const labels = { "kubernetes.io/service-name": metadata.name };
    items.push({
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { ...metadata, labels },
      addressType: "IPv4",
      ports: [{ name: "p", port: 8080 }],
      endpoints: Array.from({ length: endpoints }, (_, e) => ({
        addresses: [`10.244.${String((s * endpoints + e) >> 8)}.${String((s * endpoints + e) & 255)}`],
      })),
    });
  }
  return JSON.stringify({ apiVersion: "v1", kind: "List", items });
}

/** Rules of kube-proxy's own chains in one table: those of base chains do not count, as in its own metrics. */
function ownRules(snapshot: Snapshot, name: string): number {
  const table = snapshot.tables.ip?.find((one: Table) => one.name === name);
  return table?.rules.filter((rule) => rule.chain.startsWith("KUBE-")).length ?? 0;
}

describe("as many rules as kube-proxy itself writes", () => {
  const clusterCIDR =
    "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nclusterCIDR: 10.244.0.0/16";
  it.each([
    [0, 1],
    [1, 1],
    [1, 10],
    [10, 3],
    [20, 20],
  ])("%i services with %i endpoints each", (services, endpoints) => {
    const snapshot = rendered(`${cluster({ services, endpoints })}\n---\n${clusterCIDR}`);
    expect(ownRules(snapshot, "nat")).toBe(5 + services * (2 + 3 * endpoints));
    expect(ownRules(snapshot, "filter")).toBe(4);
  });

  it("services without endpoints have a refusal each", () => {
    const snapshot = rendered(`${cluster({ services: 7, endpoints: 0 })}\n---\n${clusterCIDR}`);
    expect([ownRules(snapshot, "nat"), ownRules(snapshot, "filter")]).toEqual([5, 4 + 7]);
  });

  it("services with every kind of address", () => {
    const some = rendered(`${cluster({ services: 5, endpoints: 4, isExternal: true })}\n---\n${clusterCIDR}`);
    expect([ownRules(some, "nat"), ownRules(some, "filter")]).toEqual([5 + 5 * (9 + 3 * 4), 4 + 5]);
    const none = rendered(`${cluster({ services: 5, endpoints: 0, isExternal: true })}\n---\n${clusterCIDR}`);
    expect([ownRules(none, "nat"), ownRules(none, "filter")]).toEqual([5, 4 + 4 * 5]);
  });
});

describe("the configuration decides", () => {
  it("more than a thousand endpoints leave no room for comments", () => {
    const sep = /^-A KUBE-(SEP|SVC)-.*--comment .*(->|"ns\/svc-0:p")/;
    expect(linesOf(rendered(cluster({ services: 10, endpoints: 100 }))).some((line) => sep.test(line))).toBe(true);
    expect(linesOf(rendered(cluster({ services: 7, endpoints: 143 }))).some((line) => sep.test(line))).toBe(false);
  });

  it("masqueradeAll", () => {
    const lines = linesOf(withConfig("iptables: { masqueradeAll: true, masqueradeBit: 15 }"));
    expect(lines).toContain(
      '-A KUBE-SVC-PFINMTQ5Y2TT4XZK -d 10.96.0.2/32 -p tcp -m comment --comment "default/shop cluster IP" -m tcp --dport 80 -j KUBE-MARK-MASQ',
    );
    expect(lines).toContain("-A KUBE-MARK-MASQ -j MARK --set-xmark 0x8000/0x8000");
  });

  it.each([
    ["detectLocalMode: BridgeInterface\ndetectLocal: { bridgeInterface: cni0 }", "! -i cni0"],
    ["detectLocalMode: InterfaceNamePrefix\ndetectLocal: { interfaceNamePrefix: veth }", "! -i veth+"],
    ["detectLocalMode: NodeCIDR", "! -s 10.244.1.0/24"],
  ])("%s", (lines, written) => {
    const [masquerading = ""] = chain(withConfig(lines), "KUBE-SVC-PFINMTQ5Y2TT4XZK");
    expect(masquerading).toContain(written);
    expect(masquerading).toContain("-d 10.96.0.2/32");
  });

  it("no node ports on 127.0.0.1", () => {
    const snapshot = withConfig("iptables: { localhostNodePorts: false }");
    expect(nodePortJump(snapshot)).toContain("! -d 127.0.0.0/8 -m comment");
    expect(chain(snapshot, "KUBE-FIREWALL")).toEqual([]);
    expect(snapshot.sysctls?.has("net.ipv4.conf.all.route_localnet")).toBe(false);
  });

  it("node ports on some addresses only", () => {
    const last = nodePortJump(withConfig("nodePortAddresses: [192.0.2.0/24]"));
    expect(last).toContain("-d 192.0.2.11/32");
    expect(last).not.toContain("addrtype");
  });

  it("no node ports on 127.0.0.1 where nodePortAddresses leaves it out", () => {
    const without = withConfig("nodePortAddresses: [192.0.2.0/24]");
    expect(chain(without, "KUBE-FIREWALL")).toEqual([]);
    expect(without.sysctls?.has("net.ipv4.conf.all.route_localnet")).toBe(false);
    for (const addresses of ["[192.0.2.0/24, 127.0.0.0/8]", "[127.0.0.1/32]", "[0.0.0.0/0]", "['fd00::/8']"]) {
      const snapshot = withConfig(`nodePortAddresses: ${addresses}`);
      expect(chain(snapshot, "KUBE-FIREWALL")).toHaveLength(1);
      expect(snapshot.sysctls?.get("net.ipv4.conf.all.route_localnet")?.value).toBe("1");
    }
  });

  it("node ports on the address of lo, of which no object tells", () => {
    const jumps = chain(withConfig("nodePortAddresses: [127.0.0.0/8]"), "KUBE-SERVICES");
    expect(jumps.filter((line) => line.includes("-j KUBE-NODEPORTS"))).toEqual([
      '-A KUBE-SERVICES -d 127.0.0.1/32 -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -j KUBE-NODEPORTS',
    ]);
  });

  it("kubelet's rule in KUBE-FIREWALL stays where kube-proxy has none of its own", () => {
    const text = OBJECTS.replace("mode: iptables", "mode: iptables\niptables: { localhostNodePorts: false }");
    const { snapshot } = renderedBy(["kubelet", "kube-proxy"], text);
    expect(chain(snapshot, "KUBE-FIREWALL")).toHaveLength(1);
  });

  it("IPv6 never serves ::1", () => {
    expect(nodePortJump(rendered(), "ip6")).toContain("! -d ::1/128");
  });

  it("a liberal conntrack lets invalid packets pass", () => {
    expect(chain(withConfig("conntrack: { tcpBeLiberal: true }"), "KUBE-FORWARD")).toHaveLength(2);
  });

  it("the node itself is let in where a range holds its address", () => {
    const snapshot = rendered(OBJECTS.replace("[203.0.113.0/24]", "[203.0.113.0/24, 192.0.2.0/24, 0.0.0.0/0]"));
    expect(chain(snapshot, "KUBE-FW-PFINMTQ5Y2TT4XZK")).toEqual([
      '-A KUBE-FW-PFINMTQ5Y2TT4XZK -s 203.0.113.0/24 -m comment --comment "default/shop loadbalancer IP" -j KUBE-EXT-PFINMTQ5Y2TT4XZK',
      '-A KUBE-FW-PFINMTQ5Y2TT4XZK -s 192.0.2.0/24 -m comment --comment "default/shop loadbalancer IP" -j KUBE-EXT-PFINMTQ5Y2TT4XZK',
      '-A KUBE-FW-PFINMTQ5Y2TT4XZK -m comment --comment "default/shop loadbalancer IP" -j KUBE-EXT-PFINMTQ5Y2TT4XZK',
      '-A KUBE-FW-PFINMTQ5Y2TT4XZK -s 198.51.100.9/32 -m comment --comment "default/shop loadbalancer IP" -j KUBE-EXT-PFINMTQ5Y2TT4XZK',
      '-A KUBE-FW-PFINMTQ5Y2TT4XZK -m comment --comment "other traffic to default/shop will be dropped by KUBE-PROXY-FIREWALL"',
    ]);
  });

  it("each rule has the line that it is printed on", () => {
    const snapshot = rendered();
    const lines = linesOf(snapshot);
    for (const { rules } of snapshot.tables.ip ?? [])
      for (const rule of rules) expect(lines[rule.line - 1]).toMatch(new RegExp(`^-A ${rule.chain} `));
  });
});

describe("the version decides", () => {
  const problemsOf = (text: string): readonly unknown[] => {
    const { value } = readObjects([{ path: "objects.yaml", text }]);
    return renderOwners(["kube-proxy"], value).diagnostics.map(({ code, params }) => [code, params["versions"]]);
  };
  const DROP_INVALID = "-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP";
  const LIBERAL = OBJECTS.replace("mode: iptables", "mode: iptables\nconntrack: { tcpBeLiberal: true }");

  it("1.28 to 1.34 are known", () => {
    for (const version of ["1.28.0", "1.29.3", "1.34.9"]) expect(problemsOf(ofVersion(version))).toEqual([]);
    for (const version of ["1.27.16", "1.35.0", "2.0.0"])
      expect(problemsOf(ofVersion(version))).toEqual([["render-version", "1.28 … 1.34"]]);
  });

  it("until 1.28 what is invalid is dropped whatever conntrack is set to", () => {
    expect(chain(rendered(ofVersion("1.28.15", LIBERAL)), "KUBE-FORWARD")[0]).toBe(DROP_INVALID);
    expect(chain(rendered(ofVersion("1.29.0", LIBERAL)), "KUBE-FORWARD")).toHaveLength(2);
    expect(chain(rendered(ofVersion("1.30.0")), "KUBE-FORWARD")[0]).toBe(DROP_INVALID);
  });

  it("from 1.31 on packets are counted where the kernel can", () => {
    const [first] = chain(rendered(ofVersion("1.31.0")), "KUBE-FORWARD");
    expect(first).toBe(
      "-A KUBE-FORWARD -m conntrack --ctstate INVALID -m nfacct --nfacct-name  ct_state_invalid_dropped_pkts -j DROP",
    );
    const shop = (snapshot: Snapshot, family?: "ip6"): readonly string[] =>
      chain(snapshot, "KUBE-NODEPORTS", family).filter((line) => line.includes("default/shop"));
    const ports = shop(rendered(ofVersion("1.31.0")));
    expect(ports).toEqual([
      '-A KUBE-NODEPORTS -d 127.0.0.0/8 -p tcp -m comment --comment "default/shop" -m tcp --dport 30080 -m nfacct --nfacct-name  localhost_nps_accepted_pkts -j KUBE-EXT-PFINMTQ5Y2TT4XZK',
      ...shop(rendered(ofVersion("1.30.0"))),
    ]);
    expect(ports).toHaveLength(2);
    const without = ofVersion("1.31.0").replace("versions: {", "iptables: { nfacct: false }\n  versions: {");
    expect(chain(rendered(without), "KUBE-FORWARD")[0]).toBe(DROP_INVALID);
    expect(linesOf(rendered(without)).some((line) => line.includes("nfacct"))).toBe(false);
  });
});

describe("zone hints", () => {
  const hinted = (first: string, second: string): string =>
    OBJECTS.replace("addresses: [10.244.1.5],", `addresses: [10.244.1.5], hints: { forZones: [{ name: ${first} }] },`)
      .replace("addresses: [10.244.2.5],", `addresses: [10.244.2.5], hints: { forZones: [{ name: ${second} }] },`)
      .replace("addresses: [10.244.2.6],", `addresses: [10.244.2.6], hints: { forZones: [{ name: ${second} }] },`);
  const endpoints = (text: string): readonly string[] =>
    chain(rendered(text), "KUBE-SVC-CDGGSHYLG3RE2FKL").flatMap((line) => /-> ([\d.:]+)/.exec(line)?.[1] ?? []);

  it("count where every ready endpoint has some", () => {
    expect(endpoints(ofVersion("1.31.0", hinted("a", "b")))).toEqual(["10.244.1.5:8080"]);
  });

  it("do not count where none is for this zone", () => {
    expect(endpoints(ofVersion("1.31.0", hinted("b", "b")))).toHaveLength(3);
  });

  it.each([
    [null, 3],
    ["Disabled", 3],
    ["whatever", 1],
    ["auto", 1],
  ])("until 1.30 count where the service's annotation says so: %s", (mode, count) => {
    const annotations = mode === null ? "" : `, annotations: { service.kubernetes.io/topology-mode: ${mode} }`;
    const text = hinted("a", "b").replace("name: web, namespace: default", `$&${annotations}`);
    expect(endpoints(ofVersion("1.30.4", text))).toHaveLength(count);
  });
});

describe("hints for nodes", () => {
  const hinted = (...nodes: readonly [string, string, string]): string =>
    ["10.244.1.5", "10.244.2.5", "10.244.2.6"].reduce((text, address, at) => {
      const to = nodes[at] ?? "";
      const hints = `{ forZones: [{ name: a }], forNodes: [${to === "" ? "" : `{ name: ${to} }`}] }`;
      return text.replace(`addresses: [${address}],`, `$& hints: ${hints},`);
    }, OBJECTS);
  const endpoints = (text: string): readonly string[] =>
    chain(rendered(text), "KUBE-SVC-CDGGSHYLG3RE2FKL").flatMap((line) => /-> ([\d.:]+)/.exec(line)?.[1] ?? []);

  it.each([
    ["1.34.0", hinted("worker-1", "worker-2", "worker-2"), 1],
    ["1.33.5", hinted("worker-1", "worker-2", "worker-2"), 3],
    ["1.34.0", hinted("worker-2", "worker-2", "worker-2"), 3],
    ["1.34.0", hinted("worker-1", "", "worker-2"), 3],
  ])("%s: count before those for zones, where all have some and one means this node", (version, text, count) => {
    expect(endpoints(ofVersion(version, text))).toHaveLength(count);
  });
});

describe("which endpoints there are", () => {
  const endpoints = (conditions: string, labels = ""): readonly string[] => {
    const text = OBJECTS.replace(/(name: )web-1(.*service-name: web)/, `$1web-1$2${labels}`)
      .replace(
        /addresses: \[10.244.1.5\], (.*)conditions: {.*} }/,
        `addresses: [10.244.1.5], $1conditions: ${conditions} }`,
      )
      .replace("addresses: [10.244.2.5], nodeName: worker-2, conditions: { ready: true", "$&X")
      .replace("ready: trueX", "ready: false")
      .replace("addresses: [10.244.2.6], nodeName: worker-2", "$&, conditions: { ready: false }");
    return chain(rendered(text), "KUBE-SVC-CDGGSHYLG3RE2FKL").flatMap((line) => /-> ([\d.:]+)/.exec(line)?.[1] ?? []);
  };

  it("one that ends, and of which nothing says whether it serves, serves", () => {
    expect(endpoints("{ ready: false, terminating: true }")).toEqual(["10.244.1.5:8080"]);
    expect(endpoints("{ ready: false, terminating: true, serving: false }")).toEqual([]);
    expect(endpoints("{ ready: false }")).toEqual([]);
  });

  it.each(["service.kubernetes.io/headless", "service.kubernetes.io/service-proxy-name"])(
    "a slice with label %s is not watched",
    (label) => {
      expect(endpoints("{ ready: true }")).toHaveLength(1);
      expect(endpoints("{ ready: true }", `, ${label}: ""`)).toEqual([]);
    },
  );
});

describe("which node", () => {
  const problemsOf = (text: string): readonly string[] => {
    const { value } = readObjects([{ path: "objects.yaml", text }]);
    return renderOwners(["kube-proxy"], value).diagnostics.map(({ code }) => code);
  };
  const node = (name: string): string => `apiVersion: v1\nkind: Node\nmetadata: { name: ${name} }\n---\n`;

  it("is asked for where nothing tells", () => {
    expect(problemsOf("")).toEqual(["render-no-node"]);
    expect(problemsOf(node("a") + node("b"))).toEqual(["render-several-nodes"]);
    expect(problemsOf(node("a"))).toEqual([]);
  });
});
