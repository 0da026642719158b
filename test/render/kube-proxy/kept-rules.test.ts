import { printRule } from "@hookwalk/engine";
import type { Rule } from "@hookwalk/engine";
import { readObjects } from "@hookwalk/engine/desired";
import type { DesiredState } from "@hookwalk/engine/desired";
import { keepKubeProxyRules, renderOwners } from "@hookwalk/engine/render";
import type { ChainChange, KeptRules } from "@hookwalk/engine/render";
import { describe, expect, it } from "vitest";
import { OBJECTS } from "./render.ts";

type Chains = ReadonlyMap<string, readonly string[]>;

function text(rule: Rule): string {
  return printRule(rule, "ip");
}

function read(yaml: string): DesiredState {
  const { value, diagnostics } = readObjects([{ path: "objects.yaml", text: yaml }]);
  expect(diagnostics).toEqual([]);
  return value;
}

function kept(state: DesiredState): KeptRules {
  const { value } = keepKubeProxyRules(state, "ip");
  if (value === null) throw new Error("nothing rendered");
  return value;
}

/** Every chain with its rules as text. Rules of chains that services share are sorted: their order means nothing. */
function chainsOf(state: DesiredState): Chains {
  const tables = renderOwners(["kube-proxy"], state).value?.snapshot.tables.ip ?? [];
  return new Map(
    tables.flatMap(({ name, chains }) =>
      chains.map((chain) => [`${name} ${chain.name}`, chain.rules.map(text)] as const),
    ),
  );
}

function applied(chains: Chains, changes: readonly ChainChange[]): Chains {
  const out = new Map(chains);
  for (const { table, chain, removed, added } of changes) {
    const name = `${table} ${chain}`;
    expect(out.has(name), name).toBe(removed !== null);
    const gone = new Set((removed ?? []).map(text));
    const left = (out.get(name) ?? []).filter((rule) => !gone.has(rule));
    expect((out.get(name) ?? []).length - left.length, name).toBe(gone.size);
    if (added === null) out.delete(name);
    else out.set(name, [...left, ...added.map(text)]);
  }
  return out;
}

function sorted(chains: Chains): unknown {
  const shared = /KUBE-(SERVICES|EXTERNAL-SERVICES|NODEPORTS|PROXY-FIREWALL)$/;
  return [...chains]
    .map(([name, rules]) => [name, shared.test(name) ? rules.toSorted() : rules] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The state with that slice in the place of the one of its name. */
function withSlice(state: DesiredState, name: string, edit: (yaml: string) => string): DesiredState {
  expect(edit(OBJECTS), name).not.toBe(OBJECTS);
  const changed = read(edit(OBJECTS)).endpointSlices.find(({ metadata }) => metadata.name === name);
  if (changed === undefined) throw new Error(name);
  return { ...state, endpointSlices: state.endpointSlices.map((one) => (one.metadata.name === name ? changed : one)) };
}

describe("a changed slice changes what a whole rendering would", () => {
  it.each([
    ["another address", "web-1", "addresses: [10.244.2.5]", "addresses: [10.244.2.55]"],
    ["one fewer", "web-1", "- { addresses: [10.244.2.6], nodeName: worker-2 }", ""],
    ["one that was not ready", "web-1", "conditions: { ready: false }", "conditions: { ready: true }"],
    ["nobody left", "shop-1", "endpoints: [{ addresses: [10.244.2.8], nodeName: worker-2 }]", "endpoints: []"],
    ["nobody left here", "near-1", "- { addresses: [10.244.1.9], nodeName: worker-1 }", ""],
    [
      "somebody here",
      "far-1",
      "addresses: [10.244.2.10], nodeName: worker-2",
      "addresses: [10.244.1.10], nodeName: worker-1",
    ],
    ["affinity", "sticky-1", "addresses: [10.244.2.11]", "addresses: [10.244.2.12]"],
  ])("%s", (_what, name, from, to) => {
    const before = read(OBJECTS);
    const after = withSlice(before, name, (yaml) => yaml.replace(from, to));
    const slice = after.endpointSlices.find(({ metadata }) => metadata.name === name);
    if (slice === undefined) throw new Error(name);
    const rules = kept(before);
    const changes = rules.replaceSlice(slice);
    expect(changes.length).toBeGreaterThan(0);
    expect(sorted(applied(chainsOf(before), changes))).toEqual(sorted(chainsOf(after)));
    // Once more changes nothing, and the way back is the way there.
    expect(rules.replaceSlice(slice)).toEqual([]);
    const old = before.endpointSlices.find(({ metadata }) => metadata.name === name) ?? slice;
    expect(sorted(applied(chainsOf(after), rules.replaceSlice(old)))).toEqual(sorted(chainsOf(before)));
  });

  it("the thousand-and-first endpoint takes the comments of all", () => {
    const before = read(OBJECTS);
    const slice = before.endpointSlices.find(({ metadata }) => metadata.name === "web-1");
    const [endpoint] = slice?.endpoints ?? [];
    if (slice === undefined || endpoint === undefined) throw new Error("web-1");
    const many = Array.from({ length: 1001 }, (_, n) => ({ ...endpoint, address: 0x0af5_0000 + n }));
    const grown = { ...slice, endpoints: many };
    const after = { ...before, endpointSlices: before.endpointSlices.map((one) => (one === slice ? grown : one)) };
    const changes = kept(before).replaceSlice(grown);
    expect(sorted(applied(chainsOf(before), changes))).toEqual(sorted(chainsOf(after)));
    expect(changes.some(({ added }) => added?.some((rule) => text(rule).includes("10.244.2.9:8080")))).toBe(true);
  });
});
