import { describe, expect, it } from "vitest";
import { linesOf, renderedOn } from "./cluster.ts";

describe("MTU", () => {
  it.each([
    ["1.18.2", {}, 8951],
    ["1.18.2", { "enable-ipsec": "true" }, 8874],
    ["1.18.2", { "enable-wireguard": "true" }, 8871],
    ["1.15.0", { "enable-wireguard": "true" }, 8921],
    ["1.18.2", { mtu: "1400" }, 1350],
    ["1.18.2", { mtu: "0", "enable-ipsec": "1" }, 8874],
  ])(
    "%s with %j: a route to others' pods has an MTU of %d, with room for what is put around packets",
    (version, data, mtu) => {
      const { snapshot, added } = renderedOn({ version, data: { "routing-mode": "tunnel", ...data } }, (text) =>
        text.replace('{"name":"eth0",', '{"name":"eth0","mtu":9001,'),
      );
      const [route] = linesOf(snapshot).filter((line) => line.startsWith("10.0.2.0/24"));
      expect(route?.replace(/.* mtu /, "")).toBe(String(mtu));
      const device = "mtu" in data && data.mtu === "1400" ? 1400 : 9001;
      const links = new Map(added.links.map((link) => [link.name, link.mtu]));
      expect(["cilium_host", "cilium_net", "cilium_vxlan", "lxc0123456789ab"].map((name) => links.get(name))).toEqual([
        device,
        device,
        device,
        device,
      ]);
      expect(links.get("cilium_wg0")).toBe("enable-wireguard" in data ? device - 80 : undefined);
    },
  );
});
