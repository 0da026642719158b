import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { printRule } from "@hookwalk/engine";
import { markEra } from "../../packages/engine/src/owners/calico/marks.ts";
import { renderCalico } from "../../packages/engine/src/render/calico/render-calico.ts";
import type { FelixInput, FelixSettings } from "../../packages/engine/src/render/calico/input.ts";
import { PLAIN, policy, policyRule, selected, side, tier, workload } from "./calico-render-input.ts";

/** Hashes that Felix computed, on nodes of others: test/fixtures/calico/README.md. */

function fixture(name: string): string {
  return readFileSync(new URL(`../fixtures/calico/${name}`, import.meta.url), "utf8");
}

function rendered(version: string, felix: Partial<FelixSettings>, of: Partial<FelixInput> = {}): readonly string[] {
  const markMask = markEra(version).defaultMask;
  const later = { version, markMask, randomFully: true, endpointToHost: "ACCEPT" } as const;
  const nothing = { hosts: [], policies: [], profiles: [], natOutgoing: false, floatingIps: [], blockedCidrs: [] };
  const input: FelixInput = { family: "ip", felix: { ...PLAIN, ...later, ...felix }, workloads: [], ...nothing, ...of };
  return renderCalico(input).flatMap(({ name, rules }) => [
    `*${name}`,
    ...rules.map((rule) => printRule(rule, "ip")),
    "COMMIT",
  ]);
}

const VXLAN = { vxlan: { hasTunnelAddress: true } };

it("a node of 3.30 with VXLAN: every rule of all four tables, in order, but two that name sets and are cut from its dump", () => {
  const lines = rendered("3.30.0", VXLAN);
  const dumped = fixture("felix-3.30.txt").trimEnd().split("\n");
  expect(lines.filter((line) => !dumped.includes(line))).toEqual([
    '-A cali-INPUT -p udp -m comment --comment "cali:J76FwxInZIsk7uKY" -m comment --comment "Allow IPv4 VXLAN packets from allowed hosts" ' +
      "-m multiport --dports 4789 -m set --match-set cali40all-vxlan-net src -m addrtype --dst-type LOCAL -j ACCEPT",
    '-A cali-OUTPUT -p udp -m comment --comment "cali:-QZG79DohFjalQBb" -m comment --comment "Allow IPv4 VXLAN packets to other allowed hosts" ' +
      "-m multiport --dports 4789 -m addrtype --src-type LOCAL -m set --match-set cali40all-vxlan-net dst -j ACCEPT",
  ]);
  expect(lines.filter((line) => dumped.includes(line))).toEqual(dumped);
  expect(dumped.filter((line) => line.includes("cali:"))).toHaveLength(57);
});

/** The paragraph that begins with a rule of this hash. */
function published(hash: string): readonly string[] {
  const found = fixture("felix-later.txt")
    .split("\n\n")
    .map((part) => part.trim().split("\n"))
    .find(([first = ""]) => first.includes(`cali:${hash}`));
  if (found === undefined) throw new Error(hash);
  return found;
}

function chainOf(lines: readonly string[], [first = ""]: readonly string[], table: string): readonly string[] {
  const chain = first.split(" ")[1] ?? "";
  const from = lines.indexOf(`*${table}`);
  return lines.slice(from, lines.indexOf("COMMIT", from)).filter((line) => line.startsWith(`-A ${chain} `));
}

