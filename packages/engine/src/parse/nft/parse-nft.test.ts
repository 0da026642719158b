import { describe, expect, it } from "vitest";
import type { NftRule, NftStatement, NftTable } from "../../model/nft.ts";
import { parseNft } from "./parse-nft.ts";

/** The statements of one rule in a table of this family. */
function statements(rule: string, family = "ip"): readonly NftStatement[] {
  const { value, diagnostics } = parseNft(`table ${family} t {\n\tchain c {\n\t\t${rule}\n\t}\n}\n`, "f");
  expect(diagnostics).toEqual([]);
  return value[0]?.chains[0]?.rules[0]?.statements ?? [];
}

function rulesOf(tables: readonly NftTable[]): readonly NftRule[] {
  return tables.flatMap(({ chains }) => chains.flatMap(({ rules }) => rules));
}

function read(text: string): {
  readonly tables: readonly NftTable[];
  readonly texts: readonly (string | null)[];
  readonly codes: readonly string[];
} {
  const { value, diagnostics } = parseNft(text, "f");
  return {
    tables: value,
    texts: rulesOf(value).map(({ text: rule }) => rule),
    codes: diagnostics.map(({ code, span }) => `${code} ${String(span.line)}:${String(span.column)}`),
  };
}

const literal = (text: string, quoted = false) => ({ kind: "literal", text, quoted });
const mark = { kind: "meta", key: "mark" };

describe("matches", () => {
  it.each([
    ["ct state established,related", "in"],
    ["ct state new", "in"],
    ["tcp flags syn", "in"],
    ["tcp flags == syn", "=="],
    ["ct state { established, related }", "=="],
    ["ct state @states", "=="],
    ["ct state ! invalid", "!"],
    ["ip saddr 10.0.0.1", "=="],
    ["ip ttl lt 5", "<"],
    ["tcp flags syn / syn,ack", "=="],
    ["tcp flags != syn / syn,ack", "!="],
  ])("%s asks with %s, as nft -j says it", (rule, op) => {
    expect(statements(rule)).toMatchObject([{ kind: "match", op }]);
  });

  it("tells words of one hash apart, however often they come", () => {
    const words = ["Aa", "BB", "Aa", "Aa", "BB", "BB", "Aa", "BB"];
    expect(statements(words.map((word) => `iifname ${word}`).join(" "))).toMatchObject(
      words.map((word) => ({ right: literal(word) })),
    );
  });

  it("reads a mask behind a slash, and a prefix", () => {
    const list = (...names: readonly string[]) => ({ kind: "list", items: names.map((name) => literal(name)) });
    expect(statements("tcp flags syn / syn,ack")).toMatchObject([
      { left: { kind: "binary", op: "&", right: list("syn", "ack") }, right: literal("syn") },
    ]);
    expect(statements("ip saddr 10.0.0.0/8")).toMatchObject([{ right: { kind: "prefix", length: 8 } }]);
  });

  it("binds & tighter than ^, and ^ tighter than |", () => {
    expect(statements("meta mark set mark and 0x1 xor 0x2 or 0x4")).toEqual([
      {
        kind: "mangle",
        target: mark,
        value: {
          kind: "binary",
          op: "|",
          left: {
            kind: "binary",
            op: "^",
            left: { kind: "binary", op: "&", left: mark, right: literal("0x1") },
            right: literal("0x2"),
          },
          right: literal("0x4"),
        },
      },
    ]);
  });

  it("tells a name from the expression of the same name by its place", () => {
    expect(statements("ether type set ip", "bridge")).toMatchObject([{ value: literal("ip") }]);
    expect(statements("ip saddr set ip daddr")).toMatchObject([{ value: { kind: "payload", field: "daddr" } }]);
    expect(statements("ct event set mark")).toMatchObject([{ value: literal("mark") }]);
    expect(statements("meta protocol ip")).toMatchObject([{ right: literal("ip") }]);
  });

  it("takes addresses of every kind whole", () => {
    const right = (rule: string, family: string): unknown => statements(rule, family)[0];
    expect(right("ip6 saddr fe80::/10", "ip6")).toMatchObject({ right: { address: literal("fe80::"), length: 10 } });
    expect(right("ip6 saddr ::1-::ffff:1.2.3.4", "ip6")).toMatchObject({
      right: { from: literal("::1"), to: literal("::ffff:1.2.3.4") },
    });
    expect(right("ether saddr 00:11:22:33:44:55", "bridge")).toMatchObject({ right: literal("00:11:22:33:44:55") });
    expect(right("meta priority 1:10", "ip")).toMatchObject({ right: literal("1:10") });
    expect(right("tcp dport 1000-2000", "ip")).toMatchObject({ right: { from: literal("1000"), to: literal("2000") } });
  });

  it("keeps a packet inside a packet as it stands, and says so", () => {
    const { codes, tables } = read("table ip t {\nchain c {\nudp dport 4789 vxlan ip saddr 10.0.0.1 drop\n}\n}\n");
    expect(codes).toEqual(["nft-unreadable 3:22"]);
    expect(rulesOf(tables)[0]?.statements[1]).toMatchObject({ left: { kind: "verbatim", text: "vxlan ip saddr" } });
  });
});

