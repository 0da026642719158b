import { parseNft, printIptablesRestore, printNft, printRule } from "@hookwalk/engine";
import type { NftTable } from "@hookwalk/engine";
import { readObjects } from "@hookwalk/engine/desired";
import { renderNode, renderOwners } from "@hookwalk/engine/render";
import type { Rendered } from "@hookwalk/engine/render";
import { describe, expect, it } from "vitest";

/** What an owner writes for objects that have nothing wrong. */
function written(owner: string, ...objects: readonly string[]): Rendered {
  const { value: state, diagnostics } = readObjects([{ path: "objects.yaml", text: objects.join("---\n") }]);
  const { value, diagnostics: problems } = owner === "node" ? renderNode(state) : renderOwners([owner], state);
  expect([...diagnostics, ...problems]).toEqual([]);
  if (value === null) throw new Error("nothing was rendered");
  return value;
}

function problemsOf(owner: string, ...objects: readonly string[]): readonly string[] {
  const { value: state, diagnostics } = readObjects([{ path: "objects.yaml", text: objects.join("---\n") }]);
  const { diagnostics: problems } = owner === "node" ? renderNode(state) : renderOwners([owner], state);
  return [...diagnostics, ...problems].map(({ code }) => code);
}

it("a configuration with faults is not taken for none: its owner writes nothing, the others do", () => {
  const proxy =
    "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: nftables\nclusterCIDR: x\n";
  const good =
    "apiVersion: v1\nkind: Service\nmetadata: { name: a }\nspec: { clusterIP: 10.96.0.1, ports: [{ port: 80 }] }\n";
  expect(problemsOf("kube-proxy", node("v1.30.0"), good, proxy)).toEqual(["object-bad-value", "render-unset"]);
  expect(problemsOf("kube-proxy", node("v1.30.0"), good)).toEqual([]);
  const bits = kubelet("iptablesDropBit: 32");
  expect(problemsOf("kubelet", node("v1.20.0"), bits)).toEqual(["object-bad-value", "render-unset"]);
  expect(problemsOf("node", node("v1.30.0"), bits, good)).toEqual(["object-bad-value", "render-unset"]);
  const { value } = readObjects([{ path: "o.yaml", text: [node("v1.30.0"), bits, good].join("---\n") }]);
  const chains =
    renderNode(value).value?.snapshot.tables.ip?.flatMap((one) => one.chains.map(({ name }) => name)) ?? [];
  expect(chains).toContain("KUBE-PROXY-CANARY");
  expect(chains).not.toContain("KUBE-KUBELET-CANARY");
});

/** Rules of one table, and chains without any. */
function table({ snapshot }: Rendered, name: string, family: "ip" | "ip6" = "ip"): readonly string[] {
  const chains = snapshot.tables[family]?.find((one) => one.name === name)?.chains ?? [];
  return chains.flatMap((chain) => [
    ...(chain.policy === "DROP" ? [`-P ${chain.name} DROP`] : []),
    ...(chain.policy === null && chain.rules.length === 0 ? [`-N ${chain.name}`] : []),
    ...chain.rules.map((rule) => printRule(rule, family)),
  ]);
}

function node(version: string, spec = "{}"): string {
  return `apiVersion: v1
kind: Node
metadata: { name: a }
status: { nodeInfo: { kubeletVersion: ${version} } }
---
apiVersion: hookwalk.dev/v1
kind: Node
metadata: { name: a }
spec: ${spec}
`;
}

function kubelet(fields: string): string {
  return `apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n${fields}\n`;
}

const GUARD =
  '-A KUBE-FIREWALL ! -s 127.0.0.0/8 -d 127.0.0.0/8 -m comment --comment "block incoming localnet connections" -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP';

/** Errors of a node with these objects, as `LINE: WORDS`, and whether there are chains of an owner's. */
function overlaps(...objects: readonly string[]): { readonly said: readonly string[]; readonly chains: string } {
  const { value: state } = readObjects([{ path: "objects.yaml", text: objects.join("---\n") }]);
  const { value, diagnostics } = renderNode(state);
  const chains = value?.snapshot.tables.ip?.flatMap((one) => one.chains.map(({ name }) => name)) ?? [];
  return {
    said: diagnostics.map(({ span, params }) => {
      const { object, field, bits, other } = params;
      return `${String(span.line)}: ${[object, field, bits, other].map(String).join(" ")}`;
    }),
    chains: [
      ...new Set(chains.flatMap((name) => /^(KUBE-SERVICES|cali-FORWARD|KUBE-MARK-DROP)$/.exec(name)?.[1] ?? [])),
    ]
      .sort()
      .join(" "),
  };
}

