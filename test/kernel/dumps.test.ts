/**
 * Random rules, routes and sets are given to the real tools; what the tools then print must be read without a diagnostic,
 * printed back byte for byte, and be the same model in JSON as in text.
 */
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { afterEach, beforeEach, expect, it } from "vitest";
import { parseIpRoute, parseIpRule, parseIpset, printIpRoute, printIpRule, printIpset } from "@hookwalk/engine";
import type { Parsed } from "@hookwalk/engine";
import { comparable } from "../comparable.ts";
import { describeKernel } from "./require-kernel.ts";

const SEED = 20_261_121;
const RUNS = 12;
const NAMESPACE = `hookwalk-dumps-${String(process.pid)}`;

function run(program: string, args: readonly string[], input = ""): string {
  const { stdout } = spawnSync(program, args, { input, encoding: "utf8", env: { ...process.env, LC_ALL: "C" } });
  return stdout;
}

function inside(command: string, input = ""): string {
  return run("ip", ["netns", "exec", NAMESPACE, ...command.split(" ")], input);
}

function build(): void {
  run("ip", ["netns", "add", NAMESPACE]);
  inside("ip link set lo up");
  for (const n of ["0", "1", "2"]) {
    inside(`ip link add v${n} type veth peer name w${n}`);
    for (const end of [`v${n}`, `w${n}`]) inside(`ip link set ${end} up`);
    inside(`ip addr add 10.${n}.0.1/24 dev v${n}`);
    inside(`ip addr add fd0${n}::1/64 dev v${n} nodad`);
  }
}

function remove(): void {
  run("ip", ["netns", "del", NAMESPACE]);
}

type Words = fc.Arbitrary<readonly string[]>;

/** One of these values behind its keyword, or nothing. */
function maybe(keyword: string, ...values: readonly string[]): Words {
  const given = fc.constantFrom(...values).map((value) => [keyword, ...value.split(" ")]);
  return fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: given });
}

function flag(word: string): Words {
  return fc.constantFrom([], [], [], [word]);
}

function line(...parts: readonly Words[]): fc.Arbitrary<string> {
  return fc.tuple(...parts).map((words) => words.flat().join(" "));
}

function words(text: string): Words {
  return fc.constant([text]);
}

const small = fc.nat(255).map(String);
const device = fc.constantFrom("0", "1", "2");

/** Networks inside what the devices have, host bits cleared by the length. */
const nets: Readonly<Record<"ip" | "ip6", fc.Arbitrary<string>>> = {
  ip: fc.oneof(
    fc.tuple(device, small, small).map(([a, b, c]) => `10.${a}.${b}.${c}`),
    fc.tuple(device, small).map(([a, b]) => `10.${a}.${b}.0/24`),
    fc.constantFrom("10.0.0.0/8", "0.0.0.0/1", "192.168.0.0/31"),
  ),
  ip6: fc.oneof(
    fc.tuple(device, small).map(([a, b]) => `fd0${a}::${b}`),
    fc.tuple(device, small).map(([a, b]) => `fd0${a}:${b}::/64`),
    fc.constantFrom("fd00::/8", "::/1", "2001:db8::/127"),
  ),
};

function gateway(family: "ip" | "ip6"): fc.Arbitrary<string> {
  return fc
    .tuple(device, fc.integer({ min: 2, max: 254 }))
    .map(([net, host]) => (family === "ip" ? `10.${net}.0.${String(host)}` : `fd0${net}::${String(host)}`));
}

function net(keyword: string, family: "ip" | "ip6"): Words {
  return fc.oneof(
    fc.constant([]),
    nets[family].map((prefix) => [keyword, prefix]),
  );
}

const action: Words = fc.oneof(
  {
    weight: 3,
    arbitrary: line(
      words("lookup"),
      fc.constantFrom(["main"], ["local"], ["default"], ["5000"], ["99999"]),
      maybe("suppress_prefixlength", "0", "24"),
      maybe("suppress_ifgroup", "7"),
      maybe("realms", "3", "3/4"),
    ).map((text) => [text]),
  },
  { weight: 1, arbitrary: fc.constantFrom(["goto 40000"], ["nop"], ["blackhole"], ["unreachable"], ["prohibit"]) },
);

function ruleLine(family: "ip" | "ip6"): fc.Arbitrary<string> {
  return line(
    words("rule add"),
    flag("not"),
    net("from", family),
    net("to", family),
    maybe("tos", "0x10", "0x8", "0x1c"),
    maybe("fwmark", "1", "0x200/0xf00", "0/0xf0", "0xffffffff/0x1"),
    maybe("iif", "v0", "lo", "gone"),
    maybe("oif", "v1", "gone2"),
    maybe("uidrange", "0-9", "5-5"),
    maybe("ipproto", "tcp", "udp", "99", "ipv6-icmp", "47"),
    maybe("sport", "5", "7-9"),
    maybe("dport", "80", "443-500"),
    maybe("tun_id", "5"),
    maybe("pref", "7", "800", "39999"),
    action,
    maybe("proto", "bird", "static", "99"),
  );
}