describe("statements", () => {
  it.each([
    ["masquerade  random-fully", { kind: "nat", type: "masquerade", flags: ["fully-random"] }],
    ["dnat to 10.0.0.1:80", { address: literal("10.0.0.1"), port: literal("80"), withPort: false }],
    ["dnat ip to [fd00::1]:80", { family: "ip", address: literal("fd00::1"), port: literal("80") }],
    ["redirect to :8080", { address: null, port: literal("8080") }],
    ["snat ip prefix to ip saddr map @m", { flags: ["netmap"], address: { kind: "map" } }],
    ["dnat ip addr . port to ip saddr map @m", { withPort: true }],
    ["dnat to numgen inc mod 2 map { 0 : 1.1.1.1 . 80 }", { withPort: true }],
    ["limit rate 5/second", { rate: { over: false, rate: 5, unit: "packets", per: "second", burst: 5 } }],
    ["limit rate over 10 mbytes/hour", { rate: { over: true, unit: "mbytes", per: "hour", burst: 0 } }],
    ["quota over 10 mbytes used 5 kbytes", { over: true, bytes: "10485760", used: "5120", unit: "mbytes" }],
    ["queue num 1-3 bypass,fanout", { flags: ["bypass", "fanout"], queue: { kind: "range" } }],
    ["queue flags bypass to 5", { flags: ["bypass"], queue: literal("5") }],
    ["queue", { queue: null, flags: [] }],
    ['ct helper set "ftp"', { kind: "ct-object", type: "helper", name: literal("ftp", true) }],
    ["ct count over 5", { kind: "ct-count", over: true, count: 5 }],
    [
      "synproxy timestamp wscale 7 mss 1460",
      {
        options: [
          ["mss", "1460"],
          ["wscale", "7"],
          ["timestamp", ""],
        ],
      },
    ],
    ["flow add @ft", { kind: "flow", flowtable: "ft" }],
    ["reject with tcp reset", { type: "tcp reset", code: null }],
    ["reject with icmp type host-unreachable", { type: "icmp", code: literal("host-unreachable") }],
    [
      'log level warn flags tcp sequence,options prefix "a b"',
      {
        options: [
          ["prefix", '"a b"'],
          ["flags", "tcp sequence"],
          ["flags", "tcp options"],
        ],
      },
    ],
    ["update @s { ip saddr timeout 1m30s limit rate 5/second }", { op: "update", set: "s", timeout: 90 }],
    ["set add ip saddr timeout 5s @s", { op: "add", set: "s", timeout: 5 }],
    ['fwd ip to 10.0.0.1 device "eth0"', { kind: "fwd", device: literal("eth0", true), family: "ip" }],
    ["last used 5m3s", { kind: "last", used: "5m3s" }],
  ])("%s", (rule, expected) => {
    expect(statements(rule)).toMatchObject([expected]);
  });

  it("names of chains may hold what no word of nft holds", () => {
    expect(statements("goto endpoint-5OJB2KTY-ns4/svc4/tcp/p80__10.180.0.1/80")).toEqual([
      { kind: "goto", chain: "endpoint-5OJB2KTY-ns4/svc4/tcp/p80__10.180.0.1/80" },
    ]);
    expect(statements("jump cali-fw:1+x")).toEqual([{ kind: "jump", chain: "cali-fw:1+x" }]);
  });
});

