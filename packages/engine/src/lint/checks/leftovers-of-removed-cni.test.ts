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
});
