import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { printRule } from "@hookwalk/engine";
import { renderCalico } from "../../packages/engine/src/render/calico/render-calico.ts";
import type { FelixInput, FelixSettings } from "../../packages/engine/src/render/calico/input.ts";
import { PLAIN, policy, policyRule, side, workload } from "./calico-render-input.ts";

/** Hashes that Felix computed, on nodes of others: test/fixtures/calico/README.md. */

function fixture(name: string): string {
  return readFileSync(new URL(`../fixtures/calico/${name}`, import.meta.url), "utf8");
}

function rendered(version: string, felix: Partial<FelixSettings>, of: Partial<FelixInput> = {}): readonly string[] {
  const later = { version, markMask: 0xffff_0000, randomFully: true, endpointToHost: "ACCEPT" } as const;
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
    const lines = rendered("3.20.0", { ...VXLAN, ipvs: { nodePorts: [{ from: 30_000, to: 32_767 }] } });
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