describe("what nft says of iptables", () => {
  it.each([
    ["# match-set X dst,dst counter packets 3 bytes 180 jump Y", { name: null, text: "match-set X dst,dst" }, 3],
    [
      'oifname != "lo" # socket --transparent meta mark 0x1 counter packets 0 bytes 0',
      { text: "socket --transparent" },
      4,
    ],
    [
      "counter packets 0 bytes 0 # TPROXY redirect 127.0.0.1:42133 mark 0x200/0xffffffff",
      {
        text: "TPROXY redirect 127.0.0.1:42133 mark 0x200/0xffffffff",
      },
      2,
    ],
    ["# xt_recent counter packets 1 bytes 1 drop", { type: null, name: "recent", text: null }, 3],
    ['xt match "set" counter packets 0 bytes 0', { type: "match", name: "set", text: null }, 2],
    ["xt target TPROXY", { type: "target", name: "TPROXY" }, 1],
  ])("%s", (rule, expected, count) => {
    const all = statements(rule);
    expect(all).toHaveLength(count);
    expect(all.find(({ kind }) => kind === "xt")).toMatchObject(expected);
  });

  it.each([
    "tcp dport 22 accept # match-set of old",
    "tcp dport 22 counter packets 1 bytes 2 accept # was counter packets 0 bytes 0",
  ])("a comment stays one: %s", (rule) => {
    expect(statements(rule).every(({ kind }) => kind !== "xt")).toBe(true);
  });

  it("a rule that was commented out is none", () => {
    expect(read("table ip t {\nchain c {\n# tcp dport 22 counter packets 1 bytes 1 accept\n}\n}\n")).toMatchObject({
      texts: [],
      codes: [],
    });
  });

  it("keeps a comment in the middle of a rule", () => {
    const { tables } = read(
      'table ip t {\nchain c {\ncomment "x"\nip saddr 1.1.1.1 comment "a b" counter accept\n}\n}\n',
    );
    expect(rulesOf(tables)).toMatchObject([{ comment: "a b", statements: [{}, {}, {}] }]);
    expect(tables[0]?.chains[0]?.comment).toBe("x");
  });
});

describe("blocks", () => {
  it("reads handles where -a prints them", () => {
    const { tables } = read(
      "table ip t { # handle 7\n\tset s { # handle 3\n\t\ttype mark\n\t}\n\tchain c { # handle 1\n\t\tdrop # handle 9\n\t\taccept\n\t}\n}\n",
    );
    expect(tables).toMatchObject([
      { handle: 7, sets: [{ handle: 3 }], chains: [{ handle: 1, rules: [{ handle: 9 }, { handle: null }] }] },
    ]);
  });

  it.each([
    ["ip", "dstnat", -100],
    ["bridge", "dstnat", -300],
    ["inet", "filter + 10", 10],
    ["ip", "srcnat - 5", 95],
    ["ip", "-150", -150],
    ["ip", "mangle+1", -149],
  ])("%s priority %s is %d", (family, text, priority) => {
    const { tables, codes } = read(
      `table ${family} t {\nchain c {\ntype filter hook prerouting priority ${text};\n}\n}\n`,
    );
    expect(codes).toEqual([]);
    expect(tables[0]?.chains[0]?.base?.priority).toBe(priority);
  });

  it("reads sets with all that they say", () => {
    const { tables } = read(
      'table ip t {\n\tmap m {\n\t\ttypeof ip saddr . tcp dport : meta mark\n\t\tflags interval\n\t\ttimeout 1d2h\n\t\telements = { 10.0.0.0/8 . 1-5 timeout 1h expires 59m59s500ms comment "x" : 0x00000001,\n\t\t\t     * : 0x2 }\n\t}\n}\n',
    );
    expect(tables[0]?.sets).toMatchObject([
      {
        name: "m",
        type: [],
        typeof: { kind: "concat" },
        data: [],
        typeofData: mark,
        flags: ["interval", "timeout"],
        timeout: 93_600,
        elements: [
          { timeout: 3600, expires: 3599.5, comment: "x", data: literal("0x00000001") },
          { key: { kind: "wildcard" } },
        ],
      },
    ]);
  });

  it("does not know what sets hold in a listing without elements", () => {
    const { value } = parseNft("table ip t {\n\tset s {\n\t\ttype mark\n\t}\n}\n", "f", { terse: true });
    expect(value[0]?.sets[0]?.elements).toBeNull();
  });

  it("reads objects and flowtables", () => {
    const { tables, codes } = read(
      [
        "table inet t {",
        "counter c { packets 5 bytes 7; }",
        "quota q {\nover 10 mbytes\n}",
        'ct helper h {\ntype "ftp" protocol tcp\nl3proto ip\n}',
        "ct timeout o {\nprotocol tcp\npolicy = { established : 100, close : 5 }\n}",
        'secmark s {\n"system_u:object_r:x:s0"\n}',
        "flowtable f {\nhook ingress priority filter + 1\ndevices = { eth0, eth1 }\nflags offload\ncounter\n}",
        "}\n",
      ].join("\n"),
    );
    expect(codes).toEqual([]);
    expect(tables[0]?.objects.map(({ type, body }) => [type, body])).toEqual([
      [
        "counter",
        [
          ["packets", "5"],
          ["bytes", "7"],
        ],
      ],
      [
        "quota",
        [
          ["bytes", "10485760"],
          ["used", "0"],
          ["inv", "true"],
        ],
      ],
      [
        "ct helper",
        [
          ["type", "ftp"],
          ["protocol", "tcp"],
          ["l3proto", "ip"],
        ],
      ],
      [
        "ct timeout",
        [
          ["protocol", "tcp"],
          ["policy", "established : 100, close : 5"],
        ],
      ],
      ["secmark", [["context", "system_u:object_r:x:s0"]]],
    ]);
    expect(tables[0]?.flowtables).toMatchObject([
      { name: "f", priority: 1, devices: ["eth0", "eth1"], flags: ["offload", "counter"] },
    ]);
  });
});

