import { describe, expect, it } from "vitest";
import { readObjects } from "../../../desired/read-objects.ts";
import type { Snapshot } from "../../../model/snapshot.ts";
import { renderOwners } from "../../renderers.ts";

function object(kind: string, name: string, spec: object, metadata: object = {}): string {
  const own = { apiVersion: "projectcalico.org/v3", kind, metadata: { name, ...metadata }, spec };
  return JSON.stringify(own);
}

function workload(name: string, labels: object, of: object = {}, namespace = "shop"): string {
  const spec = { node: "here", orchestrator: "k8s", interfaceName: `cali${name}`, ipNetworks: ["10.0.0.1/32"], ...of };
  return object("WorkloadEndpoint", name, spec, { namespace, labels });
}

function rendered(objects: readonly string[], version = "3.32.0"): Snapshot {
  const node = { apiVersion: "hookwalk.dev/v1", kind: "Node", metadata: { name: "here" } };
  const spec = { versions: { calico: version }, interfaces: [{ name: "eth0", addresses: ["192.0.2.1/24"] }] };
  const text = [JSON.stringify({ ...node, spec }), ...objects].join("\n---\n");
  const { value: state, diagnostics } = readObjects([{ path: "o.yaml", text }]);
  expect(diagnostics).toEqual([]);
  const { value, diagnostics: problems } = renderOwners(["calico"], state);
  expect(problems).toEqual([]);
  if (value === null) throw new Error("nothing is rendered");
  return value.snapshot;
}

function chains({ tables }: Snapshot, table = "filter"): ReadonlyMap<string, readonly string[]> {
  const found = (tables.ip ?? []).find(({ name }) => name === table);
  return new Map(
    (found?.chains ?? []).map(({ name, rules }) => [
      name,
      rules.map(({ target }) => (target?.kind === "jump" || target?.kind === "goto" ? target.chain : "")),
    ]),
  );
}

/** The policies that a workload's chain jumps to, group by group. */
function policiesOf(snapshot: Snapshot, chain: string): readonly string[] {
  const all = chains(snapshot);
  const jumps = (name: string): readonly string[] => (all.get(name) ?? []).filter((to) => /^cali-[pg][io]-/.test(to));
  return jumps(chain).flatMap((to) => (to.startsWith("cali-g") ? jumps(to) : [to]));
}

function members(snapshot: Snapshot, prefix: string): readonly (readonly string[])[] {
  const found = (snapshot.sets ?? []).filter(({ name }) => name.startsWith(prefix));
  return found.map(({ elements }) => elements.map(({ text }) => text));
}

const allowAll = { ingress: [{ action: "Allow" }] };

