import { readFileSync } from "node:fs";
import { join } from "node:path";
import { printIpvsadm, printRule } from "@hookwalk/engine";
import type { Family, Snapshot } from "@hookwalk/engine";
import { readObjects } from "@hookwalk/engine/desired";
import { renderNode } from "@hookwalk/engine/render";
import type { Rendered } from "@hookwalk/engine/render";
import { describe, expect, it } from "vitest";
import { NODES, readNode } from "./node.ts";

/** The whole node, from its objects alone. */
function renderedNode(name: string): Rendered {
  const { value: state, diagnostics } = readObjects([
    { path: "objects.yaml", text: readFileSync(join(NODES, name, "objects.yaml"), "utf8") },
  ]);
  const { value, diagnostics: problems } = renderNode(state);
  expect([...diagnostics, ...problems]).toEqual([]);
  if (value === null) throw new Error("nothing was rendered");
  return value;
}

/** Rules that kube-proxy, kubelet and NodeLocal DNSCache write, and nobody else on these nodes. */
const THEIRS = /KUBE-|169\.254\.20\.10/;

/** Their rules of each chain in order, and their chains, as `family table chain` → rules. */
function theirs(
  snapshot: Snapshot,
  families: readonly Family[],
  edit: (rule: string) => string,
): ReadonlyMap<string, readonly string[]> {
  return new Map(
    families.flatMap((family) =>
      (snapshot.tables[family] ?? []).flatMap(({ name: table, chains }) =>
        chains.flatMap(({ name: chain, rules }) => {
          const printed = rules.map((rule) => printRule(rule, family)).filter((rule) => THEIRS.test(rule));
          const isTheirs = printed.length > 0 || THEIRS.test(chain);
          return isTheirs ? [[`${family} ${table} ${chain}`, printed.map(edit)] as const] : [];
        }),
      ),
    ),
  );
}

function count(chains: ReadonlyMap<string, readonly string[]>): number {
  return [...chains.values()].reduce((sum, rules) => sum + rules.length, 0);
}

function members(snapshot: Snapshot, name: string): readonly string[] {
  return (snapshot.sets?.find((set) => set.name === name)?.elements ?? []).map(({ text }) => text).toSorted();
}

function addressesOf(snapshot: Snapshot, device: string): readonly unknown[] {
  const link = snapshot.links?.find(({ name }) => name === device);
  return (link?.addresses ?? []).map(({ prefix }) => prefix.address).toSorted();
}

/** Where each rule of the kernel's chains leads, as far as it leads to somebody's chain or is NodeLocal DNSCache's. */
function leads(snapshot: Snapshot): ReadonlyMap<string, readonly string[]> {
  return new Map(
    (snapshot.tables.ip ?? []).flatMap(({ name: table, chains }) =>
      chains.flatMap(({ name: chain, policy, rules }) => {
        const printed = rules
          .map((rule) => printRule(rule, "ip"))
          .filter((rule) => /KUBE-|CILIUM_|169\.254\.20\.10/.test(rule));
        const to = printed.map((rule) =>
          rule.replace(/.* -j (CT --notrack|\S+).*/, "$1").replace("CT --notrack", "NOTRACK"),
        );
        return policy === null || to.length === 0 ? [] : [[`${table} ${chain}`, to] as const];
      }),
    ),
  );
}

describe("the whole node", () => {
  it.each(["ack-cilium", "cilium-tunnel"])(
    "of %s has its owners' rules in the order in which they stand there",
    (name) => {
      const wanted = leads(readNode(name));
      expect(leads(renderedNode(name).snapshot)).toEqual(wanted);
      expect(wanted.get("filter INPUT")?.[0]).toBe("CILIUM_INPUT");
    },
  );

  it("of cilium-tunnel has every rule of the page, but for those of the site itself", () => {
    const ofSite = (rule: string): boolean => /^-A (PRE|POST)ROUTING /.test(rule) && !/KUBE-|CILIUM_/.test(rule);
    const rulesOf = ({ tables }: Snapshot): readonly string[] =>
      (tables.ip ?? [])
        .flatMap(({ name, rules }) => rules.map((rule) => [name, printRule(rule, "ip")] as const))
        .filter(([, rule]) => !ofSite(rule))
        .map(([table, rule]) => `${table} ${rule}`)
        .toSorted();
    const wanted = rulesOf(readNode("cilium-tunnel"));
    expect(rulesOf(renderedNode("cilium-tunnel").snapshot)).toEqual(wanted);
    expect(wanted).toHaveLength(70 - 11);
  });
});

