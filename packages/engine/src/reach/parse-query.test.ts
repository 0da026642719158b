import { describe, expect, it } from "vitest";
import { parseClaim, parseQuery } from "./parse-query.ts";
import { printQuery } from "./print-query.ts";

function understood(text: string): string {
  const { query, problem } = parseQuery(text);
  return query === null ? JSON.stringify(problem) : printQuery(query);
}

describe("a question is read", () => {
  it.each([
    // As people ask.
    ["who can reach tcp/3306 on 10.0.0.2?", "who reaches tcp/3306 on 10.0.0.2"],
    [
      "Can anything from cali+ reach the node's own ports other than DNS and DHCP?",
      "some packet in cali+ not (udp/53 or tcp/53 or udp/67-68) reaches node",
    ],
    ["which packets leave by eth2?", "which packets leave by eth2"],
    ["which packets are untracked", "which packets are untracked"],
    [
      "is every packet from 10.0.0.0/24 to 192.168.0.0/16 masqueraded?",
      "every packet from 10.0.0.0/24 to 192.168.0.0/16 is masqueraded",
    ],
    ["which packets can reach rule 3 of chain FORWARD?", "which packets reach rule 3 of FORWARD"],
    ["no packet from 10.0.0.0/8 can reach ssh on the node", "no packet from 10.0.0.0/8 reaches tcp/22 on node"],
    // Questions.
    ["what is dropped", "which packets are dropped"],
    ["are all packets to 10.0.0.1 accepted", "every packet to 10.0.0.1 is accepted"],
    ["does anybody reach tcp/22 on the host", "some packet reaches tcp/22 on node"],
    ["nothing from the node is rejected", "no packet local is rejected"],
    ["can 192.168.202.3 reach 8.8.8.8?", "some packet from 192.168.202.3 reaches 8.8.8.8"],
    ["can cali+ reach dns on the node", "some packet in cali+ reaches udp/53 or tcp/53 on node"],
    ["can established packets from eth0 be dropped", "some packet state established in eth0 is dropped"],
    ["could 10.0.0.1 or 10.0.0.2 leave by eth0", "some packet from 10.0.0.1 or from 10.0.0.2 leaves by eth0"],
    ["who can connect to 10.0.0.2:22", "who reaches 10.0.0.2:22"],
    ["can 10.0.0.1 talk to 10.0.0.2", "some packet from 10.0.0.1 reaches 10.0.0.2"],
    ["who can access ssh on the node", "who reaches tcp/22 on node"],
    // Of what can, without an outcome: whether it gets through.
    ["who can ssh to the node", "who tcp/22 to node is accepted"],
    ["can 10.0.0.1 ping 10.0.0.2?", "some packet from 10.0.0.1 (icmp/8 to 10.0.0.2) is accepted"],
    ["can anyone ssh the node", "some packet (tcp/22 to node) is accepted"],
    ["can 10.0.0.1", "some packet from 10.0.0.1 is accepted"],
    ["which packets can ssh to the node be dropped", "which packets tcp/22 to node are dropped"],
    // Where from, where to.
    ["which from 10.0.0.7/8 dropped", "which packets from 10.0.0.0/8 are dropped"],
    ["which from 10.0.0.1-10.0.0.9 dropped", "which packets from 10.0.0.1-10.0.0.9 are dropped"],
    ["which from 10.0.0.0-10.0.0.255 dropped", "which packets from 10.0.0.0/24 are dropped"],
    ["which from fd00::/8 dropped", "which packets from fd00::/8 are dropped"],
    ["which from eth0 dropped", "which packets in eth0 are dropped"],
    ["which in cali+ dropped", "which packets in cali+ are dropped"],
    ['which in "dropped" dropped', 'which packets in "dropped" are dropped'],
    ["which to node dropped", "which packets to node are dropped"],
    ["which from any to unicast dropped", "which packets from any to unicast are dropped"],
    ["which to 10.0.0.2:80 dropped", "which packets (to 10.0.0.2 port 80) are dropped"],
    ["which to [fd00::1]:80,443 dropped", "which packets (to fd00::1 port 80,443) are dropped"],
    ["which local packets are dropped", "which packets local are dropped"],
    // What they are.
    ["which udp dropped", "which packets udp are dropped"],
    ["which proto 47 dropped", "which packets gre are dropped"],
    ["which proto ospf dropped", "which packets proto ospf are dropped"],
    ["which tcp/80,8000-8010,81 dropped", "which packets tcp/80-81,8000-8010 are dropped"],
    ["which icmp/8 dropped", "which packets icmp/8 are dropped"],
    ["which ping dropped", "which packets icmp/8 are dropped"],
    ["which port 53 dropped", "which packets port 53 are dropped"],
    ["which sport 1-1023 dropped", "which packets sport 1-1023 are dropped"],
    ["which udp packets to port 53 are dropped", "which packets udp port 53 are dropped"],
    ["which packets from port 53 on tcp/80 dropped", "which packets sport 53 tcp/80 are dropped"],
    ["which to dns dropped", "which packets udp/53 or tcp/53 are dropped"],
    ["which sport udp/53 dropped", "which packets sport udp/53 are dropped"],
    ["which mark 16/0xf0 dropped", "which packets mark 0x10/0xf0 are dropped"],
    ["which ctmark 0x1 dropped", "which packets ctmark 0x1 are dropped"],
    ["which invalid packets dropped", "which packets state invalid are dropped"],
    ["which new or related dropped", "which packets state new or state related are dropped"],
    ["which state established dropped", "which packets state established are dropped"],
    [
      "which state any ttl 0-1 length 1281-65535 dropped",
      "which packets state any ttl 0-1 length 1281-65535 are dropped",
    ],
    ["which ip6 dropped", "which packets ip6 are dropped"],
    // Words between.
    ["which from 10.0.0.1 or 10.0.0.2, to eth0 dropped", null],
    ["which from 10.0.0.1 or eth0 and tcp dropped", "which packets from 10.0.0.1 or in eth0 tcp are dropped"],
    ["which not from 10.0.0.1 dropped", "which packets not from 10.0.0.1 are dropped"],
    [
      "which from 10.0.0.0/8 except 10.0.0.1 and 10.0.0.2 dropped",
      "which packets from 10.0.0.0/8 not (from 10.0.0.1 or from 10.0.0.2) are dropped",
    ],
    ["which (tcp and from eth0) or udp dropped", "which packets (tcp in eth0) or udp are dropped"],
    ["which not (tcp or udp) dropped", "which packets not (tcp or udp) are dropped"],
    // What becomes of them.
    ["which accepted", "which packets are accepted"],
    ["which allowed", "which packets are accepted"],
    ["which blocked", "which packets are dropped or rejected"],
    ["which delivered or forwarded or sent", "which packets are delivered or forwarded or sent"],
    ["which queued or undecided", "which packets are queued or undecided"],
    ["which not dropped", "which packets are not dropped"],
    ["which snatted to 10.0.0.1", "which packets are snatted to 10.0.0.1"],
    ["which dnatted to 10.0.0.2:3306", "which packets are dnatted to 10.0.0.2:3306"],
    ["which leave through eth0 or eth1", "which packets leave by eth0 or leave by eth1"],
    ["which marked 0x1/0x1", "which packets are marked 0x1/0x1"],
    ["which match nat/PREROUTING/1", "which packets match rule 1 of nat/PREROUTING"],
    ["which match rule 1 of chain FORWARD of table filter", "which packets match rule 1 of filter/FORWARD"],
    ["which reach filter/forward/2", "which packets reach rule 2 of filter/forward"],
    ["which reach 10.0.0.2:80 or node", "which packets reach 10.0.0.2:80 or node"],
    ["which reach port 22 or dns", "which packets reach port 22 or udp/53 or tcp/53"],
    ["which untracked packets are dropped", "which packets are untracked and are dropped"],
  ])("%s", (text, canonical) => {
    if (canonical === null) expect(parseQuery(text).problem).toMatchObject({ found: "eth0" });
    else {
      expect(understood(text)).toBe(canonical);
      expect(parseQuery(canonical).query).toEqual(parseQuery(text).query);
    }
  });

  it("claims something without a word that asks", () => {
    expect(parseClaim("from 10.0.0.0/8 reach tcp/22 on the node", "no").query).toEqual(
      parseQuery("no packet from 10.0.0.0/8 reaches tcp/22 on the node").query,
    );
  });
});

