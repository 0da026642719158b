import { describe, expect, it } from "vitest";
import { readOptions, readSpellings, wordsOf } from "../../../../../test/spellings/spellings.ts";
import type { Family } from "../../base/address.ts";
import type { Args } from "../../model/ruleset.ts";
import type { Action } from "../../program/action.ts";
import { printArgs } from "./args.ts";
import { findTarget } from "./registry.ts";
import { targetExtensions } from "./targets.ts";

/** The target of a rule as a parser would read it; null where something is wrong with it. */
function read(family: Family, line: string): { name: string; args: Args } | null {
  const words = wordsOf(line);
  const at = words.indexOf("-j");
  const name = words[at + 1] ?? "";
  const target = findTarget(name, family);
  if (target === null) return null;
  const options = readOptions(target, words, at + 2);
  if (options === null || target.check(options.args) !== null) return null;
  return { name, args: target.normalise(options.args) };
}

function print(family: Family, { name, args }: { name: string; args: Args }): string {
  const target = findTarget(name, family);
  return `-j ${name}${target === null ? "" : printArgs(target, args)}`;
}

/** Accepted here although the tool refuses: the reason does not stand in the target's own words. */
const REFUSED_ELSEWHERE: readonly RegExp[] = [
  /^-j (DNAT|MASQUERADE|REDIRECT|ECN|REJECT|TPROXY) /, // needs a protocol in the rule
  /(-set (nope|s6?) src|--helper "f t"|--timeout foo)$/, // needs an object that is not there
  /SNPT/, // prefixes that no 16 bits are left of to keep the checksum, or with host bits
  /--timeout 0|--gateway 0\.0\.0\.0|0:65535|80-90\/0|on-port 0x50/, // refused by the kernel, or on input only
];

/** Refused here although the tool takes it: it would keep something else than was written. */
const STRICTER: readonly RegExp[] = [
  /10000:1|1:2:3|--wscale 256|--mss 65536|--on-port 65536|src-prefix (33|64)|\.4\/33|255\.0\.255\.0/, // cut to fit
  /http|080|\+1|\]x/, // names of services, numbers as nobody writes them
];

/** The tool prints a word with a blank or a quote as it is, and cannot read it back either. */
const AMBIGUOUS = /"(foo bar|a b|e h|a\\"b)"/;

describe("targets as the real tools print them", () => {
  it.each(readSpellings("targets").map((s) => [s.family, s.written, s] as const))(
    "%s %s",
    (family, written, { saved }) => {
      const target = read(family, written);
      const texts = [...saved].flatMap((text) => (text === null ? [] : [text.slice(text.indexOf("-j "))]));
      if (texts.length === 0) {
        expect(target === null || REFUSED_ELSEWHERE.some((pattern) => pattern.test(written))).toBe(true);
      } else {
        if (target === null && STRICTER.some((pattern) => pattern.test(written))) return;
        expect(target).not.toBeNull();
        if (target === null) return;
        const text = print(family, target);
        expect(texts).toContain(text);
        if (AMBIGUOUS.test(written)) return;
        const again = read(family, text);
        expect(again && print(family, again)).toBe(text);
      }
    },
  );
});

