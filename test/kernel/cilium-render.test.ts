import { expect, it } from "vitest";
import {
  parseIpRoute,
  parseIpRule,
  parseIpset,
  printIpBatch,
  printIpRoute,
  printIpRule,
  printIpset,
  printIptablesRestore,
  printIptablesSave,
} from "@hookwalk/engine";
import type { Family, Route } from "@hookwalk/engine";
import { commandRunner } from "../../packages/cli/src/process/command-runner.ts";
import type { Cluster } from "../render/cilium/cluster.ts";
import { renderedOn } from "../render/cilium/cluster.ts";
import { contentsOf, loadedAndSaved, TABLE_TOOLS } from "./load-tables.ts";
import { describeKernel } from "./require-kernel.ts";

/** A pod whose port is not tracked. */
const DNS = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "dns", namespace: "kube-system", annotations: { "policy.cilium.io/no-track-port": "53" } },
  spec: { nodeName: "one" },
  status: { podIPs: [{ ip: "10.0.1.53" }, { ip: "fd01::53" }] },
};

const NATIVE = {} as const;
const TUNNEL = { "routing-mode": "tunnel", tunnel: "geneve", "tunnel-protocol": "geneve" } as const;

/** Every release, and of the last one every way to run it. */
const CLUSTERS: readonly (readonly [what: string, cluster: Cluster])[] = [
  ...["1.9.0", "1.9.18", "1.10", "1.11.3", "1.12.2", "1.13", "1.14", "1.15", "1.16", "1.17"].map(
    (version) => [`native routing on ${version}`, { version, data: NATIVE, more: [DNS] }] as const,
  ),
  ...["1.9.0", "1.14", "1.18"].map((version) => [`a tunnel on ${version}`, { version, data: TUNNEL }] as const),
  ["IPsec", { version: "1.18", data: { "enable-ipsec": "true" } }],
  ["ENIs of AWS", { version: "1.18", data: { ipam: "eni", "enable-endpoint-routes": "true" } }],
  [
    "devices, at random",
    {
      version: "1.18",
      data: { "egress-masquerade-interfaces": "eth0 eth1", "iptables-random-fully": "true" },
    },
  ],
  [
    "sources of routes, at random",
    { version: "1.18", data: { "enable-masquerade-to-route-source": "true", "iptables-random-fully": "true" } },
  ],
  [
    "pods that are not tracked",
    {
      version: "1.18",
      data: {
        "install-no-conntrack-iptables-rules": "true",
        "enable-bpf-masquerade": "true",
        "ipv4-native-routing-cidr": "10.0.0.0/16",
      },
    },
  ],
];

describeKernel("what Cilium is rendered to loads, and what the tools then save is the same", () => {
  it.each(
    CLUSTERS.flatMap(([what, cluster]) => TABLE_TOOLS.map(([tool, family]) => [what, tool, family, cluster] as const)),
  )("%s: %s", (_what, tool, family: Family, cluster) => {
    const { snapshot, added } = renderedOn(cluster);
    const tables = snapshot.tables[family] ?? [];
    expect(tables.length).toBeGreaterThan(2);
    const saved = loadedAndSaved(tool, printIptablesSave(tables), { sets: printIpset(added.sets) });
    expect(contentsOf(saved)).toEqual(contentsOf(tables));
  });

  it.each(TABLE_TOOLS)("as input for %s-restore --noflush, too", (tool, family: Family) => {
    const { snapshot, added, inserted } = renderedOn({ version: "1.18" });
    const tables = snapshot.tables[family] ?? [];
    const text = printIptablesRestore(tables, inserted);
    const saved = loadedAndSaved(tool, text, { flag: "--noflush", sets: printIpset(added.sets) });
    expect(contentsOf(saved)).toEqual(contentsOf(tables));
  });

  it("sets have the members that they are rendered with", () => {
    const { sets } = renderedOn({ version: "1.18" }).added;
    const script = "ipset restore && ipset save";
    const run = commandRunner.run(["unshare", "--net", "sh", "-c", script], { stdin: printIpset(sets) });
    expect(run.status, run.stderr).toBe(0);
    const saved = parseIpset(run.stdout, "ipset").value;
    const said = (all: typeof sets): unknown =>
      all.map(({ name, type, family, elements }) => [name, type, family, elements.map(({ text }) => text).toSorted()]);
    expect(said(saved)).toEqual(said(sets));
  });
});

/** Devices of the node and of Cilium, which the lines for `ip -batch` do not make; each with the addresses that the node gives it. */
const DEVICES = `
sysctl -qw net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.all.accept_dad=0
ip link set lo up
ip link add cilium_host type veth peer name cilium_net
for dev in eth0 eth1 lxc0123456789ab lxc_health; do ip link add $dev type veth; done
ip -o link | cut -d: -f2 | cut -d@ -f1 | while read dev; do ip link set $dev up; done
ip address add 192.0.2.1/24 dev eth0
ip address add 192.0.2.9/32 dev eth0
ip address add fd00::1/64 dev eth0 nodad
ip address add fe80::5/64 dev cilium_net nodad
`;

/** Lines without what IPv6 adds by itself. */
function routeLines(routes: readonly Route[]): readonly string[] {
  return printIpRoute(routes)
    .split("\n")
    .map((line) => line.replace(/ metric 1024| pref medium/g, "").trimEnd())
    .filter((line) => line !== "");
}

describeKernel("rules and routes go into the kernel with ip -batch, and come back the same", () => {
  it.each([
    ["native routing on 1.11", { version: "1.11", data: NATIVE }],
    ["native routing with IPsec on 1.18", { version: "1.18", data: { "enable-ipsec": "true" } }],
    ["a node's direct routes", { version: "1.18", data: { "auto-direct-node-routes": "true" } }],
    ["a tunnel on 1.14", { version: "1.14", data: { "routing-mode": "tunnel" } }],
    ["ENIs of AWS", { version: "1.18", data: { ipam: "eni", "enable-endpoint-routes": "true" } }],
  ] as const)("%s", (_what, cluster: Cluster) => {
    const { snapshot, added } = renderedOn(cluster);
    const links = added.links.filter(({ name }) => name !== "cilium_vxlan");
    const script = `${DEVICES}
ip -batch - <<'BATCH' || exit
${printIpBatch({ ...added, links }, "ip")}BATCH
ip -6 -batch - <<'BATCH' || exit
${printIpBatch(added, "ip6")}BATCH
ip rule; echo ---; ip -6 rule; echo ---; ip route show table all; echo ---; ip -6 route show table all`;
    const { status, stdout, stderr } = commandRunner.run(["unshare", "--net", "bash", "-c", script], {});
    expect(status, stderr).toBe(0);
    const [rules = "", rules6 = "", routes = "", routes6 = ""] = stdout.split("---\n");
    for (const [family, listed] of [
      ["ip", rules],
      ["ip6", rules6],
    ] as const) {
      expect(printIpRule(parseIpRule(listed, "ip-rule", { family }).value)).toBe(
        printIpRule(snapshot.rules[family] ?? []),
      );
    }
    for (const [family, listed] of [
      ["ip", routes],
      ["ip6", routes6],
    ] as const) {
      const own = routeLines(added.routes.filter((route) => route.family === family));
      expect(routeLines(parseIpRoute(listed, "ip-route", { family }).value)).toEqual(expect.arrayContaining([...own]));
      expect(own.length).toBeGreaterThan(0);
    }
  });
});