describe("chains that people published", () => {
  it("a workload's, 3.28", () => {
    const profiles = ["kns.calico-system", "ksa.calico-system.calico-kube-controllers"];
    const lines = rendered(
      "3.28.0",
      {},
      {
        workloads: [workload("cali3579be14420", { profiles })],
        profiles: profiles.map((name) => ({ name, ingress: [], egress: [] })),
      },
    );
    const wanted = published("vvLgV90LIZd_T-gR");
    expect(chainOf(lines, wanted, "filter").slice(0, 7)).toEqual(wanted.slice(0, 7));
  });

  it("OUTPUT and INPUT with IPVS and VXLAN, before 3.30", () => {
    const lines = rendered("3.26.0", { ...VXLAN, ipvs: { nodePorts: [{ from: 30_000, to: 32_767 }] } });
    const wanted = published("Mq1_rAdXXH3YkrzW");
    expect(chainOf(lines, wanted, "filter")).toEqual(wanted);
  });

  it.each([["Policy calico-apiserver/knp.default.allow-apiserver", "I0yo8ky1YADcMXRf"]])("%s", (title, hash) => {
    const name = "calico-apiserver/knp.default.allow-apiserver";
    const rule = policyRule("allow", { protocol: "TCP", destination: side({ ports: [{ from: 5443, to: 5443 }] }) });
    const lines = rendered(
      "3.28.0",
      {},
      {
        workloads: [
          workload("cali1", { tiers: [{ name: "default", defaultAction: "Deny", ingress: [name], egress: [] }] }),
        ],
        policies: [policy(name, { title, ingress: [rule] })],
      },
    );
    expect(lines).toEqual(expect.arrayContaining([...published(hash)]));
  });

  it.each([
    ["kns.calico-apiserver", "IQx0SzlDGn6BPv0A", [policyRule("allow")]],
    ["ksa.calico-apiserver.calico-apiserver", "ZYnaZZFwsSjfXO4C", []],
  ])("profile %s", (name, hash, ingress) => {
    const lines = rendered(
      "3.28.0",
      {},
      {
        workloads: [workload("cali1", { profiles: [name] })],
        profiles: [{ name, ingress, egress: [] }],
      },
    );
    expect(lines).toEqual(expect.arrayContaining([...published(hash)]));
  });

  it("IPIP of others, 2.4 to 2.6", () => {
    const wanted = published("i7okJZpS8VxaJB3n");
    for (const version of ["2.4.0", "2.5.1", "2.6.12"]) {
      const lines = rendered(version, { ipip: { hasTunnelAddress: true } });
      expect(chainOf(lines, wanted, "filter").slice(0, wanted.length)).toEqual(wanted);
    }
  });

  it("a profile, 2.6", () => {
    const name = "k8s_ns.policy-demo";
    const lines = rendered(
      "2.6.0",
      {},
      {
        workloads: [workload("cali1", { profiles: [name] })],
        profiles: [{ name, ingress: [policyRule("allow")], egress: [] }],
      },
    );
    expect(lines).toEqual(expect.arrayContaining([...published("5nyf8MMoCxgM28um")]));
  });

  it.each([["cali-nat-outgoing", "Dw4T8UWPnCLxRJiI"]])("%s, without --random-fully", (_chain, hash) => {
    const lines = rendered("3.20.0", { randomFully: false }, { natOutgoing: true });
    expect(lines).toEqual(expect.arrayContaining([...published(hash)]));
  });

  it("the first failsafes", () => {
    const ports = [
      ["tcp", 22],
      ["udp", 68],
      ["tcp", 179],
    ] as const;
    const failsafeInbound = ports.map(([protocol, port]) => ({ protocol, port, net: null }));
    const endpoint = { interface: "eth0", profiles: [], tiers: [], forward: [], untracked: [], preDnat: [] };
    const lines = rendered("3.30.0", { failsafeInbound }, { hosts: [endpoint] });
    expect(chainOf(lines, published("wWFQM43tJU7wwnFZ"), "filter")).toEqual(published("wWFQM43tJU7wwnFZ"));
  });
});