describe("targets that this machine's kernel lacks", () => {
  // From the save functions of extensions/lib{ipt_ULOG,ipt_CLUSTERIP,xt_LED,xt_SECMARK}.c.
  it.each([
    ["-j LED --led-trigger-id foo", '-j LED --led-trigger-id "foo"'],
    ["-j LED --led-trigger-id foo --led-delay 0", '-j LED --led-trigger-id "foo"'],
    [
      '-j LED --led-always-blink --led-delay inf --led-trigger-id "a\\"b\\\\c"',
      '-j LED --led-trigger-id "a\\"b\\\\c" --led-delay inf --led-always-blink',
    ],
    ["-j LED --led-delay 5", null],
    ["-j ULOG", "-j ULOG"],
    ["-j ULOG --ulog-nlgroup 1 --ulog-cprange 0 --ulog-qthreshold 1", "-j ULOG"],
    [
      '-j ULOG --ulog-qthreshold 5 --ulog-cprange 100 --ulog-nlgroup 4 --ulog-prefix "a b"',
      '-j ULOG --ulog-prefix "a b" --ulog-nlgroup 4 --ulog-cprange 100 --ulog-qthreshold 5',
    ],
    ["-j ULOG --ulog-nlgroup 33", null],
    [
      "-j CLUSTERIP --new --hashmode sourceip --clustermac 01:00:5e:00:00:20 --total-nodes 2 --local-node 1",
      "-j CLUSTERIP --new --hashmode sourceip --clustermac 01:00:5E:00:00:20 --total-nodes 2 --local-node 1 --hash-init 0",
    ],
    ["-j CLUSTERIP", "-j CLUSTERIP"],
    ["-j CLUSTERIP --new --clustermac 00:00:5e:00:00:20", null],
    ["-j CLUSTERIP --new --clustermac 01005e000020", null],
    ["-j SECMARK --selctx system_u:object_r:x_t:s0", "-j SECMARK --selctx system_u:object_r:x_t:s0"],
    ["-j SECMARK", null],
  ])("%s", (written, saved) => {
    const target = read("ip", written);
    expect(target && print("ip", target)).toBe(saved);
  });
});

/** What a target compiles to. */
function compiled(family: Family, line: string): Action | undefined {
  const target = read(family, line);
  const context = { family, backend: "legacy", table: "mangle" } as const;
  return target === null ? undefined : findTarget(target.name, family)?.compile(target.args, context);
}

const ALL = 0xffff_ffff;
const NAT = { addresses: null, ports: null, random: false, randomFully: false, persistent: false };

describe("targets that contradict themselves", () => {
  it.each([
    ["MARK", { "set-mark": { value: 1, mask: 1 }, "or-mark": 2 }],
    ["CONNMARK", { "save-mark": true, "restore-mark": true }],
    ["CONNMARK", { "save-mark": true, mask: 1, nfmask: 1 }],
    ["DSCP", { "set-dscp": 1, "set-dscp-class": 2 }],
    ["TOS", { "set-tos": { value: 1, mask: 1 }, "and-tos": 2 }],
    ["HMARK", { "hmark-tuple": ["src"], "hmark-src-prefix": 8, "hmark-mod": 1, "hmark-rnd": 1 }],
    ["RATEEST", { "rateest-name": "x", "rateest-interval": 9_000_000, "rateest-ewmalog": 99_000_000 }],
  ])("%s keeps what is wrong, for check to see", (name, values) => {
    const args = Object.fromEntries(
      Object.entries<unknown>(values).map(([key, value]) => [key, { negated: false, value }]),
    );
    const target = findTarget(name, "ip");
    const normal = target?.normalise(args) ?? {};
    expect(target?.check(normal)).toBe(target?.check(args));
    expect(target?.check(normal)).not.toBeNull();
  });
});

