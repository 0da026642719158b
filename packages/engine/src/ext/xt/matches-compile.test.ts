import { describe, expect, it } from "vitest";
import { readOptions, readSpellings, wordsOf } from "../../../../../test/spellings/spellings.ts";
import type { Family } from "../../base/address.ts";
import type { ConntrackSpec, LoweringContext, Test, UnknownWhy } from "../../program/test.ts";
import { findOption, printArgs } from "./args.ts";
import { ANY_CONNECTION } from "./conntrack.ts";
import { matchExtensions } from "./matches.ts";
import { findMatch } from "./registry.ts";

const ALL_BITS = 0xffff_ffff;

/** What `-m TEXT` compiles to. */
function compiled(text: string, family: Family = "ip", backend: LoweringContext["backend"] = "legacy"): Test | null {
  const words = wordsOf(text);
  const extension = findMatch(words[0] ?? "", family);
  const options = extension === null ? null : readOptions(extension, words, 1);
  if (extension === null || options === null) return null;
  return extension.compile(extension.normalise(options.args), { family, backend, table: "filter" });
}

function number(field: string, from: number, to = from, negated = false): unknown {
  return { kind: "number", field, mask: ALL_BITS, ranges: from > to ? [] : [{ from, to }], negated };
}

function extension(type: number, offset: number, bytes: number, from: number, to = from, more = {}): unknown {
  const ranges = from > to ? [] : [{ from, to }];
  return { kind: "extension-field", type, offset, bytes, mask: ALL_BITS, ranges, negated: false, ...more };
}

function masked(field: string, mask: number, value: number, negated = false): unknown {
  return { kind: "masked", field, mask, value, negated };
}

function all(...tests: readonly unknown[]): unknown {
  return { kind: "all", tests };
}

function header(proto: readonly number[], bytes?: number, hotdrop = true): object {
  return { kind: "l4-header", proto, hotdrop, ...(bytes === undefined ? {} : { bytes }) };
}

function ct(spec: Partial<ConntrackSpec>): unknown {
  return { kind: "conntrack", spec: { ...ANY_CONNECTION, ...spec } };
}

const YES = { kind: "const", value: true };
const V4_ALL = 0xffff_ffff;
const NOBODY = { kind: "owner", uid: null, gid: null, uidNegated: false, gidNegated: false, exists: null };