/** What any route may say beside where it leads. */
function details(family: "ip" | "ip6"): readonly Words[] {
  const own =
    family === "ip"
      ? [maybe("tos", "0x10", "0x20", "0x88"), maybe("realm", "3", "3/4"), maybe("src", "10.0.0.1")]
      : [maybe("pref", "low", "high"), maybe("expires", "900")];
  const metrics = [
    "advmss 1000",
    "hoplimit 9",
    "initcwnd 10",
    "quickack 1",
    "rtt 300ms",
    "rto_min 2s",
    "congctl cubic",
    "window 999",
  ];
  return [
    maybe("metric", "5", "9999"),
    maybe("table", "11", "main", "70000"),
    maybe("proto", "bird", "static", "77"),
    maybe("mtu", "1400", "lock 1300"),
    ...metrics.map((metric) => {
      const [name = "", value = ""] = metric.split(" ");
      return maybe(name, value);
    }),
    ...own,
  ];
}

function routeLine(family: "ip" | "ip6"): fc.Arbitrary<string> {
  const target: Words = fc.oneof(nets[family], fc.constant("default")).map((prefix) => [prefix]);
  const via: Words = gateway(family).map((address) => ["via", address]);
  const dev: Words = device.map((n) => ["dev", `v${n}`]);
  const kind: Words = fc.constantFrom(["blackhole"], ["unreachable"], ["prohibit"], ["throw"], ["local"]);
  const hop: Words = fc
    .tuple(gateway(family), fc.integer({ min: 1, max: 9 }))
    .map(([address, weight]) => ["nexthop", "via", address, "weight", String(weight)]);
  const start = words("route add");
  const rest = details(family);
  return fc.oneof(
    line(start, target, via, ...rest),
    line(start, target, dev, ...rest),
    line(start, target, via, dev, flag("onlink"), ...rest),
    line(start, kind, target, ...rest),
    line(start, target, ...rest, hop, hop),
  );
}

/** Gives the lines to the tool; those that it refuses are left out by it. */
function load(family: "ip" | "ip6", what: "rule" | "route", lines: readonly string[]): void {
  const ip = `ip ${family === "ip" ? "-4" : "-6"}`;
  const count = (): number => inside(`${ip} ${what}`).split("\n").length;
  const before = count();
  inside(`${ip} -force -batch -`, `${lines.join("\n")}\n`);
  expect(count()).toBeGreaterThan(before);
}

function check<T>(
  arguments_: string,
  parse: (text: string) => Parsed<readonly T[]>,
  print: (values: readonly T[]) => string,
): void {
  const text = inside(`ip ${arguments_}`);
  const { value, diagnostics } = parse(text);
  expect(diagnostics).toEqual([]);
  expect(print(value)).toBe(text);
  const json = parse(inside(`ip -j ${arguments_}`));
  expect(json.diagnostics).toEqual([]);
  expect(comparable(json.value)).toEqual(comparable(value));
}

describeKernel("what the tools print of random state", () => {
  beforeEach(remove);
  afterEach(remove);

  for (const family of ["ip", "ip6"] as const) {
    const dash = family === "ip" ? "-4" : "-6";

    it(`${family} rules`, () => {
      const property = fc.property(fc.array(ruleLine(family), { minLength: 20, maxLength: 60 }), (lines) => {
        remove();
        build();
        load(family, "rule", lines);
        for (const details of ["", " -d"]) {
          check(`${dash}${details} rule`, (text) => parseIpRule(text, "f", { family }), printIpRule);
        }
      });
      fc.assert(property, { seed: SEED, numRuns: RUNS, endOnFailure: true });
    });

    it(`${family} routes`, () => {
      const property = fc.property(fc.array(routeLine(family), { minLength: 20, maxLength: 60 }), (lines) => {
        remove();
        build();
        load(family, "route", lines);
        for (const details of ["", " -d"]) {
          check(`${dash}${details} route show table all`, (text) => parseIpRoute(text, "f", { family }), printIpRoute);
        }
        check(
          `${dash} route show table 11`,
          (text) => parseIpRoute(text, "f", { family, table: "11" }),
          (routes) => printIpRoute(routes, { table: "11" }),
        );
      });
      fc.assert(property, { seed: SEED, numRuns: RUNS, endOnFailure: true });
    });
  }

  it("sets", () => {
    const port = fc.constantFrom("tcp:80", "udp:53", "icmp:8/0", "icmp:3/9", "sctp:1", "gre:0", "99:0", "udplite:7");
    const element = line(
      words("add s"),
      fc
        .tuple(nets.ip, port, nets.ip)
        .map(([a, b, c]) => [`${a.replace(/\/.*/, "")},${b},${c === "0.0.0.0/1" ? "10.0.0.0/8" : c}`]),
      maybe("timeout", "0", "500"),
      flag("nomatch"),
      maybe("packets", "5"),
      maybe("bytes", "7"),
      maybe("comment", '"a"', '"it\'s_-j_DROP_#"'),
      maybe("skbmark", "0x1/0xff", "0x5"),
      maybe("skbprio", "1:10"),
      maybe("skbqueue", "3"),
    );
    const property = fc.property(fc.array(element, { minLength: 10, maxLength: 60 }), (lines) => {
      remove();
      run("ip", ["netns", "add", NAMESPACE]);
      inside(
        "ipset -exist restore",
        `create s hash:ip,port,net timeout 600 counters comment skbinfo\n${lines.join("\n")}\n`,
      );
      const text = inside("ipset save");
      const { value, diagnostics } = parseIpset(text, "f");
      expect(diagnostics).toEqual([]);
      expect(value[0]?.elements.length).toBeGreaterThan(0);
      expect(printIpset(value)).toBe(text);
    });
    fc.assert(property, { seed: SEED, numRuns: RUNS, endOnFailure: true });
  });
});