describe("what is no question", () => {
  it.each<readonly [string, number, string, string]>([
    ["", 1, "", "which"],
    ["reach 10.0.0.1", 1, "reach", "which"],
    ["which", 6, "", "dropped"],
    ["which packets from 10.0.0.1", 28, "", "reach"],
    ["which packets from", 19, "", "ADDRESS"],
    ["which from 10.0.0.300 dropped", 12, "10.0.0.300", "NET"],
    ["which from dropped", 12, "dropped", "DEVICE"],
    ["which from 10.0.0.1/33 dropped", 12, "10.0.0.1/33", "NET"],
    ["which from a-name-that-is-too-long dropped", 12, "a-name-that-is-too-long", "DEVICE"],
    ["which to eth0 dropped", 10, "eth0", "ADDRESS"],
    ["which tcp/99999 dropped", 7, "tcp/99999", "PROTOCOL/PORT"],
    ["which tcp/90-80 dropped", 7, "tcp/90-80", "PROTOCOL/PORT"],
    ["which icmp/256 dropped", 7, "icmp/256", "icmp/TYPE"],
    ["which gre/1 dropped", 7, "gre/1", "PROTOCOL/PORT"],
    ["which proto nothing dropped", 13, "nothing", "PROTOCOL"],
    ["which sport dropped", 13, "dropped", "PORT"],
    ["which mark 0x100000000 dropped", 12, "0x100000000", "MARK"],
    ["which state open dropped", 13, "open", "established"],
    ["which ttl 256 dropped", 11, "256", "N-N"],
    ["which packets leave by 10.0.0.1", 24, "10.0.0.1", "DEVICE"],
    ["which reach", 12, "", "PROTOCOL/PORT"],
    ["which reach eth0", 13, "eth0", "ADDRESS"],
    ["which match 3", 13, "3", "[TABLE/]CHAIN/N"],
    ["which match FORWARD/0", 13, "FORWARD/0", "[TABLE/]CHAIN/N"],
    ["which match rule x of FORWARD", 18, "x", "N"],
    ["which match rule 1 of a/b/c", 23, "a/b/c", "[TABLE/]CHAIN"],
    ["which masqarded", 7, "masqarded", "masqueraded"],
    ["which other tcp dropped", 13, "tcp", "than"],
    ["which (tcp dropped", 19, "", ")"],
    ["which () dropped", 8, ")", "from"],
    ["which tcp ) dropped", 11, ")", "from"],
    ["which 10.0.0.1 dropped", 7, "10.0.0.1", "from"],
  ])("%s: column %i", (text, column, found, expected) => {
    const { problem } = parseQuery(text);
    expect(problem).toMatchObject({ code: "expected", column, found });
    expect(problem?.expected).toContain(expected);
  });

  it("joins conditions with conditions, outcomes with outcomes", () => {
    expect(parseQuery("which from eth0 or dropped").problem).toMatchObject({ code: "mixed", column: 7 });
    expect(parseQuery("which (from eth0 dropped)").problem).toMatchObject({ code: "mixed", column: 7 });
  });

  it("has an end, and no more parentheses than somebody can read", () => {
    expect(parseQuery(`which ${"(".repeat(33)}`).problem).toMatchObject({ code: "too-deep", column: 40 });
    expect(parseQuery(`which ${"not ".repeat(33)}tcp dropped`).problem?.code).toBe("too-deep");
    expect(parseQuery(`which ${"tcp ".repeat(2100)}`).problem?.code).toBe("too-long");
  });
});