describe("what a match compiles to", () => {
  it.each<readonly [text: string, test: unknown]>([
    ["tcp", header([6])],
    ["tcp --dport 80", all(header([6]), number("dport", 80))],
    ["tcp ! --sport 0:65535", all(header([6]), number("sport", 0, 65535, true))],
    ["tcp ! --syn", all(header([6]), masked("tcpFlags", 0x17, 0x02, true))],
    ["tcp --tcp-option 5", all(header([6]), { kind: "tcp-option", option: 5, negated: false })],
    ["udp --dport 9:5", all(header([17], 8), number("dport", 9, 5))],
    ["mark --mark 0x5/0x4", masked("mark", 4, 5)],
    ["connmark ! --mark 7", { kind: "connmark", mask: ALL_BITS, value: 7, negated: true }],
    ["comment --comment x", YES],
    ["length --length 100:", number("length", 100, 65535)],
    ["ttl --ttl-lt 0", number("ttl", 0, -1)],
    ["ttl ! --ttl-eq 5", number("ttl", 5, 5, true)],
    ["ttl --ttl-gt 255", number("ttl", 256, 255)],
    ["dscp --dscp-class EF", masked("tos", 0xfc, 0xb8)],
    ["tos --tos 0x13/0x10", masked("tos", 0x10, 0x13)],
    ["ecn ! --ecn-ip-ect 3", masked("tos", 3, 3, true)],
    [
      "ecn --ecn-tcp-cwr ! --ecn-tcp-ece",
      all(header([6], 20, false), masked("tcpFlags", 0x40, 0), masked("tcpFlags", 0x80, 0x80)),
    ],
    ["pkttype --pkt-type multicast", number("pktType", 2)],
    ["mac --mac-source 0:1:2:a:b:C", { kind: "mac", mac: "00:01:02:0a:0b:0c", negated: false }],
    ["iprange --src-range 0.0.0.9-0.0.0.1", { kind: "address-range", field: "src", from: 9, to: 1, negated: false }],
    ["devgroup --dst-group 0x15/0xf", masked("devgroupOut", 0xf, 5)],
    ["devgroup --src-group default", masked("devgroupIn", ALL_BITS, 0)],
    ["realm --realm 0x15/0xf", masked("realm", 0xf, 0x15)],
    ["realm --realm cosmos", masked("realm", ALL_BITS, 0)],
    ["esp --espspi 5", all(header([50], 8), number("espSpi", 5))],
    ["ah --ahspi :7", all(header([51], 12), number("ahSpi", 0, 7))],
    ["ipcomp --ipcompspi 5", all(header([108], 4), number("ipcompCpi", 5))],
    ["icmp --icmp-type any", header([1], 8)],
    ["icmp --icmp-type port-unreachable", all(header([1], 8), all(number("icmpType", 3), number("icmpCode", 3)))],
    ["icmp ! --icmp-type any", all(header([1], 8), { kind: "not", test: YES })],
    ["icmp ! --icmp-type 8", all(header([1], 8), { kind: "not", test: number("icmpType", 8) })],
    [
      "multiport --dports 9,1,2:4",
      all(header([6, 17, 136, 132, 33], 4), {
        ...(number("dport", 1) as object),
        ranges: [
          { from: 1, to: 4 },
          { from: 9, to: 9 },
        ],
      }),
    ],
    [
      "multiport ! --ports 5",
      all(header([6, 17, 136, 132, 33], 4), {
        kind: "not",
        test: { kind: "any", tests: [number("sport", 5), number("dport", 5)] },
      }),
    ],
    ["tcpmss ! --mss 5", all(header([6], 20), { kind: "not", test: number("tcpMss", 5) })],
    ["dccp --dccp-types DATA,ACK", all(header([33], 12), number("dccpType", 2, 3))],
    ["socket --nowildcard", { kind: "socket", transparent: false, nowildcard: true, restoreMark: false }],
    [
      "rpfilter --loose --invert",
      { kind: "rpfilter", loose: true, validMark: false, acceptLocal: false, negated: true },
    ],
    ["statistic --mode random ! --probability 0.25", { kind: "chance", probability: 0.25, negated: true }],
    [
      "string --hex-string |41|b --algo bm --icase --to 9",
      { kind: "string", pattern: Uint8Array.of(0x41, 0x62), ignoreCase: true, from: 0, to: 9, negated: false },
    ],
    [
      "bpf --bytecode 1,6_0_0_7".replaceAll("_", " ").replace("1,6 0 0 7", '"1,6 0 0 7"'),
      { kind: "bpf", code: [{ code: 6, jt: 0, jf: 0, k: 7 }] },
    ],
    [
      "u32 --u32 6&0xFF@4=1,5:7",
      {
        kind: "u32",
        comparisons: [
          {
            location: [
              { kind: "read", at: 6 },
              { kind: "and", value: 255 },
              { kind: "at", offset: 4 },
            ],
            ranges: [
              { from: 1, to: 1 },
              { from: 5, to: 7 },
            ],
          },
        ],
        negated: false,
      },
    ],
    [
      "set --match-set s src,dst --return-nomatch",
      { kind: "set", set: "s", directions: ["src", "dst"], negated: false, returnNomatch: true },
    ],
    [
      "addrtype --dst-type LOCAL --limit-iface-in",
      { kind: "addrtype", field: "dst", types: ["LOCAL"], limit: "in", negated: false },
    ],
    ["owner ! --uid-owner 5-7", { ...NOBODY, uid: [{ from: 5, to: 7 }], uidNegated: true }],
    ["owner ! --socket-exists", { ...NOBODY, exists: { negated: true } }],
    [
      "physdev --physdev-is-bridged ! --physdev-in eth+",
      all(
        { kind: "has-interface", side: "physout", negated: false },
        { kind: "interface", side: "physin", name: "eth", prefix: true, negated: true },
      ),
    ],
    ["physdev --physdev-out +", { kind: "has-interface", side: "physout", negated: false }],
    ["state ! --state NEW", ct({ states: { states: ["NEW"], negated: true } })],
    ["conntrack --ctstate DNAT,NEW", ct({ states: { states: ["NEW", "DNAT"], negated: false } })],
    ["conntrack --ctstatus NONE", ct({ status: { status: [], negated: false } })],
    [
      "conntrack --ctorigdst 10.0.0.5/8 ! --ctexpire 5",
      ct({
        origDst: { net: { value: 0x0a00_0000, mask: 0xff00_0000 }, negated: false },
        expire: { ranges: [{ from: 5, to: 5 }], negated: true },
      }),
    ],
    [
      "conntrack --ctreplsrc 10.0.0.5/255.0.0.255 --ctdir REPLY",
      ct({ replSrc: { net: { value: 0x0a00_0005, mask: V4_ALL }, negated: false }, direction: "REPLY" }),
    ],
  ])("%s", (text, test) => {
    expect(compiled(text)).toEqual(test);
  });

  it.each<readonly [text: string, test: unknown]>([
    ["icmp6 --icmpv6-type 255", all(header([58], 8), number("icmpType", 255))],
    [
      "icmpv6 ! --icmpv6-type 1/4",
      all(header([58], 8), { kind: "not", test: all(number("icmpType", 1), number("icmpCode", 4)) }),
    ],
    ["hl --hl-gt 10", number("ttl", 11, 255)],
    ["mh --mh-type brr:hot", all({ ...header([135], 6), first: 59 }, number("mhType", 0, 3))],
    [
      "ah ! --ahlen 12 --ahres",
      all(
        { kind: "extension-header", type: 51, negated: false },
        extension(51, 1, 1, 1, 1, { negated: true }),
        extension(51, 2, 2, 0),
      ),
    ],
    [
      "hbh --hbh-opts 0,5:2,6",
      all(
        { kind: "extension-header", type: 0, negated: false },
        extension(0, 2, 1, 0),
        extension(0, 3, 1, 5),
        extension(0, 4, 1, 2),
        extension(0, 7, 1, 6),
      ),
    ],
    [
      "dst --dst-len 16 --dst-opts 5,6",
      all({ kind: "extension-header", type: 60, negated: false }, extension(60, 1, 1, 1), extension(60, 2, 1, 5), {
        kind: "unknown",
        what: "-m dst --dst-opts 5,6",
        why: "extension",
      }),
    ],
    [
      "frag --fragid 5 --fragfirst --fraglast",
      all(
        { kind: "extension-header", type: 44, negated: false },
        extension(44, 4, 4, 5),
        extension(44, 2, 2, 0, 0, { mask: 0xfff8 }),
        extension(44, 2, 2, 0, 0, { mask: 1 }),
      ),
    ],
    [
      "rt --rt-type 0 --rt-0-addrs ::1",
      all(
        { kind: "extension-header", type: 43, negated: false },
        extension(43, 2, 1, 0),
        extension(43, 1, 1, 2, 3),
        extension(43, 8, 4, 0),
        extension(43, 12, 4, 0),
        extension(43, 16, 4, 0),
        extension(43, 20, 4, 1),
      ),
    ],
    ["ipv6header --header frag --soft", { kind: "extension-header", type: 44, negated: false }],
    [
      "ipv6header ! --header esp --soft",
      { kind: "number", field: "proto", mask: 0xff, ranges: [{ from: 50, to: 50 }], negated: true },
    ],
  ])("%s, IPv6", (text, test) => {
    expect(compiled(text, "ip6")).toEqual(test);
  });

  it("asks for exactly the headers that are listed, or for anything else", () => {
    const exactly = compiled("ipv6header --header prot", "ip6");
    expect(exactly?.kind === "all" && exactly.tests).toHaveLength(8);
    expect(compiled("ipv6header ! --header prot", "ip6")).toEqual({ kind: "not", test: exactly });
  });

  it("compares the last segment of a routing header under its mask", () => {
    const test = compiled("srh ! --srh-lsid c::/16 --srh-segs-left-gt 3 --srh-tag 5", "ip6");
    const tests = test?.kind === "all" ? test.tests : [];
    expect(tests).toHaveLength(5);
    expect(tests[0]).toEqual(extension(43, 2, 1, 4));
    expect(tests.slice(2, 4)).toEqual([extension(43, 3, 1, 4, 255), extension(43, 6, 2, 5)]);
    const words = [0x000c_0000, 0, 0, 0].map((value, at) =>
      extension(43, 8 + 4 * at, 4, value, value, { mask: at === 0 ? 0xffff_0000 : 0 }),
    );
    expect(tests[4]).toEqual({ kind: "not", test: all(...words) });
  });

  it("takes supplementary groups for unknown where the first group does not decide", () => {
    const what = "-m owner --gid-owner 5 --suppl-groups";
    const unknown = { kind: "unknown", what, why: "socket" };
    const owner = { ...NOBODY, gid: [{ from: 5, to: 5 }] };
    expect(compiled("owner --gid-owner 5 --suppl-groups")).toEqual({
      kind: "any",
      tests: [owner, all(NOBODY, { ...NOBODY, exists: { negated: false } }, unknown)],
    });
    expect(compiled("owner ! --gid-owner 5 --suppl-groups")).toMatchObject({
      kind: "all",
      tests: [{ gidNegated: true }, { kind: "any" }],
    });
  });

  // iptables 1.8.9 writes these as native expressions: no header is looked for, and all ports are no condition.
  it.each<readonly [text: string, test: unknown]>([
    ["tcp", header([6])],
    ["tcp --dport 80", number("payloadDport", 80)],
    ["tcp ! --sport 0:65535", YES],
    ["tcp --syn --dport 5", all(number("payloadDport", 5), masked("payloadTcpFlags", 0x17, 0x02))],
    [
      "tcp --dport 5 --tcp-option 9",
      all(header([6]), number("dport", 5), { kind: "tcp-option", option: 9, negated: false }),
    ],
    ["udp", header([17], 8)],
    ["udp ! --dport 53", number("payloadDport", 53, 53, true)],
    ["icmp --icmp-type 8", all(header([1], 8), number("icmpType", 8))],
  ])("%s, iptables-nft", (text, test) => {
    expect(compiled(text, "ip", "nft")).toEqual(test);
  });
});

