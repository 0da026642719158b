import fc from "fast-check";

/**
 * Random rulesets for `nft -f`, of what the kernel takes in any namespace: tables of every IP family with named sets and
 * maps, regular chains, base chains and rules. A rule only jumps to the table's regular chains, and refers to its own sets.
 */

export type GeneratedFamily = "ip" | "ip6" | "inet";

type Text = fc.Arbitrary<string>;

const byte = fc.nat(255);
const port = fc.integer({ min: 1, max: 65_535 });
const mark = fc.nat(0xffff_ffff).map((value) => `0x${value.toString(16)}`);

/** Two values in order. */
function ordered(values: fc.Arbitrary<number>): fc.Arbitrary<readonly [number, number]> {
  return fc.tuple(values, values).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
}

const address: Readonly<Record<"ip" | "ip6", Text>> = {
  ip: fc.tuple(byte, byte, byte).map(([a, b, c]) => `10.${String(a)}.${String(b)}.${String(c)}`),
  ip6: fc.tuple(byte, byte).map(([a, b]) => `fd00:${a.toString(16)}::${(b + 1).toString(16)}`),
};

const prefix: Readonly<Record<"ip" | "ip6", Text>> = {
  ip: fc.tuple(byte, fc.constantFrom("10.{}.0.0/16", "172.16.{}.0/24", "192.168.{}.0/25")).map(fill),
  ip6: fc.tuple(byte, fc.constantFrom("fd01:{}::/32", "2001:db8:{}::/48")).map(fill),
};

function fill([value, pattern]: readonly [number, string]): string {
  return pattern.replace("{}", pattern.includes(":") ? value.toString(16) : String(value));
}

const ports: Text = fc.oneof(
  port.map(String),
  ordered(port)
    .filter(([from, to]) => from < to)
    .map(([from, to]) => `${String(from)}-${String(to)}`),
);

/** `{ a, b }` of different values. */
function setOf(values: Text, most = 5): Text {
  return fc.uniqueArray(values, { minLength: 1, maxLength: most }).map((items) => `{ ${items.join(", ")} }`);
}

const operator = fc.constantFrom("", "", "", "!= ");

/** Matches of any family. */
const anyMatch: Text = fc.oneof(
  fc.tuple(fc.constantFrom("tcp", "udp"), fc.constantFrom("sport", "dport"), operator, ports).map(words),
  fc.tuple(fc.constantFrom("tcp dport", "udp dport"), operator, setOf(port.map(String))).map(words),
  fc.tuple(fc.constant("meta l4proto"), operator, fc.constantFrom("tcp", "udp", "{ tcp, udp }", "132")).map(words),
  fc.tuple(fc.constant("ct state"), operator, fc.constantFrom("new", "established,related", "invalid")).map(words),
  fc.tuple(fc.constant("ct status"), fc.constantFrom("dnat", "! snat", "assured")).map(words),
  fc.constantFrom(
    "tcp flags syn",
    "tcp flags ! fin,rst",
    "tcp flags & (fin | syn | rst | ack) == syn",
    "tcp flags syn,ack / syn,ack,fin",
  ),
  fc.tuple(fc.constantFrom("meta mark", "ct mark"), operator, mark).map(words),
  fc
    .tuple(mark, mark)
    .map(([mask, value]) => `meta mark & ${mask} == 0x${((Number(mask) & Number(value)) >>> 0).toString(16)}`),
  fc
    .tuple(fc.constantFrom("iifname", "oifname"), operator, fc.constantFrom('"lo"', '"eth*"', '{ "a", "b0" }'))
    .map(words),
  fc.tuple(fc.constant("meta length"), fc.constantFrom("< 100", "> 1500", "40-100")).map(words),
  fc.constantFrom("meta pkttype multicast", "meta cpu 0", "meta skuid 1000", "fib daddr type local"),
  fc
    .tuple(fc.integer({ min: 2, max: 50 }), byte)
    .map(([n, v]) => `numgen random mod ${String(n)} < ${String(v % n || 1)}`),
);