describe("which policies apply, and in which order", () => {
  it("by tier, then by order, then by name; none that selects another", () => {
    const policy = (name: string, spec: object) => object("GlobalNetworkPolicy", name, { ...allowAll, ...spec });
    const snapshot = rendered([
      object("Tier", "late", { order: 2_000_000 }),
      object("Tier", "early", { order: 5, defaultAction: "Pass" }),
      policy("late.x", { tier: "late" }),
      policy("b", { order: 10, selector: "app == 'web'" }),
      policy("a", { selector: "app == 'web'" }),
      policy("c", { order: 10, selector: "app in {'web', 'db'}" }),
      policy("other", { selector: "app == 'db'" }),
      policy("early.x", { tier: "early", order: 9 }),
      policy("out", { types: ["Egress"] }),
      workload("1", { app: "web" }),
    ]);
    expect(policiesOf(snapshot, "cali-tw-cali1")).toEqual([
      "cali-pi-gnp/early.x",
      "cali-pi-gnp/b",
      "cali-pi-gnp/c",
      "cali-pi-gnp/a",
      "cali-pi-gnp/late.x",
    ]);
    expect(policiesOf(snapshot, "cali-fw-cali1")).toEqual(["cali-po-gnp/out"]);
    expect([...chains(snapshot).keys()].filter((name) => name.includes("other"))).toEqual([]);
  });

  it("by namespace, labels that profiles give, and service accounts", () => {
    const policy = (name: string, spec: object, namespace: string) =>
      object("NetworkPolicy", name, { ...allowAll, ...spec }, { namespace });
    const snapshot = rendered([
      object("Profile", "kns.shop", { labelsToApply: { "pcns.env": "prod", app: "not-this" } }),
      object("Profile", "ksa.shop.cart", { labelsToApply: { "pcsa.role": "r" } }),
      policy("own", { selector: "app == 'web'" }, "shop"),
      policy("foreign", { selector: "app == 'web'" }, "bank"),
      policy("account", { serviceAccountSelector: "role == 'r'" }, "shop"),
      object("GlobalNetworkPolicy", "spaces", { ...allowAll, namespaceSelector: "env == 'prod'" }),
      object("GlobalNetworkPolicy", "wrong", { ...allowAll, selector: "app == 'not-this'" }),
      workload("1", { app: "web" }, { profiles: ["kns.shop", "ksa.shop.cart"] }),
    ]);
    expect(policiesOf(snapshot, "cali-tw-cali1")).toEqual([
      "cali-pi-np/shop/account",
      "cali-pi-np/shop/own",
      "cali-pi-gnp/spaces",
    ]);
  });

  it.each([
    ["2.1.0", "cali-pi-s.p"],
    ["3.28.0", "cali-pi-s/default.p"],
    ["3.30.0", "cali-pi-default/s/default.p"],
    ["3.32.0", "cali-pi-np/s/p"],
  ])("a policy's chain is named as in %s", (version, name) => {
    const policy = object("NetworkPolicy", "p", allowAll, { namespace: "s" });
    const endpoint = workload("1", {}, {}, "s");
    expect(policiesOf(rendered([policy, endpoint], version), "cali-tw-cali1")).toEqual([name]);
  });
});

describe("sets", () => {
  const others = [
    workload("1", { app: "web" }, { ports: [{ name: "http", protocol: "TCP", port: 8080 }] }),
    workload("2", { app: "db" }, { node: "there", ipNetworks: ["10.0.0.2/32", "fd00::2/128"] }),
    object("NetworkSet", "n", { nets: ["198.51.100.0/24", "0.0.0.0/0"] }, { namespace: "shop", labels: { app: "db" } }),
    object("GlobalNetworkSet", "g", { nets: ["203.0.113.0/24"] }, { labels: { app: "db" } }),
    object(
      "HostEndpoint",
      "h",
      { node: "there", interfaceName: "*", expectedIPs: ["192.0.2.2"] },
      { labels: { app: "db" } },
    ),
  ];
  const asking = (source: object, destination: object = {}) =>
    object("GlobalNetworkPolicy", "p", {
      types: ["Ingress"],
      ingress: [{ action: "Allow", protocol: "TCP", source, destination }],
    });

  it("have endpoints of every node, networks and hosts", () => {
    const snapshot = rendered([...others, asking({ selector: "app == 'db'" })]);
    expect(members(snapshot, "cali40s:")).toEqual([
      ["0.0.0.0/1", "10.0.0.2", "128.0.0.0/1", "192.0.2.2", "198.51.100.0/24", "203.0.113.0/24"],
    ]);
    expect(members(snapshot, "cali60s:")).toEqual([["fd00::2"]]);
  });

  it("leave hosts and global networks out where a namespace is asked for", () => {
    const snapshot = rendered([...others, asking({ selector: "app == 'db'", namespaceSelector: "all()" })]);
    expect(members(snapshot, "cali40s:")).toEqual([["0.0.0.0/1", "10.0.0.2", "128.0.0.0/1", "198.51.100.0/24"]]);
  });

  it("have addresses with their named ports, and no other set beside them", () => {
    const snapshot = rendered([...others, asking({}, { selector: "has(app)", ports: ["http"] })]);
    expect(members(snapshot, "cali40n:")).toEqual([["10.0.0.1,tcp:8080"]]);
    expect(members(snapshot, "cali40s:")).toEqual([]);
  });

  it("have what stands behind a service", () => {
    const slice = {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { name: "s", namespace: "shop", labels: { "kubernetes.io/service-name": "db" } },
      addressType: "IPv4",
      ports: [{ port: 5432 }],
      endpoints: [{ addresses: ["10.0.0.2"] }],
    };
    const services = { name: "db", namespace: "shop" };
    const snapshot = rendered([...others, JSON.stringify(slice), asking({ services }, { services })]);
    expect(members(snapshot, "cali40svc:")).toEqual([["10.0.0.2,tcp:5432"]]);
    expect(members(snapshot, "cali40svcnoport:")).toEqual([["10.0.0.2"]]);
  });

  it("have pools and nodes", () => {
    const snapshot = rendered([
      object("IPPool", "a", { cidr: "10.0.0.0/16", natOutgoing: true, vxlanMode: "Always" }),
      object("IPPool", "b", { cidr: "10.1.0.0/16", ipipMode: "CrossSubnet" }),
      object("Node", "here", { bgp: { ipv4Address: "192.0.2.1/24" }, ipv4VXLANTunnelAddr: "10.0.0.0" }),
      object("Node", "there", { bgp: { ipv4Address: "192.0.2.2/24" }, ipv4VXLANTunnelAddr: "10.0.1.0" }),
    ]);
    expect(members(snapshot, "cali40all-ipam-pools")).toEqual([["10.0.0.0/16", "10.1.0.0/16"]]);
    expect(members(snapshot, "cali40masq-ipam-pools")).toEqual([["10.0.0.0/16"]]);
    expect(members(snapshot, "cali40all-hosts-net")).toEqual([["192.0.2.1", "192.0.2.2"]]);
    expect(members(snapshot, "cali40all-vxlan-net")).toEqual([["192.0.2.2"]]);
  });
});