describe("ipvs", () => {
  it("asks whether IPVS has had the packet, where nothing else is asked", () => {
    expect(compiled("ipvs ! --ipvs")).toMatchObject({
      kind: "ipvs",
      only: false,
      vaddr: null,
      what: "-m ipvs ! --ipvs",
    });
  });

  it("asks for the connection beside any other option", () => {
    const vport = { negated: true, value: 80 };
    expect(compiled("ipvs --ipvs ! --vport 80")).toMatchObject({ kind: "ipvs", only: null, vport, vdir: null });
  });
});

describe("what no snapshot can answer", () => {
  const unanswerable: readonly (readonly [text: string, why: UnknownWhy, family?: Family])[] = [
    ["limit --limit 5/sec", "rate"],
    ["hashlimit --hashlimit-upto 5/sec --hashlimit-name a", "rate"],
    ["quota --quota 5", "rate"],
    ["rateest --rateest R --rateest-lt --rateest-pps 5", "rate"],
    ["connbytes --connbytes 5 --connbytes-mode bytes --connbytes-dir both", "counter"],
    ["connlimit --connlimit-above 5", "counter"],
    ["connlabel --label 5", "counter"],
    ["recent --rcheck", "counter"],
    ["helper --helper ftp", "counter"],
    ["statistic --mode nth --every 2 --packet 0", "counter"],
    ["time --weekdays Mon", "clock"],
    ["cpu --cpu 0", "cpu"],
    ["cluster --cluster-total-nodes 2 --cluster-local-node 1 --cluster-hash-seed 7", "hash"],
    ["policy --dir in --pol ipsec", "ipsec"],
    ["cgroup --cgroup 5", "socket"],
    ["osf --genre Linux", "object"],
    ["nfacct --nfacct-name a", "object"],
    ["bpf --object-pinned /sys/fs/bpf/x", "object"],
    ["realm --realm here", "object"],
    ["devgroup --src-group here", "object"],
    ["eui64", "extension", "ip6"],
  ];

  it("an accounting object of kube-proxy's has no quota, and lets everything through", () => {
    expect(compiled("nfacct --nfacct-name ct_state_invalid_dropped_pkts")).toEqual({ kind: "const", value: true });
    expect(compiled("nfacct --nfacct-name localhost_nps_accepted_pkts")).toEqual({ kind: "const", value: true });
  });

  it.each(unanswerable.map(([text, why, family = "ip"]) => [text, why, family] as const))("%s", (text, why, family) => {
    const [name = ""] = wordsOf(text);
    const test = compiled(text, family);
    expect(test).toMatchObject({ kind: "unknown", why });
    expect(test?.kind === "unknown" && test.what).toMatch(new RegExp(`^-m ${name}( |$)`));
  });

  it("says what is asked as iptables-save spells it", () => {
    expect(compiled("limit --limit 120/minute --limit-burst 5")).toMatchObject({ what: "-m limit --limit 2/sec" });
  });

  it.each(["dccp --dccp-option 5", "set --match-set s src --packets-gt 5"])("%s: only in part", (text) => {
    const test = compiled(text);
    expect(test?.kind === "all" && test.tests.at(-1)).toMatchObject({ kind: "unknown" });
  });

  it("keeps what a rule without its arguments asks for malformed", () => {
    for (const one of matchExtensions) {
      const context: LoweringContext = { family: one.families[0] ?? "ip", backend: "legacy", table: "filter" };
      const complaint = one.check({});
      const test = one.compile({}, context);
      if (complaint !== null && test.kind === "unknown" && test.why === "malformed")
        expect(test.what).toBe(`-m ${one.name}`);
    }
  });
});

