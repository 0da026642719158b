import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { whyNoLab } from "../../packages/cli/src/lab/available.ts";
import type { Family } from "../../packages/engine/src/base/address.ts";
import { parseAddress } from "../../packages/engine/src/base/address.ts";
import { compileSet } from "../../packages/engine/src/ext/set/match.ts";
import type { IpSet } from "../../packages/engine/src/model/sets.ts";
import { parseIpset } from "../../packages/engine/src/parse/ipset/parse-ipset.ts";
import type { SetKey } from "../../packages/engine/src/program/set-lookup.ts";

const reason = await whyNoLab();
if (reason !== null && process.env["HOOKWALK_KERNEL"] === "require") throw new Error(`no kernel to ask: ${reason}`);

const SEED = 20_261_121;
const ROUNDS = 8;
const ELEMENTS = 60;
const QUESTIONS = 250;

type Random = (below: number) => number;

/** A small generator of its own, so that a failure comes again (Numerical Recipes, ranqd1). */
function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function pick<T>(random: Random, items: readonly [T, ...T[]]): T {
  return items[random(items.length)] ?? items[0];
}

/** Few different addresses, so that sets and questions meet; a bitmap has no more than 65536. */
function address(random: Random, family: Family, type: string): string {
  const [a, b, c] = [type.startsWith("bitmap") ? 0 : random(3), random(4), random(6)];
  return family === "ip"
    ? `10.${String(a)}.${String(b * 64)}.${String(c)}`
    : `fd00::${String(a)}:${String(b)}:${String(c)}`;
}

/** As long as it goes into a kernel hash: ipset takes no /0 but in hash:net,iface. */
function network(random: Random, family: Family, type: string): string {
  const lengths: readonly [number, ...number[]] =
    family === "ip" ? [8, 14, 16, 18, 24, 30, 31, 32] : [16, 96, 112, 126, 128];
  return `${address(random, family, type)}/${String(pick(random, lengths))}`;
}

interface Port {
  readonly text: string;
  readonly fields: Partial<SetKey>;
}

function port(random: Random, family: Family): Port {
  const number = random(9);
  const proto = pick(random, ["tcp", "udp", "sctp", "icmp", "gre"] as const);
  const numbers = { tcp: 6, udp: 17, sctp: 132, icmp: family === "ip" ? 1 : 58, gre: 47 };
  const none = { proto: numbers[proto], sport: null, dport: null, icmpType: null, icmpCode: null };
  if (proto === "gre") return { text: "gre:0", fields: none };
  if (proto !== "icmp")
    return { text: `${proto}:${String(number)}`, fields: { ...none, sport: number, dport: number } };
  const name = family === "ip" ? "icmp" : "icmpv6";
  return { text: `${name}:${String(number)}/0`, fields: { ...none, icmpType: number, icmpCode: 0 } };
}

/** One element as text, with the packet that it is asked about; an address in an element may be a network. */
function sample(random: Random, type: string, family: Family, asElement: boolean): { text: string; key: SetKey } {
  const one = port(random, family);
  const device = pick(random, ["eth0", "eth1", "lxc1"]);
  const mac = `02:00:00:00:00:0${String(random(3))}`;
  const addresses: string[] = [];
  const texts = type
    .slice(type.indexOf(":") + 1)
    .split(",")
    .map((dimension) => {
      if (dimension === "port") return type === "bitmap:port" ? one.text.replace(/^\w+:(\d+).*$/, "$1") : one.text;
      if (dimension === "iface") return device;
      if (dimension === "mac") return mac;
      const isNetwork = dimension === "net" && asElement;
      const text = isNetwork ? network(random, family, type) : address(random, family, type);
      addresses.push(text);
      return text;
    });
  const parsed = addresses.map((text) => parseAddress(text.replace(/\/.*/, "")) ?? 0);
  const [src = family === "ip" ? 0 : 0n, dst = src] = parsed;
  const rest = { iif: device, oif: null, physin: null, physout: null, smac: mac, mark: 0 };
  const ports = { proto: 6, sport: null, dport: null, icmpType: null, icmpCode: null, ...one.fields };
  // A bitmap of ports does not tell tcp from udp, and ipset asks it for a bare number.
  const bare = type === "bitmap:port" ? { proto: 6, sport: Number(texts[0]), dport: Number(texts[0]) } : {};
  return { text: texts.join(","), key: { src, dst, ...rest, ...ports, ...bare } };
}