describe("host endpoints", () => {
  const policy = (name: string, spec: object) => object("GlobalNetworkPolicy", name, { ...allowAll, ...spec });
  const snapshot = rendered([
    object("HostEndpoint", "eth0", { node: "here", expectedIPs: ["192.0.2.1"] }, { labels: { role: "edge" } }),
    object("HostEndpoint", "elsewhere", { node: "there", interfaceName: "eth9" }),
    policy("normal", { selector: "role == 'edge'", types: ["Ingress", "Egress"] }),
    policy("forwarded", { applyOnForward: true }),
    policy("early", { applyOnForward: true, preDNAT: true }),
    policy("free", { applyOnForward: true, doNotTrack: true, types: ["Ingress", "Egress"] }),
  ]);

  it.each([
    ["filter", "cali-fh-eth0", ["cali-pi-gnp/forwarded", "cali-pi-gnp/normal"]],
    ["filter", "cali-th-eth0", ["cali-po-gnp/normal"]],
    ["filter", "cali-fhfw-eth0", ["cali-pi-gnp/forwarded"]],
    ["filter", "cali-thfw-eth0", []],
    ["mangle", "cali-fh-eth0", ["cali-pi-gnp/early"]],
    ["mangle", "cali-th-eth0", ["cali-po-gnp/normal"]],
    ["raw", "cali-fh-eth0", ["cali-pi-gnp/free"]],
    ["raw", "cali-th-eth0", ["cali-po-gnp/free"]],
  ])("%s %s: %j", (table, chain, policies) => {
    const found = chains(snapshot, table).get(chain) ?? ["no chain"];
    expect(found.filter((to) => to.startsWith("cali-p") || to === "no chain")).toEqual(policies);
  });

  it("are those of this node", () => {
    expect([...chains(snapshot).keys()].filter((name) => name.includes("eth9"))).toEqual([]);
  });
});