describe("values that are none", () => {
  it.each([
    "string --hex-string |0| --algo bm",
    "string --hex-string |00 --algo bm",
    "string --hex-string || --algo bm",
    `string --hex-string ${"a".repeat(129)} --algo bm`,
    "u32 --u32 0>>32=1",
    "u32 --u32 0=1:2:3",
    "bpf --bytecode 1,6",
    "bpf --bytecode 65",
    "sctp --chunk-types any NOPE",
    "conntrack --ctorigsrc 10.0.0.1/33",
    "iprange --src-range 10.0.0.1-::1",
    "mac --mac-source 0:1:2:3:4:g",
    "tcp --dport :",
    "tcp --tcp-flags SYN",
    "tcp --dport 080",
    "connbytes --connbytes 1:2:3",
    "connlabel --label 1x",
    "time --timestart 24:00",
    "time --datestart 2021-01-01T25",
    "hashlimit --hashlimit-upto 0/sec",
    "rateest --rateest-bps 5furlongs",
    "physdev --physdev-in a/b",
    "icmp --icmp-type 8/256",
  ])("%s", (text) => {
    expect(compiled(text)).toBeNull();
  });

  it.each([
    "rt --rt-0-addrs 10.0.0.1",
    `rt --rt-0-addrs ${Array(17).fill("::1").join(",")}`,
    "hbh --hbh-opts x",
    "icmp6 --icmpv6-type ",
  ])("%s, IPv6", (text) => {
    expect(compiled(text, "ip6")).toBeNull();
  });
});

