import { parseNft, printNft, printNftScript } from "@hookwalk/engine";
import type { NftTable, Snapshot } from "@hookwalk/engine";
import { describe, expect, it } from "vitest";
import { comparable } from "../../comparable.ts";
import { inMode, ofVersion, rendered } from "./render.ts";

const NFTABLES = inMode("nftables");

function tablesOf(snapshot: Snapshot): readonly NftTable[] {
  if (snapshot.nft === null) throw new Error("no nft");
  return snapshot.nft;
}

function listing(text: string = NFTABLES): string {
  return printNft(tablesOf(rendered(text)));
}

function withConfig(...lines: readonly string[]): string {
  return NFTABLES.replace("mode: nftables", ["mode: nftables", ...lines].join("\n"));
}

/** What stands between the braces of the first block of that name: `chain services`, `set nodeport-ips`. */
function block(name: string, text: string): readonly string[] {
  const [, body = ""] = text.split(`\t${name} {\n`);
  return body
    .slice(0, body.indexOf("\n\t}"))
    .split("\n")
    .map((line) => line.trim());
}

describe("what is written", () => {
  it("a service of every kind of address has a chain for each way in", () => {
    const text = listing();
    expect(block("chain external-EMNFMILR-default/shop/tcp/", text)).toEqual([
      "jump mark-for-masquerade",
      "goto service-EMNFMILR-default/shop/tcp/",
    ]);
    expect(block("chain firewall-EMNFMILR-default/shop/tcp/", text)).toEqual(["ip saddr != 203.0.113.0/24 drop"]);
    expect(block("chain service-EMNFMILR-default/shop/tcp/", text)).toEqual([
      "ip daddr 10.96.0.2 tcp dport 80 ip saddr != 10.244.0.0/16 jump mark-for-masquerade",
      "numgen random mod 1 vmap { 0 : goto endpoint-C5PV4DAR-default/shop/tcp/__10.244.2.8/8080 }",
    ]);
  });

  it("policy Local keeps clients of outside here, and lets pods and the node go anywhere", () => {
    expect(block("chain external-ZECIQX5M-default/near/tcp/", listing())).toEqual([
      'ip saddr 10.244.0.0/16 goto service-ZECIQX5M-default/near/tcp/ comment "short-circuit pod traffic"',
      'fib saddr type local jump mark-for-masquerade comment "masquerade local traffic"',
      'fib saddr type local goto service-ZECIQX5M-default/near/tcp/ comment "short-circuit local traffic"',
      "goto local-ZECIQX5M-default/near/tcp/",
    ]);
  });

  it("affinity has a set of clients for each endpoint", () => {
    const text = listing();
    const name = "QTCWFX5R-default/sticky/udp/dns__10.244.2.11/53";
    expect(block(`set affinity-${name}`, text)).toEqual([
      "type ipv4_addr",
      "size 65535",
      "flags dynamic,timeout",
      "timeout 10m",
    ]);
    expect(block(`chain endpoint-${name}`, text)).toEqual([
      "ip saddr 10.244.2.11 jump mark-for-masquerade",
      `update @affinity-${name} { ip saddr }`,
      "meta l4proto udp dnat to 10.244.2.11:53",
    ]);
    expect(block("chain service-UVK3IP3H-default/sticky/udp/dns", text)).toContain(
      `ip saddr @affinity-${name} goto endpoint-${name}`,
    );
  });

  it("reads back as the same model, and each piece has the line that it is printed on", () => {
    const tables = tablesOf(rendered(withConfig("nodePortAddresses: [0.0.0.0/0]")));
    const { value, diagnostics } = parseNft(printNft(tables), "nft-ruleset.txt");
    expect(diagnostics).toEqual([]);
    expect(comparable(value, ["text"])).toEqual(comparable(tables, ["text"]));
    const linesOf = (all: readonly NftTable[]): unknown =>
      all.map(({ span, sets, chains }) => [
        span.line,
        sets.map((set) => set.span.line),
        chains.map((chain) => [chain.span.line, chain.rules.map(({ line }) => line)]),
      ]);
    expect(linesOf(tables)).toEqual(linesOf(value));
  });

  it("from 1.34 on, and 1.33.6, refuses behind DNAT", () => {
    const hooks = (version: string): readonly string[] =>
      tablesOf(rendered(ofVersion(version, NFTABLES)))
        .slice(0, 1)
        .flatMap(({ chains }) => chains)
        .flatMap(({ name, base }) =>
          base?.type === "filter" ? [`${name} ${base.hook} ${String(base.priority)}`] : [],
        );
    const early = [
      "filter-prerouting prerouting -110",
      "filter-input input -110",
      "filter-forward forward -110",
      "filter-output output -110",
      "filter-output-post-dnat output -90",
    ];
    const late = [
      "filter-prerouting-pre-dnat prerouting -110",
      "filter-output-pre-dnat output -110",
      "filter-input input 0",
      "filter-forward forward 0",
      "filter-output output 0",
    ];
    expect([hooks("1.31.0"), hooks("1.33.5"), hooks("1.33.6"), hooks("1.34.0")]).toEqual([early, early, late, late]);
    const text = listing(ofVersion("1.34.0", NFTABLES));
    const jump = "ct state new jump";
    expect(block("chain filter-output", text).slice(1)).toEqual([
      `${jump} service-endpoints-check`,
      `${jump} cluster-ips-check`,
    ]);
    expect(block("chain filter-output-pre-dnat", text).slice(1)).toEqual([`${jump} firewall-check`]);
    for (const version of ["1.30.0", "1.35.0"])
      expect(() => rendered(ofVersion(version, NFTABLES))).toThrow("render-version");
  });

  it("a script takes the place of what is there", () => {
    const script = printNftScript(tablesOf(rendered(NFTABLES)));
    expect(script.startsWith("add table ip kube-proxy\ndelete table ip kube-proxy\nadd table ip6 kube-proxy\n")).toBe(
      true,
    );
    expect(parseNft(script + script, "twice").value).toHaveLength(2);
    expect(comparable(parseNft(script + script, "f").value)).toEqual(comparable(parseNft(script, "f").value));
  });
});