describe("what keeps Felix from being rendered", () => {
  const problems = (objects: readonly string[]) => {
    const node = "{apiVersion: hookwalk.dev/v1, kind: Node, metadata: {name: here}, spec: {}}";
    const { value: state } = readObjects([{ path: "o.yaml", text: [node, ...objects].join("\n---\n") }]);
    return renderOwners(["calico"], state);
  };

  it.each([
    [object("ClusterInformation", "default", { calicoVersion: "v2.0.2" }), "render-calico-version"],
    [object("ClusterInformation", "default", { calicoVersion: "v4.0.0" }), "render-calico-version"],
    [object("FelixConfiguration", "default", { bpfEnabled: true }), "render-calico-mode"],
  ])("%s", (text, code) => {
    const { value, diagnostics } = problems([text]);
    expect(value).toBeNull();
    expect(diagnostics.map((each) => each.code)).toEqual([code]);
  });

  const oldWith = (version: string, part: string) =>
    problems([object("ClusterInformation", "default", { calicoVersion: version }), part]);

  it.each([
    [object("FelixConfiguration", "default", { wireguardEnabled: true }), "v3.23.5", "v3.24.0", "wireguardEnabled"],
    [object("HostEndpoint", "h", { node: "here", interfaceName: "*" }), "v3.15.5", "v3.16.0", 'interfaceName "*"'],
    [
      object("GlobalNetworkPolicy", "p", {
        ingress: [{ action: "Allow", protocol: "TCP", destination: { ports: ["http"] } }],
      }),
      "v2.6.12",
      "v3.0.0",
      "ports: [http]",
    ],
    [object("GlobalNetworkSet", "gs", { nets: ["192.0.2.0/24"] }), "v3.0.12", "v3.1.0", "GlobalNetworkSet gs"],
  ])("%s, up to %s", (part, last, first, named) => {
    const { value, diagnostics } = oldWith(last, part);
    expect(value).toBeNull();
    expect(diagnostics).toMatchObject([
      { code: "render-calico-part", params: { version: last.slice(1), part: named } },
    ]);
    expect(oldWith(first, part)).toMatchObject({ diagnostics: [] });
  });

  it("a host endpoint without a device is told, the rest is rendered", () => {
    const { value, diagnostics } = problems([
      object("HostEndpoint", "h", { node: "here", expectedIPs: ["192.0.2.9"] }),
    ]);
    expect(value).not.toBeNull();
    expect(diagnostics.map((each) => each.code)).toEqual(["render-calico-no-device"]);
  });

  it("of two endpoints on one device the first by name is rendered, and the other told with its line", () => {
    const host = (name: string, of: object) => object("HostEndpoint", name, { node: "here", ...of });
    const { value, diagnostics } = problems([
      workload("b", {}, { interfaceName: "cali1", ipNetworks: ["10.0.0.2/32"] }),
      workload("a", {}, { interfaceName: "cali1" }),
      workload("c", {}, { interfaceName: "cali1", node: "there" }),
      host("h2", { interfaceName: "eth0" }),
      host("h1", { interfaceName: "eth0" }),
    ]);
    expect(diagnostics).toMatchObject([
      { params: { object: "WorkloadEndpoint shop/b", value: "cali1", first: "WorkloadEndpoint shop/a" } },
      { params: { object: "HostEndpoint h2", value: "eth0", first: "HostEndpoint h1" } },
    ]);
    expect(diagnostics.map(({ code, span }) => [code, span.file, span.line > 0])).toEqual([
      ["object-same-value", "o.yaml", true],
      ["object-same-value", "o.yaml", true],
    ]);
    expect(value?.added.links.map(({ name }) => name)).toEqual(["cali1"]);
  });

  it("a node's own settings come before those of all", () => {
    const settings = [
      object("FelixConfiguration", "default", { ipv6Support: false, defaultEndpointToHostAction: "Drop" }),
      object("FelixConfiguration", "node.here", { defaultEndpointToHostAction: "Accept" }),
    ];
    const { tables } = rendered([...settings, workload("1", {})]);
    expect(tables.ip6).toBeNull();
    const chain = tables.ip
      ?.find(({ name }) => name === "filter")
      ?.chains.find(({ name }) => name === "cali-wl-to-host");
    expect(chain?.rules.at(-1)?.target).toEqual({ kind: "verdict", verdict: "ACCEPT" });
  });
});