describe("one family", () => {
  const felix = "apiVersion: projectcalico.org/v3\nkind: FelixConfiguration\nmetadata: { name: default }\nspec: {}\n";
  const proxy = "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n";
  const text = [felix, proxy, node("v1.30.2")].join("---\n");
  const { value: state } = readObjects([{ path: "objects.yaml", text }]);
  const both = renderNode(state).value;

  it.each(["ip", "ip6"] as const)("has the rules that it has beside the other: %s", (family) => {
    const one = renderNode(state, [family]).value;
    expect(one?.added).toEqual(both?.added);
    expect(one?.snapshot.tables).toEqual({ ip: null, ip6: null, [family]: both?.snapshot.tables[family] });
    const chains = one?.snapshot.tables[family]?.flatMap((each) => each.chains.map(({ name }) => name));
    expect(chains).toEqual(expect.arrayContaining(["cali-FORWARD", "KUBE-FORWARD"]));
  });
});

describe("bits of marks that two owners take", () => {
  const felix = (spec: string): string =>
    `apiVersion: projectcalico.org/v3\nkind: FelixConfiguration\nmetadata: { name: default }\nspec:\n  ${spec}\n`;
  const proxy = (bit: number): string =>
    `apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\niptables:\n  masqueradeBit: ${String(bit)}\n`;

  it("are an error of the object that asks for them, and nothing of its owner is written", () => {
    expect(overlaps(felix("iptablesMarkMask: 0xffff4000"), proxy(14), node("v1.30.2"))).toEqual({
      said: ["5: FelixConfiguration default spec.iptablesMarkMask 0x4000 kube-proxy"],
      chains: "KUBE-SERVICES",
    });
  });

  it("are kube-proxy's fault where the others have their defaults", () => {
    expect(overlaps(felix("ipv6Support: true"), proxy(20), node("v1.30.2"))).toEqual({
      said: ["10: KubeProxyConfiguration iptables.masqueradeBit 0x100000 calico"],
      chains: "cali-FORWARD",
    });
    expect(overlaps(proxy(15), node("v1.25.2"))).toEqual({
      said: ["4: KubeProxyConfiguration iptables.masqueradeBit 0x8000 kubelet"],
      chains: "KUBE-MARK-DROP",
    });
  });

  it("may be for one purpose, or of a kubelet that has none any longer", () => {
    expect(
      overlaps(
        kubelet("iptablesMasqueradeBit: 14"),
        proxy(14),
        node("v1.25.2", "{ versions: { kube-proxy: v1.30.2 } }"),
      ).said,
    ).toEqual([]);
    expect(overlaps(proxy(15), node("v1.30.2")).said).toEqual([]);
  });
});

describe("kubelet", () => {
  it("of today guards loopback addresses, and leaves its signs", () => {
    const rendered = written("kubelet", node("v1.30.2"));
    expect(table(rendered, "filter")).toEqual([
      "-A INPUT -j KUBE-FIREWALL",
      "-A OUTPUT -j KUBE-FIREWALL",
      GUARD,
      "-N KUBE-KUBELET-CANARY",
    ]);
    expect(table(rendered, "mangle")).toEqual(["-N KUBE-IPTABLES-HINT", "-N KUBE-KUBELET-CANARY"]);
    expect(table(rendered, "nat")).toEqual(["-N KUBE-KUBELET-CANARY"]);
    expect(table(rendered, "filter", "ip6")).toEqual(["-N KUBE-KUBELET-CANARY"]);
  });

  it("until 1.26 has the marks, too, of the bits that it is given", () => {
    const rendered = written("kubelet", node("v1.23.9"), kubelet("iptablesMasqueradeBit: 20\niptablesDropBit: 21"));
    expect(table(rendered, "nat")).toEqual([
      '-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING',
      "-N KUBE-KUBELET-CANARY",
      "-A KUBE-MARK-DROP -j MARK --set-xmark 0x200000/0x200000",
      "-A KUBE-MARK-MASQ -j MARK --set-xmark 0x100000/0x100000",
      "-A KUBE-POSTROUTING -m mark ! --mark 0x100000/0x100000 -j RETURN",
      "-A KUBE-POSTROUTING -j MARK --set-xmark 0x100000/0x0",
      '-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully',
    ]);
    const drop =
      '-A KUBE-FIREWALL -m comment --comment "kubernetes firewall for dropping marked packets" -m mark --mark 0x200000/0x200000 -j DROP';
    expect(table(rendered, "filter")).toContain(drop);
    expect(table(rendered, "filter", "ip6")).toContain(drop);
    expect(table(rendered, "mangle")).toEqual(["-N KUBE-KUBELET-CANARY"]);
  });

  it.each([
    ["v1.27.3", "", false],
    ["v1.27.3", "featureGates: { IPTablesOwnershipCleanup: false }", true],
    ["v1.26.0", "", true],
    ["v1.26.0", "featureGates: { IPTablesOwnershipCleanup: true }", false],
    ["v1.28.0", "featureGates: { IPTablesOwnershipCleanup: false }", false],
  ])("%s with %s: marks are its business: %s", (version, fields, hasMarks) => {
    const nat = table(written("kubelet", node(version), kubelet(fields)), "nat");
    expect(nat.some((line) => line.includes("KUBE-MARK-DROP"))).toBe(hasMarks);
  });

  it("says what it cannot take", () => {
    expect(problemsOf("kubelet", node("v1.18.0"))).toEqual(["render-version"]);
    expect(problemsOf("kubelet", node("v1.30.0"), kubelet("iptablesDropBit: 14"))).toEqual([
      "object-bad-value",
      "render-unset",
    ]);
    expect(problemsOf("kubelet", node("v1.30.0"), kubelet("iptablesDropBits: 15"))).toEqual([
      "object-unknown-field",
      "render-unset",
    ]);
  });
});

