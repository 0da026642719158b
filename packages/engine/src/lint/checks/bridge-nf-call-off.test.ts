import { describe, expect, it } from "vitest";
import { ipAddr, placed, saved } from "../told.ts";
import { bridgeNfCallOff } from "./bridge-nf-call-off.ts";

const NODE = {
  "ip-addr.txt": ipAddr({ eth0: ["10.1.0.5/24"], cni0: ["10.244.1.1/24"] }),
  "iptables-save.txt": saved({ nat: ["-A PREROUTING -j KUBE-SERVICES", "-A KUBE-SERVICES -j RETURN"] }),
};
const ALL = "net.core.somaxconn = 4096\nnet.ipv4.ip_forward = 1\n";

function told(settings: string): readonly string[] {
  return placed(bridgeNfCallOff, { ...NODE, "sysctl.txt": settings });
}

describe("bridge-nf-call-off", () => {
  it("names the setting, or the bridge where all settings are listed and this one is not", () => {
    expect(told("net.bridge.bridge-nf-call-iptables = 0\n")).toEqual(["warning bridge-nf-call-off sysctl.txt:1"]);
    expect(told(ALL)).toEqual(["warning bridge-netfilter-absent ip-addr.txt:3"]);
  });

  it("says nothing where it is on or not known, without services, or without a bridge of pods", () => {
    expect(told(`${ALL}net.bridge.bridge-nf-call-iptables = 1\n`)).toEqual([]);
    expect(told("net.ipv4.ip_forward = 1\n")).toEqual([]);
    expect(placed(bridgeNfCallOff, { ...NODE, "iptables-save.txt": saved({ nat: [] }), "sysctl.txt": ALL })).toEqual(
      [],
    );
    const links = ipAddr({ eth0: ["10.1.0.5/24"] });
    expect(placed(bridgeNfCallOff, { ...NODE, "ip-addr.txt": links, "sysctl.txt": ALL })).toEqual([]);
  });
});
