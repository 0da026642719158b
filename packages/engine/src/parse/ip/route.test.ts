import { describe, expect, it } from "vitest";
import { parseAddress, parsePrefix } from "../../base/address.ts";
import { parseIpRoute } from "./route.ts";

function routes(
  text: string,
  options: Parameters<typeof parseIpRoute>[2] = {},
): ReturnType<typeof parseIpRoute>["value"] {
  return parseIpRoute(text, "ip-route.txt", options).value;
}

describe("parseIpRoute", () => {
  it("reads a whole route", () => {
    expect(
      routes(
        "10.0.0.0/24 tos 0x10 via 10.1.0.1 dev eth0 table 11 proto dhcp scope link src 10.0.0.9 metric 100 onlink mtu lock 1400 \n",
      ),
    ).toEqual([
      {
        family: "ip",
        type: "unicast",
        dst: parsePrefix("10.0.0.0/24"),
        from: null,
        tos: 16,
        table: "11",
        metric: 100,
        scope: "link",
        protocol: "dhcp",
        prefSrc: parseAddress("10.0.0.9"),
        nexthops: [{ via: parseAddress("10.1.0.1"), dev: "eth0", weight: 1, flags: ["onlink"] }],
        extras: [["mtu", "lock 1400"]],
        span: { file: "ip-route.txt", line: 1 },
      },
    ]);
  });

  it("reads every type, by name and by number", () => {
    const types = [
      "unicast",
      "local",
      "broadcast",
      "anycast",
      "multicast",
      "blackhole",
      "unreachable",
      "prohibit",
      "throw",
    ];
    expect(routes(types.map((type) => `${type} 10.0.0.0/8\n`).join("")).map(({ type }) => type)).toEqual(types);
    expect(routes("6 10.0.0.0/8 \n2 10.0.0.1 dev lo scope 254 table 255\n")).toMatchObject([
      { type: "blackhole" },
      { type: "local", scope: "host", table: "local" },
    ]);
  });

  it("gathers the nexthops of a multipath route, on lines or joined by `ip -o`", () => {
    const hops = [
      { via: parseAddress("10.0.0.1"), dev: "eth0", weight: 1, flags: [] },
      { via: parseAddress("10.0.0.2"), dev: "eth1", weight: 5, flags: ["dead", "linkdown"] },
    ];
    const lines =
      "default proto static \n\tnexthop via 10.0.0.1 dev eth0 weight 1 \n\tnexthop via 10.0.0.2 dev eth1 weight 5 dead linkdown \n";
    expect(routes(lines)[0]?.nexthops).toEqual(hops);
    expect(routes(lines.replaceAll("\n\t", "\\\t"))[0]?.nexthops).toEqual(hops);
  });

  it("keeps the words of an encapsulation apart from the route's own", () => {
    const [text] = routes(
      "10.1.0.0/24  encap ip id 42 src 10.0.0.1 dst 10.0.0.99 ttl 63 tos 0 via 10.0.0.17 dev eth0 src 10.9.9.9 \n",
    );
    expect(text).toMatchObject({
      dst: parsePrefix("10.1.0.0/24"),
      tos: null,
      prefSrc: parseAddress("10.9.9.9"),
      nexthops: [
        { via: parseAddress("10.0.0.17"), extras: [["encap", "ip id 42 src 10.0.0.1 dst 10.0.0.99 ttl 63 tos 0"]] },
      ],
    });
    const json = `[{"dst":"10.1.0.0/24","encap":"ip","id":42,"src":"10.0.0.1","dst":"10.0.0.99","ttl":63,"tos":0,"gateway":"10.0.0.17","dev":"eth0","prefsrc":"10.9.9.9","flags":[]}]`;
    expect(routes(json)).toEqual([text]);
  });

  it("takes labels and other encapsulations whole", () => {
    const encaps = ["mpls 100/200", "mpls 16 ttl 9", "seg6 mode encap segs 2 [ fd00::a fd00::b ]", "bpf headroom 4"];
    for (const encap of encaps) {
      expect(routes(`10.1.0.0/24  encap ${encap} via 10.0.0.1 dev eth0 \n`)).toMatchObject([
        { nexthops: [{ via: parseAddress("10.0.0.1"), dev: "eth0", extras: [["encap", encap]] }] },
      ]);
    }
  });

  it("knows the family of a default route by what else it says", () => {
    const text =
      "default via fd00::1 dev a \ndefault via inet6 fe80::1 dev a src 10.0.0.1 \nunreachable default dev lo metric 1 pref medium\ndefault dev a \n";
    expect(routes(text).map(({ family }) => family)).toEqual(["ip6", "ip", "ip6", "ip"]);
    expect(routes("default dev a \n", { family: "ip6" })).toMatchObject([
      { family: "ip6", dst: { address: 0n, length: 0 } },
    ]);
  });

  it("takes the table that the caller says for routes that name none", () => {
    expect(
      routes("default dev a \nlocal 10.0.0.1 dev a table local \n", { table: "11" }).map(({ table }) => table),
    ).toEqual(["11", "local"]);
  });

  it("gives a route without a device no nexthop, and keeps its flags", () => {
    expect(routes("unreachable 10.0.0.0/8 metric 4 offload \n")).toMatchObject([
      { nexthops: [], extras: [["offload", null]] },
    ]);
  });

  it("skips a route with a malformed value together with its nexthops, and says where", () => {
    const { value, diagnostics } = parseIpRoute(
      "10.0.0.0/8 via 10.0.0.300 dev a \n10.1.0.0/16 \n\tnexthop via x dev a weight 1 \ndefault dev a \n",
      "f",
    );
    expect(value.map(({ dst }) => dst.length)).toEqual([0]);
    expect(diagnostics.map(({ code, span }) => [code, span.line, span.column])).toEqual([
      ["bad-word-value", 1, 16],
      ["bad-word-value", 3, 14],
    ]);
  });

  it("names a nexthop that belongs to no route", () => {
    expect(parseIpRoute("\tnexthop via 10.0.0.1 dev a weight 1 \n", "f").diagnostics).toMatchObject([
      { code: "unknown-line", span: { line: 1, column: 2 } },
    ]);
  });

  it("says where an object of JSON is no route", () => {
    const { value, diagnostics } = parseIpRoute(
      '[{"dst":"nonsense","flags":[]},{"dst":"default","dev":"a","flags":[]}]',
      "f",
    );
    expect(value).toHaveLength(1);
    expect(diagnostics).toMatchObject([{ code: "unknown-word", span: { line: 1, column: 9 } }]);
  });
});
