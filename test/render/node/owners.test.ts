import { parseNft, printIptablesRestore, printNft } from "@hookwalk/engine";
import type { NftTable } from "@hookwalk/engine";
import { readObjects } from "@hookwalk/engine/desired";
import { renderNode } from "@hookwalk/engine/render";
import { describe, expect, it } from "vitest";
import { kubelet, node, nodeCache, problemsOf, table, written } from "./written.ts";

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

  it.each([
    ["Insert", ["cali-INPUT", "ACCEPT", "ACCEPT", "KUBE-PROXY-FIREWALL"], ["KUBE-EXTERNAL-SERVICES", "KUBE-FIREWALL"]],
    ["Append", ["ACCEPT", "ACCEPT", "KUBE-PROXY-FIREWALL", "KUBE-NODEPORTS"], ["KUBE-FIREWALL", "cali-INPUT"]],
  ])(
    "with chainInsertMode %s Calico puts its jumps back where they belong, whoever starts after it",
    (mode, first, last) => {
      const felix = `apiVersion: projectcalico.org/v3\nkind: FelixConfiguration\nmetadata: { name: default }\nspec: { chainInsertMode: ${mode} }\n`;
      const owners = "{ owners: [calico, kubelet, kube-proxy, node-local-dns, docker], docker: {} }";
      const rendered = written("node", node("v1.30.0", owners), felix, service, nodeCache('"-localip=169.254.20.10"'));
      const targets = (chain: string): readonly string[] =>
        table(rendered, "filter").flatMap((line) =>
          line.startsWith(`-A ${chain} `) ? [/-j (\S+)/.exec(line)?.[1] ?? ""] : [],
        );
      expect(targets("INPUT").slice(0, 4)).toEqual(first);
      expect(targets("INPUT").slice(-2)).toEqual(last);
      // What policies accept is accepted behind the rules of others.
      expect(targets("FORWARD").slice(mode === "Append" ? -3 : -2)).toEqual(
        mode === "Append" ? ["cali-FORWARD", "ACCEPT", "MARK"] : ["ACCEPT", "MARK"],
      );
      const text = printIptablesRestore(rendered.snapshot.tables.ip ?? [], rendered.inserted);
      expect(text.includes('-I INPUT 1 -m comment --comment "cali:')).toBe(mode === "Insert");
    },
  );

  it("Calico is not written by its defaults where what configures it has faults, unless it is another node's", () => {
    const felix = (name: string, spec: string): string =>
      `apiVersion: projectcalico.org/v3\nkind: FelixConfiguration\nmetadata: { name: ${name} }\nspec: ${spec}\n`;
    const said = (...objects: readonly string[]): readonly string[] =>
      problemsOf("calico", node("v1.30.0"), ...objects);
    const [good, bad] = ["{}", "{ iptablesMarkMask: 1 }"];
    expect(said(felix("default", bad))).toEqual(["object-bad-value", "render-unset"]);
    expect(said(felix("default", good), felix("node.a", bad))).toEqual(["object-bad-value", "render-unset"]);
    expect(said(felix("default", good), felix("node.b", bad))).toEqual(["object-bad-value"]);
    expect(said(felix("default", bad), felix("default", good))).toEqual(["object-bad-value"]);
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
