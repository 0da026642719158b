import { describe, expect, it } from "vitest";
import { parseAddress, parsePrefix } from "../../base/address.ts";
import { setTypes } from "../../ext/set/types.ts";
import type { ElementPart } from "../../model/sets.ts";
import { parseIpset } from "./parse-ipset.ts";

function parts(type: string, element: string, family = ""): readonly ElementPart[] | undefined {
  return parseIpset(`create s ${type}${family}\nadd s ${element}\n`, "f").value[0]?.elements[0]?.parts;
}

function address(text: string): ElementPart {
  const prefix = parsePrefix(text);
  if (prefix === null) throw new Error(text);
  return { kind: "address", prefix };
}

function port(proto: number | null, from: number, to = from): ElementPart {
  return { kind: "port", proto, from, to };
}

/** One element of every type. */
const ELEMENTS: readonly (readonly [type: string, element: string, parts: readonly ElementPart[]])[] = [
  ["bitmap:ip", "10.0.0.5", [address("10.0.0.5")]],
  ["bitmap:ip,mac", "10.0.0.1,02:AA:22:33:44:55", [address("10.0.0.1"), { kind: "mac", mac: "02:aa:22:33:44:55" }]],
  ["bitmap:port", "80-90", [port(null, 80, 90)]],
  ["hash:ip", "10.0.0.0/30", [address("10.0.0.0/30")]],
  ["hash:mac", "02:11:22:33:44:55", [{ kind: "mac", mac: "02:11:22:33:44:55" }]],
  ["hash:ip,mac", "10.0.0.1,02:11:22:33:44:55", [address("10.0.0.1"), { kind: "mac", mac: "02:11:22:33:44:55" }]],
  ["hash:net", "192.168.0.0/16", [address("192.168.0.0/16")]],
  ["hash:net,net", "10.0.0.0/8,192.168.0.0/16", [address("10.0.0.0/8"), address("192.168.0.0/16")]],
  ["hash:ip,port", "10.0.0.1,udp:53", [address("10.0.0.1"), port(17, 53)]],
  ["hash:net,port", "10.0.0.0/8,sctp:5060", [address("10.0.0.0/8"), port(132, 5060)]],
  ["hash:ip,port,ip", "10.0.0.1,tcp:80,10.0.0.2", [address("10.0.0.1"), port(6, 80), address("10.0.0.2")]],
  ["hash:ip,port,net", "10.0.0.1,tcp:80,0.0.0.0/1", [address("10.0.0.1"), port(6, 80), address("0.0.0.0/1")]],
  ["hash:ip,mark", "10.0.0.1,0x00000063", [address("10.0.0.1"), { kind: "mark", mark: 99 }]],
  ["hash:net,port,net", "10.0.0.0/8,gre:0,10.9.0.0/16", [address("10.0.0.0/8"), port(47, 0), address("10.9.0.0/16")]],
  [
    "hash:net,iface",
    "10.0.0.0/8,eth0",
    [address("10.0.0.0/8"), { kind: "iface", name: "eth0", physdev: false, prefix: false }],
  ],
  ["list:set", "a,b", [{ kind: "set", name: "a,b" }]],
];

describe("elements", () => {
  it("of every type there is", () => {
    expect(new Set(ELEMENTS.map(([type]) => type))).toEqual(new Set(setTypes.map(({ name }) => name)));
  });

  it.each(ELEMENTS)("of %s: %s", (type, element, expected) => {
    expect(parts(type, element)).toEqual(expected);
  });

  it("hold ICMP types and codes as the kernel does", () => {
    expect(parts("hash:ip,port", "10.0.0.1,icmp:echo-request")?.[1]).toEqual(port(1, 0x800));
    expect(parts("hash:ip,port", "10.0.0.1,icmp:3/9")?.[1]).toEqual(port(1, 0x309));
    expect(parts("hash:ip,port", "::1,ipv6-icmp:neighbour-solicitation", " family inet6")?.[1]).toEqual(
      port(58, 0x8700),
    );
  });

  it("may be ranges, leave out an optional part, and mean TCP without a protocol", () => {
    expect(parts("hash:ip", "10.0.0.1-10.0.0.9")).toEqual([
      { kind: "range", from: parseAddress("10.0.0.1"), to: parseAddress("10.0.0.9") },
    ]);
    expect(parts("bitmap:ip,mac", "10.0.0.1")).toEqual([address("10.0.0.1")]);
    expect(parts("hash:ip,port", "10.0.0.1,80")?.[1]).toEqual(port(6, 80));
  });

  it("tell a prefix of device names from a device whose name ends in `+`", () => {
    const iface = (element: string): ElementPart | undefined => parts("hash:net,iface", element)?.[1];
    expect(iface("10.0.0.0/8,lxc wildcard")).toMatchObject({ name: "lxc", prefix: true });
    expect(iface("10.0.0.0/8,lxc+")).toMatchObject({ name: "lxc+", prefix: false });
    expect(iface("10.0.0.0/8,physdev:eth1")).toMatchObject({ name: "eth1", physdev: true });
  });

  it("of the wrong family, shape or size are named and skipped", () => {
    const bad = ["fd00::1", "10.0.0.1,tcp:80", "10.0.0.1/33", "x"];
    const { value, diagnostics } = parseIpset(
      `create s hash:ip\n${bad.map((e) => `add s ${e}\n`).join("")}add s 10.0.0.1\n`,
      "f",
    );
    expect(value[0]?.elements.map(({ text }) => text)).toEqual(["10.0.0.1"]);
    expect(diagnostics.map(({ code, span }) => [code, span.line, span.column])).toEqual(
      bad.map((_, index) => ["bad-element", index + 2, 7]),
    );
  });
});

