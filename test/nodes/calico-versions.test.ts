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
  ["2.1.2", "22"],
  ["2.2.0", "22 68"],
  ["2.6.0", "22 68"],
  ["3.0.0", "22 68 179 2379 2380 6666 6667"],
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
])("VXLAN of nodes, %s", (version, isThere, v6) => {
  const pools = ["10.65.0.0/16", "fd00:65::/64"].map((cidr, at) => {
    const pool = object("IPPool", { cidr, vxlanMode: "Always", natOutgoing: true });
    return { ...pool, metadata: { name: `pool-${String(at)}` } };
  });
  const snapshot = rendered(version, ...pools, WORKLOAD);
  expect(rulesOf(snapshot, "filter", "cali-INPUT").some((rule) => rule.includes("--dports 4789"))).toBe(isThere);
  expect((snapshot.sets ?? []).filter(({ name }) => name === "cali60all-vxlan-net")).toHaveLength(v6);
});

it.each([
  ["3.0.11", ""],
  ["3.0.12", "IPinIP"],
  ["3.1.6", ""],
  ["3.1.7", "IPinIP"],
  ["3.2.7", ""],
  ["3.2.8", "IPinIP"],
  ["3.3.6", ""],
  ["3.3.7", "IPinIP"],
  // The last release of its line came before.
  ["3.4.4", ""],
  ["3.5.6", ""],
  ["3.5.7", "IPinIP"],
  ["3.6.4", "IPinIP"],
  ["3.7.3", ""],
  ["3.7.4", "VXLAN IPinIP"],
  ["3.8.0", "VXLAN IPinIP"],
])("what a workload may not tunnel, %s", (version, words) => {
  const rules = rulesOf(rendered(version, WORKLOAD), "filter", "cali-fw-cali1");
  expect(rules.flatMap((rule) => / (\w+) encapped packets /.exec(rule)?.[1] ?? []).join(" ")).toBe(words);
});

it.each([
  ["3.0.8", 0],
  ["3.0.9", 1],
  ["3.1.3", 0],
  ["3.1.4", 1],
  ["3.2.0", 1],
])("what no policy forbids a host to forward, %s", (version, rules) => {
  const snapshot = rendered(version, object("HostEndpoint", { node: "here", interfaceName: "eth0" }));
  const forwarding = rulesOf(snapshot, "filter", "cali-fhfw-eth0");
  expect(forwarding.filter((rule) => rule.includes("Allow forwarded traffic by default"))).toHaveLength(rules);
});

const POOL = object("IPPool", { cidr: "10.65.0.0/16", ipipMode: "Always", natOutgoing: true });

it.each([
  ["3.2.3", false],
  ["3.2.4", true],
  ["3.3.0", true],
])("whether ports are random, %s", (version, isRandom) => {
  const rules = rulesOf(rendered(version, POOL, WORKLOAD), "nat", "cali-nat-outgoing");
  expect(rules.map((rule) => rule.endsWith(" --random-fully"))).toEqual([isRandom]);
});

it.each([
  ["2.6.0", ["cali4-all-hosts hash:ip"], "! --match-set cali4-all-hosts src -j DROP"],
  ["3.0.0", ["cali4-all-hosts hash:ip"], "--match-set cali4-all-hosts src -m addrtype --dst-type LOCAL -j ACCEPT"],
  ["3.1.0", ["cali40all-hosts hash:ip"], "--match-set cali40all-hosts src -m addrtype --dst-type LOCAL -j ACCEPT"],
  [
    "3.2.0",
    ["cali40all-hosts-net hash:net"],
    "--match-set cali40all-hosts-net src -m addrtype --dst-type LOCAL -j ACCEPT",
  ],
])("from whom IPIP comes, %s", (version, wanted, end) => {
  const snapshot = rendered(version, POOL, WORKLOAD);
  const sets = (snapshot.sets ?? []).filter(({ name }) => name.includes("all-hosts"));
  expect(sets.map(({ name, type }) => `${name} ${type}`)).toEqual(wanted.filter((name) => name.startsWith("cali4")));
  const rules = rulesOf(snapshot, "filter", "cali-INPUT").filter((rule) => rule.includes("all-hosts"));
  expect(rules.map((rule) => rule.endsWith(end))).toEqual([true]);
});

