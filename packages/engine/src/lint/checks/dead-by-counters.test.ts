import { expect, it } from "vitest";
import { saved, told } from "../told.ts";
import { deadByCounters } from "./dead-by-counters.ts";

function lint(filter: readonly string[], policy = "ACCEPT [0:0]"): readonly string[] {
  return told(deadByCounters, { "iptables-save.txt": saved({ filter }, { policies: { INPUT: policy } }) });
}

it("finds rules that many packets went past and none matched", () => {
  const rules = [
    "[0:0] -A INPUT -s 192.0.2.0/24 -j DROP",
    "[7:420] -A INPUT -p tcp -m tcp --dport 23 -j DROP",
    "[0:0] -A INPUT -p udp -j DROP",
    "[20000:1200000] -A INPUT -p tcp -j ACCEPT",
    "[0:0] -A INPUT -p icmp -j DROP",
  ];
  expect(lint(rules)).toEqual([
    "info INPUT/1: 2 rules of this chain have counted no packet, while 20000 have gone past: 1, 3",
  ]);
  expect(lint(rules, "ACCEPT [10000:99]")).toEqual([expect.stringContaining("past: 1, 3, 5")]);
});

it("says nothing where few packets came, or nothing is counted", () => {
  expect(lint(["[0:0] -A INPUT -s 192.0.2.0/24 -j DROP", "[9999:1] -A INPUT -j ACCEPT"])).toEqual([]);
  expect(lint(["-A INPUT -s 192.0.2.0/24 -j DROP"], "ACCEPT [20000:9]")).toEqual([]);
});

it("reads nft", () => {
  const nft = `table ip t {
    chain c { type filter hook input priority filter; policy accept;
      ip saddr 192.0.2.1 counter packets 0 bytes 0 drop
      counter packets 30000 bytes 9 accept
    }
  }`;
  expect(told(deadByCounters, { "nft-ruleset.txt": nft })).toHaveLength(1);
});