const familyMatch: Readonly<Record<GeneratedFamily, Text>> = {
  ip: fc.oneof(
    addressMatch("ip"),
    fc.tuple(fc.constantFrom("ip ttl", "ip length"), fc.constantFrom("< 64", "20-40", "!= 1")).map(words),
    fc.tuple(fc.constant("ip dscp"), operator, fc.constantFrom("cs1", "af11", "0x3f")).map(words),
    fc.constantFrom(
      "ip saddr @addresses",
      "ip saddr != @addresses",
      "icmp type echo-request",
      "ip frag-off & 0x1fff != 0",
    ),
    fc.constantFrom("ip saddr . tcp dport @pairs", "ip daddr 10.0.0.0/8 tcp dport vmap @verdicts"),
  ),
  ip6: fc.oneof(
    addressMatch("ip6"),
    fc.constantFrom(
      "ip6 hoplimit < 5",
      "ip6 saddr @addresses",
      "icmpv6 type nd-neighbor-solicit",
      "exthdr frag exists",
    ),
    fc.constantFrom("ip6 saddr . tcp dport @pairs", "tcp dport vmap @verdicts"),
  ),
  inet: fc.oneof(
    addressMatch("ip"),
    addressMatch("ip6"),
    fc.constantFrom("meta nfproto ipv4", "meta protocol ip6", "ip saddr @addresses", "ip saddr . tcp dport @pairs"),
  ),
};

function addressMatch(family: "ip" | "ip6"): Text {
  const value = fc.oneof(address[family], prefix[family], setOf(address[family]), setOf(prefix[family], 2));
  return fc.tuple(fc.constant(family), fc.constantFrom("saddr", "daddr"), operator, value).map(words);
}

function words(all: readonly string[]): string {
  return all
    .map((word) => word.trim())
    .filter((word) => word !== "")
    .join(" ");
}

const action: Text = fc.oneof(
  fc.constantFrom("counter", "notrack", 'log prefix "x: "', "log level debug flags all", "limit rate 5/second"),
  fc.constantFrom("limit rate over 10 mbytes/second", "limit rate 7/minute burst 9 packets", "quota over 10 mbytes"),
  mark.map((value) => `meta mark set ${value}`),
  fc.tuple(mark, mark).map(([a, b]) => `meta mark set meta mark & ${a} | ${b}`),
  mark.map((value) => `ct mark set meta mark ^ ${value}`),
  fc.constantFrom("meta mark set ct mark", "meta mark set jhash tcp sport mod 8 seed 0xbeef", "ct zone set 7"),
  fc.constantFrom(
    "meta mark set tcp dport map { 80 : 0x1, 443 : 0x2 }",
    "meta nftrace set 1",
    "update @recent { tcp sport }",
  ),
);

const verdict: Text = fc.constantFrom("accept", "drop", "return", "continue", "jump other", "goto other", "reject", "");

const comment: Text = fc.constantFrom("", "", 'comment "a rule"', 'comment "# { } ; 5"');

function rule(family: GeneratedFamily): Text {
  const matches = fc.array(fc.oneof(anyMatch, familyMatch[family]), { maxLength: 3 });
  const actions = fc.array(action, { maxLength: 2 });
  return fc
    .tuple(matches, actions, verdict, comment)
    .map(([m, a, v, c]) => words([...m, ...a, v, c]))
    .filter((text) => !text.startsWith("comment") && text !== "");
}

/** A base chain: any hook, and a priority by name, with an offset or as a number. */
const hook: Text = fc
  .tuple(
    fc.constantFrom("prerouting", "input", "forward", "output", "postrouting"),
    fc.constantFrom("filter", "mangle", "raw", "security", "dstnat", "srcnat - 3", "filter + 7", "-7", "300"),
    fc.constantFrom("", " policy drop;"),
  )
  .filter(([name, priority]) => !/nat/.test(priority) || (priority === "dstnat") === (name === "prerouting"))
  .filter(([name, priority]) => !priority.startsWith("srcnat") || name === "postrouting")
  .map(([name, priority, policy]) => `type filter hook ${name} priority ${priority};${policy}`);

