import { describe, expect, it } from "vitest";
import { ipAddr, placed } from "../told.ts";
import { forwardingOff } from "./forwarding-off.ts";

const PODS = {
  "ip-addr.txt": ipAddr({ eth0: ["10.1.0.5/24"], cali0ef24b1: [] }),
  "ip-route.txt": "default via 10.1.0.1 dev eth0 \n192.168.8.129 dev cali0ef24b1 scope link \n",
};

function told(...settings: readonly string[]): readonly string[] {
  return placed(forwardingOff, { ...PODS, "sysctl.txt": settings.map((line) => `${line}\n`).join("") });
}

describe("forwarding-off", () => {
  it("names the setting of the node, or that of a pod's device", () => {
    expect(told("net.ipv4.ip_forward = 0", "net.ipv4.conf.cali0ef24b1.forwarding = 0")).toEqual([
      "error forwarding-off sysctl.txt:1",
    ]);
    expect(told("net.ipv4.ip_forward = 1", "net.ipv4.conf.cali0ef24b1.forwarding = 0")).toEqual([
      "error forwarding-off-at-device sysctl.txt:2",
    ]);
  });

  it("says nothing where it is on, is not known, or there are no pods", () => {
    expect(told("net.ipv4.ip_forward = 1", "net.ipv4.conf.eth0.forwarding = 0")).toEqual([]);
    expect(placed(forwardingOff, PODS)).toEqual([]);
    const alone = { "ip-addr.txt": ipAddr({ eth0: ["10.1.0.5/24"] }), "sysctl.txt": "net.ipv4.ip_forward = 0\n" };
    expect(placed(forwardingOff, alone)).toEqual([]);
  });
});