it.each([
  ["2.3.0", null, 0],
  ["2.4.0", 2, 0],
  ["3.3.0", 2, 0],
  ["3.4.0", null, 1],
])("whether workloads' packets pass mangle, and where INPUT accepts what is marked, %s", (version, mangle, input) => {
  const snapshot = rendered(version, WORKLOAD);
  const at = (table: string, chain: string, test: RegExp): number | null => {
    const found = rulesOf(snapshot, table, chain).findIndex((rule) => test.test(rule));
    return found < 0 ? null : found;
  };
  expect(at("mangle", "cali-PREROUTING", / -i cali\+ .* -j ACCEPT$/)).toBe(mangle);
  expect(at("filter", "cali-INPUT", /-m mark --mark \S+ .*-j ACCEPT$|-m mark --mark \S+ -j ACCEPT$/)).toBe(input);
});

/** The policies that a workload's chain jumps to. */
function policyJumps(snapshot: Snapshot, chain: string): number {
  return rulesOf(snapshot, "filter", chain).filter((rule) => / -j cali-p[io]-/.test(rule)).length;
}

it.each([
  ["2.5.1", 1],
  ["2.6.0", 0],
])("whether a policy of one direction is asked in the other, %s", (version, jumps) => {
  const policy = object("NetworkPolicy", { types: ["Ingress"], ingress: [{ action: "Allow" }] });
  const snapshot = rendered(version, WORKLOAD, policy);
  expect(policyJumps(snapshot, "cali-tw-cali1")).toBe(1);
  expect(policyJumps(snapshot, "cali-fw-cali1")).toBe(jumps);
});

it.each([
  ["2.6.0", "ACCEPT", "RETURN"],
  ["2.3.0", "ACCEPT", "ACCEPT"],
  ["3.0.0", "RETURN", "RETURN"],
])("what becomes of packets that are accepted, %s", (version, workload, host) => {
  const settings = object("FelixConfiguration", { iptablesFilterAllowAction: "Return" });
  const snapshot = rendered(version, WORKLOAD, { ...settings, metadata: { name: "default" } });
  const established = rulesOf(snapshot, "filter", "cali-tw-cali1").filter((rule) => rule.includes("ESTABLISHED"));
  expect(established.at(-1)).toMatch(new RegExp(`-j ${workload}$`));
  expect(rulesOf(snapshot, "filter", "cali-INPUT").at(-1)).toMatch(new RegExp(`-j ${host}$`));
});

it.each([
  ["2.5.1", true],
  ["2.6.0", false],
])("whether a metadata address of none tells of OpenStack, %s", (version, isThere) => {
  const settings = object("FelixConfiguration", { metadataAddr: "none" });
  const snapshot = rendered(version, WORKLOAD, { ...settings, metadata: { name: "default" } });
  expect(rulesOf(snapshot, "filter", "cali-wl-to-host").some((rule) => rule.includes("--dports 53"))).toBe(isThere);
});

/** Ports that need two lists of each side, and two networks with one that is excluded. */
const PORTS = { ports: Array.from({ length: 16 }, (_, at) => 1000 + 2 * at) };
const NETS = { nets: ["10.0.0.0/8", "192.168.0.0/16"], notNets: ["10.1.0.0/16"] };

it.each([
  // Pairs of lists, each with its mark and its return.
  ["2.6.0", PORTS, 8],
  // Two blocks of two lists, what starts them, and where the second ends.
  ["3.0.0", PORTS, 8],
  ["2.6.0", NETS, 6],
  ["3.0.0", NETS, 5],
])("a rule that is too long, %s %j", (version, source, count) => {
  const destination = source === PORTS ? PORTS : {};
  const rule = { action: "Allow", protocol: "TCP", source, destination };
  const snapshot = rendered(version, WORKLOAD, object("GlobalNetworkPolicy", { ingress: [rule] }));
  const [chain] = rulesOf(snapshot, "filter", "cali-tw-cali1").flatMap(
    (text) => / -j (cali-pi-\S+)/.exec(text)?.[1] ?? [],
  );
  expect(rulesOf(snapshot, "filter", chain ?? "")).toHaveLength(count);
});
