import { describe, expect, it } from "vitest";
import { findingsOf, ipAddr, placed, saved } from "../told.ts";
import { masqueradeCoversPodRange } from "./masquerade-covers-pod-range.ts";

const NODE = {
  "ip-addr.txt": ipAddr({ eth0: ["10.1.0.5/24"], cni0: ["10.244.1.1/24"], "flannel.1": ["10.244.1.0/32"] }),
  "ip-route.txt": [
    "default via 10.1.0.1 dev eth0 ",
    "10.1.0.0/24 dev eth0 scope link ",
    "10.244.1.0/24 dev cni0 scope link ",
    "10.244.2.0/24 via 10.244.2.0 dev flannel.1 onlink ",
    "",
  ].join("\n"),
  "sysctl.txt": "net.ipv4.ip_forward = 1\n",
};

function told(...rules: readonly string[]): readonly string[] {
  return placed(masqueradeCoversPodRange, { ...NODE, "iptables-save.txt": saved({ nat: rules }) });
}

describe("masquerade-covers-pod-range", () => {
  it("shows a packet from pod to pod that the rule masquerades", () => {
    const rules = ["-A POSTROUTING -s 10.244.0.0/16 ! -d 10.244.1.0/24 -j MASQUERADE"];
    expect(told(...rules)).toEqual(["warning masquerade-between-pods POSTROUTING/1 iptables-save.txt:7"]);
    const files = { ...NODE, "iptables-save.txt": saved({ nat: rules }) };
    expect(findingsOf(masqueradeCoversPodRange, files)[0]).toMatchObject({
      witness: { options: { src: "10.244.1.5", dst: "10.244.2.5" } },
    });
  });

  it("notes a rule of nobody known that takes what pods send elsewhere", () => {
    expect(told("-A POSTROUTING -s 10.0.0.0/8 ! -d 10.0.0.0/8 -j MASQUERADE")).toEqual([
      "info masquerade-takes-pods POSTROUTING/1 iptables-save.txt:7",
    ]);
  });

  it("says nothing of flannel's own rules, nor of networks without pods", () => {
    expect(
      told(
        "-A POSTROUTING -j FLANNEL-POSTRTG",
        "-A FLANNEL-POSTRTG -s 10.244.0.0/16 -d 10.244.0.0/16 -j RETURN",
        "-A FLANNEL-POSTRTG -s 10.244.0.0/16 ! -d 224.0.0.0/4 -j MASQUERADE",
        "-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE",
      ),
    ).toEqual([]);
  });
});
