import { describe, expect, it } from "vitest";
import { findingsOf, ipAddr, ipRules, paramOf, placed, saved } from "../told.ts";
import { rpFilterAsymmetric } from "./rp-filter-asymmetric.ts";
import type { Files } from "../told.ts";

/** A pod whose packets leave by eth1, and a device that answers by eth0 unless a mark says otherwise. */
const NODE: Files = {
  "iptables-save.txt": saved({ filter: [] }),
  "ip-addr.txt": ipAddr({ eth0: ["10.1.0.5/24"], eth1: [], eth2: ["10.3.0.5/24"], lxc12ab: [] }),
  "ip-rule.txt": ipRules(
    "20:\tfrom all to 10.1.0.9 lookup main",
    "111:\tfrom 10.1.0.9 lookup 11",
    "200:\tfrom all fwmark 0x2/0x2 lookup 12",
  ),
  "ip-route.txt":
    "default via 10.1.0.1 dev eth0 \n10.1.0.0/24 dev eth0 scope link \n10.1.0.9 dev lxc12ab scope link \n",
  "ip-route-table-11.txt": "default via 10.1.0.1 dev eth1 onlink \n",
  "ip-route-table-12.txt": "default via 10.3.0.1 dev eth2 \n",
};

function told(...settings: readonly string[]): readonly string[] {
  const text = ["net.ipv4.ip_forward = 1", ...settings, ""].join("\n");
  return findingsOf(rpFilterAsymmetric, { ...NODE, "sysctl.txt": text }).map((finding) => {
    const [device, address, other] = ["device", "address", "other"].map((name) => paramOf(finding, name));
    return [finding.severity, device, address, "by", other, finding.where.span.line].join(" ");
  });
}

describe("rp-filter-asymmetric", () => {
  it("shows what comes in for a pod whose answers leave by another device", () => {
    expect(told("net.ipv4.conf.eth0.rp_filter = 1")).toEqual(["warning eth0 10.1.0.9 by eth1 2"]);
  });

  it("shows what comes in by a device that only a mark answers by, whichever setting makes it strict", () => {
    expect(told("net.ipv4.conf.eth2.rp_filter = 1")).toEqual(["warning eth2 10.3.0.5 by eth0 2"]);
    expect(told("net.ipv4.conf.eth0.rp_filter = 0", "net.ipv4.conf.all.rp_filter = 1")).toEqual([
      "warning eth0 10.1.0.9 by eth1 3",
      "warning eth2 10.3.0.5 by eth0 3",
    ]);
  });

  it("has the packet as its witness, and the lines that decide", () => {
    const files = { ...NODE, "sysctl.txt": "net.ipv4.ip_forward = 1\nnet.ipv4.conf.eth0.rp_filter = 1\n" };
    expect(findingsOf(rpFilterAsymmetric, files)).toMatchObject([
      {
        witness: { options: { dst: "10.1.0.9", proto: "icmp" } },
        related: [
          { text: "net.ipv4.conf.eth0.rp_filter = 1" },
          { text: "111: from 10.1.0.9 lookup 11" },
          { text: "default via 10.1.0.1 dev eth1 table 11 onlink" },
        ],
      },
    ]);
  });

  it("says nothing where the filter is off or loose, or where it is not known", () => {
    expect(told("net.ipv4.conf.all.rp_filter = 0")).toEqual([]);
    expect(told("net.ipv4.conf.all.rp_filter = 1", "net.ipv4.conf.default.rp_filter = 2")).toEqual([]);
    expect(placed(rpFilterAsymmetric, NODE)).toEqual([]);
  });
});
