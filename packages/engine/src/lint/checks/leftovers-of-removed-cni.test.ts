import { describe, expect, it } from "vitest";
import { findingsOf, ipAddr, ipRules, paramOf, placed, saved } from "../told.ts";
import { leftoversOfRemovedCni } from "./leftovers-of-removed-cni.ts";
import type { Files } from "../told.ts";

function conflist(...types: readonly string[]): string {
  const plugins = types.map((type) => ({ type }));
  return JSON.stringify({ cniVersion: "0.3.1", name: "pods", plugins });
}

const NODE: Files = {
  "iptables-save.txt": saved({
    filter: [
      "-A FORWARD -j cali-FORWARD",
      "-A cali-FORWARD -j ACCEPT",
      "-A FORWARD -j CILIUM_FORWARD",
      "-A CILIUM_FORWARD -i lxc+ -j ACCEPT",
    ],
  }),
  "ipset-save.txt": "create weave-local-pods hash:ip family inet\n",
  "ip-addr.txt": ipAddr({ eth0: ["10.1.0.5/24"], "flannel.1": ["10.244.1.0/32"] }),
  "ip-rule.txt": ipRules("2048:\tfrom 10.1.0.9 lookup 1003"),
};

function owners(files: Files): readonly string[] {
  return findingsOf(leftoversOfRemovedCni, files).map(
    (finding) => `${paramOf(finding, "owner")} ${paramOf(finding, "count")}`,
  );
}

describe("leftovers-of-removed-cni", () => {
  it("names what others left on a node of Cilium: rules, sets, devices, routing rules", () => {
    const files = { ...NODE, "cni-05-cilium.conflist": conflist("cilium-cni") };
    expect(owners(files)).toEqual(["Calico 1", "Terway 1", "flannel 1", "Weave Net 1"]);
    expect(placed(leftoversOfRemovedCni, files)[0]).toBe("warning leftovers-of-removed-cni iptables-save.txt:9");
  });

  it("goes by the configuration that the runtime takes, the first by name", () => {
    const files = {
      ...NODE,
      "cni-05-cilium.conflist": conflist("cilium-cni"),
      "cni-10-calico.conflist": conflist("calico"),
    };
    expect(owners(files)).toContain("Calico 1");
  });

  it("says nothing of who is run beside the plugin, nor where nobody knows the plugin", () => {
    const canal = { ...NODE, "cni-10-canal.conflist": conflist("calico", "portmap") };
    expect(owners(canal)).toEqual(["Cilium 1", "Terway 1", "Weave Net 1"]);
    expect(owners({ ...NODE, "cni-10-own.conflist": conflist("own") })).toEqual([]);
    expect(owners(NODE)).toEqual([]);
  });

  /** No configuration is shown: a node of Cilium with pods, and what stands beside it. */
  const CILIUM = [
    '-A FORWARD -m comment --comment "cilium-feeder: CILIUM_FORWARD" -j CILIUM_FORWARD',
    "-A CILIUM_FORWARD -i lxc+ -j ACCEPT",
    "-A CILIUM_FORWARD -o cilium_host -j ACCEPT",
  ];
  const PODS = { eth0: ["10.1.0.5/24"], lo: ["127.0.0.1/8"], cilium_host: ["10.0.0.1/32"], lxc0a1b: [] };
  const ROUTES = "default via 10.1.0.1 dev eth0\n10.0.0.0/24 via 10.0.0.1 dev cilium_host src 10.0.0.1\n";

  function beside(
    rules: readonly string[],
    { links = {}, routes = "", chains = [] as readonly string[], more = {} } = {},
  ): readonly string[] {
    return owners({
      "iptables-save.txt": saved({ filter: [...CILIUM, ...rules] }, { chains: { filter: chains } }),
      "ip-addr.txt": ipAddr({ ...PODS, ...links }),
      "ip-route.txt": ROUTES + routes,
      ...more,
    });
  }

  it("names, by what is at work, chains that were emptied and that nobody calls", () => {
    expect(beside([], { chains: ["cali-FORWARD", "cali-fw-cali0ef24b1"] })).toEqual(["Calico 2"]);
    expect(beside(["-A terway-masq ! -o lo -j MASQUERADE"])).toEqual(["Terway 1"]);
    expect(beside([])).toEqual([]);
  });

  const CALICO = [
    '-A FORWARD -m comment --comment "cali:wUHhoiAYhphO9Mso" -j cali-FORWARD',
    "-A cali-FORWARD -i cali+ -j ACCEPT",
  ];

  it("names rules that are still called, if none of the devices that they ask for is there", () => {
    expect(beside(CALICO)).toEqual(["Calico 1"]);
    expect(beside(CALICO, { links: { "vxlan.calico": ["10.65.0.1/32"] } })).toEqual(["Calico 2"]);
  });

  it("says nothing of who may be at work, too", () => {
    const pod = { links: { cali0ef24b1: [] }, routes: "10.65.0.5 dev cali0ef24b1 scope link\n" };
    expect(beside(CALICO, pod)).toEqual([]);
    // Policies alone, on the devices of another.
    expect(beside(["-A FORWARD -j cali-FORWARD", "-A cali-FORWARD -i lxc+ -j ACCEPT"])).toEqual([]);
    // Terway's pods have devices that are named as Calico's.
    const terway: Files = { "ip-rule.txt": ipRules("2048:\tfrom 10.65.0.5 lookup 1003") };
    expect(beside([], { more: terway })).toEqual(["Terway 1"]);
    expect(beside([], { ...pod, more: terway })).toEqual([]);
    // flannel's backend host-gw has no device of its own.
    const flannel = ["-A FORWARD -j FLANNEL-FWD", "-A FLANNEL-FWD -s 10.244.0.0/16 -j ACCEPT"];
    expect(beside(flannel, { links: { cni0: [] }, routes: "10.244.0.0/24 dev cni0 scope link\n" })).toEqual([]);
    expect(beside(flannel)).toEqual(["flannel 1"]);
  });

  it("tells nothing without routes or devices, nor where nobody is at work", () => {
    const { "ip-addr.txt": _, ...unlisted } = {
      "iptables-save.txt": saved({ filter: [...CILIUM, ...CALICO] }),
      "ip-addr.txt": "",
      "ip-route.txt": ROUTES,
    };
    expect(owners(unlisted)).toEqual([]);
    expect(
      owners({ ...unlisted, "ip-addr.txt": ipAddr(PODS), "ip-route.txt": "default via 10.1.0.1 dev eth0\n" }),
    ).toEqual([]);
  });
});