/** What `nft -f` reads; rules one a line, so that those which nft refuses can be taken out. */
export interface GeneratedRuleset {
  /** Tables with their sets, maps and empty chains. */
  readonly tables: string;
  /** `add rule …` lines. */
  readonly rules: readonly string[];
}

function table(family: GeneratedFamily): fc.Arbitrary<GeneratedRuleset> {
  const name = `t_${family}`;
  const own = family === "ip6" ? "ip6" : "ip";
  const type = own === "ip" ? "ipv4_addr" : "ipv6_addr";
  const verdicts = fc.uniqueArray(port.map(String), { minLength: 1, maxLength: 4 }).map((keys) => {
    return `{ ${keys.map((key, at) => `${key} : ${["accept", "drop", "jump other"][at % 3] ?? "drop"}`).join(", ")} }`;
  });
  const pairs = setOf(fc.tuple(address[own], port).map(([a, p]) => `${a} . ${String(p)}`));
  const base = fc.tuple(hook, fc.array(rule(family), { minLength: 1, maxLength: 12 }));
  return fc
    .tuple(
      setOf(fc.oneof(address[own], prefix[own]), 1),
      pairs,
      verdicts,
      fc.array(base, { minLength: 1, maxLength: 3 }),
    )
    .map(([addresses, keys, map, chains]) => ({
      tables: [
        `table ${family} ${name} {`,
        "chain other {\ncounter\n}",
        `set addresses {\ntype ${type}; flags interval; elements = ${addresses}\n}`,
        `set pairs {\ntype ${type} . inet_service; elements = ${keys}\n}`,
        "set recent {\ntype inet_service; size 100; flags dynamic,timeout; timeout 1m\n}",
        `map verdicts {\ntype inet_service : verdict; elements = ${map}\n}`,
        ...chains.map(([head], at) => `chain base${String(at)} {\n${head}\n}`),
        "}",
        "",
      ].join("\n"),
      rules: chains.flatMap(([, rules], at) =>
        rules.map((text) => `add rule ${family} ${name} base${String(at)} ${text}`),
      ),
    }));
}

/** One to three tables. Protocols of one rule may contradict each other, which nft refuses: see `loadRuleset`. */
export const nftRuleset: fc.Arbitrary<GeneratedRuleset> = fc
  .uniqueArray(fc.constantFrom<GeneratedFamily>("ip", "ip6", "inet"), { minLength: 1, maxLength: 3 })
  .chain((families) => fc.tuple(...families.map(table)))
  .map((all) => ({
    tables: all.map(({ tables }) => tables).join(""),
    rules: all.flatMap(({ rules }) => rules),
  }));

const REFUSED = /^[^:\n]*:(\d+):\d+-\d+: Error/gm;

/** A script with an error is not loaded at all, and nft names the lines that are wrong: their indices. */
function refusedLines(said: string): readonly number[] {
  return [...said.matchAll(REFUSED)].map(([, line]) => Number(line) - 1);
}

/**
 * Loads a ruleset with `load`, which gives a script to `nft -f -` and returns what it said, and leaves out the rules that
 * nft refuses. Returns those that are left.
 */
export function loadRuleset({ tables, rules }: GeneratedRuleset, load: (script: string) => string): readonly string[] {
  const said = load(tables);
  if (said !== "") throw new Error(`${tables}\n${said}`);
  for (let left = rules; left.length > 0;) {
    const errors = load(`${left.join("\n")}\n`);
    if (errors === "") return left;
    const refused = new Set(refusedLines(errors));
    if (refused.size === 0) throw new Error(errors);
    left = left.filter((_, at) => !refused.has(at));
  }
  return [];
}
