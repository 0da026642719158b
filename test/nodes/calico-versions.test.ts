import { expect, it } from "vitest";
import { printRule } from "@hookwalk/engine";
import type { Snapshot } from "@hookwalk/engine";
import { readObjects } from "@hookwalk/engine/desired";
import { renderOwners } from "@hookwalk/engine/render";

/** What Felix of a version writes on node `here` for these objects. */
function rendered(version: string, ...objects: readonly object[]): Snapshot {
  const node = { apiVersion: "hookwalk.dev/v1", kind: "Node", metadata: { name: "here" } };
  const all = [{ ...node, spec: { versions: { calico: version } } }, ...objects];
  const { value: state } = readObjects([
    { path: "o.yaml", text: all.map((each) => JSON.stringify(each)).join("\n---\n") },
  ]);
  const { value, diagnostics } = renderOwners(["calico"], state);
  expect(diagnostics).toEqual([]);
  if (value === null) throw new Error("nothing is rendered");
  return value.snapshot;
}

function object(kind: string, spec: object): object {
  return { apiVersion: "projectcalico.org/v3", kind, metadata: { name: "x", namespace: "default" }, spec };
}

function rulesOf({ tables }: Snapshot, table: string, chain: string): readonly string[] {
  const found = (tables.ip ?? []).find(({ name }) => name === table)?.rules ?? [];
  return found.filter((rule) => rule.chain === chain).map((rule) => printRule(rule, "ip"));
}

it.each([
  ["3.2.0", "22 68 179 2379 2380 6666 6667"],
  ["3.14.0", "22 68 179 2379 2380 6666 6667"],
  ["3.14.1", "22 68 179 2379 2380 6443 6666 6667"],
  ["3.15.0", "22 68 179 2379 2380 5473 6443 6666 6667"],
])("what no policy closes, %s", (version, ports) => {
  const snapshot = rendered(version, object("HostEndpoint", { node: "here", interfaceName: "eth0" }));
  const rules = rulesOf(snapshot, "filter", "cali-failsafe-in");
  expect(rules.map((rule) => /--dports (\S+)/.exec(rule)?.[1]).join(" ")).toBe(ports);
});

const WORKLOAD = object("WorkloadEndpoint", { node: "here", interfaceName: "cali1", ipNetworks: ["10.0.0.1/32"] });

it.each([
  ["2.3.0", "1", 0],
  ["3.11.2", "1", 0],
  ["3.12.0", undefined, 1],
])("who judges a workload's source, %s", (version, kernel, rules) => {
  const snapshot = rendered(version, WORKLOAD);
  expect(snapshot.sysctls?.get("net.ipv4.conf.cali1.rp_filter")?.value).toBe(kernel);
  const judging = rulesOf(snapshot, "raw", "cali-PREROUTING").filter((rule) => rule.includes("-m rpfilter"));
  expect(judging).toHaveLength(rules);
});

it.each([
  ["3.15.0", "cali-FORWARD", 0],
  ["3.16.0", "FORWARD", 0],
  ["3.17.0", "FORWARD", 0],
  ["3.18.0", "FORWARD", 1],
])("where FORWARD accepts, and whether it marks, %s", (version, chain, marks) => {
  const snapshot = rendered(version, WORKLOAD);
  const all = ["cali-FORWARD", "FORWARD"].flatMap((name) => rulesOf(snapshot, "filter", name));
  const accepting = all.filter((rule) => rule.includes("explicitly accepted"));
  expect(accepting.map((rule) => rule.split(" ")[1])).toEqual([chain]);
  expect(rulesOf(snapshot, "filter", "FORWARD").filter((rule) => rule.includes("-j MARK"))).toHaveLength(marks);
});

it.each([
  ["3.6.0", false, 0],
  ["3.7.0", true, 0],
  ["3.22.0", true, 0],
  ["3.23.0", true, 1],
])("VXLAN, %s", (version, isThere, v6) => {
  const pools = ["10.65.0.0/16", "fd00:65::/64"].map((cidr, at) => {
    const pool = object("IPPool", { cidr, vxlanMode: "Always", natOutgoing: true });
    return { ...pool, metadata: { name: `pool-${String(at)}` } };
  });
  const snapshot = rendered(version, ...pools, WORKLOAD);
  expect(rulesOf(snapshot, "filter", "cali-INPUT").some((rule) => rule.includes("--dports 4789"))).toBe(isThere);
  expect(rulesOf(snapshot, "filter", "cali-fw-cali1").some((rule) => rule.includes("--dports 4789"))).toBe(isThere);
  expect((snapshot.sets ?? []).filter(({ name }) => name === "cali60all-vxlan-net")).toHaveLength(v6);
});
