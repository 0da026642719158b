import { describe, expect, it } from "vitest";
import { renderPhrase } from "../../messages/explain/phrase.ts";
import { unknownSnapshot } from "../../model/snapshot.ts";
import { parseNft } from "../../parse/nft/parse-nft.ts";
import { explainRule } from "../rule.ts";
import { nodeOf } from "../node.ts";

/** Both languages, of a rule in a table of these families' packets. */
function said(
  rule: string,
  family = "ip",
  chain = "type filter hook prerouting priority mangle; policy accept;",
): readonly string[] {
  const text = `table ${family} t {
	ct helper ftp { type "ftp" protocol tcp; }
	flowtable ft { hook ingress priority filter; devices = { eth0, eth1 }; }
	map m { type ipv4_addr : verdict; elements = { 10.0.0.1 : jump u, 10.0.0.2 : jump u } }
	chain u { counter; }
	chain c {
		${chain}
		${rule}
	}
}
`;
  const { value } = parseNft(text, "nft");
  const node = nodeOf({ ...unknownSnapshot("nft"), nft: value });
  const place = node.rules.find((one) => one.chain.name === "c");
  if (place === undefined) throw new Error(`no rule in ${text}`);
  return (["en", "zh"] as const).map((language) => renderPhrase(explainRule(place, node).says, language));
}

describe("a rule of nft", () => {
  it.each([
    ["meta mark set meta mark and 0xffffbfff", "has bit 0x4000 of its mark cleared", "0x4000 位清零"],
    ["meta mark set meta mark or 0x4000", "has bit 0x4000 of its mark set", "0x4000 位置 1"],
    ["meta mark set meta mark xor 0x4000", "has bit 0x4000 of its mark flipped by XOR", "0x4000 位按异或（XOR）翻转"],
    ["meta mark and 0x4000 != 0x4000 return", "If bit 0x4000 of its mark is not set", "0x4000"],
    ["meta nftrace set 1", "is traced", "开始跟踪"],
    [
      "numgen random mod 4 vmap { 0-2 : jump u, 3 : drop }",
      "with probability 3/4 (0-2) it goes through chain u",
      "以 3/4 的概率（0-2）跳转到链 u，未作判决则返回此处",
    ],
    [
      "ip saddr vmap @m",
      "goes through the chain that map m names for its source address",
      "跳转到映射 m 为源地址指定的链，未作判决则返回此处",
    ],
    [
      'log prefix "x " level warn flags tcp sequence,options flags skuid',
      "with its TCP sequence numbers, with its TCP options",
      "含 TCP 序号",
    ],
    ["queue num 1-3 bypass", "by one of the queues 1-3", "经队列 1-3 之一"],
    ['ct helper set "ftp"', "with the conntrack helper", "助手"],
    ["flow add @ft", "has its connection handed to flowtable ft", "交给流表 ft"],
    [
      "tcp dport 80 synproxy mss 1460 wscale 7 timestamp sack-perm",
      "offering MSS 1460, offering window scale 7",
      "提供 MSS 1460",
    ],
    [
      "ct original bytes > 100000 drop",
      "the count of bytes of its connection's first direction is greater than 100000",
      "所属连接正向方向的字节计数大于 100000",
    ],
    ["meta ipsec exists accept", "it came protected by IPsec", "经 IPsec 保护而来"],
    [
      'socket cgroupv2 level 2 "system.slice/a.service" accept',
      "the cgroup of its socket at level 2",
      "第 2 级 cgroup",
    ],
    ["tcp option maxseg size set rt mtu", "to what the MTU of its route lets through", "降至路由的 MTU 所能容纳"],
    [
      "@nh,8,16 0x1234 drop",
      "the value of the 16 bits from bit 8 of its network header (@nh,8,16) is 0x1234",
      "网络层头部第 8 位起 16 位的值",
    ],
    ["tcp flags & (fin | syn | rst | ack) == syn drop", "it opens a TCP connection", "SYN"],
    ["fib saddr . mark . iif oif missing drop", "its mark counts in that lookup", "算上它的 mark"],
    ['dup to 10.0.0.7 device "eth1"', "is copied to the gateway 10.0.0.7", "复制一份送往网关 10.0.0.7"],
  ])("%s", (rule, en, zh) => {
    const [english, chinese] = said(rule);
    expect(english).toContain(en);
    expect(chinese).toContain(zh);
  });

  it("says silent tests once, and asks anew behind what it did", () => {
    expect(said("tcp dport 80 counter tcp sport 1024-65535 meta mark set 0x1 tcp flags syn drop", "inet")[0]).toBe(
      "If its protocol is tcp and its destination port is 80, the packet is only counted. " +
        "If then its source port is in 1024-65535, it has its mark replaced by 0x1, no bit of the old one being left. " +
        "If then of its TCP flags syn at least one is set, it is dropped.",
    );
  });

  it("keeps what nobody knows as it stands, and says so", () => {
    const [english, chinese] = said('tcp dport 80 xt target "FOO"');
    expect(english).toContain("FOO");
    expect(english).toContain("hookwalk does not know");
    expect(chinese).toContain("hookwalk 不认识");
  });

  it("names the chain's kind of accept", () => {
    const nat = "type nat hook output priority -100; policy accept;";
    expect(said("accept", "ip", nat)[0]).toContain("no later rule of table nat at this hook");
    expect(said("tcp dport 80 redirect to :8080", "ip", nat)[0]).toContain("loopback, as it was made here");
    expect(said("reject", "inet")[0]).toContain("icmpx port-unreachable");
  });
});
