import { describe, expect, it } from "vitest";
import type { Family } from "../../base/address.ts";
import { parseAddress, parsePrefix } from "../../base/address.ts";
import type { ElementPart, IpSet, SetElement, SetOption } from "../../model/sets.ts";
import type { SetKey, SetLookup } from "../../program/set-lookup.ts";
import type { Direction } from "../../program/test.ts";
import { compileSet } from "./match.ts";
import { findSetType } from "./types.ts";

const PROTOCOLS: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17, gre: 47, sctp: 132 };

/** One part of an element as these tests write it. */
function part(dimension: string, text: string): ElementPart {
  switch (dimension) {
    case "set":
      return { kind: "set", name: text };
    case "mac":
      return { kind: "mac", mac: text };
    case "mark":
      return { kind: "mark", mark: Number(text) };
    case "iface":
      return {
        kind: "iface",
        name: text.replace(/^physdev:|\*$/g, ""),
        physdev: text.startsWith("physdev:"),
        prefix: text.endsWith("*"),
      };
    case "port":
      return portPart(text);
    default:
      return addressPart(text);
  }
}

/** `tcp:80-90`, or `80` of a bitmap. */
function portPart(text: string): ElementPart {
  const [proto = "", range = ""] = text.includes(":") ? text.split(":") : ["", text];
  const [from = "", to = from] = range.split("-");
  return { kind: "port", proto: proto === "" ? null : (PROTOCOLS[proto] ?? 0), from: Number(from), to: Number(to) };
}

function addressPart(text: string): ElementPart {
  const [from = "", to] = text.split("-");
  if (to === undefined) return { kind: "address", prefix: parsePrefix(from) ?? { address: 0, length: 0 } };
  return { kind: "range", from: parseAddress(from) ?? 0, to: parseAddress(to) ?? 0 };
}

/** `10.0.0.0/8,eth0 nomatch`, `10.0.0.1 skbmark 0x1/0xff`. */
function element(text: string, dimensions: readonly string[]): SetElement {
  const [head = "", ...words] = text.split(" ");
  const parts = head.split(",").map((one, i) => part(dimensions[i] ?? "", one));
  const skbmark = words[words.indexOf("skbmark") + 1] ?? null;
  const options: SetOption[] = words.includes("skbmark") ? [{ name: "skbmark", value: skbmark }] : [];
  return { parts, nomatch: words.includes("nomatch"), options, text: head, line: 1 };
}

function ipSet(
  type: string,
  elements: readonly string[],
  options: Record<string, string | null> = {},
  family: Family = "ip",
): IpSet {
  const dimensions = findSetType(type)?.dimensions ?? [];
  return {
    name: "s",
    type,
    family,
    dimensions,
    options: Object.entries(options).map(([name, value]) => ({ name, value })),
    elements: elements.map((text) => element(text, dimensions)),
    span: { file: "sets", line: 1 },
  };
}

function lookup(...args: Parameters<typeof ipSet>): SetLookup {
  return compileSet(ipSet(...args), () => undefined);
}

/** A tcp packet 10.9.0.5:7 → 10.0.0.1:80 that came in by eth0. */
function key(changes: Partial<SetKey> & { readonly from?: string; readonly to?: string } = {}): SetKey {
  const { from, to, ...rest } = changes;
  return {
    src: parseAddress(from ?? "10.9.0.5") ?? 0,
    dst: parseAddress(to ?? "10.0.0.1") ?? 0,
    proto: 6,
    sport: 7,
    dport: 80,
    icmpType: null,
    icmpCode: null,
    iif: "eth0",
    oif: null,
    physin: null,
    physout: null,
    smac: "02:00:00:00:00:99",
    mark: 0,
    ...rest,
  };
}

const icmp = (type: number, code: number): Partial<SetKey> => ({
  proto: 1,
  sport: null,
  dport: null,
  icmpType: type,
  icmpCode: code,
});
const portless = (proto: number): Partial<SetKey> => ({ proto, sport: null, dport: null });

function sides(text: string): Direction[] {
  return text.split(",").map((side) => (side === "src" ? "src" : "dst"));
}

const RETURN_NOMATCH = { returnNomatch: true, sets: null };

