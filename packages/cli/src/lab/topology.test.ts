import { describe, expect, it } from "vitest";
import type { Link, Route, RoutingRule, Snapshot } from "@hookwalk/engine";
import { parseAddress, parsePrefix, unknownSnapshot } from "@hookwalk/engine";
import { routeCommands, ruleCommands, TableNumbers } from "./routing-commands.ts";
import { deviceCommands, planDevices } from "./topology.ts";

const span = { file: "", line: 0 };

function link(name: string, fields: Partial<Link> = {}): Link {
  return {
    index: 2,
    name,
    peer: null,
    flags: ["BROADCAST", "UP"],
    mtu: 1500,
    master: null,
    state: "UP",
    type: "ether",
    mac: null,
    kind: null,
    group: "default",
    addresses: [],
    span,
    ...fields,
  };
}

function snapshot(links: readonly Link[] | null, routes: readonly Route[] = []): Snapshot {
  return { ...unknownSnapshot("node"), routes: { ip: routes, ip6: null }, links };
}

function route(dst: string, fields: Partial<Route> = {}): Route {
  return {
    family: "ip",
    type: "unicast",
    dst: parsePrefix(dst) ?? { address: 0, length: 0 },
    from: null,
    tos: null,
    table: "main",
    metric: null,
    scope: null,
    protocol: null,
    prefSrc: null,
    nexthops: [],
    extras: [],
    span,
    ...fields,
  };
}

function rule(priority: number, table: string, fields: Partial<RoutingRule> = {}): RoutingRule {
  return {
    family: "ip",
    priority,
    not: false,
    from: null,
    to: null,
    tos: null,
    fwmark: null,
    iif: null,
    oif: null,
    uidRange: null,
    ipproto: null,
    sport: null,
    dport: null,
    tunId: null,
    l3mdev: false,
    action: { kind: "lookup", table },
    suppressPrefixLength: null,
    suppressIfGroup: null,
    extras: [],
    span,
    ...fields,
  };
}

const kinds = (links: readonly Link[] | null, routes: readonly Route[] = []): readonly string[] =>
  planDevices(snapshot(links, routes), []).map(({ link: { name }, what }) => `${name} ${what.kind}`);

describe("devices of a lab", () => {
  it("finds a stand-in for each device of a node", () => {
    const links = [
      link("lo"),
      link("eth0"),
      link("kube-ipvs0", { flags: ["BROADCAST", "NOARP"] }),
      link("cilium_net", { peer: "cilium_host", index: 4 }),
      link("cilium_host", { peer: "cilium_net", index: 5 }),
      link("cali0ef24b3", { peer: "if4" }),
      link("port", { master: "cni0" }),
      link("cni0"),
    ];
    expect(kinds(links)).toEqual([
      "lo loopback",
      "eth0 tap",
      "kube-ipvs0 ifb",
      "cilium_net veth",
      "cilium_host veth",
      "cali0ef24b3 tap",
      "port tap",
      "cni0 bridge",
    ]);
  });

  it("makes a wire for a device that only routes name", () => {
    const hop = { via: null, dev: "tunl0", weight: 1, flags: [] };
    expect(kinds(null, [route("10.0.0.0/8", { nexthops: [hop] })])).toEqual(["tunl0 tap"]);
  });

  it("keeps a device down that was down, and adds no address twice", () => {
    const address = {
      prefix: parsePrefix("127.0.0.1/8") ?? { address: 0, length: 0 },
      peer: null,
      broadcast: null,
      scope: "host",
      flags: [],
      label: "lo",
      span,
    };
    const devices = planDevices(
      snapshot([link("lo", { addresses: [address] }), link("kube-ipvs0", { flags: ["NOARP"] })]),
      [],
    );
    expect(deviceCommands(devices)).toEqual([
      "link add kube-ipvs0 type ifb",
      "link set kube-ipvs0 addrgenmode none",
      "link set kube-ipvs0 mtu 1500",
      "link set kube-ipvs0 arp off",
      "link set lo up",
    ]);
  });
});

describe("routes and rules of a lab", () => {
  it("adds what is on the link before what is behind a gateway, and leaves the kernel's own local routes to it", () => {
    const routes = [
      route("0.0.0.0/0", { nexthops: [{ via: parseAddress("169.254.1.1"), dev: "eth0", weight: 1, flags: [] }] }),
      route("169.254.1.1", { scope: "link", nexthops: [{ via: null, dev: "eth0", weight: 1, flags: [] }] }),
      route("10.0.0.1", { type: "local", table: "local", protocol: "kernel" }),
      route("10.50.0.0/16", {
        type: "local",
        table: "local",
        nexthops: [{ via: null, dev: "lo", weight: 1, flags: [] }],
      }),
    ];
    expect(routeCommands("ip", routes, new TableNumbers())).toEqual([
      "route flush table 254",
      "route append unicast 169.254.1.1/32 dev eth0 table 254 scope link",
      "route append local 10.50.0.0/16 dev lo table 255",
      "route append unicast 0.0.0.0/0 via 169.254.1.1 dev eth0 table 254",
    ]);
  });

  it("touches no rule where the snapshot has the kernel's own three: local and main stay merged", () => {
    const own = [rule(0, "local"), rule(32766, "main"), rule(32767, "default")];
    expect(ruleCommands("ip", own, new TableNumbers())).toEqual([]);
  });

  it("adds first and deletes afterwards where the local rule was moved", () => {
    const rules = [
      rule(9, "2004", { fwmark: { mark: 0x200, mask: 0xf00 } }),
      rule(100, "local"),
      rule(32766, "main"),
      rule(32767, "default"),
    ];
    expect(ruleCommands("ip", rules, new TableNumbers())).toEqual([
      "rule add priority 9 from all fwmark 512/3840 table 2004",
      "rule add priority 100 from all table 255",
      "rule del priority 0",
    ]);
  });

  it("numbers tables whose names the snapshot does not explain", () => {
    const tables = new TableNumbers();
    expect([tables.of("main"), tables.of("calico"), tables.of("calico"), tables.of("100")]).toEqual([
      "254",
      "10003",
      "10003",
      "100",
    ]);
  });
});
