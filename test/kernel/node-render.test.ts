import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseIpset, parseIptablesSave, printIpBatch, printIpset, printIptablesRestore } from "@hookwalk/engine";
import { parseIpAddr, parseIpRoute, parseIpRule, printIpRoute, printIpRule, printRule } from "@hookwalk/engine";
import type { Chain, Family, RoutingRule, Snapshot, Table } from "@hookwalk/engine";
import { readObjects } from "@hookwalk/engine/desired";
import { renderNode } from "@hookwalk/engine/render";
import type { Rendered } from "@hookwalk/engine/render";
import { expect, it } from "vitest";
import { printPrefix } from "../../packages/engine/src/base/address.ts";
import { commandRunner } from "../../packages/cli/src/process/command-runner.ts";
import { comparable } from "../comparable.ts";
import { NODES } from "../nodes/node.ts";
import { inMode } from "../render/kube-proxy/render.ts";
import { describeKernel } from "./require-kernel.ts";

/** A whole node, from its objects. */
function node(text: string): Rendered {
  const { value: state, diagnostics } = readObjects([{ path: "objects.yaml", text }]);
  const { value, diagnostics: problems } = renderNode(state);
  expect([...diagnostics, ...problems]).toEqual([]);
  if (value === null) throw new Error("nothing was rendered");
  return value;
}

function file(name: string): string {
  return readFileSync(join(NODES, name), "utf8");
}

/** Every kind of service, in mode ipvs, on a node with Docker: what the nodes of the documents have not. */
const DOCKER =
  '{ networks: [{ bridge: br-1, address: 172.18.0.1/16 }], containers: [{ address: 172.18.0.2, ports: ["8080:80", "127.0.0.1:53:5353/udp"] }] }';
const EVERYTHING = inMode("ipvs").replace(
  "kind: Node\nmetadata: { name: worker-1 }\nspec:\n",
  `$&  docker: ${DOCKER}\n`,
);

/** Older releases of everybody, and NodeLocal DNSCache of both families. */
function older(docker: string, kubelet: string): string {
  const cache = (name: string, address: string): string => `apiVersion: apps/v1
kind: DaemonSet
metadata: { name: ${name}, namespace: kube-system }
spec: { template: { spec: { containers: [{ name: node-cache, image: "node-cache:1.22.28", args: [-localip, "${address}"] }] } } }
`;
  return [
    `apiVersion: v1\nkind: Node\nmetadata: { name: a }\nstatus: { nodeInfo: { kubeletVersion: ${kubelet} } }\n`,
    `apiVersion: hookwalk.dev/v1\nkind: Node\nmetadata: { name: a }\nspec: { docker: ${DOCKER}, versions: { docker: ${docker}, kube-proxy: 1.30.0 } }\n`,
    "apiVersion: v1\nkind: Service\nmetadata: { name: s }\nspec: { clusterIP: 10.96.0.1, ports: [{ port: 80 }] }\n",
    "apiVersion: projectcalico.org/v3\nkind: FelixConfiguration\nmetadata: { name: default }\nspec: { chainInsertMode: Append }\n",
    cache("v4", "169.254.20.10,10.96.0.10"),
    cache("v6", "fd00::10"),
  ].join("---\n");
}

const nodes = {
  "ack-cilium": () => node(file("ack-cilium/objects.yaml")),
  "cilium-tunnel": () => node(file("cilium-tunnel/objects.yaml")),
  "every kind of service": () => node(EVERYTHING),
  "Docker 27, kubelet 1.24": () => node(older("27.5.1", "v1.24.1")),
  "Docker 28.0, kubelet 1.25": () => node(older("28.0.1", "v1.25.1")),
  "Docker 28.3, kubelet 1.30": () => node(older("28.3.0", "v1.30.1")),
} as const;

/** `-m ipvs`: this kernel has no IPVS. Nothing else is left out. */
function isLoadable(text: string): boolean {
  return !text.includes(" -m ipvs ");
}

function loadable(tables: readonly Table[] | null, inserted: ReadonlyMap<Chain, number>): string {
  const text = printIptablesRestore(tables ?? [], inserted);
  return text.split("\n").filter(isLoadable).join("\n");
}

/** Devices that have to be there before: the node's own, with their addresses, and ends of tunnels and pods. */
function devicesBefore({ snapshot, added }: Rendered): string {
  const made = new Map(added.links.map(({ name, kind }) => [name, kind] as const));
  const before = (snapshot.links ?? []).filter(({ name }) => name !== "lo" && (made.get(name) ?? null) === null);
  return before
    .flatMap(({ name, addresses }) => [
      `link add name ${name} type ifb`,
      `link set dev ${name} up`,
      ...(made.has(name) ? [] : addresses.map(({ prefix }) => `address replace ${printPrefix(prefix)} dev ${name}`)),
    ])
    .join("\n");
}