describe("the configuration decides", () => {
  it("masqueradeAll, and the bit of the mark, which this mode has in a section of its own", () => {
    const text = listing(withConfig("nftables: { masqueradeAll: true, masqueradeBit: 15 }"));
    expect(block("chain service-EMNFMILR-default/shop/tcp/", text)[0]).toBe(
      "ip daddr 10.96.0.2 tcp dport 80 jump mark-for-masquerade",
    );
    expect(block("chain mark-for-masquerade", text)).toEqual(["meta mark set meta mark | 0x00008000"]);
    const others = listing(withConfig("iptables: { masqueradeAll: true, masqueradeBit: 15 }"));
    expect(others).toBe(listing());
  });

  it.each([
    ["detectLocalMode: BridgeInterface\ndetectLocal: { bridgeInterface: cni0 }", 'iifname != "cni0"'],
    ["detectLocalMode: InterfaceNamePrefix\ndetectLocal: { interfaceNamePrefix: veth }", 'iifname != "veth*"'],
    ["detectLocalMode: NodeCIDR", "ip saddr != 10.244.1.0/24"],
  ])("%s", (lines, written) => {
    const [masquerading] = block("chain service-EMNFMILR-default/shop/tcp/", listing(withConfig(lines)));
    expect(masquerading).toBe(`ip daddr 10.96.0.2 tcp dport 80 ${written} jump mark-for-masquerade`);
  });

  it("node ports are served at the primary address, where nothing else is said", () => {
    const text = listing();
    expect(block("set nodeport-ips", text)).toContain("elements = { 192.0.2.11 }");
    expect(block("chain services", text)[1]).toBe(
      "ip daddr @nodeport-ips meta l4proto . th dport vmap @service-nodeports",
    );
    expect(listing(withConfig("nodePortAddresses: [primary]"))).toBe(text);
  });

  it("node ports at some addresses, and at all", () => {
    const some = listing(withConfig("nodePortAddresses: [10.244.0.0/16, 127.0.0.0/8]"));
    expect(block("set nodeport-ips", some)).toContain("elements = { 10.244.1.1 }");
    const all = listing(withConfig("nodePortAddresses: [0.0.0.0/0]"));
    expect(all).not.toContain("set nodeport-ips");
    expect(block("chain services", all)[1]).toBe(
      "fib daddr type local ip daddr != 127.0.0.0/8 meta l4proto . th dport vmap @service-nodeports",
    );
    expect(block("chain nodeport-endpoints-check", all)).toEqual([
      "ip daddr != 127.0.0.0/8 meta l4proto . th dport vmap @no-endpoint-nodeports",
    ]);
  });

  it("`primary` in mode iptables, too", () => {
    const snapshot = rendered(
      inMode("iptables").replace("mode: iptables", "mode: iptables\nnodePortAddresses: [primary]"),
    );
    const nodePorts = (snapshot.tables.ip ?? []).flatMap(({ rules }) =>
      rules.filter(({ target }) => target?.kind === "jump" && target.chain === "KUBE-NODEPORTS"),
    );
    expect(nodePorts.filter(({ chain }) => chain === "KUBE-SERVICES").map(({ dst }) => dst?.value.value)).toEqual([
      0xc000020b,
    ]);
  });

  it("source ranges that touch are one, as nft keeps them; the node is let in where one holds its address", () => {
    const ranges = "[203.0.113.0/25, 203.0.113.128/25, 203.0.113.7/32, 192.0.2.11/32]";
    const text = listing(NFTABLES.replace("[203.0.113.0/24]", ranges));
    expect(block("chain firewall-EMNFMILR-default/shop/tcp/", text)).toEqual([
      "ip saddr != { 192.0.2.11, 198.51.100.9, 203.0.113.0/24 } drop",
    ]);
  });

  it("what is in a service range and no service is dropped", () => {
    const range = "---\napiVersion: networking.k8s.io/v1\nkind: ServiceCIDR\nmetadata: { name: kubernetes }\n";
    const text = listing(`${NFTABLES}\n${range}spec: { cidrs: [10.96.0.0/16, "fd00:96::/108"] }\n`);
    expect(block("chain cluster-ips-check", text)).toEqual([
      'ip daddr @cluster-ips reject comment "Reject traffic to invalid ports of ClusterIPs"',
      'ip daddr 10.96.0.0/16 drop comment "Drop traffic to unallocated ClusterIPs"',
    ]);
  });
});