const DIRECTIONS = ["src", "src", "dst"] as const;

interface Sort {
  readonly type: string;
  readonly create: string;
  readonly families: readonly Family[];
}

/** The types that this kernel may have, with the options that change what they match. */
const SORTS: readonly Sort[] = [
  { type: "bitmap:ip", create: "range 10.0.0.0/16", families: ["ip"] },
  { type: "bitmap:ip", create: "range 10.0.0.0/16 netmask 30", families: ["ip"] },
  { type: "bitmap:ip,mac", create: "range 10.0.0.0-10.0.255.255", families: ["ip"] },
  { type: "bitmap:port", create: "range 0-8", families: ["ip"] },
  { type: "hash:ip", create: "", families: ["ip", "ip6"] },
  { type: "hash:ip", create: "netmask 30", families: ["ip"] },
  { type: "hash:ip", create: "netmask 127", families: ["ip6"] },
  { type: "hash:ip", create: "bitmask 255.0.255.3", families: ["ip"] },
  { type: "hash:ip,port", create: "", families: ["ip", "ip6"] },
  { type: "hash:ip,port,ip", create: "", families: ["ip", "ip6"] },
  { type: "hash:ip,port,net", create: "", families: ["ip", "ip6"] },
  { type: "hash:net", create: "timeout 0", families: ["ip", "ip6"] },
  { type: "hash:net,port", create: "comment", families: ["ip", "ip6"] },
  { type: "hash:net,iface", create: "", families: ["ip", "ip6"] },
];

/** Runs ipset in a namespace of its own on lines of standard input; complaints about single lines are no error. */
function ipset(lines: readonly string[]): { readonly out: string; readonly complaints: string } {
  const input = `${lines.join("\n")}\n`;
  const { stdout, stderr } = spawnSync("unshare", ["-n", "ipset", "-exist", "-"], { input, encoding: "utf8" });
  return { out: stdout.replaceAll("ipset> ", ""), complaints: stderr };
}

describe.skipIf(reason !== null)("sets, against the kernel", () => {
  it.each(SORTS.flatMap((sort) => sort.families.map((family) => ({ ...sort, family }))))(
    "$type $create ($family)",
    ({ type, create, family }) => {
      const inet = type.startsWith("hash") ? `family ${family === "ip" ? "inet" : "inet6"}` : "";
      const answers = new Set<string>();
      for (let round = 0; round < ROUNDS; round++) {
        const random = randomOf(SEED + round);
        const elements = Array.from({ length: 1 + random(ELEMENTS) }, () => sample(random, type, family, true));
        const nomatch = (): string => (type.includes("net") && random(3) === 0 ? " nomatch" : "");
        const adds = elements.map(({ text }) => `add s ${text}${nomatch()}`);
        // An address with ports is rarely met by chance: ask for some of those that were added. A network cannot be asked.
        const known = type.includes("net") ? [] : elements;
        const questions = Array.from(
          { length: QUESTIONS },
          (_, i) => (i % 4 === 0 ? known[random(ELEMENTS)] : undefined) ?? sample(random, type, family, false),
        );
        const tests = questions.map(({ text }) => `test s ${text}`);
        const { out, complaints } = ipset([`create s ${type} ${inet} ${create}`, ...adds, "save s", ...tests]);
        const [set] = parseIpset(out, "ipset-save.txt").value;
        expect(set?.type).toBe(type);
        for (const answer of compare(set, questions, complaints)) answers.add(answer);
      }
      expect([...answers].sort()).toEqual(["no", "yes"]);
    },
  );
});

/** Every question has the same answer here as in the kernel; the answers. */
function compare(
  set: IpSet | undefined,
  questions: readonly { readonly text: string; readonly key: SetKey }[],
  complaints: string,
): readonly string[] {
  const lookup = set && compileSet(set, () => undefined);
  const theirs = complaints
    .split("\n")
    .filter((line) => line.endsWith(" in set s."))
    .map((line) => (line.includes(" is NOT in ") ? "no" : "yes"));
  const mine = questions.map(({ key }) => (lookup?.test(key, DIRECTIONS) === "yes" ? "yes" : "no"));
  const named = (answers: readonly string[]): readonly string[] =>
    questions.map(({ text }, i) => `${text} ${answers[i] ?? ""}`);
  expect(theirs).toHaveLength(questions.length);
  expect(named(mine)).toEqual(named(theirs));
  return theirs;
}
