import { describe, expect, it } from "vitest";
import { kubelet, node, problemsOf, table, written } from "./written.ts";

const GUARD =
  '-A KUBE-FIREWALL ! -s 127.0.0.0/8 -d 127.0.0.0/8 -m comment --comment "block incoming localnet connections" -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP';

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

  it.each([
    ["v1.24.1", ["drop", "guard"], ["drop"], 2],
    ["v1.25.0", ["guard", "drop"], ["drop"], 0],
  ])("%s with marks: KUBE-FIREWALL of IPv4, of IPv6, and the jumps to that one", (version, ofV4, ofV6, jumps) => {
    const rendered = written("kubelet", node(version));
    const firewall = (family: "ip" | "ip6"): readonly string[] =>
      table(rendered, "filter", family).flatMap((line) =>
        line.startsWith("-A KUBE-FIREWALL") ? [line.includes("marked packets") ? "drop" : "guard"] : [],
      );
    expect(firewall("ip")).toEqual(ofV4);
    expect(firewall("ip6")).toEqual(ofV6);
    const lines = table(rendered, "filter", "ip6").filter((line) => line.endsWith("-j KUBE-FIREWALL"));
    expect(lines).toHaveLength(jumps);
  });

  it.each([
    ["v1.19.4", "", ["10.0.0.1"], ["ip"]],
    ["v1.19.4", "featureGates: { IPv6DualStack: true }", ["10.0.0.1"], ["ip"]],
    ["v1.20.4", "", ["fd00::1", "10.0.0.1"], ["ip6"]],
    ["v1.20.4", "featureGates: { IPv6DualStack: true }", ["10.0.0.1"], ["ip", "ip6"]],
    ["v1.21.1", "", ["10.0.0.1"], ["ip", "ip6"]],
    ["v1.22.1", "featureGates: { IPv6DualStack: false }", ["10.0.0.1"], ["ip"]],
    ["v1.23.1", "featureGates: { IPv6DualStack: false }", ["10.0.0.1"], ["ip", "ip6"]],
  ])("%s, %s, at %j writes rules of %j", (version, fields, addresses, families) => {
    const listed = addresses.map((address) => `{ type: InternalIP, address: "${address}" }`).join(", ");
    const objects = node(version).replace("status: {", `status: { addresses: [${listed}],`);
    const { tables } = written("kubelet", objects, kubelet(fields)).snapshot;
    expect((["ip", "ip6"] as const).filter((family) => tables[family] !== null)).toEqual(families);
  });

  it("leaves the hint from 1.24 on", () => {
    const hasHint = (version: string): boolean =>
      table(written("kubelet", node(version)), "mangle").includes("-N KUBE-IPTABLES-HINT");
    expect(["v1.23.17", "v1.24.0"].map(hasHint)).toEqual([false, true]);
  });

  it("writes nothing where it is told not to, and ports in order with an old iptables", () => {
    const off = kubelet("makeIPTablesUtilChains: false");
    expect(() => written("kubelet", node("v1.23.9"), off)).toThrow("nothing was rendered");
    const nat = table(written("kubelet", node("v1.23.9", "{ iptables: { randomFully: false } }")), "nat");
    expect(nat.filter((line) => line.includes("MASQUERADE")).map((line) => line.replace(/.* -j /, ""))).toEqual([
      "MASQUERADE",
    ]);
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