function nodeCache(args: string, tag = "1.22.28"): string {
  return `apiVersion: apps/v1
kind: DaemonSet
metadata: { name: node-local-dns, namespace: kube-system }
spec:
  template:
    spec:
      containers: [{ name: node-cache, image: "registry.k8s.io/dns/k8s-dns-node-cache:${tag}", args: [${args}] }]
`;
}

describe("node-local-dns", () => {
  it("puts each rule before what is there, so that the last of its list stands first", () => {
    const rendered = written(
      "node-local-dns",
      node("v1.30.0"),
      nodeCache('"-localip", "fd00::10", "--health-port=8081"'),
    );
    expect(table(rendered, "raw", "ip6").map((line) => line.replace(/ -m comment --comment "[^"]*"/, ""))).toEqual([
      "-A PREROUTING -d fd00::10/128 -p udp -m udp --dport 53 -j NOTRACK",
      "-A PREROUTING -d fd00::10/128 -p tcp -m tcp --dport 53 -j NOTRACK",
      "-A OUTPUT -s fd00::10/128 -p tcp -m tcp --sport 8081 -j NOTRACK",
      "-A OUTPUT -d fd00::10/128 -p tcp -m tcp --dport 8081 -j NOTRACK",
      "-A OUTPUT -d fd00::10/128 -p udp -m udp --dport 53 -j NOTRACK",
      "-A OUTPUT -d fd00::10/128 -p tcp -m tcp --dport 53 -j NOTRACK",
      "-A OUTPUT -s fd00::10/128 -p udp -m udp --sport 53 -j NOTRACK",
      "-A OUTPUT -s fd00::10/128 -p tcp -m tcp --sport 53 -j NOTRACK",
    ]);
    expect(rendered.snapshot.tables.ip).toBeNull();
  });

  it("has 12 rules for each address, with comments since 1.22.20", () => {
    const two = '"-localip", "169.254.20.10,10.96.0.10", "-interfacename=dns0"';
    const rendered = written("node-local-dns", node("v1.30.0"), nodeCache(two));
    const lines = [...table(rendered, "raw"), ...table(rendered, "filter")];
    expect(lines).toHaveLength(24);
    expect(lines.filter((line) => line.includes("NodeLocal DNS Cache: "))).toHaveLength(24);
    expect(rendered.added.links.map(({ name }) => name)).toEqual(["dns0"]);
    const old = written("node-local-dns", node("v1.30.0"), nodeCache(two, "1.21.1"));
    expect(table(old, "filter")[0]).toBe("-A INPUT -d 10.96.0.10/32 -p udp -m udp --dport 53 -j ACCEPT");
  });

  it("leaves alone what it is told to", () => {
    const bare = written(
      "node-local-dns",
      node("v1.30.0"),
      nodeCache('"-localip=169.254.20.10", "-setupiptables=false"'),
    );
    expect(bare.snapshot.tables.ip).toBeNull();
    expect(bare.added.links).toHaveLength(1);
  });

  it.each([
    ['"-localip", "__PILLAR__LOCAL__DNS__"', "render-argument"],
    ['"-localip", "169.254.20.10,fd00::10"', "render-argument"],
    ['"-localip", "169.254.20.10", "-health-port", "http"', "render-argument"],
    ['"-localip", "169.254.20.10", "-interfacename", "a b"', "render-argument"],
    ['"-conf", "/etc/Corefile"', "render-unset"],
  ])("with %s renders nothing, and says why", (args, code) => {
    expect(problemsOf("node-local-dns", node("v1.30.0"), nodeCache(args))).toEqual([code]);
  });
});