describe("flow logs", () => {
  /** What is told, by chain: group and prefix. */
  const told = (felix: object, version?: string): readonly string[] => {
    const policy = { tier: "t", ...allowAll, egress: [{ action: "Log" }, { action: "Deny" }, { action: "Pass" }] };
    const snapshot = rendered(
      [
        object("FelixConfiguration", "default", felix),
        object("Tier", "t", { order: 1, defaultAction: "Pass" }),
        object("NetworkPolicy", "t.p", policy, { namespace: "shop" }),
        object("NetworkPolicy", "q", { types: ["Egress"] }, { namespace: "shop" }),
        object("Profile", "open", allowAll),
        workload("1", { app: "web" }, { profiles: ["open"] }),
      ],
      version,
    );
    const rules = (snapshot.tables.ip ?? []).flatMap((table) => table.rules);
    return rules.flatMap(({ chain, target }) =>
      target?.kind === "target" && target.name === "NFLOG"
        ? `${chain}: ${String(target.args["nflog-group"]?.value)} ${String(target.args["nflog-prefix"]?.value)}`
        : [],
    );
  };
  const goldmane = { flowLogsGoldmaneServer: "goldmane:7443" };

  it("tell every decision of a rule, of a tier's end, of the profiles' end", () => {
    expect(told(goldmane)).toEqual([
      "cali-fw-cali1: 2 PPE|t",
      "cali-fw-cali1: 2 DPE|default",
      "cali-fw-cali1: 2 DRE",
      "cali-pi-np/shop/t.p: 1 API0|np/shop/t.p",
      "cali-po-np/shop/t.p: 2 DPE1|np/shop/t.p",
      "cali-po-np/shop/t.p: 2 PPE2|np/shop/t.p",
      "cali-pri-open: 1 ARI0|open",
      "cali-tw-cali1: 1 PPI|t",
      "cali-tw-cali1: 1 DRI",
    ]);
  });

  it("up to 3.31 by the stored name; before 3.30, and unless somebody takes them, there are none", () => {
    expect(told({ flowLogsLocalReporter: "Enabled" }, "3.30.0")).toContain("cali-pi-t/shop/t.p: 1 API0|shop/t.p");
    expect(told(goldmane, "3.29.0")).toEqual([]);
    expect(told({ flowLogsGoldmaneServer: "", flowLogsLocalReporter: "Disabled" })).toEqual([]);
  });
});