// Every answer below was seen on Linux 6.18 with `-m set` and packets through a TAP device.
describe("compileSet", () => {
  it.each<[string, IpSet, SetKey, string, string]>([
    ["an address", ipSet("hash:ip", ["10.9.0.5"]), key(), "src", "yes"],
    ["the other side's address", ipSet("hash:ip", ["10.9.0.5"]), key(), "dst", "no"],
    ["more directions than dimensions", ipSet("hash:ip", ["10.9.0.5"]), key(), "src,dst,src", "yes"],
    ["fewer directions than dimensions", ipSet("hash:ip,port", ["10.9.0.5,tcp:80"]), key(), "src", "no"],
    ["the port of the other side", ipSet("hash:ip,port", ["10.9.0.5,tcp:80"]), key(), "src,dst", "yes"],
    ["another protocol", ipSet("hash:ip,port", ["10.9.0.5,udp:80"]), key(), "src,dst", "no"],
    ["ICMP type and code as port", ipSet("hash:ip,port", ["10.9.0.5,icmp:2048"]), key(icmp(8, 0)), "src,dst", "yes"],
    ["another ICMP code", ipSet("hash:ip,port", ["10.9.0.5,icmp:2048"]), key(icmp(8, 1)), "src,dst", "no"],
    ["port 0 without ports", ipSet("hash:ip,port", ["10.9.0.5,gre:0"]), key(portless(47)), "src,src", "yes"],
    ["a later fragment", ipSet("hash:ip,port", ["10.9.0.5,tcp:7"]), key({ sport: null }), "src,src", "no"],
    ["a later ICMP fragment", ipSet("hash:ip,port", ["10.9.0.5,icmp:0"]), key(portless(1)), "src,src", "no"],
    ["protocol 0", ipSet("hash:ip,port", ["10.9.0.5,x:0"]), key(portless(0)), "src,src", "no"],
    ["three dimensions", ipSet("hash:ip,port,ip", ["10.9.0.5,tcp:80,10.0.0.1"]), key(), "src,dst,dst", "yes"],
    ["the set of the other family", ipSet("hash:ip", ["::1"], {}, "ip6"), key(), "src", "no"],
    ["IPv6", ipSet("hash:net", ["fd00::/16"], {}, "ip6"), key({ from: "fd00::5" }), "src", "yes"],
    ["a network", ipSet("hash:net", ["10.9.0.0/16"]), key(), "src", "yes"],
    ["an exception in a network", ipSet("hash:net", ["10.9.0.0/16", "10.9.0.0/24 nomatch"]), key(), "src", "nomatch"],
    ["an exception from the exception", ipSet("hash:net", ["10.9.0.0/24 nomatch", "10.9.0.5"]), key(), "src", "yes"],
    ["a network and a port", ipSet("hash:net,port", ["10.0.0.0/8,tcp:80"]), key(), "src,dst", "yes"],
    ["two networks", ipSet("hash:net,net", ["10.9.0.0/16,10.0.0.0/24"]), key(), "src,dst", "yes"],
    [
      "the first network before the second",
      ipSet("hash:net,net", ["10.9.0.0/16,10.0.0.0/8", "10.0.0.0/8,10.0.0.1 nomatch"]),
      key(),
      "src,dst",
      "yes",
    ],
    [
      "the network before an address range",
      ipSet("hash:ip,port,net", ["10.9.0.5,tcp:80,10.0.0.0/8", "10.9.0.0/24,tcp:80,10.0.0.0/16 nomatch"]),
      key(),
      "src,dst,dst",
      "nomatch",
    ],
    ["the input device", ipSet("hash:net,iface", ["10.9.0.0/16,eth0"]), key(), "src,src", "yes"],
    ["no output device", ipSet("hash:net,iface", ["10.9.0.0/16,eth0"]), key(), "src,dst", "no"],
    ["the output device", ipSet("hash:net,iface", ["10.9.0.0/16,eth1"]), key({ oif: "eth1" }), "src,dst", "yes"],
    ["a device that begins so", ipSet("hash:net,iface", ["10.9.0.0/16,eth*"]), key(), "src,src", "yes"],
    ["a device beside others", ipSet("hash:net,iface", ["10.9.0.0/16,x", "10.9.0.0/16,eth0"]), key(), "src,src", "yes"],
    [
      "a longer network hides a shorter one, whatever its device",
      ipSet("hash:net,iface", ["10.9.0.0/16,eth0", "10.9.0.0/24,eth1"]),
      key(),
      "src,src",
      "no",
    ],
    [
      "a bridge port, which no rule asks for",
      ipSet("hash:net,iface", ["10.9.0.0/16,physdev:eth0"]),
      key(),
      "src,src",
      "no",
    ],
    ["any address of a device", ipSet("hash:net,iface", ["0.0.0.0/0,eth0"]), key(), "src,src", "yes"],
    ["a masked set", ipSet("hash:ip", ["10.9.0.0"], { netmask: "24" }), key(), "src", "yes"],
    ["a set masked in the middle", ipSet("hash:ip", ["10.0.0.5"], { bitmask: "255.0.0.255" }), key(), "src", "yes"],
    ["a masked set with ports", ipSet("hash:ip,port", ["10.9.0.0,tcp:80"], { netmask: "24" }), key(), "src,dst", "yes"],
    ["a mark", ipSet("hash:ip,mark", ["10.9.0.5,0x10"], { markmask: "0xf0" }), key({ mark: 0xff1f }), "src,src", "yes"],
    ["another mark", ipSet("hash:ip,mark", ["10.9.0.5,0x10"]), key({ mark: 0x11 }), "src,src", "no"],
    ["a MAC address", ipSet("hash:mac", ["02:00:00:00:00:99"]), key(), "src", "yes"],
    ["another MAC address", ipSet("hash:mac", ["02:00:00:00:00:98"]), key(), "src", "no"],
    ["the destination's MAC address", ipSet("hash:mac", ["02:00:00:00:00:98"]), key(), "dst", "unknown"],
    ["an empty set of MAC addresses", ipSet("hash:mac", []), key(), "dst", "no"],
    ["a MAC address for IPv6", ipSet("hash:mac", ["02:00:00:00:00:99"]), key({ from: "::1", to: "::2" }), "src", "yes"],
    [
      "no MAC address over the loopback",
      ipSet("hash:mac", ["00:00:00:00:00:00"]),
      key({ smac: "00:00:00:00:00:00" }),
      "src",
      "no",
    ],
    ["no MAC address from here", ipSet("hash:mac", ["02:00:00:00:00:99"]), key({ smac: null, iif: null }), "src", "no"],
    [
      "an unknown MAC address",
      ipSet("hash:ip,mac", ["10.9.0.5,02:00:00:00:00:99"]),
      key({ smac: null }),
      "src,src",
      "unknown",
    ],
    ["a bitmap", ipSet("bitmap:ip", ["10.9.0.5"], { range: "10.9.0.0-10.9.0.255" }), key(), "src", "yes"],
    ["a masked bitmap", ipSet("bitmap:ip", ["10.9.0.0"], { range: "10.9.0.0/16", netmask: "24" }), key(), "src", "yes"],
    ["a bitmap's MAC address", ipSet("bitmap:ip,mac", ["10.9.0.5,02:00:00:00:00:99"]), key(), "src,src", "yes"],
    ["a bitmap's other MAC address", ipSet("bitmap:ip,mac", ["10.9.0.5,02:00:00:00:00:98"]), key(), "src,src", "no"],
    ["a bitmap without a MAC address yet", ipSet("bitmap:ip,mac", ["10.9.0.5"]), key(), "src,src", "yes"],
    [
      "a bitmap's unknown MAC address",
      ipSet("bitmap:ip,mac", ["10.9.0.5,02:00:00:00:00:99"]),
      key({ smac: null }),
      "src,src",
      "unknown",
    ],
    ["a bitmap of ports", ipSet("bitmap:port", ["80"]), key(), "dst", "yes"],
    ["a bitmap of ports, udp", ipSet("bitmap:port", ["80"]), key({ proto: 17 }), "dst", "yes"],
    ["a bitmap of ports, sctp", ipSet("bitmap:port", ["80"]), key({ proto: 132 }), "dst", "no"],
    ["a bitmap of ports, ICMP", ipSet("bitmap:port", ["2048"]), key(icmp(8, 0)), "dst", "no"],
    ["a range of addresses", ipSet("hash:net", ["10.9.0.3-10.9.0.6"]), key(), "src", "yes"],
    ["outside a range of addresses", ipSet("hash:net", ["10.9.0.6-10.9.0.9"]), key(), "src", "no"],
    [
      "a range of IPv6 addresses",
      ipSet("hash:ip", ["fd00::3-fd00::6"], {}, "ip6"),
      key({ from: "fd00::5" }),
      "src",
      "yes",
    ],
    ["a range of ports", ipSet("hash:ip,port", ["10.9.0.5,tcp:70-90"]), key(), "src,dst", "yes"],
    ["outside a range of ports", ipSet("hash:ip,port", ["10.9.0.5,tcp:81-90"]), key(), "src,dst", "no"],
  ])("%s", (_, set, packet, directions, expected) => {
    expect(compileSet(set, () => undefined).test(packet, sides(directions))).toBe(expected);
  });

  it("turns the answer round for --return-nomatch, in the types that know nomatch", () => {
    const net = lookup("hash:net", ["10.9.0.0/16", "10.9.1.0/24 nomatch"]);
    expect(net.test(key(), ["src"], RETURN_NOMATCH)).toBe("no");
    expect(net.test(key({ from: "10.9.1.1" }), ["src"], RETURN_NOMATCH)).toBe("yes");
    expect(net.test(key({ from: "99.9.9.9" }), ["src"], RETURN_NOMATCH)).toBe("no");
    expect(lookup("hash:ip", ["10.9.0.5"]).test(key(), ["src"], RETURN_NOMATCH)).toBe("yes");
  });

  it("does not know what was not listed, or cannot be placed", () => {
    const terse = compileSet({ ...ipSet("hash:ip", []), terse: true }, () => undefined);
    expect(terse.test(key(), ["src"])).toBe("unknown");
    expect(lookup("tree:ip", []).test(key(), ["src"])).toBe("unknown");
    expect(lookup("tree:ip", []).mapped(key(), ["src"])).toBeNull();
    const other = lookup("hash:ip", ["::1", "::1-::2", "10.9.0.6"]);
    expect(other.test(key(), ["src"])).toBe("unknown");
    expect(other.test(key({ from: "10.9.0.6" }), ["src"])).toBe("yes");
    const short = ipSet("hash:ip,port", ["10.9.0.5"]);
    expect(compileSet(short, () => undefined).test(key(), ["src", "src"])).toBe("unknown");
    const wrong = { ...ipSet("hash:ip,mark", []), elements: [element("10.9.0.5,eth0", ["ip", "iface"])] };
    expect(compileSet(wrong, () => undefined).test(key(), ["src", "src"])).toBe("unknown");
    const huge = lookup("hash:net,port,net", [`0.0.0.1-255.255.255.254,tcp:1-65534,0.0.0.1-255.255.255.254`]);
    expect(["yes", "unknown"]).toContain(huge.test(key(), sides("src,dst,dst")));
  });

  it("takes options that make no sense as not given", () => {
    const odd = { netmask: "x", bitmask: "::1", markmask: "z", maxelem: "y", range: "1-" };
    expect(lookup("hash:ip", ["10.9.0.5"], odd).test(key(), ["src"])).toBe("yes");
    expect(lookup("hash:ip,mark", ["10.9.0.5,5"], odd).test(key({ mark: 5 }), ["src", "src"])).toBe("yes");
    expect(lookup("bitmap:ip", [], { range: "10.0.0.0-x" }).with(key(), ["src"], "add").test(key(), ["src"])).toBe(
      "yes",
    );
    expect(lookup("bitmap:ip", [], { range: "10.0.0.0/99" }).with(key(), ["src"], "add").test(key(), ["src"])).toBe(
      "yes",
    );
  });
});

