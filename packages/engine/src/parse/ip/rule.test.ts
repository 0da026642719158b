import { describe, expect, it } from "vitest";
import { parsePrefix } from "../../base/address.ts";
import { parseIpRule } from "./rule.ts";

function one(line: string): ReturnType<typeof parseIpRule>["value"][number] | undefined {
  return parseIpRule(`${line}\n`, "ip-rule.txt").value[0];
}

describe("parseIpRule", () => {
  it("reads every selector", () => {
    const rule = one(
      "200:\tnot from 10.0.0.0/8 to 10.9.0.1 tos 0x10 fwmark 0x5/0xff iif eth0 oif lo uidrange 1-2 ipproto ipproto-99 " +
        "sport 7 dport 80-90 tun_id 5 lookup 300 suppress_prefixlength 0 suppress_ifgroup 7 realms 3/4 proto bird",
    );
    expect(rule).toEqual({
      family: "ip",
      priority: 200,
      not: true,
      from: parsePrefix("10.0.0.0/8"),
      to: parsePrefix("10.9.0.1"),
      tos: 16,
      fwmark: { mark: 5, mask: 0xff },
      iif: "eth0",
      oif: "lo",
      uidRange: { from: 1, to: 2 },
      ipproto: 99,
      sport: { from: 7, to: 7 },
      dport: { from: 80, to: 90 },
      tunId: "5",
      l3mdev: false,
      action: { kind: "lookup", table: "300" },
      suppressPrefixLength: 0,
      suppressIfGroup: "7",
      extras: [
        ["realms", "3/4"],
        ["proto", "bird"],
      ],
      span: { file: "ip-rule.txt", line: 1 },
    });
  });

  it("reads every action", () => {
    const actions = ["goto 9 [unresolved]", "nop", "blackhole", "unreachable", "prohibit", "masquerade", "lookup main"];
    expect(actions.map((action) => one(`1:\tfrom all ${action}`)?.action)).toEqual([
      { kind: "goto", priority: 9 },
      { kind: "nop" },
      { kind: "blackhole" },
      { kind: "unreachable" },
      { kind: "prohibit" },
      { kind: "masquerade" },
      { kind: "lookup", table: "main" },
    ]);
    expect(one("1:\tfrom all lookup [l3mdev-table]")).toMatchObject({ l3mdev: true });
  });

  it("tells a mark of 0 under a mask from no mark at all", () => {
    expect(one("1:\tfrom all fwmark 0/0xf00 lookup main")?.fwmark).toEqual({ mark: 0, mask: 0xf00 });
    expect(one("1:\tfrom all lookup main")?.fwmark).toBeNull();
  });

  it("takes names for tables and services of their numbers", () => {
    expect(one("1:\tfrom all tos AF11 ipproto ipv6-icmp lookup 254")).toMatchObject({
      tos: 0x28,
      ipproto: 58,
      action: { table: "main" },
    });
  });

  it("knows the family by the addresses, then by what the caller says", () => {
    const v6 = "0:\tfrom all lookup local\n9:\tfrom fd00::/8 lookup 5\n";
    expect(parseIpRule(v6, "f").value.map(({ family }) => family)).toEqual(["ip6", "ip6"]);
    expect(parseIpRule("0:\tfrom all lookup local\n", "f", { family: "ip6" }).value[0]?.family).toBe("ip6");
    expect(parseIpRule("0:\tfrom all lookup local\n", "f").value[0]?.family).toBe("ip");
  });

  it("skips a rule with a malformed value, and says where", () => {
    const { value, diagnostics } = parseIpRule("1:\tfrom all fwmark 0xzz lookup 5\n2:\tfrom all lookup main\n", "f");
    expect(value.map(({ priority }) => priority)).toEqual([2]);
    expect(diagnostics).toEqual([
      {
        code: "bad-word-value",
        severity: "error",
        params: { word: "fwmark", value: "0xzz" },
        span: { file: "f", line: 1, column: 20, endColumn: 24 },
      },
    ]);
  });

  it("skips a rule that breaks off", () => {
    const { value, diagnostics } = parseIpRule("1:\tfrom all to\n2:\tfrom all iif eth0\n", "f");
    expect(value).toEqual([]);
    expect(diagnostics.map(({ code }) => code)).toEqual(["word-without-value", "incomplete-line"]);
  });

  it("keeps a selector that it does not know, and says so", () => {
    const { value, diagnostics } = parseIpRule("1:\tfrom all flowlabel 0x5 lookup main\n", "f");
    expect(value[0]?.extras).toEqual([
      ["flowlabel", null],
      ["0x5", null],
    ]);
    expect(diagnostics.map(({ code, span }) => [code, span.column])).toEqual([
      ["unknown-word", 13],
      ["unknown-word", 23],
    ]);
  });
});