describe("docker", () => {
  it("until 26 has its bridge's rules in FORWARD, behind two stages that keep bridges apart", () => {
    const rendered = written("docker", node("v1.20.0", '{ docker: {}, versions: { docker: "20.10.7" } }'));
    expect(table(rendered, "filter")).toEqual([
      "-P FORWARD DROP",
      "-A FORWARD -j DOCKER-USER",
      "-A FORWARD -j DOCKER-ISOLATION-STAGE-1",
      "-A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
      "-A FORWARD -o docker0 -j DOCKER",
      "-A FORWARD -i docker0 ! -o docker0 -j ACCEPT",
      "-A FORWARD -i docker0 -o docker0 -j ACCEPT",
      "-N DOCKER",
      "-A DOCKER-ISOLATION-STAGE-1 -i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2",
      "-A DOCKER-ISOLATION-STAGE-1 -j RETURN",
      "-A DOCKER-ISOLATION-STAGE-2 -o docker0 -j DROP",
      "-A DOCKER-ISOLATION-STAGE-2 -j RETURN",
      "-A DOCKER-USER -j RETURN",
    ]);
    expect(table(rendered, "nat")).toEqual([
      "-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER",
      "-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER",
      "-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE",
      "-A DOCKER -i docker0 -j RETURN",
    ]);
  });

  it("from 29 on has a chain for each thing that it does", () => {
    const spec =
      "{ docker: { bridge: br0, address: 10.9.0.1/24, forwardPolicy: ACCEPT }, versions: { docker: 29.0.1 } }";
    const rendered = written("docker", node("v1.30.0", spec));
    expect(table(rendered, "filter")).toEqual([
      "-A FORWARD -j DOCKER-USER",
      "-A FORWARD -j DOCKER-FORWARD",
      "-A DOCKER ! -i br0 -o br0 -j DROP",
      "-A DOCKER-BRIDGE -o br0 -j DOCKER",
      "-A DOCKER-CT -o br0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
      "-A DOCKER-FORWARD -j DOCKER-CT",
      "-A DOCKER-FORWARD -j DOCKER-INTERNAL",
      "-A DOCKER-FORWARD -j DOCKER-BRIDGE",
      "-A DOCKER-FORWARD -i br0 -j ACCEPT",
      "-N DOCKER-INTERNAL",
      "-N DOCKER-USER",
    ]);
    expect(table(rendered, "nat")).toContain("-A POSTROUTING -s 10.9.0.0/24 ! -o br0 -j MASQUERADE");
  });

  const TWO_NETWORKS = `docker: { networks: [{ bridge: bridge1, address: 192.0.2.1/24 }], containers: [{ address: 192.0.2.2, ports: ["8080:80", "127.0.0.1:53:5353/udp"] }] }`;

  it("until 26 puts each network's rules before the others', and has three rules for each published port", () => {
    const rendered = written("docker", node("v1.20.0", `{ ${TWO_NETWORKS}, versions: { docker: 26.1.0 } }`));
    const filter = table(rendered, "filter");
    expect(filter.filter((line) => line.startsWith("-A FORWARD"))).toEqual([
      "-A FORWARD -j DOCKER-USER",
      "-A FORWARD -j DOCKER-ISOLATION-STAGE-1",
      "-A FORWARD -o bridge1 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
      "-A FORWARD -o bridge1 -j DOCKER",
      "-A FORWARD -i bridge1 ! -o bridge1 -j ACCEPT",
      "-A FORWARD -i bridge1 -o bridge1 -j ACCEPT",
      "-A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
      "-A FORWARD -o docker0 -j DOCKER",
      "-A FORWARD -i docker0 ! -o docker0 -j ACCEPT",
      "-A FORWARD -i docker0 -o docker0 -j ACCEPT",
    ]);
    expect(filter.filter((line) => line.startsWith("-A DOCKER"))).toEqual([
      "-A DOCKER -d 192.0.2.2/32 ! -i bridge1 -o bridge1 -p tcp -m tcp --dport 80 -j ACCEPT",
      "-A DOCKER -d 192.0.2.2/32 ! -i bridge1 -o bridge1 -p udp -m udp --dport 5353 -j ACCEPT",
      "-A DOCKER-ISOLATION-STAGE-1 -i bridge1 ! -o bridge1 -j DOCKER-ISOLATION-STAGE-2",
      "-A DOCKER-ISOLATION-STAGE-1 -i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2",
      "-A DOCKER-ISOLATION-STAGE-1 -j RETURN",
      "-A DOCKER-ISOLATION-STAGE-2 -o bridge1 -j DROP",
      "-A DOCKER-ISOLATION-STAGE-2 -o docker0 -j DROP",
      "-A DOCKER-ISOLATION-STAGE-2 -j RETURN",
      "-A DOCKER-USER -j RETURN",
    ]);
    expect(table(rendered, "nat").slice(2)).toEqual([
      "-A POSTROUTING -s 192.0.2.0/24 ! -o bridge1 -j MASQUERADE",
      "-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE",
      "-A POSTROUTING -s 192.0.2.2/32 -d 192.0.2.2/32 -p tcp -m tcp --dport 80 -j MASQUERADE",
      "-A POSTROUTING -s 192.0.2.2/32 -d 192.0.2.2/32 -p udp -m udp --dport 5353 -j MASQUERADE",
      "-A DOCKER -i bridge1 -j RETURN",
      "-A DOCKER -i docker0 -j RETURN",
      "-A DOCKER ! -i bridge1 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 192.0.2.2:80",
      "-A DOCKER -d 127.0.0.1/32 ! -i bridge1 -p udp -m udp --dport 53 -j DNAT --to-destination 192.0.2.2:5353",
    ]);
    expect(table(rendered, "raw")).toEqual([]);
  });

  it("from 29 on keeps others away from containers in table raw", () => {
    const rendered = written("docker", node("v1.30.0", `{ ${TWO_NETWORKS}, versions: { docker: 29.0.1 } }`));
    expect(table(rendered, "filter")).toEqual([
      "-P FORWARD DROP",
      "-A FORWARD -j DOCKER-USER",
      "-A FORWARD -j DOCKER-FORWARD",
      "-A DOCKER -d 192.0.2.2/32 ! -i bridge1 -o bridge1 -p udp -m udp --dport 5353 -j ACCEPT",
      "-A DOCKER -d 192.0.2.2/32 ! -i bridge1 -o bridge1 -p tcp -m tcp --dport 80 -j ACCEPT",
      "-A DOCKER ! -i docker0 -o docker0 -j DROP",
      "-A DOCKER ! -i bridge1 -o bridge1 -j DROP",
      "-A DOCKER-BRIDGE -o docker0 -j DOCKER",
      "-A DOCKER-BRIDGE -o bridge1 -j DOCKER",
      "-A DOCKER-CT -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
      "-A DOCKER-CT -o bridge1 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
      "-A DOCKER-FORWARD -j DOCKER-CT",
      "-A DOCKER-FORWARD -j DOCKER-INTERNAL",
      "-A DOCKER-FORWARD -j DOCKER-BRIDGE",
      "-A DOCKER-FORWARD -i docker0 -j ACCEPT",
      "-A DOCKER-FORWARD -i bridge1 -j ACCEPT",
      "-N DOCKER-INTERNAL",
      "-N DOCKER-USER",
    ]);
    expect(table(rendered, "nat").slice(2)).toEqual([
      "-A POSTROUTING -s 192.0.2.0/24 ! -o bridge1 -j MASQUERADE",
      "-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE",
      "-A DOCKER ! -i bridge1 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 192.0.2.2:80",
      "-A DOCKER -d 127.0.0.1/32 ! -i bridge1 -p udp -m udp --dport 53 -j DNAT --to-destination 192.0.2.2:5353",
    ]);
    expect(table(rendered, "raw")).toEqual([
      "-A PREROUTING -d 192.0.2.2/32 ! -i bridge1 -j DROP",
      "-A PREROUTING -d 127.0.0.1/32 ! -i lo -p udp -m udp --dport 53 -j DROP",
    ]);
  });

  it.each([
    ["a port of no protocol", '{ address: 172.17.0.2, ports: ["80:80/icmp"] }'],
    ["a port out of range", '{ address: 172.17.0.2, ports: ["70000:80"] }'],
    ["an address of the host that is none", '{ address: 172.17.0.2, ports: ["10.0.0:80:80"] }'],
    ["a container of no network", "{ address: 10.1.1.1 }"],
  ])("%s is told", (_what, container) => {
    const spec = `{ docker: { containers: [${container}] } }`;
    expect(problemsOf("docker", node("v1.30.0", spec))[0]).toBe("object-bad-value");
  });

  it("SCTP of older releases is not made up", () => {
    const spec =
      '{ docker: { containers: [{ address: 172.17.0.2, ports: ["80:80/sctp"] }] }, versions: { docker: 24.0.0 } }';
    expect(problemsOf("docker", node("v1.30.0", spec))).toEqual(["render-argument"]);
  });

  it("of releases between is not made up", () => {
    expect(problemsOf("docker", node("v1.30.0", '{ docker: {}, versions: { docker: "28.0.1" } }'))).toEqual([
      "render-version",
    ]);
    expect(problemsOf("docker", node("v1.30.0"))).toEqual(["render-unset"]);
  });
});

