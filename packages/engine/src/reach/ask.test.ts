import { describe, expect, it } from "vitest";
import { compileProgram } from "../compile/program.ts";
import { parseSnapshot } from "../parse/bundle/parse-snapshot.ts";
import type { Program } from "../program/program.ts";
import type { Answer } from "./answer.ts";
import { ask } from "./ask.ts";
import { parseQuery } from "./parse-query.ts";
import { missingName } from "./rule-names.ts";
import type { MissingName } from "./rule-names.ts";

const RULES = `*raw
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A PREROUTING -i eth0 -p udp -m udp --dport 53 -j NOTRACK
COMMIT
*mangle
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -i pod1 -j MARK --set-xmark 0x10/0xf0
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -d 192.0.2.80/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.2:3306
-A POSTROUTING -s 10.0.0.0/24 ! -d 10.0.0.0/8 -o eth0 -j MASQUERADE
COMMIT
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:web - [0:0]
-A INPUT -i pod+ -p udp -m udp --dport 53 -j ACCEPT
-A INPUT -i eth0 -p tcp -m tcp --dport 22 -m set --match-set admins src -j ACCEPT
-A INPUT -i eth0 -p tcp -m tcp --dport 8080 -m statistic --mode random --probability 0.5 -j ACCEPT
-A FORWARD -i eth0 -j web
-A FORWARD -i pod+ -o eth0 -j ACCEPT
-A FORWARD -i pod+ -p tcp -j REJECT --reject-with tcp-reset
-A OUTPUT -d 203.0.113.0/24 -j DROP
-A web -s 192.0.2.0/26 -d 10.0.0.2/32 -p tcp -m tcp --dport 3306 -j ACCEPT
-A web -s 192.0.2.0/27 -d 10.0.0.2/32 -p tcp -m tcp --dport 3306 -j ACCEPT
COMMIT
`;
const ADDRESSES = `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
       valid_lft forever preferred_lft forever
2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc mq state UP group default qlen 1000
    link/ether 02:00:00:00:00:02 brd ff:ff:ff:ff:ff:ff
    inet 192.0.2.10/24 brd 192.0.2.255 scope global eth0
       valid_lft forever preferred_lft forever
3: pod1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc mq state UP group default qlen 1000
    link/ether 02:00:00:00:00:03 brd ff:ff:ff:ff:ff:ff
4: pod2: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc mq state UP group default qlen 1000
    link/ether 02:00:00:00:00:04 brd ff:ff:ff:ff:ff:ff
`;
const ROUTES = `default via 192.0.2.1 dev eth0
10.0.0.2 dev pod1 scope link
10.0.0.3 dev pod2 scope link
192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.10
local 127.0.0.0/8 dev lo table local proto kernel scope host src 127.0.0.1
local 127.0.0.1 dev lo table local proto kernel scope host src 127.0.0.1
broadcast 127.255.255.255 dev lo table local proto kernel scope link src 127.0.0.1
local 192.0.2.10 dev eth0 table local proto kernel scope host src 192.0.2.10
broadcast 192.0.2.255 dev eth0 table local proto kernel scope link src 192.0.2.10
`;
const POLICY = "0:\tfrom all lookup local\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n";
const SETTINGS = "net.ipv4.ip_forward = 1\nnet.ipv4.conf.all.rp_filter = 0\n";

function node(): Program {
  const files = [
    { path: "iptables-save.txt", text: RULES },
    { path: "ip-addr.txt", text: ADDRESSES },
    { path: "ip-route.txt", text: ROUTES },
    { path: "ip-rule.txt", text: POLICY },
    { path: "sysctl.txt", text: SETTINGS },
  ];
  return compileProgram(parseSnapshot(files, { name: "node" }));
}

const PROGRAM = node();

function answerTo(question: string): Answer {
  const { query, problem } = parseQuery(question);
  if (query === null) throw new Error(JSON.stringify(problem));
  expect(missingName(PROGRAM, query)).toBeNull();
  return ask(PROGRAM, query);
}