describe("cilium-tunnel, as the page prints it", () => {
  const [rendered, dump] = [renderedNode("cilium-tunnel").snapshot, readNode("cilium-tunnel")];

  it("has every rule of kube-proxy 1.24 and kubelet, in order, and no other", () => {
    const same = (rule: string): string => rule;
    const wanted = theirs(dump, ["ip"], same);
    expect(theirs(rendered, ["ip"], same)).toEqual(wanted);
    expect(count(wanted)).toBe(26);
  });

  it("has their sets, their members, and the addresses of kube-ipvs0", () => {
    const namesOf = (snapshot: Snapshot): readonly string[] =>
      (snapshot.sets ?? [])
        .filter(({ name }) => /^KUBE-(?!6-)/.test(name))
        .map(({ name, type }) => `${name} ${type}`)
        .toSorted();
    expect(namesOf(rendered)).toEqual(namesOf(dump));
    for (const { name } of dump.sets ?? []) expect(members(rendered, name)).toEqual(members(dump, name));
    expect(addressesOf(rendered, "kube-ipvs0")).toEqual(addressesOf(dump, "kube-ipvs0"));
  });

  it("has the virtual servers, at the node's addresses too", () => {
    const lines = ({ ipvs }: Snapshot): readonly string[] =>
      printIpvsadm(ipvs ?? [])
        .trim()
        .split("\n")
        .toSorted();
    expect(lines(rendered)).toEqual(lines(dump));
  });
});

describe("ack-cilium, as nft prints it", () => {
  const [rendered, dump] = [renderedNode("ack-cilium").snapshot, readNode("ack-cilium")];

  /**
   * What the page's listing cannot say: comments; `-j NOTRACK`, which is `-j CT --notrack` to the kernel; `--random-fully`,
   * which it leaves out for IPv4 alone. Its rule of KUBE-FIREWALL is inverted (`ct status dnat … drop`); what kubelet wrote there is known.
   */
  const asListed =
    (family: Family) =>
    (rule: string): string =>
      rule
        .replace(/ -m comment --comment "[^"]*"/, "")
        .replace("-j NOTRACK", "-j CT --notrack")
        .replace(family === "ip" ? " --random-fully" : /$^/, "");

  it.each([
    ["ip", 44],
    ["ip6", 26],
  ] as const)(
    "has every rule of kube-proxy, kubelet and NodeLocal DNSCache of %s, in order, and no other",
    (family, rules) => {
      const wanted = theirs(dump, [family], asListed(family));
      expect(theirs(rendered, [family], asListed(family))).toEqual(wanted);
      expect(count(wanted)).toBe(rules);
    },
  );

  it("masquerades with random ports in IPv4, too: one tool wrote both", () => {
    const masquerades = (rendered.tables.ip ?? []).flatMap(({ rules }) => rules.map((rule) => printRule(rule, "ip")));
    expect(masquerades).toContain(
      '-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully',
    );
  });

  it("has the devices and sets that the rules are about", () => {
    for (const device of ["kube-ipvs0", "nodelocaldns"]) {
      expect(addressesOf(rendered, device)).toEqual(addressesOf(dump, device));
    }
    for (const name of ["KUBE-LOOP-BACK", "KUBE-IPVS-IPS", "KUBE-6-CLUSTER-IP"]) {
      expect(members(rendered, name)).toEqual(members(dump, name));
    }
    expect(members(rendered, "KUBE-CLUSTER-IP")).toEqual(expect.arrayContaining([...members(dump, "KUBE-CLUSTER-IP")]));
    expect(rendered.sets?.map(({ name }) => name).toSorted()).toEqual(
      expect.arrayContaining(dump.sets?.map(({ name }) => name).filter((name) => name.startsWith("KUBE-")) ?? []),
    );
  });
});