describe("a whole node", () => {
  const service =
    "apiVersion: v1\nkind: Service\nmetadata: { name: s }\nspec: { clusterIP: 10.96.0.1, ports: [{ port: 80 }] }\n";

  it("is written in the order in which its owners start", () => {
    const rendered = written("node", node("v1.30.0", "{ docker: {} }"), service, nodeCache('"-localip=169.254.20.10"'));
    const input = table(rendered, "filter").filter((line) => line.startsWith("-A INPUT"));
    expect(input.map((line) => line.replace(/.* -j /, ""))).toEqual([
      "ACCEPT",
      "ACCEPT",
      "KUBE-PROXY-FIREWALL",
      "KUBE-NODEPORTS",
      "KUBE-EXTERNAL-SERVICES",
      "KUBE-FIREWALL",
    ]);
    const forward = table(rendered, "filter").filter((line) => line.startsWith("-A FORWARD"));
    expect(forward.map((line) => line.replace(/.* -j /, ""))).toEqual([
      ...["KUBE-PROXY-FIREWALL", "KUBE-FORWARD", "KUBE-SERVICES", "KUBE-EXTERNAL-SERVICES"],
      ...["DOCKER-USER", "DOCKER-FORWARD"],
    ]);
  });

  it("or in the order that its Node names; a rule that is there already is not written twice", () => {
    const rendered = written(
      "node",
      node("v1.24.1", "{ owners: [kube-proxy, kubelet], versions: { kube-proxy: 1.30.0 } }"),
      service,
    );
    expect(table(rendered, "filter").filter((line) => line === "-A INPUT -j KUBE-FIREWALL")).toHaveLength(1);
    expect(table(rendered, "nat").filter((line) => line.startsWith("-A KUBE-POSTROUTING"))).toHaveLength(3);
    expect(problemsOf("node", node("v1.24.1", "{ owners: [kubelet, weave] }"))).toEqual(["render-unknown-owner"]);
  });

  it("as input for iptables-restore puts rules before or behind those of others as each owner does", () => {
    const { snapshot, inserted } = written("node", node("v1.30.0", "{ docker: {} }"));
    const text = printIptablesRestore(snapshot.tables.ip ?? [], inserted);
    expect(text).toContain("-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER\n");
    expect(text).toContain("-I POSTROUTING 1 -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE\n");
    expect(text).toContain(":FORWARD DROP [0:0]\n");
    expect(text).not.toContain(":INPUT");
  });

  it("tables of nft of several owners stand one behind the other, each piece on the line that it is printed on", () => {
    const felix = `apiVersion: projectcalico.org/v3\nkind: FelixConfiguration\nmetadata: { name: default }\nspec: { nftablesMode: Enabled }\n`;
    const proxy = `apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: nftables\n`;
    const { nft } = written("node", node("v1.33.0"), felix, proxy, service).snapshot;
    const linesOf = (all: readonly NftTable[] | null): unknown =>
      all?.map(({ family, name, span, chains }) => [
        [family, name, span.line],
        chains.map((chain) => [chain.span.line, chain.rules.map(({ line }) => line)]),
      ]);
    expect(nft?.map(({ name }) => name)).toEqual(["kube-proxy", "kube-proxy", "calico", "calico"]);
    expect(linesOf(nft)).toEqual(linesOf(parseNft(printNft(nft ?? []), "nft-ruleset.txt").value));
  });
});
