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

  it("does not say that packets fare alike where chance or the traffic before decides otherwise", () => {
    const limited = (rate: string): Program =>
      iptables("filter", ["INPUT"], [`-A INPUT -p tcp -m limit --limit ${rate} -j DROP`, "-A INPUT -p udp -j DROP"]);
    expect(semanticDiff(limited("5/min"), limited("5/min")).chances).toEqual({ before: [], after: [] });
    const { groups, chances } = semanticDiff(limited("5/min"), limited("9/min"));
    expect(groups).toEqual([]);
    expect(chances).toEqual({
      before: ["-m limit --limit 5/min at filter/INPUT/1"],
      after: ["-m limit --limit 9/min at filter/INPUT/1"],
    });
    // Told as a group already: on B nothing is dropped.
    const open = semanticDiff(limited("5/min"), iptables("filter", ["INPUT"], ["-A INPUT -p udp -j DROP"]));
    expect(open.groups).not.toEqual([]);
    expect(open.chances).toEqual({ before: [], after: [] });
  });

  it.each([
    ["limit rate over 5/second", "limit rate over 6/second"],
    ["quota over 1 mbytes", "quota over 2 mbytes"],
    ["ct count over 5", "ct count over 6"],
    ['limit name "slow"', 'limit name "fast"'],
    ["add @seen { ip saddr limit rate over 5/second }", "add @seen { ip saddr limit rate over 6/second }"],
  ])("tells %s from %s", (one, other) => {
    const counting = (test: string): Program => {
      const own = [
        "limit slow { rate 5/second }",
        "limit fast { rate 6/second }",
        "set seen { type ipv4_addr; flags dynamic; }",
      ];
      const hook = "type filter hook input priority 0; policy accept;";
      const chain = ["chain c {", hook, `udp dport 5 ${test} drop`, "}"];
      return node({ "nft-ruleset.txt": ["table ip t {", ...own, ...chain, "}", ""].join("\n") });
    };
    const sideOf = ({
      before,
      after,
    }: {
      readonly before: readonly string[];
      readonly after: readonly string[];
    }): readonly number[] => [before.length, after.length];
    expect(sideOf(semanticDiff(counting(one), counting(one)).chances)).toEqual([0, 0]);
    const { groups, chances } = semanticDiff(counting(one), counting(other));
    expect(groups).toEqual([]);
    expect(sideOf(chances)).toEqual([1, 1]);
  });

  it("tells elements of a set from each other by their rates", () => {
    const paced = (rate: string): Program => {
      const limit = `limit rate over ${rate}/second`;
      const set = `set s { type ipv4_addr; ${limit}; elements = { 10.0.0.1 ${limit} } }`;
      const chain = "chain c { type filter hook input priority 0; ip saddr @s drop; }";
      return node({ "nft-ruleset.txt": ["table ip t {", set, chain, "}", ""].join("\n") });
    };
    expect(semanticDiff(paced("5"), paced("5")).chances.before).toEqual([]);
    expect(semanticDiff(paced("5"), paced("6")).chances).toEqual({
      before: ["limit of the element at t/c/1"],
      after: ["limit of the element at t/c/1"],
    });
  });

  it("says which next hops differ, since packets by the same device fare alike as far as the node goes", () => {
    const by = (via: string): Program =>
      node({
        "ip-route.txt": `default via ${via} dev eth0\n192.0.2.0/24 dev eth0 src 192.0.2.1\n`,
        "iptables-save.txt": "*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n",
      });
    const { groups, nextHops } = semanticDiff(by("192.0.2.253"), by("192.0.2.254"));
    expect(groups).toEqual([]);
    expect(nextHops).toEqual({
      before: ["default via 192.0.2.253 dev eth0"],
      after: ["default via 192.0.2.254 dev eth0"],
    });
  });

  it("knows what a quota has counted from what it is", () => {
    const quota = (said: string): Program =>
      node({
        "nft-ruleset.txt": `table ip t {\nquota q { ${said} }\nchain c {\ntype filter hook input priority 0; policy accept;\nquota name "q" drop\n}\n}\n`,
      });
    expect(semanticDiff(quota("over 1 mbytes"), quota("over 1 mbytes used 5 kbytes")).chances.after).toEqual([]);
    expect(semanticDiff(quota("over 1 mbytes"), quota("over 2 mbytes")).chances.after).toHaveLength(1);
  });

  it("tells from each other what nobody here understands", () => {
    const osf = (name: string): Program =>
      nft("type filter hook input priority 0; policy accept;", [`tcp dport 5 osf name "${name}" drop`]);
    expect(semanticDiff(osf("Linux"), osf("Linux")).groups).toEqual([]);
    expect(semanticDiff(osf("Linux"), osf("Windows")).groups).not.toEqual([]);
  });

  it("knows that it is as late on the one node as on the other", () => {
    const until = (hour: string): Program =>
      iptables("filter", ["INPUT"], [`-A INPUT -p tcp -m time --timestart 08:00 --timestop ${hour} -j DROP`]);
    expect(semanticDiff(until("17:00"), until("17:00")).groups).toEqual([]);
    const { groups } = semanticDiff(until("17:00"), until("18:00"));
    expect(groups.map(({ change }) => change)).toContainEqual({
      kind: "end",
      before: { verdict: "accept", delivery: "local" },
      after: { verdict: "drop", delivery: "none" },
    });
    expect(groups.every(({ witness }) => witness !== null)).toBe(true);
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

  it.each([
    ["of a TTL", "-m ttl --ttl-eq 1", { field: "ttl", not: false, values: [{ from: 1, to: 1 }] }],
    [
      "of a length",
      "-m length --length 1400:1500",
      { field: "length", not: false, values: [{ from: 1400, to: 1500 }] },
    ],
  ])("tells what becomes of packets %s", (_, match, term) => {
    const filter = (rules: readonly string[]): Program => iptables("filter", ["INPUT", "FORWARD", "OUTPUT"], rules);
    const { groups } = semanticDiff(filter([]), filter([`-A INPUT -i eth0 ${match} -j DROP`]));
    expect(groups.map(({ change }) => change)).toEqual([
      { kind: "end", before: { verdict: "accept", delivery: "local" }, after: { verdict: "drop", delivery: "none" } },
    ]);
    expect(groups.flatMap(({ packets }) => packets.products.flatMap(({ terms }) => terms))).toContainEqual(term);
    expect(groups.every(({ witness }) => witness !== null)).toBe(true);
  });

  it("tells which packets no longer fit the MTU of a route", () => {
    const filter = { "iptables-save.txt": "*filter\n:FORWARD ACCEPT [0:0]\nCOMMIT\n" };
    const route = `${NODE["ip-route.txt"]}10.9.0.0/16 via 192.0.2.7 dev eth0`;
    const withWords = (words: string): Program => node({ ...filter, "ip-route.txt": `${route} ${words}\n` });
    expect(semanticDiff(withWords("proto bird"), withWords("proto 12 expires 86sec")).groups).toEqual([]);
    const { groups } = semanticDiff(withWords("mtu 1400"), withWords("mtu lock 1200"));
    const sent = { verdict: "accept", delivery: "sent" };
    const forwarded = { verdict: "accept", delivery: "forward" };
    const lost = { verdict: "drop", delivery: "none" };
    expect(groups.map(({ change }) => change)).toEqual([
      { kind: "end", before: forwarded, after: lost },
      { kind: "end", before: sent, after: lost },
    ]);
    for (const { packets, witness } of groups) {
      expect(packets.products.map(({ terms }) => terms)).toEqual([
        expect.arrayContaining([
          { field: "dst", not: false, values: [{ net: "10.9.0.0/16" }] },
          { field: "length", not: false, values: [{ from: 1201, to: 1400 }] },
          { field: "df", not: false, values: [{ name: "yes" }] },
        ]),
      ]);
      expect(witness?.after.outcomes.map(({ reason }) => reason)).toEqual(["mtu"]);
    }
  });

  it("tells apart what the stack turned away before and what it does not turn away now", () => {
    const filter = { "iptables-save.txt": "*filter\n:FORWARD ACCEPT [0:0]\nCOMMIT\n" };
    const [without, route] = ["192.0.2.0/24 dev eth0\n", "10.9.0.0/16 via 192.0.2.7 dev eth0\n"];
    const withRoutes = (routes: string): Program => node({ ...filter, "ip-route.txt": routes });
    const { groups } = semanticDiff(withRoutes(without), withRoutes(without + route));
    expect(groups.map(({ packets }) => packets.products.map(({ terms }) => terms))).toEqual([
      [[{ field: "dst", not: false, values: [{ net: "10.9.0.0/16" }] }]],
      [[{ field: "dst", not: false, values: [{ net: "10.9.0.0/16" }] }]],
    ]);
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
