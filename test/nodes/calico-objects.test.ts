import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseIpset, printRule } from "@hookwalk/engine";
import type { IpSet, Snapshot } from "@hookwalk/engine";
import { readObjects } from "@hookwalk/engine/desired";
import { renderOwners } from "@hookwalk/engine/render";

const NODES = ["calico-slave1", "calico-slave2"] as const;

function read(name: string): string {
  return readFileSync(new URL(name, import.meta.url), "utf8");
}

function rendered(node: string): Snapshot {
  const { value: state, diagnostics } = readObjects([{ path: "objects.yaml", text: read(`${node}/objects.yaml`) }]);
  expect(diagnostics).toEqual([]);
  const { value, diagnostics: problems } = renderOwners(["calico"], state);
  expect(problems).toEqual([]);
  if (value === null) throw new Error("nothing is rendered");
  return value.snapshot;
}

function linesOf({ tables }: Snapshot): readonly string[] {
  return (tables.ip ?? []).flatMap(({ rules }) => rules.map((rule) => printRule(rule, "ip")));
}

function members(sets: readonly IpSet[]): ReadonlyMap<string, readonly string[]> {
  return new Map(sets.map(({ name, type, elements }) => [`${type} ${name}`, elements.map(({ text }) => text).sort()]));
}

describe.each(NODES)("%s, from objects alone", (node) => {
  const snapshot = rendered(node);

  it("has the node's own lines, in order, every hash", () => {
    const own = read(`${node}/iptables-save.txt`).split("\n");
    const wanted = own.filter((line) => line.includes("cali:"));
    expect(wanted.length).toBeGreaterThan(70);
    expect(linesOf(snapshot)).toEqual(wanted);
  });

  it("has its sets, with their members", () => {
    const own = members(parseIpset(read(`${node}/ipset-save.txt`), "ipset-save.txt").value);
    const made = members(snapshot.sets ?? []);
    const asked = [...made].filter(([name]) => own.has(name));
    expect(new Map(asked)).toEqual(new Map([...own].filter(([name]) => made.has(name))));
    // A set of a profile is there only where an endpoint has the profile.
    expect(asked.map(([name]) => name)).toEqual(
      node === "calico-slave1"
        ? ["hash:ip cali4-s:CEmFgJFwDvohR01JKvOkO8D"]
        : ["hash:ip cali4-s:CEmFgJFwDvohR01JKvOkO8D", "hash:ip cali4-s:i357Nlxxj3AMBTQ4WyOllNt"],
    );
  });

  it("has its links and routes", () => {
    const names = (snapshot.links ?? []).map(({ name }) => name);
    const devices = node === "calico-slave1" ? ["cali0ef24b1", "cali0ef24b2"] : ["cali0ef24b3"];
    expect(names).toEqual(expect.arrayContaining(devices));
    const routes = (snapshot.routes.ip ?? []).flatMap(({ scope, nexthops }) => (scope === "link" ? nexthops : []));
    expect(routes.map(({ dev }) => dev)).toEqual(expect.arrayContaining(devices));
    expect(snapshot.sysctls?.get("net.ipv4.ip_forward")?.value).toBe("1");
    for (const device of devices) expect(snapshot.sysctls?.get(`net.ipv4.conf.${device}.proxy_arp`)?.value).toBe("1");
  });
});

it("both give every line of the page that the nodes were taken from: all 92 hashes and both sets", () => {
  const lines = read("../fixtures/calico/felix-2.1.txt").match(/-A \S+ .*"cali:.*$/gm) ?? [];
  const made = new Set(NODES.flatMap((node) => linesOf(rendered(node))));
  expect(lines).toHaveLength(92);
  expect(lines.filter((line) => !made.has(line.trim()))).toEqual([]);
  const sets = new Set(lines.flatMap((line) => line.match(/cali4-\S+/g) ?? []));
  const known = new Set(NODES.flatMap((node) => (rendered(node).sets ?? []).map(({ name }) => name)));
  expect(sets.size).toBe(2);
  expect([...sets].filter((name) => !known.has(name))).toEqual([]);
});