describe("scripts", () => {
  it("adds, inserts, replaces and deletes rules where they say", () => {
    const { texts, codes } = read(
      [
        "table ip t {\nchain c {\naccept # handle 1\ndrop # handle 2\n}\n}",
        "add rule t c handle 1 counter",
        "insert rule ip t c index 0 notrack; add rule t c log",
        "replace rule t c handle 2 return",
        "delete rule t c handle 1",
      ].join("\n"),
    );
    expect(codes).toEqual([]);
    expect(texts).toEqual(["notrack", "counter", "return", "log"]);
  });

  it("flushes and deletes", () => {
    const start = "table ip t {\nset s {\ntype mark; elements = { 1, 2 }\n}\nchain c {\naccept\n}\n}\n";
    const after = (command: string): readonly NftTable[] => read(start + command).tables;
    expect(after("flush chain t c")).toMatchObject([{ chains: [{ rules: [] }] }]);
    expect(after("flush table t")).toMatchObject([{ chains: [{ rules: [] }], sets: [{ elements: [{}, {}] }] }]);
    expect(after("flush set ip t s")).toMatchObject([{ sets: [{ elements: [] }] }]);
    expect(after("delete element t s { 1 }")).toMatchObject([{ sets: [{ elements: [{ key: literal("2") }] }] }]);
    expect(after("delete set t s")).toMatchObject([{ sets: [] }]);
    expect(after("rename chain t c d")).toMatchObject([{ chains: [{ name: "d" }] }]);
    expect(after("flush ruleset ip6")).toHaveLength(1);
    expect(after("flush ruleset")).toEqual([]);
    expect(after("destroy table ip t")).toEqual([]);
  });

  it("puts variables in, each in its block, sets into sets", () => {
    const { tables, codes } = read(
      [
        "define a = { 22, 80 }",
        "define b = { $a, 443 }",
        "define p = -5",
        "table ip t {",
        "define b = 1",
        "chain c {\ntype filter hook input priority $p; policy accept;\ntcp dport $b\n}",
        "}",
        "add rule ip t c tcp dport $b",
        "undefine b",
        "add rule ip t c tcp dport $b",
      ].join("\n"),
    );
    expect(rulesOf(tables).map(({ statements: [first] }) => first)).toMatchObject([
      { right: literal("1") },
      { right: { kind: "set", elements: [{ key: literal("22") }, { key: literal("80") }, { key: literal("443") }] } },
      { right: { kind: "verbatim", text: "$b" } },
    ]);
    expect(tables[0]?.chains[0]?.base).toMatchObject({ priority: -5, policy: "accept" });
    expect(codes).toEqual(["nft-undefined 13:27"]);
  });

  it("goes on over backslashes, and several commands on a line", () => {
    const { texts, codes } = read(
      "add table t; add chain t c\nadd rule t c \\\n  tcp dport 22 \\\n  accept; add rule t c drop\n",
    );
    expect(texts).toEqual(["tcp dport 22 \\\n  accept", "drop"]);
    expect(codes).toEqual([]);
  });

  it("says what it does not follow, and what nothing adds", () => {
    const { codes, texts } = read(
      'include "/etc/nft/*.nft"\nadd rule t c accept\nlist ruleset\ndelete rule t c handle 5\n',
    );
    expect(codes).toEqual(["nft-include 1:1", "nft-missing 2:12", "nft-passed-over 3:1", "nft-missing 4:17"]);
    expect(texts).toEqual(["accept"]);
  });
});

