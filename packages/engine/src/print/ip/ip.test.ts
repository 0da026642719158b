import { describe, expect, it } from "vitest";
import { parseAddress, parsePrefix } from "../../base/address.ts";
import type { Address, Prefix } from "../../base/address.ts";
import { plainRoutingRule } from "../../model/routing-rule.ts";
import type { InterfaceAddress, Link, Nexthop, Route, RoutingRule } from "../../model/routing.ts";
import { printIpAddr, printIpLink } from "./link.ts";
import { printIpNeigh } from "./neighbour.ts";
import { printIpRoute } from "./route.ts";
import { printIpRule } from "./rule.ts";

function prefix(text: string): Prefix {
  const parsed = parsePrefix(text);
  if (parsed === null) throw new Error(text);
  return parsed;
}

function address(text: string): Address {
  return prefix(text).address;
}

const SPAN = { file: "made by hand", line: 1 };

function rule(over: Partial<RoutingRule>): RoutingRule {
  return { ...plainRoutingRule("ip", 9, { kind: "lookup", table: "main" }, SPAN), ...over };
}

function route(over: Partial<Route>): Route {
  return {
    family: "ip",
    type: "unicast",
    dst: prefix("10.0.0.0/8"),
    from: null,
    tos: null,
    table: "main",
    metric: null,
    scope: null,
    protocol: null,
    prefSrc: null,
    nexthops: [],
    extras: [],
    span: SPAN,
    ...over,
  };
}

function hop(via: string | null, dev: string, weight = 1): Nexthop {
  return { via: via === null ? null : parseAddress(via), dev, weight, flags: [] };
}

describe("printIpRule", () => {
  it("prints a rule made by hand as iproute2 would", () => {
    const made = rule({
      not: true,
      from: prefix("10.0.0.1/32"),
      fwmark: { mark: 0, mask: 0xf00 },
      ipproto: 6,
      dport: { from: 80, to: 90 },
      uidRange: { from: 5, to: 5 },
      tos: 0xb8,
      action: { kind: "goto", priority: 100 },
    });
    expect(printIpRule([made])).toBe(
      "9:\tnot from 10.0.0.1 tos EF fwmark 0/0xf00 uidrange 5-5 ipproto tcp dport 80-90 goto 100\n",
    );
    expect(printIpRule([rule({ fwmark: { mark: 0x200, mask: 0xffff_ffff } })])).toBe(
      "9:\tfrom all fwmark 0x200 lookup main\n",
    );
  });
});

describe("printIpRoute", () => {
  it("prints routes made by hand as iproute2 would", () => {
    const made = [
      route({ dst: prefix("0.0.0.0/0"), nexthops: [hop("10.0.0.254", "eth0")], metric: 100, table: "11" }),
      route({ dst: prefix("10.0.0.1/32"), type: "local", nexthops: [hop(null, "lo")], table: "local", scope: "host" }),
      route({ type: "blackhole" }),
      route({ nexthops: [hop("10.0.0.1", "a"), hop("fe80::1", "b", 5)] }),
    ];
    const lines = [
      "default via 10.0.0.254 dev eth0 table 11 metric 100 \n",
      "local 10.0.0.1 dev lo table local scope host \n",
      "blackhole 10.0.0.0/8 \n",
      "10.0.0.0/8 \n\tnexthop via 10.0.0.1 dev a weight 1 \n\tnexthop via inet6 fe80::1 dev b weight 5 \n",
    ];
    expect(printIpRoute(made)).toBe(lines.join(""));
  });

  it("prints one table as `show table` does: its routes only, without naming it", () => {
    const made = [route({ table: "11", nexthops: [hop(null, "a")] }), route({ nexthops: [hop(null, "b")] })];
    expect(printIpRoute(made, { table: "11" })).toBe("10.0.0.0/8 dev a \n");
  });
});

const ADDRESS: InterfaceAddress = {
  prefix: prefix("10.0.0.1/24"),
  peer: null,
  broadcast: address("10.0.0.255"),
  scope: "global",
  flags: ["secondary"],
  label: "eth0:1",
  span: SPAN,
};

const LINK: Link = {
  index: 2,
  name: "eth0",
  peer: "if7",
  flags: ["BROADCAST", "UP"],
  mtu: 1500,
  master: "br0",
  state: "UP",
  type: "ether",
  mac: "02:00:00:00:00:10",
  kind: null,
  group: "default",
  addresses: [ADDRESS],
  span: SPAN,
};

describe("printIpAddr, printIpLink", () => {
  it("print a link made by hand as iproute2 would", () => {
    const head =
      "2: eth0@if7: <BROADCAST,UP> mtu 1500 master br0 state UP group default \n    link/ether 02:00:00:00:00:10\n";
    expect(printIpLink([LINK])).toBe(head);
    expect(printIpAddr([LINK])).toBe(`${head}    inet 10.0.0.1/24 brd 10.0.0.255 scope global secondary eth0:1\n`);
  });

  it("print the brief and the one-line form", () => {
    expect(printIpLink([LINK], { brief: true })).toBe(
      "eth0@if7         UP             02:00:00:00:00:10 <BROADCAST,UP> \n",
    );
    expect(printIpAddr([LINK], { brief: true })).toBe("eth0@if7         UP             10.0.0.1/24 \n");
    expect(printIpAddr([LINK], { oneline: true })).toBe(
      "2: eth0    inet 10.0.0.1/24 brd 10.0.0.255 scope global secondary eth0:1\n",
    );
  });
});

describe("printIpNeigh", () => {
  it("prints an entry made by hand as iproute2 would", () => {
    const made = { address: address("fd00::1"), dev: "eth0", mac: "02:00:00:00:00:01", states: ["STALE"], span: SPAN };
    expect(printIpNeigh([made])).toBe("fd00::1 dev eth0 lladdr 02:00:00:00:00:01 STALE \n");
  });
});