describe("every match", () => {
  it("is known once by name and family, and cites its source", () => {
    const names = matchExtensions.flatMap(({ name, families }) => families.map((family) => `${name} ${family}`));
    expect(new Set(names).size).toBe(names.length);
    for (const { source } of matchExtensions) expect(source).toMatch(/^net\/\S+\.c /);
  });

  // Each was loaded on a kernel and one packet sent: these and no others make an entry.
  it("activates conntrack or does not", () => {
    const active = matchExtensions.filter(({ needsConntrack }) => needsConntrack).map(({ name }) => name);
    expect([...new Set(active)].sort()).toEqual([
      "cluster",
      "connbytes",
      "connlabel",
      "connlimit",
      "connmark",
      "conntrack",
      "helper",
      "state",
    ]);
  });

  it("finds its options by the beginning of their names", () => {
    const tcp = findMatch("tcp", "ip");
    if (tcp === null) throw new Error("no tcp");
    expect(findOption(tcp, "destination-port")?.name).toBe("dport");
    expect(findOption(tcp, "dest")?.name).toBe("dport");
    expect(findOption(tcp, "tcp-")).toBeNull();
    expect(findOption(tcp, "")).toBeNull();
    expect(findOption(tcp, "dportx")).toBeNull();
    expect(findOption(tcp, "constructor")).toBeNull();
  });

  it("reads no value that it could not print and read again", () => {
    const words = new Set(readSpellings("matches").flatMap(({ written }) => wordsOf(written)));
    for (const odd of [
      "",
      " ",
      ":",
      "/",
      ",",
      "-",
      "=",
      "|",
      "!",
      "0x",
      "-1",
      "1e9",
      "9".repeat(40),
      "\u{1f600}",
      "\ud800",
      "__proto__",
      "a\nb",
    ])
      words.add(odd);
    for (const one of matchExtensions) {
      for (const [name, { codec }] of Object.entries(one.options)) {
        for (const word of words) {
          const value = codec.parse(word, codec.words === 2 ? "src,dst" : "");
          if (value === undefined) continue;
          const text = printArgs(one, one.normalise({ [name]: { negated: false, value } }));
          if (/[\s"]/.test(word) && /^(?!").*[\s"]/s.test(codec.print(value))) continue; // printed bare, as the tool does
          const again = readOptions(one, wordsOf(text), 0);
          expect(again === null ? [one.name, name, word] : printArgs(one, one.normalise(again.args))).toBe(text);
        }
      }
    }
  });

  it("normalises once and for all", () => {
    for (const { family, written } of readSpellings("matches")) {
      const words = wordsOf(written);
      const one = findMatch(words[words.indexOf("-m") + 1] ?? "", family);
      const options = one === null ? null : readOptions(one, words, words.indexOf("-m") + 2);
      if (one === null || options === null) continue;
      const args = one.normalise(options.args);
      expect(printArgs(one, one.normalise(args))).toBe(printArgs(one, args));
    }
  });
});
