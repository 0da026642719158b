import { expect, it } from "vitest";
import { ipRules, saved, told } from "../told.ts";
import { markNeverRead } from "./mark-never-read.ts";

const SET = "-A PREROUTING -i eth0 -j CONNMARK --set-xmark 0x80/0x80";
const RESTORE = "-A PREROUTING -i lxc+ -j CONNMARK --restore-mark --nfmask 0x80 --ctmask 0x80";

function lint(rules: Readonly<Record<string, readonly string[]>>, ...routing: readonly string[]): readonly string[] {
  return told(markNeverRead, { "iptables-save.txt": saved(rules), "ip-rule.txt": ipRules(...routing) });
}

it("finds a connection mark that is restored and that no routing rule asks for, as Cilium has it on ACK", () => {
  expect(lint({ mangle: [SET, RESTORE] })).toEqual([
    "warning PREROUTING/1: this rule sets 0x80 of the connection's mark, and nothing asks for it, nor for what it is copied to",
  ]);
  expect(lint({ mangle: [SET, RESTORE] }, "109:\tfrom all fwmark 0x80/0x80 lookup main")).toEqual([]);
});

it("finds a mark that nobody asks for in whatever table", () => {
  const set = "-A PREROUTING -j MARK --set-xmark 0x10/0x10";
  expect(lint({ mangle: [set] })).toHaveLength(1);
  expect(lint({ mangle: [set], filter: ["-A FORWARD -m mark --mark 0x10/0x10 -j DROP"] })).toEqual([]);
  expect(lint({ mangle: [set], filter: ["-A FORWARD -m mark ! --mark 0x0 -j DROP"] })).toEqual([]);
  expect(lint({ mangle: [set], filter: ["-A FORWARD -m mark --mark 0x20/0x20 -j DROP"] })).toHaveLength(1);
  // Nobody comes to the chain that asks.
  expect(lint({ mangle: [set], filter: ["-A LOST -m mark --mark 0x10/0x10 -j DROP"] })).toHaveLength(1);
});

it("follows what is copied, also by nft, and asks for nothing of a number of which a part is read", () => {
  const nft = `table inet t {
    chain a { type filter hook prerouting priority mangle; policy accept;
      iifname "eth0" ct mark set ct mark | 0x8
      meta mark set ct mark & 0x8
    }
    chain b { type filter hook forward priority filter; policy accept;
      READ
    }
  }`;
  const files = (read: string): Readonly<Record<string, string>> => ({
    "nft-ruleset.txt": nft.replace("READ", read),
    "ip-rule.txt": ipRules(),
    "ip6-rule.txt": "0:\tfrom all lookup local\n32766:\tfrom all lookup main\n",
  });
  expect(told(markNeverRead, files("meta mark & 0x8 == 0x8 drop"))).toEqual([]);
  expect(told(markNeverRead, files("meta mark & 0x10 == 0x10 drop"))).toHaveLength(1);
  expect(
    lint({
      mangle: ["-A PREROUTING -j MARK --set-xmark 0x539/0xfff", "-A PREROUTING -m mark --mark 0x500/0xf00 -j ACCEPT"],
    }),
  ).toEqual([]);
});

it("says nothing where rules or routing rules are not all shown, or have parts that nobody reads", () => {
  const set = "-A PREROUTING -j MARK --set-xmark 0x10/0x10";
  expect(told(markNeverRead, { "iptables-save.txt": saved({ mangle: [set] }) })).toEqual([]);
  expect(lint({ mangle: [set, "-A PREROUTING -m colour --red -j DROP"] })).toEqual([]);
  expect(
    told(markNeverRead, {
      "iptables-save.txt": saved({ mangle: [set] }).replace("COMMIT\n", ""),
      "ip-rule.txt": ipRules(),
    }),
  ).toEqual([]);
});
