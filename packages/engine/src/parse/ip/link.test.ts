import { describe, expect, it } from "vitest";
import { parseAddress, parsePrefix } from "../../base/address.ts";
import { parseIpAddr, parseIpLink } from "./link.ts";

const ADDR = `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
       valid_lft forever preferred_lft forever
7: eth0@if2: <BROADCAST,UP> mtu 1400 qdisc fq master br0 state UP group 7
    link/ether 02:00:00:00:00:10 brd ff:ff:ff:ff:ff:ff link-netnsid 0
    altname enp0s3
    inet 10.5.0.1 peer 10.5.0.2/30 brd 10.5.0.3 scope global secondary noprefixroute eth0:1
       valid_lft 60sec preferred_lft 30sec
    inet6 fe80::1/64 scope link tentative
       valid_lft forever preferred_lft forever
`;

describe("parseIpAddr", () => {
  it("reads links with their addresses", () => {
    const { value, diagnostics } = parseIpAddr(ADDR, "f");
    expect(diagnostics).toEqual([]);
    expect(value[1]).toEqual({
      index: 7,
      name: "eth0",
      peer: "if2",
      flags: ["BROADCAST", "UP"],
      mtu: 1400,
      master: "br0",
      state: "UP",
      type: "ether",
      mac: "02:00:00:00:00:10",
      kind: null,
      group: "7",
      addresses: [
        {
          prefix: parsePrefix("10.5.0.1/30"),
          peer: parsePrefix("10.5.0.2/30"),
          broadcast: parseAddress("10.5.0.3"),
          scope: "global",
          flags: ["secondary", "noprefixroute"],
          label: "eth0:1",
          span: { file: "f", line: 8 },
          extras: [
            ["valid_lft", "60sec"],
            ["preferred_lft", "30sec"],
          ],
        },
        {
          prefix: parsePrefix("fe80::1/64"),
          peer: null,
          broadcast: null,
          scope: "link",
          flags: ["tentative"],
          label: null,
          span: { file: "f", line: 10 },
          extras: [
            ["valid_lft", "forever"],
            ["preferred_lft", "forever"],
          ],
        },
      ],
      span: { file: "f", line: 5 },
      extras: [
        ["qdisc", "fq"],
        ["brd", "ff:ff:ff:ff:ff:ff"],
        ["link-netnsid", "0"],
      ],
      details: ["    altname enp0s3"],
    });
  });

  it("reads a listing that a web page indented or stripped alike", () => {
    const strip = (text: string): unknown =>
      parseIpAddr(text, "f").value.map(({ name, addresses }) => [name, addresses]);
    expect(strip(ADDR.replace(/^ +/gm, ""))).toEqual(strip(ADDR));
    expect(strip(ADDR.replace(/^/gm, "    "))).toEqual(strip(ADDR));
  });

  it("marks what `ip -o addr` and `ip -br` leave out", () => {
    const oneline = parseIpAddr(
      "3: a    inet 10.0.0.1/24 scope global a\\       valid_lft forever preferred_lft forever\n3: a    inet6 ::2/64 scope global \n",
      "f",
    );
    expect(oneline.value).toMatchObject([
      { index: 3, name: "a", partial: true, addresses: [{ label: "a" }, { scope: "global" }] },
    ]);
    expect(oneline.diagnostics).toEqual([]);
    const brief = parseIpAddr(
      "a@b              UP             10.0.0.1 peer 10.0.0.2/32 metric 5 fe80::1/64 127.0.0.1/8 \n",
      "f",
    );
    expect(brief.value).toMatchObject([
      {
        name: "a",
        peer: "b",
        state: "UP",
        partial: true,
        addresses: [{ peer: parsePrefix("10.0.0.2/32") }, { scope: "link" }, { scope: "host" }],
      },
    ]);
  });

  it("skips an address that it cannot read, and keeps the others", () => {
    const { value, diagnostics } = parseIpAddr(ADDR.replace("fe80::1/64", "fe80::1/129"), "f");
    expect(value[1]?.addresses).toHaveLength(1);
    expect(diagnostics).toMatchObject([
      { code: "bad-word-value", params: { value: "fe80::1/129" }, span: { line: 10, column: 11 } },
      { code: "unknown-line", span: { line: 11 } },
    ]);
  });

  it("takes only the flags that JSON says are true", () => {
    const json =
      '[{"ifname":"a","ifindex":1,"flags":[],"addr_info":[{"family":"inet","local":"10.0.0.1","prefixlen":24,"scope":"global","dynamic":false,"secondary":true,"label":"a"}]}]';
    const { value, diagnostics } = parseIpAddr(json, "f");
    expect(diagnostics).toEqual([]);
    expect(value[0]?.addresses).toMatchObject([{ flags: ["secondary"], label: "a" }]);
  });
});

describe("parseIpLink", () => {
  it("knows the kind from `ip -d`, not from what may stand in its place", () => {
    const head = (name: string): string =>
      `1: ${name}: <UP> mtu 1 qdisc noop state UP mode DEFAULT group default qlen 1\n`;
    const details =
      "    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff promiscuity 0  allmulti 0 minmtu 68 maxmtu 65535 \n";
    const text = `${head("a")}${details}    vxlan id 7 local 10.0.0.1 dev eth0 \n    alias b c\n${head("b")}${details}    altname x\n`;
    const { value, diagnostics } = parseIpLink(text, "f");
    expect(diagnostics).toEqual([]);
    expect(value.map(({ kind }) => kind)).toEqual(["vxlan", null]);
  });

  it("reads links without an address of their own", () => {
    const { value } = parseIpLink(
      "3: tun0: <POINTOPOINT> mtu 1500 qdisc noop state DOWN mode DEFAULT group default qlen 500\n    link/none \n4: t@NONE: <NOARP> mtu 1480 qdisc noop state DOWN mode DEFAULT group default qlen 1\n    link/ipip 0.0.0.0 brd 0.0.0.0\n",
      "f",
    );
    expect(value).toMatchObject([
      { type: "none", mac: null },
      { type: "ipip", mac: "0.0.0.0", peer: "NONE" },
    ]);
  });

  it("keeps a word that it does not know, and says so", () => {
    const { value, diagnostics } = parseIpLink("1: a: <UP> mtu 9 warp\n", "f");
    expect(value).toMatchObject([{ mtu: 9, extras: [["warp", null]] }]);
    expect(diagnostics).toMatchObject([{ code: "unknown-word", span: { column: 18, endColumn: 22 } }]);
  });

  it("passes over the empty objects that filters leave in JSON, and names objects that are no links", () => {
    const { value, diagnostics } = parseIpLink('[{},{"ifname":"a","ifindex":1,"mtu":5,"flags":["UP"]},{"mtu":1}]', "f");
    expect(value).toMatchObject([{ name: "a", index: 1, mtu: 5, flags: ["UP"] }]);
    expect(diagnostics).toMatchObject([{ code: "incomplete-line", span: { column: 55 } }]);
  });
});