describe("every packet at once", () => {
  it.each([
    ["can anything from 192.0.2.0/26 reach tcp/3306 on 10.0.0.2", "yes"],
    ["can anything from 192.0.2.64/26 reach tcp/3306 on 10.0.0.2", "no"],
    ["can anything from eth0 reach 10.0.0.3", "no"],
    ["does every packet from 192.0.2.0/26 in eth0 to 10.0.0.2 tcp/3306 reach 10.0.0.2:3306", "yes"],
    // By way of NAT: addressed to what is translated, or there in the end.
    ["can anything to 192.0.2.80 tcp/80 reach 10.0.0.2", "yes"],
    ["can anything reach 192.0.2.80:80", "yes"],
    ["is every packet in eth0 from 192.0.2.0/26 to 192.0.2.80:80 dnatted to 10.0.0.2:3306", "yes"],
    ["is any packet to 10.0.0.3 dnatted", "no"],
    ["is every packet in pod1 from 10.0.0.0/24 to 198.51.100.0/24 masqueraded to 192.0.2.10", "yes"],
    ["is every packet in pod1 from 10.0.0.0/24 to 198.51.100.0/24 snatted", "yes"],
    ["is every packet in pod1 to 198.51.100.0/24 masqueraded", "no"],
    ["is any packet in eth0 masqueraded", "no"],
    // What the node does with what is for itself.
    ["can anything in pod+ reach the node other than dns", "no"],
    ["can anything in pod1 reach dns on the node", "yes"],
    ["no packet in pod+ reaches ssh on node", "yes"],
    ["is every packet in pod1 to node tcp dropped", "yes"],
    ["is every packet in pod1 to node blocked", "no"],
    // Verdicts.
    ["is any tcp in pod1 to 10.0.0.3 rejected", "yes"],
    ["is every tcp in pod1 to 10.0.0.3 rejected", "yes"],
    ["is any udp in pod1 to 10.0.0.3 rejected", "no"],
    ["is any packet in eth0 forwarded", "yes"],
    ["is any packet in eth0 queued", "no"],
    ["is any local packet to 203.0.113.7 sent", "no"],
    ["is every local packet to 203.0.113.7 dropped", "yes"],
    ["is any local packet to 198.51.100.1 sent", "yes"],
    // By a device, with a mark, without conntrack, by a rule.
    ["does any packet in pod1 to 198.51.100.1 leave by eth0", "yes"],
    ["does any packet to 198.51.100.1 leave by pod+", "no"],
    ["is every packet in pod1 marked 0x10/0xf0", "yes"],
    ["is any packet in pod2 marked 0x10/0xf0", "no"],
    ["is any packet in pod2 mark 0x10/0xf0 marked 0x10/0xf0", "yes"],
    ["is any packet in eth0 udp/53 to 192.0.2.10 untracked", "yes"],
    ["is any packet in pod1 untracked", "no"],
    ["can any packet match rule 1 of web", "yes"],
    ["can any packet match rule 2 of web", "no"],
    ["can any packet to 10.0.0.3 reach filter/web/2", "yes"],
    ["can any packet from pod1 reach rule 1 of chain web", "no"],
    // Chance may be waited for; what the snapshot does not say may not.
    ["can anything in eth0 reach tcp/8080 on the node", "yes"],
    ["is every packet in eth0 to node tcp/8080 accepted", "no"],
    ["can anything in eth0 reach ssh on the node", "unknown"],
    ["no packet in eth0 reaches ssh on the node", "unknown"],
    ["is any packet in eth0 undecided", "no"],
    // What goes without saying, and what is said.
    ["is any packet ttl 1 in pod1 to 198.51.100.1 dropped", "yes"],
    ["is any packet in pod1 to 198.51.100.1 dropped", "no"],
    ["is any packet from 224.0.0.1 in pod1 dropped", "yes"],
    ["is any packet from 127.0.0.1 or 10.0.0.2 in pod1 to 198.51.100.1 dropped", "no"],
    ["is any packet from any in pod1 to 198.51.100.1 dropped", "yes"],
    ["is any packet in pod1 tcp from 10.0.0.2 to 198.51.100.1 state invalid masqueraded", "no"],
    ["is any ip6 packet in pod1 reach node", "unknown"],
  ])("%s: %s", (question, expected) => {
    expect(answerTo(question)).toMatchObject({ answer: expected, limit: null });
  });

  it("shows a packet that was walked for each thing that becomes of them", () => {
    const { groups, open } = answerTo("which packets in pod1 to 10.0.0.3 or 198.51.100.1 are accepted or rejected");
    expect(open).toEqual([]);
    expect(
      groups.map(({ fate, witness }) => [fate?.verdict, witness?.outcome.verdict, witness?.options["dst"]]),
    ).toEqual([
      ["reject", "reject", "10.0.0.3"],
      ["accept", "accept", "198.51.100.1"],
    ]);
  });

  it("tells of who only where from", () => {
    const { groups } = answerTo("who can reach tcp/3306 on 10.0.0.2");
    expect(groups).toHaveLength(1);
    expect(groups[0]?.packets.products.map(({ terms }) => terms)).toEqual([
      [
        { field: "iif", not: false, values: [{ name: "eth0" }] },
        { field: "src", not: false, values: [{ net: "192.0.2.0/26" }] },
      ],
    ]);
  });

  it("names what would have to be known", () => {
    const { answer, groups, open } = answerTo("who can reach ssh on the node");
    expect([answer, groups]).toEqual(["unknown", []]);
    expect(open[0]?.facts).toEqual([{ what: "set admins has src", why: "no ipset dump" }]);
    expect(open[0]?.packets.products).toEqual([
      { terms: [{ field: "iif", not: false, values: [{ name: "eth0" }] }], conditions: [] },
    ]);
  });

  it("says so where it is about nothing", () => {
    expect(answerTo("is every packet from 10.0.0.1 not from 10.0.0.1 dropped")).toMatchObject({
      answer: "yes",
      isAboutNothing: true,
    });
    expect(answerTo("which tcp/80 udp/53 are dropped")).toMatchObject({ answer: "no", isAboutNothing: true });
  });

  it("says so where there is no room", () => {
    const { query } = parseQuery("who can reach the node");
    if (query === null) throw new Error("a question");
    expect(ask(PROGRAM, query, { nodes: 500 })).toMatchObject({ answer: "unknown", limit: 500, groups: [] });
  });
});

describe("names that are not there", () => {
  it.each<readonly [string, Partial<MissingName> | null, string | null]>([
    ["which in eth9 dropped", { what: "device", name: "eth9" }, "eth0"],
    ["which leave by eth9", { what: "device", name: "eth9" }, null],
    ["which match rule 1 of nothing/web", { what: "table", name: "nothing" }, "filter"],
    ["which match rule 1 of nothing", { what: "chain", name: "nothing" }, "web"],
    ["which match rule 1 of nat/web", { what: "chain", name: "web" }, null],
    ["which match rule 3 of web", { what: "rule", chain: "web", rule: 3, most: 2 }, null],
    ["which in eth9+ dropped", null, null],
  ])("%s", (question, missing, known) => {
    const { query } = parseQuery(question);
    if (query === null) throw new Error("a question");
    const found = missingName(PROGRAM, query);
    if (missing === null) expect(found).toBeNull();
    else expect(found).toMatchObject(missing);
    if (known !== null) expect(found !== null && "known" in found ? found.known : []).toContain(known);
  });
});