/** This kernel has no dummy devices; `ifb` has the same flags. */
function withoutDummies(batch: string): string {
  return batch.replaceAll("type dummy", "type ifb");
}

/** One part of what a script prints, by the line before it. */
function part(stdout: string, name: string): string {
  return stdout.split(`=== ${name}\n`)[1]?.split(/^=== /m)[0] ?? "";
}

function quoted(text: string): string {
  return `<<'END'\n${text}\nEND\n`;
}

/** Everything that the owners wrote, loaded in a network namespace of its own by the tools themselves, and listed again. */
function loaded(rendered: Rendered, flavour: "nft" | "legacy"): string {
  const { snapshot, added, inserted } = rendered;
  const script = `set -e
mount -t sysfs none /sys
ip link set lo up
ip -batch - ${quoted(devicesBefore(rendered))}
ip -batch - ${quoted(withoutDummies(printIpBatch(added, "ip")))}
ip -6 -batch - ${quoted(printIpBatch(added, "ip6"))}
ipset restore ${quoted(printIpset(added.sets))}
iptables-${flavour}-restore -w 10 --noflush ${quoted(loadable(snapshot.tables.ip, inserted))}
ip6tables-${flavour}-restore -w 10 --noflush ${quoted(loadable(snapshot.tables.ip6, inserted))}
echo "=== ip"; iptables-${flavour}-save
echo "=== ip6"; ip6tables-${flavour}-save
echo "=== sets"; ipset save
echo "=== rules"; ip rule
echo "=== routes"; ip route show table all
echo "=== addresses"; ip addr
echo "=== end"`;
  const { status, stdout, stderr } = commandRunner.run(["unshare", "--net", "--mount", "sh"], { stdin: script });
  expect(status, stderr).toBe(0);
  return stdout;
}

function contentsOf(tables: readonly Table[] | null): ReadonlyMap<string, unknown> {
  return new Map(
    (tables ?? []).flatMap(({ family, name: table, chains }) =>
      chains.map(({ name, policy, rules }) => {
        const kept = rules.filter((rule) => isLoadable(printRule(rule, family)));
        return [`${table} ${name}`, comparable([policy, kept], ["file", "counters"])] as const;
      }),
    ),
  );
}

/** Its sets, without the seed and the sizes that the kernel chose, each with its elements in one order. */
function setsOf({ sets }: Pick<Snapshot, "sets">): readonly (readonly string[])[] {
  return (sets ?? [])
    .map(({ name, type, family, elements }) => [
      `${name} ${type} ${family}`,
      ...elements.map(({ text }) => text).toSorted(),
    ])
    .toSorted(([a = ""], [b = ""]) => (a < b ? -1 : 1));
}

/** What a rule of policy routing asks and does, without who wrote it. */
function selectionOf(rule: RoutingRule): string {
  return printIpRule([{ ...rule, extras: [] }]);
}

describeKernel("a whole node loads with the tools that its owners use, and what those then list is the same", () => {
  it.each(
    Object.keys(nodes).flatMap((name) => [
      [name, "nft"],
      [name, "legacy"],
    ]) as readonly (readonly [keyof typeof nodes, "nft" | "legacy"])[],
  )("%s, iptables-%s", (name, flavour) => {
    const rendered = nodes[name]();
    const stdout = loaded(rendered, flavour);
    for (const family of ["ip", "ip6"] as const satisfies readonly Family[]) {
      const saved = parseIptablesSave(part(stdout, family), family, { family });
      expect(saved.diagnostics).toEqual([]);
      const wanted = contentsOf(rendered.snapshot.tables[family]);
      expect(wanted.size).toBeGreaterThan(family === "ip" ? 20 : 0);
      expect(contentsOf(saved.value)).toEqual(wanted);
    }
    expect(setsOf({ sets: parseIpset(part(stdout, "sets"), "sets").value })).toEqual(setsOf(rendered.snapshot));
    const { added } = rendered;
    const rules = parseIpRule(part(stdout, "rules"), "rules").value.map(selectionOf);
    expect(rules).toEqual(expect.arrayContaining(added.rules.filter((rule) => rule.family === "ip").map(selectionOf)));
    const routes = parseIpRoute(part(stdout, "routes"), "routes").value.map((route) => printIpRoute([route]).trim());
    const wantedRoutes = added.routes
      .filter((route) => route.family === "ip")
      .map((route) => printIpRoute([route]).trim());
    expect(routes).toEqual(expect.arrayContaining(wantedRoutes));
    const links = parseIpAddr(part(stdout, "addresses"), "addresses").value;
    for (const link of added.links.filter(({ kind }) => kind === "dummy")) {
      const made = links.find(({ name: device }) => device === link.name);
      expect([made?.flags, made?.addresses.map(({ prefix }) => prefix)]).toEqual([
        link.flags,
        link.addresses.map(({ prefix }) => prefix),
      ]);
    }
  });
});