describe("what cannot be read", () => {
  const around = (rule: string): string => `table ip t {\n\tchain c {\n\t\tdrop\n\t\t${rule}\n\t\taccept\n\t}\n}\n`;

  it("keeps the rule, what was read of it and the rest as it stands", () => {
    const { tables, codes } = read(around('tcp dport 22 frobnicate 5 { a } counter comment "c" # handle 4'));
    expect(codes).toEqual(["nft-unreadable 4:16"]);
    expect(rulesOf(tables)).toMatchObject([
      {},
      {
        statements: [{ kind: "match" }, { kind: "verbatim", text: "frobnicate 5 { a } counter" }],
        comment: "c",
        handle: 4,
        line: 4,
      },
      { text: "accept" },
    ]);
  });

  it.each(["tcp dport {", "@@ }", "tcp dport { 22,\n\t\t80", '"', "meta mark (((("])("goes on behind %j", (rule) => {
    const { tables, codes } = read(`${around(rule)}table ip6 u {\n\tchain d {\n\t\tdrop\n\t}\n}\n`);
    expect(codes.length).toBeGreaterThan(0);
    expect(rulesOf(tables.filter(({ name }) => name === "u"))).toHaveLength(1);
  });

  it("keeps an element that is none, so that nobody takes the set for known", () => {
    const { tables, codes } = read(
      "table ip t {\nset s {\ntype ipv4_addr\nelements = { 1.1.1.1, 2.2.2.2 what, 3.3.3.3 }\n}\n}\n",
    );
    expect(codes).toEqual(["nft-bad-element 4:31"]);
    expect(tables[0]?.sets[0]?.elements?.map(({ key }) => key)).toEqual([
      literal("1.1.1.1"),
      { kind: "verbatim", text: "2.2.2.2 what" },
      literal("3.3.3.3"),
    ]);
  });

  it("says that a listing is cut, and has what was there", () => {
    const { texts, codes } = read("table ip t {\n\tchain c {\n\t\tdrop\n");
    expect(texts).toEqual(["drop"]);
    expect(codes).toEqual(["nft-unclosed 2:10", "nft-unclosed 1:12"]);
  });

  it("ends a block where the next begins", () => {
    const { tables, codes } = read("table ip t {\n\tchain c {\n\t\tdrop\n\n\tchain d {\n\t\taccept\n\t}\n}\n");
    expect(tables[0]?.chains.map(({ name, rules }) => [name, rules.length])).toEqual([
      ["c", 1],
      ["d", 1],
    ]);
    expect(codes).toEqual(["nft-unclosed 2:10"]);
  });

  it("passes over what stands in an object and is none of its words", () => {
    const { tables, codes } = read("table ip t {\ncounter c {\nchain d {\naccept\n}\npackets 1 bytes 2\n}\n}\n");
    expect(tables[0]?.objects).toMatchObject([
      {
        body: [
          ["packets", "1"],
          ["bytes", "2"],
        ],
      },
    ]);
    expect(codes).toEqual(["unknown-line 3:1"]);
  });

  it("changes nothing by a property that cannot be read", () => {
    const { tables, codes } = read("table ip t {\nset s {\ntype mark\nsize lots\ncomment x\n}\n}\n");
    expect(tables[0]?.sets).toMatchObject([{ type: ["mark"], size: null, comment: null }]);
    expect(codes).toEqual(["unknown-line 4:6", "unknown-line 5:9"]);
  });

  it("does not let variables multiply without end", () => {
    const doubling = Array.from(
      { length: 40 },
      (_, n) => `define a${String(n + 1)} = { $a${String(n)}, $a${String(n)} }`,
    );
    const { codes } = read(["define a0 = { 1, 2 }", ...doubling, "add rule t c tcp dport $a40"].join("\n"));
    expect(codes.length).toBeGreaterThan(0);
  });
});
