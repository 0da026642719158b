import { describe, expect, it } from "vitest";
import { compileProgram } from "../compile/program.ts";
import { parseSnapshot } from "../parse/bundle/parse-snapshot.ts";
import type { Program } from "../program/program.ts";
import { semanticDiff } from "./semantic.ts";

const NODE = {
  "ip-addr.txt": `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536
    inet 127.0.0.1/8 scope host lo
2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500
    inet 192.0.2.1/24 scope global eth0
3: cali1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500
`,
  "ip-route.txt": `default via 192.0.2.254 dev eth0
192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.1
10.0.0.1 dev cali1 scope link
`,
  "sysctl.txt": "net.ipv4.ip_forward = 1\n",
};

function node(files: Readonly<Record<string, string>>): Program {
  const all = Object.entries({ ...NODE, ...files }).map(([path, text]) => ({ path, text }));
  return compileProgram(parseSnapshot(all, { name: "node" }));
}

function iptables(table: string, chains: readonly string[], rules: readonly string[]): Program {
  const text = [`*${table}`, ...chains.map((name) => `:${name} ACCEPT [0:0]`), ...rules, "COMMIT", ""];
  return node({ "iptables-save.txt": text.join("\n") });
}

function nft(chain: string, rules: readonly string[]): Program {
  return node({ "nft-ruleset.txt": ["table ip t {", "chain c {", chain, ...rules, "}", "}", ""].join("\n") });
}

describe("semanticDiff", () => {
  it("takes what nobody knows about a rule for the same, whatever rules stand before it", () => {
    const open = "-A INPUT -p tcp -m nosuchmatch --of-it 1 -j DROP";
    const before = iptables("filter", ["INPUT"], [open]);
    const log = "-A INPUT -s 10.0.0.1/32 -p tcp -j LOG";
    expect(semanticDiff(before, iptables("filter", ["INPUT"], [log, open])).groups).toEqual([]);
    const drop = "-A INPUT -s 10.0.0.1/32 -p tcp --dport 80 -j DROP";
    const { groups } = semanticDiff(before, iptables("filter", ["INPUT"], [drop, open]));
    // Said as it is among all packets, not only among those that were followed.
    const told = groups.flatMap(({ packets }) => packets.products.map(({ terms }) => terms.map(({ field }) => field)));
    expect(told).toContainEqual(["src", "dst", "proto", "dport"]);
  });

  it("proves that two backends check sources alike, and what a looser check lets in", () => {
    const strict = iptables("raw", ["PREROUTING"], ["-A PREROUTING -i cali1 -m rpfilter --validmark --invert -j DROP"]);
    const hook = "type filter hook prerouting priority raw; policy accept;";
    const alike = nft(hook, ['iifname "cali1" fib saddr . mark . iif oif 0 drop']);
    expect(semanticDiff(strict, alike).groups).toEqual([]);
    const loose = nft(hook, ['iifname "cali1" fib saddr oif missing drop']);
    const { groups } = semanticDiff(strict, loose);
    expect(groups.map(({ change }) => change)).toContainEqual({
      kind: "end",
      before: { verdict: "drop", delivery: "none" },
      after: { verdict: "accept", delivery: "forward" },
    });
    expect(groups.every(({ witness }) => witness !== null)).toBe(true);
  });

  it("takes choices at random for alike where the same can come of them", () => {
    const nat = (rules: readonly string[]): Program => iptables("nat", ["PREROUTING"], rules);
    const to = (address: string): string =>
      `-A PREROUTING -d 10.96.0.1/32 -p tcp --dport 80 -j DNAT --to-destination ${address}`;
    const first = "-m statistic --mode random --probability 0.5 -j";
    const [half, rest] = [to("10.0.0.1:80").replace("-j", first), to("10.0.0.2:80")];
    const hook = "type nat hook prerouting priority dstnat; policy accept;";
    const drawn = (map: string): Program =>
      nft(hook, [`ip daddr 10.96.0.1 tcp dport 80 dnat to numgen random mod 2 map { ${map} }`]);
    expect(semanticDiff(nat([half, rest]), drawn("0 : 10.0.0.1, 1 : 10.0.0.2")).groups).toEqual([]);
    const { groups } = semanticDiff(nat([half, rest]), drawn("0 : 10.0.0.1, 1 : 10.0.0.3"));
    expect(groups.map(({ change }) => change)).toEqual([
      { kind: "fields", end: { verdict: "accept", delivery: "forward" }, fields: ["dst"] },
    ]);
  });
});