describe("SET targets", () => {
  const del = (set: SetLookup, directions: string, packet = key()): SetLookup =>
    set.with(packet, sides(directions), "del");
  const addTo = (set: SetLookup, directions: string, packet = key()): SetLookup =>
    set.with(packet, sides(directions), "add");

  it("add and delete without touching the set they came from", () => {
    const empty = lookup("hash:ip,port", []);
    const one = addTo(empty, "src,dst");
    expect(empty.test(key(), sides("src,dst"))).toBe("no");
    expect(one.test(key(), sides("src,dst"))).toBe("yes");
    expect(del(one, "src,dst").test(key(), sides("src,dst"))).toBe("no");
    expect(one.test(key(), sides("src,dst"))).toBe("yes");
  });

  it("are refused, with the set itself as answer", () => {
    const full = lookup("hash:ip", ["10.9.0.1", "10.9.0.2"], { maxelem: "2" });
    expect(addTo(full, "src")).toBe(full);
    expect(del(full, "src")).toBe(full);
    const there = lookup("hash:ip", ["10.9.0.5"]);
    expect(addTo(there, "src")).toBe(there);
    expect(there.with(key(), ["src"], "add", true)).not.toBe(there);
    const narrow = lookup("hash:ip,port", []);
    expect(addTo(narrow, "src")).toBe(narrow);
    const ranged = lookup("bitmap:ip", [], { range: "10.8.0.0/16" });
    expect(addTo(ranged, "src")).toBe(ranged);
    const ports = lookup("bitmap:port", [], { range: "0-10" });
    expect(addTo(ports, "dst")).toBe(ports);
    expect(addTo(ports, "src").test(key(), ["src"])).toBe("yes");
    expect(lookup("tree:ip", []).with(key(), ["src"], "add").test(key(), ["src"])).toBe("unknown");
  });

  it("make room with forceadd", () => {
    const full = lookup("hash:ip", ["10.9.0.1"], { maxelem: "1", forceadd: null });
    expect(addTo(full, "src").test(key(), ["src"])).toBe("yes");
  });

  it("refuse the zero address where the kernel does", () => {
    const zero = key({ from: "0.0.0.0", ...portless(47) });
    for (const type of ["hash:ip", "hash:ip,port"]) {
      const set = lookup(type, []);
      expect(addTo(set, "src,src", zero)).toBe(set);
    }
    for (const type of ["hash:net", "hash:ip,port,ip"]) {
      expect(addTo(lookup(type, []), "src,src,dst", zero).test(zero, sides("src,src,dst"))).toBe("yes");
    }
  });

  it("write the longest prefix that the set has", () => {
    const set = addTo(lookup("hash:net", ["10.8.0.0/16", "1.0.0.0/8"]), "src");
    expect(set.test(key({ from: "10.9.77.77" }), ["src"])).toBe("yes");
    expect(addTo(lookup("hash:net", []), "src").test(key({ from: "10.9.0.6" }), ["src"])).toBe("no");
  });

  it("delete the longest prefix only, and then the next", () => {
    const set = lookup("hash:net", ["10.9.0.0/16", "10.9.0.5"]);
    const once = del(set, "src");
    expect(once.test(key(), ["src"])).toBe("yes");
    expect(del(once, "src").test(key(), ["src"])).toBe("no");
    expect(del(lookup("hash:net", ["10.9.0.0/16", "1.1.1.1"]), "src").test(key(), ["src"])).toBe("yes");
  });

  it("add marks and MAC addresses", () => {
    const marked = addTo(lookup("hash:ip,mark", [], { markmask: "0xf0" }), "src,src", key({ mark: 0x1f }));
    expect(marked.test(key({ mark: 0x2f1 }), sides("src,src"))).toBe("no");
    expect(marked.test(key({ mark: 0x311 }), sides("src,src"))).toBe("yes");
    const neighbours = addTo(lookup("hash:ip,mac", []), "src,src");
    expect(neighbours.test(key(), sides("src,src"))).toBe("yes");
    expect(neighbours.test(key({ smac: "02:00:00:00:00:98" }), sides("src,src"))).toBe("no");
    expect(del(neighbours, "src,src").test(key(), sides("src,src"))).toBe("no");
  });

  it("clear nomatch with --exist only", () => {
    const set = lookup("hash:net", ["10.9.0.0/24 nomatch"]);
    expect(addTo(set, "src")).toBe(set);
    expect(set.with(key(), ["src"], "add", true).test(key(), ["src"])).toBe("yes");
  });

  it("find a device by its beginning", () => {
    const set = lookup("hash:net,iface", ["10.9.0.0/16,eth*"]);
    expect(addTo(set, "src,src")).toBe(set);
    expect(del(set, "src,src").test(key(), sides("src,src"))).toBe("no");
    const other = addTo(lookup("hash:net,iface", ["10.8.0.0/16,eth1"]), "src,src");
    expect(other.test(key({ from: "10.9.8.8" }), sides("src,src"))).toBe("yes");
    expect(other.test(key({ from: "10.9.8.8", iif: "eth1" }), sides("src,src"))).toBe("no");
  });

  it("give a bitmap the MAC address of the packet", () => {
    const bare = lookup("bitmap:ip,mac", ["10.9.0.5"], { range: "10.9.0.0/24" });
    const filled = addTo(bare, "src,src");
    expect(filled.test(key({ smac: "02:00:00:00:00:98" }), sides("src,src"))).toBe("no");
    expect(addTo(filled, "src,src", key({ smac: "02:00:00:00:00:98" }))).toBe(filled);
    const again = filled.with(key({ smac: "02:00:00:00:00:98" }), sides("src,src"), "add", true);
    expect(again.test(key({ smac: "02:00:00:00:00:98" }), sides("src,src"))).toBe("yes");
    expect(del(again, "src,src").test(key(), sides("src,src"))).toBe("no");
    const fresh = addTo(lookup("bitmap:ip,mac", [], { range: "10.9.0.0/24" }), "src,src");
    expect(fresh.test(key(), sides("src,src"))).toBe("yes");
  });

  it("leave a set unsure where they wrote something unknown", () => {
    const set = addTo(lookup("hash:mac", []), "dst");
    expect(set.test(key(), ["dst"])).toBe("unknown");
    expect(set.test(key(), ["src"])).toBe("unknown");
  });
});