describe("ipset save", () => {
  it("keeps the options of a set and of an element in order", () => {
    const text =
      "create s hash:net family inet6 hashsize 64 timeout 600 counters comment\n" +
      'add s fd00::/8 timeout 5 nomatch packets 1 bytes 2 comment "it\'s -j DROP # not"\n';
    expect(parseIpset(text, "f")).toEqual({
      value: [
        {
          name: "s",
          type: "hash:net",
          family: "ip6",
          dimensions: ["net"],
          options: [
            { name: "hashsize", value: "64" },
            { name: "timeout", value: "600" },
            { name: "counters", value: null },
            { name: "comment", value: null },
          ],
          elements: [
            {
              parts: [address("fd00::/8")],
              nomatch: true,
              options: [
                { name: "timeout", value: "5" },
                { name: "packets", value: "1" },
                { name: "bytes", value: "2" },
                { name: "comment", value: "it's -j DROP # not" },
              ],
              text: "fd00::/8",
              line: 2,
            },
          ],
          span: { file: "f", line: 1 },
        },
      ],
      diagnostics: [],
    });
  });

  it("names what it cannot place and goes on", () => {
    const text =
      "create a tree:ip\nadd a 1\nadd b 1.2.3.4\nremove c\ncreate d hash:ip speed 9\ncreate d hash:ip\nadd d 1.2.3.4 timeout\n";
    const { value, diagnostics } = parseIpset(text, "f");
    expect(value.map(({ name, options }) => [name, options])).toEqual([["d", []]]);
    expect(diagnostics.map(({ code, span }) => [code, span.line])).toEqual([
      ["unknown-set-type", 1],
      ["undeclared-set", 3],
      ["unknown-line", 4],
      ["unknown-word", 5],
      ["unknown-word", 5],
      ["same-set", 6],
      ["word-without-value", 7],
    ]);
  });

  it("takes names of object properties as names", () => {
    expect(parseIpset("create __proto__ hash:ip\nadd __proto__ 1.2.3.4\n", "f").value).toMatchObject([
      { name: "__proto__", elements: [{ text: "1.2.3.4" }] },
    ]);
  });
});

describe("ipset list", () => {
  it("knows a set whose members were not listed from an empty one", () => {
    const head = (name: string): string =>
      `Name: ${name}\nType: hash:ip\nRevision: 6\nHeader: family inet\nReferences: 0\n`;
    const { value, diagnostics } = parseIpset(`${head("a")}\n${head("b")}Members:\n`, "f");
    expect(diagnostics).toEqual([]);
    expect(value).toMatchObject([{ name: "a", terse: true }, { name: "b" }]);
    expect(value[1]?.terse).toBeUndefined();
    expect(value[0]?.header).toEqual([
      ["Revision", "6"],
      ["References", "0"],
    ]);
  });
});

describe("ipset list -o xml", () => {
  it("reads comments with tags inside them", () => {
    const text = `<ipsets>
<ipset name="a">
<type>hash:ip</type>
<header><family>inet</family><comment/>
</header>
<members>
<member><elem>1.2.3.4</elem><comment>"x </elem> <b>"</comment></member>
</members>
</ipset>
</ipsets>
`;
    const { value, diagnostics } = parseIpset(text, "f");
    expect(diagnostics).toEqual([]);
    expect(value[0]?.elements).toMatchObject([{ text: "1.2.3.4", line: 7, options: [{ value: "x </elem> <b>" }] }]);
  });
});
