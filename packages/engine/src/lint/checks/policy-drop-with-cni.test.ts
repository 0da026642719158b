import { describe, expect, it } from "vitest";
import { findingsOf, ipAddr, placed, saved } from "../told.ts";
import { policyDropWithCni } from "./policy-drop-with-cni.ts";

const NODE = {
  "ip-addr.txt": ipAddr({ eth0: ["10.1.0.5/24"], cni0: ["10.244.1.1/24"] }),
  "ip-route.txt":
    "default via 10.1.0.1 dev eth0 \n10.1.0.0/24 dev eth0 scope link \n10.244.1.0/24 dev cni0 scope link \n",
  "sysctl.txt": "net.ipv4.ip_forward = 1\n",
};

function node(policies: readonly string[], ...rules: readonly string[]): Readonly<Record<string, string>> {
  return {
    ...NODE,
    "iptables-save.txt": saved(
      { filter: rules },
      { policies: Object.fromEntries(policies.map((chain) => [chain, "DROP [0:0]"])) },
    ),
  };
}

describe("policy-drop-with-cni", () => {
  it("shows a packet of a pod that the policy drops", () => {
    const files = node(["FORWARD"], "-A FORWARD -i docker0 -j ACCEPT");
    expect(placed(policyDropWithCni, files)).toEqual(["warning policy-drop-with-cni FORWARD/- iptables-save.txt:4"]);
    expect(findingsOf(policyDropWithCni, files)[0]).toMatchObject({
      witness: { options: { iif: "cni0", src: "10.244.1.5", dst: "198.51.100.1", proto: "tcp", dport: 443 } },
    });
  });

  it("says nothing where a rule accepts what pods send, where one drops it, or where the policy accepts", () => {
    expect(placed(policyDropWithCni, node(["FORWARD"], "-A FORWARD -s 10.244.0.0/16 -j ACCEPT"))).toEqual([]);
    expect(placed(policyDropWithCni, node(["FORWARD"], "-A FORWARD -i cni0 -j DROP"))).toEqual([]);
    expect(placed(policyDropWithCni, node([]))).toEqual([]);
  });
});