/** All that is written for a workload, as one text. */
function written(felix: object, ...others: readonly string[]): string {
  const objects = [object("FelixConfiguration", "default", felix), workload("1", {}), ...others];
  return JSON.stringify(rendered(objects), (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
}

describe("a protocol beside notProtocol", () => {
  const policy = (selector: string): string =>
    object("GlobalNetworkPolicy", "both", {
      selector,
      ingress: [{ action: "Deny" }, { action: "Allow", protocol: "UDP", notProtocol: "TCP" }],
    });
  const told = (felix: object, selector: string) => {
    const node = "{apiVersion: hookwalk.dev/v1, kind: Node, metadata: {name: here}, spec: {}}";
    const objects = [node, object("FelixConfiguration", "default", felix), workload("1", {}), policy(selector)];
    const text = objects.join("\n---\n");
    const { value: state } = readObjects([{ path: "o.yaml", text }]);
    return renderOwners(["calico"], state);
  };

  it("is what iptables does not take: nothing of Felix gets loaded", () => {
    const { value, diagnostics } = told({}, "all()");
    expect(value).toBeNull();
    const params = { object: "GlobalNetworkPolicy both", field: "spec.ingress[1].notProtocol" };
    expect(diagnostics).toMatchObject([{ code: "render-calico-two-protocols", params, span: { file: "o.yaml" } }]);
  });

  it.each([
    [{ nftablesMode: "Enabled" }, "all()"],
    [{}, "nobody == 'here'"],
  ])("with %j, for %s, it is in nobody's way", (felix, selector) => {
    expect(told(felix, selector).value).not.toBeNull();
  });
});

describe("a mask of too few bits", () => {
  const proxy = JSON.stringify({
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    mode: "ipvs",
  });
  const told = (felix: object, version: string, ...others: readonly string[]) => {
    const node = JSON.stringify({
      apiVersion: "hookwalk.dev/v1",
      kind: "Node",
      metadata: { name: "here" },
      spec: { versions: { calico: version } },
    });
    const text = [node, object("FelixConfiguration", "default", felix), ...others].join("\n---\n");
    const { value: state } = readObjects([{ path: "o.yaml", text }]);
    return renderOwners(["calico"], state);
  };

  it.each([
    [{ iptablesMarkMask: 0x0f }, "3.30.0", "spec.iptablesMarkMask", "≥ 5 bits (Felix 3.30.0)"],
    [{ iptablesMarkMask: 0x07 }, "3.20.0", "spec.iptablesMarkMask", "≥ 4 bits (Felix 3.20.0)"],
    [{ iptablesMarkMask: 0x1f, wireguardEnabled: true }, "3.30.0", "spec.iptablesMarkMask", "≥ 6 bits (Felix 3.30.0)"],
    [{ nftablesMarkMask: 0x0f, nftablesMode: "Enabled" }, "3.30.0", "spec.nftablesMarkMask", "≥ 5 bits (Felix 3.30.0)"],
  ])("%j, Felix %s", (felix, version, argument, expected) => {
    const { value, diagnostics } = told(felix, version);
    expect(value).toBeNull();
    const params = { owner: "FelixConfiguration default", argument, expected };
    expect(diagnostics).toMatchObject([{ code: "render-argument", params, span: { file: "o.yaml" } }]);
  });

  it("is told with kube-proxy's mode ipvs, too, and the least that is enough is taken", () => {
    expect(told({ iptablesMarkMask: 0x1f }, "3.30.0", proxy).diagnostics).toHaveLength(1);
    expect(told({ iptablesMarkMask: 0x3f }, "3.30.0", proxy).diagnostics).toEqual([]);
    expect(told({ iptablesMarkMask: 0x1f }, "3.30.0").diagnostics).toEqual([]);
  });

  it("Felix 2 knows nothing of mode ipvs and needs no marks for it", () => {
    expect(told({}, "2.3.0", proxy).diagnostics).toEqual([]);
  });
});

it("WireGuard has a mark, whether or not it is for hosts: what endpoints have begins behind it", () => {
  const proxy = JSON.stringify({
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    mode: "ipvs",
  });
  expect(written({}, proxy)).toContain(String(0xffe0_0000));
  for (const wireguard of [{ wireguardEnabled: true }, { wireguardEnabledV6: true }]) {
    expect(written(wireguard, proxy)).toContain(String(0xffc0_0000));
    expect(written(wireguard, proxy)).not.toContain(String(0xffe0_0000));
  }
});

describe("each dataplane has settings of its own", () => {
  const rejects = "Reject if no profiles matched";

  it("for what is denied", () => {
    const text = (nftablesMode: string) => written({ nftablesMode, nftablesFilterDenyAction: "Reject" });
    expect(text("Disabled")).not.toContain(rejects);
    expect(text("Enabled")).toContain(rejects);
    expect(written({ nftablesMode: "Enabled", iptablesFilterDenyAction: "Reject" })).not.toContain(rejects);
  });

  it("for marks", () => {
    const isOther = (nftablesMode: string): boolean =>
      written({ nftablesMode, nftablesMarkMask: 0xff }) !== written({ nftablesMode });
    expect([isOther("Disabled"), isOther("Enabled")]).toEqual([false, true]);
  });
});