describe("what targets do", () => {
  it.each<[Family, string, Action]>([
    ["ip", "MARK --set-mark 1", { kind: "set-mark", keep: 0, flip: 1 }],
    ["ip", "MARK --set-mark 5/4", { kind: "set-mark", keep: 0xffff_fffa, flip: 5 }],
    ["ip6", "MARK --set-xmark 0x4000/0x0", { kind: "set-mark", keep: ALL, flip: 0x4000 }],
    ["ip", "MARK --and-mark 0xff", { kind: "set-mark", keep: 0xff, flip: 0 }],
    ["ip", "MARK --or-mark 0xff", { kind: "set-mark", keep: 0xffff_ff00, flip: 0xff }],
    ["ip", "MARK --xor-mark 0xff", { kind: "set-mark", keep: ALL, flip: 0xff }],
    ["ip", "CONNMARK --set-mark 1/2", { kind: "set-ctmark", keep: 0xffff_fffc, flip: 1 }],
    [
      "ip",
      "CONNMARK --set-xmark 1/2 --left-shift-mark 4",
      { kind: "set-ctmark", keep: 0xffff_fffd, flip: 1, shift: 4 },
    ],
    ["ip", "CONNMARK --save-mark", { kind: "save-mark", nfMask: ALL, ctMask: ALL, shift: 0 }],
    [
      "ip",
      "CONNMARK --save-mark --nfmask 0xf --ctmask 0xf0 --right-shift-mark 3",
      { kind: "save-mark", nfMask: 0xf, ctMask: 0xf0, shift: -3 },
    ],
    ["ip6", "CONNMARK --restore-mark --mask 0x80", { kind: "restore-mark", nfMask: 0x80, ctMask: 0x80, shift: 0 }],
    ["ip", "CT --notrack", { kind: "notrack" }],
    ["ip", "CT --notrack --zone 3", { kind: "notrack" }],
    ["ip", "NOTRACK", { kind: "notrack" }],
    ["ip", "CT --zone 3", { kind: "ct-template", zone: 3, zoneDirection: null, helper: null }],
    ["ip", "CT --zone-orig mark", { kind: "ct-template", zone: "mark", zoneDirection: "original", helper: null }],
    ["ip", "CT --zone-reply 4 --helper ftp", { kind: "ct-template", zone: 4, zoneDirection: "reply", helper: "ftp" }],
    ["ip", "CT --zone-orig 4 --zone-reply 5", { kind: "ct-template", zone: 5, zoneDirection: null, helper: null }],
    ["ip", "CT --zone 0", { kind: "ct-template", zone: null, zoneDirection: null, helper: null }],
    ["ip", "TOS --set-tos 0x1f/0x10", { kind: "set-tos", keep: 0xef, flip: 0x1f }],
    ["ip", "TOS --and-tos 0x10", { kind: "set-tos", keep: 0x10, flip: 0 }],
    ["ip", "TOS --set-tos Minimize-Cost", { kind: "set-tos", keep: 0xc0, flip: 2 }],
    ["ip6", "DSCP --set-dscp-class EF", { kind: "set-tos", keep: 3, flip: 0xb8 }],
    ["ip", "ECN --ecn-ip-ect 2", { kind: "set-tos", keep: 0xfc, flip: 2 }],
    ["ip", "ECN --ecn-tcp-remove", { kind: "set-tcp-flags", keep: 0x3f, flip: 0 }],
    ["ip", "ECN --ecn-tcp-cwr 1", { kind: "set-tcp-flags", keep: 0x7f, flip: 0x80 }],
    [
      "ip",
      "ECN --ecn-ip-ect 1 --ecn-tcp-ece 1 --ecn-tcp-cwr 0",
      {
        kind: "sequence",
        actions: [
          { kind: "set-tos", keep: 0xfc, flip: 1 },
          { kind: "set-tcp-flags", keep: 0x3f, flip: 0x40 },
        ],
      },
    ],
    ["ip", "TTL --ttl-dec 2", { kind: "ttl", op: "dec", value: 2 }],
    ["ip6", "HL --hl-set 64", { kind: "ttl", op: "set", value: 64 }],
    ["ip6", "HL --hl-inc 1", { kind: "ttl", op: "inc", value: 1 }],
    ["ip", "TPROXY --on-port 80", { kind: "tproxy", port: 80, address: null, mark: 0, mask: 0 }],
    [
      "ip",
      "TPROXY --on-port 15001 --on-ip 127.0.0.1 --tproxy-mark 0x200/0xf00",
      { kind: "tproxy", port: 15001, address: 0x7f00_0001, mark: 0x200, mask: 0xf00 },
    ],
    ["ip6", "TPROXY --on-port 1 --on-ip ::1", { kind: "tproxy", port: 1, address: 1n, mark: 0, mask: 0 }],
    ["ip", "REJECT", { kind: "reject", with: "icmp-port-unreachable" }],
    ["ip6", "REJECT", { kind: "reject", with: "icmp6-port-unreachable" }],
    ["ip", "REJECT --reject-with admin-prohib", { kind: "reject", with: "icmp-admin-prohibited" }],
    ["ip", "NFQUEUE", { kind: "queue", bypass: false, what: "queue 0" }],
    ["ip", "NFQUEUE --queue-balance 1:3 --queue-bypass", { kind: "queue", bypass: true, what: "queues 1:3" }],
    ["ip", "QUEUE", { kind: "queue", bypass: false, what: "queue 0" }],
    ["ip", "TEE --gateway 10.0.0.1", { kind: "copy", to: 0x0a00_0001 }],
    ["ip", "TCPMSS --clamp-mss-to-pmtu", { kind: "tcpmss", mss: "pmtu" }],
    ["ip", "TCPMSS --set-mss 1400", { kind: "tcpmss", mss: 1400 }],
    ["ip", "TCPOPTSTRIP --strip-options wscale,mss", { kind: "strip-tcp-options", options: [2, 3] }],
    ["ip", "TCPOPTSTRIP", { kind: "strip-tcp-options", options: [] }],
    ["ip", "CHECKSUM --checksum-fill", { kind: "mangle", what: "fills in the checksum" }],
    ["ip", "CLASSIFY --set-class 1:1", { kind: "mangle", what: "sets the queueing class" }],
    [
      "ip",
      "HMARK --hmark-tuple src --hmark-mod 2 --hmark-rnd 1",
      { kind: "set-unknown", field: "mark", what: "HMARK" },
    ],
    [
      "ip",
      "SET --add-set a src,dst --exist",
      { kind: "set-update", set: "a", directions: ["src", "dst"], op: "add", exist: true },
    ],
    ["ip", "SET --del-set a src", { kind: "set-update", set: "a", directions: ["src"], op: "del", exist: false }],
    ["ip", "SET --map-set a src --map-prio", { kind: "set-map", set: "a", directions: ["src"], mark: false }],
    [
      "ip",
      "SET --map-set m dst --map-mark --add-set a src --del-set d dst",
      {
        kind: "sequence",
        actions: [
          { kind: "set-update", set: "a", directions: ["src"], op: "add", exist: false },
          { kind: "set-update", set: "d", directions: ["dst"], op: "del", exist: false },
          { kind: "set-map", set: "m", directions: ["dst"], mark: true },
        ],
      },
    ],
    [
      "ip",
      "DNAT --to-destination 10.0.0.1-10.0.0.2:80-90/85 --random --persistent",
      {
        kind: "nat",
        spec: {
          ...NAT,
          kind: "dnat",
          addresses: { from: 0x0a00_0001, to: 0x0a00_0002 },
          ports: { from: 80, to: 90, base: 85 },
          random: true,
          persistent: true,
        },
      },
    ],
    [
      "ip6",
      "DNAT --to-destination :80",
      { kind: "nat", spec: { ...NAT, kind: "dnat", ports: { from: 80, to: 80, base: null } } },
    ],
    [
      "ip6",
      "SNAT --to-source [2001:db8::1]:80-90/85 --random-fully",
      {
        kind: "nat",
        spec: {
          ...NAT,
          kind: "snat",
          addresses: {
            from: 0x2001_0db8_0000_0000_0000_0000_0000_0001n,
            to: 0x2001_0db8_0000_0000_0000_0000_0000_0001n,
          },
          ports: { from: 80, to: 90, base: 0 },
          randomFully: true,
        },
      },
    ],
    ["ip", "MASQUERADE --random-fully", { kind: "nat", spec: { ...NAT, kind: "masquerade", randomFully: true } }],
    [
      "ip6",
      "REDIRECT --to-ports 80-90 --random",
      { kind: "nat", spec: { ...NAT, kind: "redirect", ports: { from: 80, to: 90, base: null }, random: true } },
    ],
    [
      "ip",
      "NETMAP --to 10.1.0.5/16",
      { kind: "nat", spec: { ...NAT, kind: "netmap", addresses: { from: 0x0a01_0000, to: 0x0a01_ffff } } },
    ],
    ["ip6", "SNPT --src-pfx fd00::/48 --dst-pfx fd01::/48", { kind: "unknown", what: "SNPT", why: "extension" }],
    ["ip", "SYNPROXY --mss 1460", { kind: "unknown", what: "SYNPROXY", why: "extension" }],
    ["ip", "CLUSTERIP", { kind: "unknown", what: "CLUSTERIP", why: "object" }],
  ])("%s -j %s", (family, line, action) => {
    expect(compiled(family, `-j ${line}`)).toEqual(action);
  });

  it("lets the packet go on after targets that change nothing that is modelled", () => {
    for (const line of [
      "CONNSECMARK --save",
      "SECMARK --selctx x",
      "IDLETIMER --timeout 1 --label x",
      "LED --led-trigger-id x",
    ]) {
      expect(compiled("ip", `-j ${line}`)).toEqual({ kind: "continue" });
    }
    const rateest = "-j RATEEST --rateest-name x --rateest-interval 1s --rateest-ewmalog 4s";
    expect(compiled("ip", rateest)).toEqual({ kind: "continue" });
    for (const line of ["LOG", "NFLOG", "ULOG", "TRACE", "AUDIT --type drop"]) {
      expect(compiled("ip", `-j ${line}`)).toEqual({ kind: "log" });
    }
  });

  it("answers unknown, never something else, where arguments are missing", () => {
    const context = { family: "ip", backend: "legacy", table: "mangle" } as const;
    const needy = [
      "CONNMARK",
      "DNAT",
      "DSCP",
      "MARK",
      "NETMAP",
      "SET",
      "SNAT",
      "TCPMSS",
      "TEE",
      "TOS",
      "TPROXY",
      "TTL",
    ];
    for (const name of needy) {
      expect(findTarget(name, "ip")?.compile({}, context)).toEqual({ kind: "unknown", what: name, why: "malformed" });
    }
  });
});