describe("nodes of the years between", () => {
  const tcp = (port: number) => ({ protocol: "tcp", port, net: null });
  const udp = (port: number) => ({ protocol: "udp", port, net: null });
  const cluster = [179, 2379, 2380, 6666, 6667].map(tcp);
  const failsafes = {
    failsafeInbound: [tcp(22), udp(68), ...cluster],
    failsafeOutbound: [udp(53), udp(67), ...cluster],
  };
  const profiles = ["default", "kube-system", "daiminh"].flatMap((namespace) => {
    const allowing = [policyRule("allow")];
    return [
      { name: `kns.${namespace}`, ingress: allowing, egress: allowing },
      { name: `ksa.${namespace}.default`, ingress: [], egress: [] },
    ];
  });
  const ofNamespace = (name: string, namespace: string) =>
    workload(name, { profiles: [`kns.${namespace}`, `ksa.${namespace}.default`] });

  /** Each chain that was published has its rules, hashes and all, at the beginning of the same chain here; of filter, where nothing says of which table. */
  function expectPublished(name: string, lines: readonly string[], count: number): void {
    const paragraphs = fixture(`${name}.txt`).trim().split("\n\n");
    for (const [first = "", ...others] of paragraphs.map((each) => each.split("\n"))) {
      const [table, wanted] = first.startsWith("*") ? [first.slice(1), others] : ["filter", [first, ...others]];
      expect(chainOf(lines, wanted, table).slice(0, wanted.length)).toEqual(wanted);
    }
    expect(paragraphs.join("\n").match(/"cali:/g)).toHaveLength(count);
  }

  const IPIP = { ipip: { hasTunnelAddress: true }, ...failsafes };

  /** Nothing leads to the failsafes of a node without host endpoints; Felix left them there. */
  function withFailsafes(version: string, felix: Partial<FelixSettings>, of: Partial<FelixInput>): readonly string[] {
    const hosts = [{ interface: "eth0", profiles: [], tiers: [], forward: [], untracked: [], preDnat: [] }];
    const ofHosts = rendered(version, felix, { hosts });
    const filter = ofHosts.slice(ofHosts.indexOf("*filter"));
    const failsafe = filter.filter((line) => line.startsWith("-A cali-failsafe"));
    return [...rendered(version, felix, of).slice(0, -1), ...failsafe, "COMMIT"];
  }

  it("the whole of filter and mangle's PREROUTING, 2.4 to 2.6", () => {
    const first = {
      failsafeInbound: [tcp(22), udp(68)],
      failsafeOutbound: [...[2379, 2380, 4001, 7001].map(tcp), udp(53), udp(67)],
    };
    for (const version of ["2.4.0", "2.5.1", "2.6.12"])
      expectPublished("felix-2.4", withFailsafes(version, first, {}), 35);
  });

  it("a node of 3.0", () => {
    const names = ["071740d01ce", "0f90fa3ec58", "11239f98883", "1f3ee5e103f", "21b57f50c1a", "25b9a1b0d15"];
    const workloads = [...names, "ab276a425c1", "77cb96a0922"].map((name) =>
      workload(`cali${name}`, { profiles: ["kns.default"] }),
    );
    expectPublished("felix-3.0", withFailsafes("3.0.0", failsafes, { workloads, profiles }), 30);
  });

  it("the whole of filter, and PREROUTING of raw and mangle, 3.2 and 3.3", () => {
    const account = (name: string) => {
      const denying = [policyRule("deny")];
      return { name: `ksa.kube-system.${name}`, ingress: denying, egress: denying };
    };
    const own = ["coredns", "kubernetes-dashboard"].map(account);
    const workloads = [
      ["cali82a8bb394bd", "coredns"],
      ["calie930c422661", "kubernetes-dashboard"],
      ["calif3533dd3229", "coredns"],
    ].map(([name = "", of = ""]) => workload(name, { profiles: ["kns.kube-system", `ksa.kube-system.${of}`] }));
    for (const version of ["3.2.0", "3.2.7", "3.3.6"])
      expectPublished("felix-3.2", withFailsafes(version, IPIP, { workloads, profiles: [...profiles, ...own] }), 90);
  });

  it("the whole of filter, 3.7.4 to 3.14.0", () => {
    const workloads = [ofNamespace("cali291dce4466b", "default"), ofNamespace("calie50f5cd5607", "default")];
    for (const version of ["3.7.4", "3.11.0", "3.14.0"])
      expectPublished("felix-3.7", withFailsafes(version, IPIP, { workloads, profiles }), 75);
  });

  it("a pod with a policy, 3.7.4 to 3.16", () => {
    const name = "default/knp.default.allow-db-access";
    const peer = "projectcalico.org/orchestrator == 'k8s' && networking/allow-db-access == 'true'";
    const from = side({ sets: [selected(`(projectcalico.org/namespace == 'default') && (${peer})`)] });
    const [default_] = tier([name]).map((each) => ({ ...each, egress: [] }));
    const workloads = [
      { ...ofNamespace("cali95aa86cbb2a", "default"), tiers: default_ === undefined ? [] : [default_] },
    ];
    const policies = [policy(name, { ingress: [policyRule("allow", { source: from })] })];
    for (const version of ["3.7.4", "3.15.0", "3.16.0"])
      expectPublished("felix-3.16", rendered(version, IPIP, { workloads, policies, profiles }), 24);
  });

  it("with IPVS, 3.17", () => {
    const names = ["cali2aef8851418", "cali9819c942018", "calia839c1cc9c9"];
    const workloads = [
      ...names.map((each) => workload(each)),
      ofNamespace("cali27d5a8fe8ae", "kube-system"),
      ofNamespace("cali7aefa6d70b6", "daiminh"),
    ];
    const ipvs = { nodePorts: [{ from: 30_000, to: 32_767 }] };
    expectPublished("felix-3.17", rendered("3.17.0", { ...IPIP, ipvs }, { workloads, profiles }), 47);
  });
});