describe("--map-set", () => {
  it("gives the element's mark", () => {
    const set = lookup("hash:ip", [
      "10.9.0.5 skbmark 0x10/0xf0",
      "10.9.0.6",
      "10.9.0.7 skbmark 3",
      "10.9.0.8 skbmark x",
    ]);
    expect(set.mapped(key(), ["src"])).toEqual({ mark: 0x10, mask: 0xf0 });
    expect(set.mapped(key({ from: "10.9.0.6" }), ["src"])).toBeNull();
    expect(set.mapped(key({ from: "10.9.0.7" }), ["src"])).toEqual({ mark: 3, mask: 0xffff_ffff });
    expect(set.mapped(key({ from: "10.9.0.8" }), ["src"])).toBeNull();
    expect(set.mapped(key({ from: "10.9.0.9" }), ["src"])).toBeNull();
  });

  it("gives nothing for an exception", () => {
    const set = lookup("hash:net", ["10.9.0.0/16 nomatch skbmark 1"]);
    expect(set.mapped(key(), ["src"])).toBeNull();
  });
});

describe("list:set", () => {
  const sets = new Map([
    ["ports", ipSet("hash:ip,port", ["10.9.0.5,tcp:7"])],
    ["nets", ipSet("hash:net", ["10.9.0.0/16", "10.9.1.0/24 nomatch"])],
    ["marked", ipSet("hash:ip", ["10.9.0.5 skbmark 0x1"])],
    ["inner", ipSet("list:set", ["nets"])],
  ]);
  const list = (elements: readonly string[], options: Record<string, string | null> = {}): SetLookup =>
    compileSet(ipSet("list:set", elements, options), (name) => sets.get(name));

  it("asks its members in order, each by its own dimensions", () => {
    expect(list(["ports", "nets"]).test(key(), ["src"])).toBe("yes");
    expect(list(["ports"]).test(key(), ["src"])).toBe("no");
    expect(list(["ports"]).test(key(), ["src", "src"])).toBe("yes");
    expect(list(["nets"]).test(key({ from: "10.9.1.1" }), ["src"])).toBe("no");
    expect(list(["nets"]).test(key({ from: "10.9.1.1" }), ["src"], RETURN_NOMATCH)).toBe("yes");
    expect(list([]).test(key(), ["src"])).toBe("no");
    expect(list(["nets"]).test(key(), [])).toBe("no");
  });

  it("does not know members that are not there, nor lists in lists", () => {
    expect(list(["gone"]).test(key(), ["src"])).toBe("unknown");
    expect(list(["gone", "nets"]).test(key(), ["src"])).toBe("yes");
    expect(list(["inner"]).test(key(), ["src"])).toBe("unknown");
    const odd = { ...ipSet("list:set", []), elements: [element("10.0.0.1", ["ip"])] };
    expect(compileSet(odd, () => undefined).test(key(), ["src"])).toBe("unknown");
    expect(
      compileSet(ipSet("list:set", ["m"]), () => ipSet("hash:mac", ["02:00:00:00:00:01"])).test(key(), ["dst"]),
    ).toBe("unknown");
  });

  it("asks its members as they are now", () => {
    const nets = lookup("hash:net", []);
    const now = new Map([["nets", nets.with(key({ from: "7.7.7.7" }), ["src"], "add")]]);
    const asked = { returnNomatch: false, sets: now };
    expect(list(["nets"]).test(key({ from: "7.7.7.7" }), ["src"], asked)).toBe("yes");
    expect(list(["nets"]).test(key(), ["src"], asked)).toBe("no");
  });

  it("leaves changes to its members", () => {
    const both = list(["ports", "nets"]);
    expect(both.members).toEqual(["ports", "nets"]);
    expect(both.with(key(), ["src"], "add")).toBe(both);
  });

  it("maps by its own marks where it has some, else by its member's", () => {
    expect(list(["marked"]).mapped(key(), ["src"])).toEqual({ mark: 1, mask: 0xffff_ffff });
    expect(list(["marked skbmark 0x3/0xf"], { skbinfo: null }).mapped(key(), ["src"])).toEqual({ mark: 3, mask: 0xf });
    expect(list(["marked"]).mapped(key({ from: "1.1.1.1" }), ["src"])).toBeNull();
  });
});