describe("targets and conntrack", () => {
  // Measured on Linux 6.18: the rule alone, in a chain that nothing jumps to, and then one packet over the loopback.
  const activating = [
    "CLUSTERIP",
    "CONNMARK --set-mark 1",
    "CONNSECMARK --save",
    "CT --zone 1",
    "CT",
    "DNAT --to-destination 1.2.3.4",
    "MASQUERADE",
    "NETMAP --to 1.2.3.0/24",
    "REDIRECT",
    "SNAT --to-source 1.2.3.4",
    "SYNPROXY",
  ];
  it.each(activating)("-j %s activates it", (line) => {
    const target = read("ip", `-j ${line}`);
    const extension = findTarget(target?.name ?? "", "ip");
    expect(extension?.needsConntrack).toBe(true);
    expect(extension?.activatesConntrack(target?.args ?? {})).toBe(true);
  });

  it("is not activated by any other target", () => {
    const names = new Set(activating.map((line) => line.split(" ")[0]));
    const others = targetExtensions.filter(({ name }) => !names.has(name));
    expect(others.length).toBeGreaterThan(25);
    for (const target of others) expect([target.name, target.activatesConntrack({})]).toEqual([target.name, false]);
    const notrack = read("ip", "-j CT --notrack");
    expect(findTarget("CT", "ip")?.activatesConntrack(notrack?.args ?? {})).toBe(false);
  });
});

describe("the table of targets", () => {
  it("has each name once a family, with a source", () => {
    for (const family of ["ip", "ip6"] as const) {
      const names = targetExtensions.filter(({ families }) => families.includes(family)).map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
    }
    for (const { source } of targetExtensions) expect(source).toMatch(/^net\/.*\.c/);
    const every =
      "AUDIT CHECKSUM CLASSIFY CLUSTERIP CONNMARK CONNSECMARK CT DNAT DNPT DSCP ECN HL HMARK IDLETIMER LED LOG MARK " +
      "MASQUERADE NETMAP NFLOG NFQUEUE NOTRACK QUEUE RATEEST REDIRECT REJECT SECMARK SET SNAT SNPT SYNPROXY TCPMSS " +
      "TCPOPTSTRIP TEE TOS TPROXY TRACE TTL ULOG";
    expect([...new Set(targetExtensions.map(({ name }) => name))].sort()).toEqual(every.split(" "));
  });

  it("finds nothing by the names of object properties", () => {
    for (const name of ["constructor", "__proto__", "toString", ""]) expect(findTarget(name, "ip")).toBeNull();
  });

  it("reads any words without throwing", () => {
    const words = [
      "",
      "-",
      "/",
      ":",
      "-:",
      "1/",
      "/1",
      "[",
      "]:",
      "[]",
      "[::",
      "0x",
      "1-",
      "9".repeat(400),
      "é",
      ",",
      ",,",
      "__proto__",
    ];
    for (const { options } of targetExtensions) {
      for (const { codec } of Object.values(options)) {
        for (const first of words) for (const second of words) expect(() => codec.parse(first, second)).not.toThrow();
      }
    }
  });
});
