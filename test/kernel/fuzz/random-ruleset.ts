/**
 * Random rulesets, as the text that iptables-restore reads. Small pools of addresses, ports, marks and names make rules
 * meet packets; every construct whose outcome the kernel decides by chance is left out.
 */
import fc from "fast-check";

export type FuzzFamily = "ip" | "ip6";

interface Pools {
  readonly hosts: readonly string[];
  readonly nets: readonly string[];
  /** Of this node. */
  readonly own: readonly string[];
  /** Not of this node, in a network behind each device. */
  readonly backends: readonly string[];
}

export const POOLS: Readonly<Record<FuzzFamily, Pools>> = {
  ip: {
    hosts: ["10.0.0.9", "10.0.0.10", "10.1.0.9", "10.1.0.10", "10.2.0.9", "192.0.2.7", "10.0.0.1", "10.1.0.1"],
    nets: ["10.0.0.0/24", "10.1.0.0/24", "10.0.0.0/8", "192.0.2.0/24", "10.0.0.9/255.0.0.255", "10.1.0.9", "10.0.0.9"],
    own: ["10.0.0.1", "10.1.0.1", "10.2.0.1"],
    backends: ["10.0.0.20", "10.1.0.20", "10.2.0.20"],
  },
  ip6: {
    hosts: ["fd00::9", "fd00::10", "fd00:1::9", "fd00:1::10", "fd00:2::9", "2001:db8::7", "fd00::1", "fd00:1::1"],
    nets: ["fd00::/64", "fd00:1::/64", "fd00::/16", "2001:db8::/32", "fd00:1::9", "fd00::9"],
    own: ["fd00::1", "fd00:1::1", "fd00:2::1"],
    backends: ["fd00::20", "fd00:1::20", "fd00:2::20"],
  },
};

export const PORTS = [22, 53, 80, 443, 8080] as const;
const MARKS = ["0x0", "0x1", "0x2", "0x80", "0xff00", "0x4000"] as const;
const MASKS = ["0x1", "0x3", "0xff", "0xff00", "0x4000", "0xffffffff"] as const;
const DEVICES = ["eth0", "eth1", "eth2", "eth+", "lo"] as const;
const STATES = ["NEW", "ESTABLISHED", "RELATED", "INVALID", "UNTRACKED", "DNAT", "SNAT"] as const;

/** The sets that every fuzzed namespace has: `hash:net,port` members of both kinds meet the pools above. */
const SETS: Readonly<Record<FuzzFamily, readonly string[]>> = {
  ip: ["hip", "hnet", "hport", "hnetport"],
  ip6: ["hip6", "hnet6"],
};

export function setsText(): string {
  return `create hip hash:ip family inet hashsize 1024 maxelem 65536
add hip 10.0.0.9
add hip 10.1.0.10
create hnet hash:net family inet hashsize 1024 maxelem 65536
add hnet 10.0.0.0/24
add hnet 10.0.0.10 nomatch
create hport hash:ip,port family inet hashsize 1024 maxelem 65536
add hport 10.1.0.9,tcp:80
add hport 10.1.0.9,udp:53
add hport 10.1.0.9,icmp:echo-request
create hnetport hash:net,port family inet hashsize 1024 maxelem 65536
add hnetport 10.1.0.0/24,tcp:443
add hnetport 10.2.0.0/16,udp:53
create hip6 hash:ip family inet6 hashsize 1024 maxelem 65536
add hip6 fd00::9
add hip6 fd00:1::10
create hnet6 hash:net family inet6 hashsize 1024 maxelem 65536
add hnet6 fd00::/64
add hnet6 fd00::10 nomatch
`;
}

const DIMENSIONS: Readonly<Record<string, number>> = { hip: 1, hnet: 1, hport: 2, hnetport: 2, hip6: 1, hnet6: 1 };

type Text = fc.Arbitrary<string>;

const pick = (values: readonly (string | number)[]): Text => fc.constantFrom(...values).map(String);
const not: Text = fc.constantFrom("", "", "", "! ");
const join = (...parts: readonly (string | Text)[]): Text =>
  fc
    .tuple(...parts.map((part) => (typeof part === "string" ? fc.constant(part) : part)))
    .map((words) => words.join(""));

function stateList(): Text {
  return fc.subarray([...STATES], { minLength: 1, maxLength: 3 }).map((states) => states.join(","));
}

const portRange: Text = fc.oneof(pick(PORTS), fc.constantFrom("1:1023", "1024:65535", "53:80"));

/** Ports belong behind a protocol that has them. */
const l4: Text = fc.oneof(
  join("-p tcp -m tcp ", not, "--dport ", portRange),
  join("-p tcp -m tcp ", not, "--sport ", portRange),
  join("-p udp -m udp ", not, "--dport ", portRange),
  join(
    "-p tcp -m tcp ",
    not,
    "--tcp-flags ",
    fc.constantFrom("FIN,SYN,RST,ACK SYN", "SYN,ACK SYN,ACK", "RST RST", "FIN FIN"),
  ),
  fc.constantFrom("-p tcp", "-p udp", "! -p tcp", "! -p udp"),
  join("-p tcp -m multiport ", not, fc.constantFrom("--dports 22,80,443", "--sports 1:1023,8080", "--ports 53,80")),
  join("-p udp -m multiport ", not, fc.constantFrom("--dports 53,8080", "--ports 53:80")),
);

function icmp(family: FuzzFamily): Text {
  return family === "ip"
    ? join("-p icmp -m icmp ", not, "--icmp-type ", fc.constantFrom("8", "0", "3/3", "3"))
    : join("-p ipv6-icmp -m icmp6 ", not, "--icmpv6-type ", fc.constantFrom("128", "129", "1"));
}

/** Matches that may stand in any chain. `-i`, `-o` are the built-in chain's business: see `ruleIn`. */
function match(family: FuzzFamily): Text {
  const pools = POOLS[family];
  const set = pick(SETS[family]).chain((name) =>
    join(
      "-m set ",
      not,
      `--match-set ${name} `,
      fc.constantFrom(...((DIMENSIONS[name] ?? 1) === 2 ? ["src,src", "dst,dst", "src,dst", "dst"] : ["src", "dst"])),
    ),
  );
  const ctTuple = join(
    "-m conntrack ",
    not,
    fc.constantFrom("--ctorigdst ", "--ctorigsrc ", "--ctreplsrc ", "--ctrepldst "),
    pick(pools.hosts),
  );
  return fc.oneof(
    { weight: 3, arbitrary: join(not, "-s ", pick(pools.nets)) },
    { weight: 3, arbitrary: join(not, "-d ", pick(pools.nets)) },
    { weight: 5, arbitrary: l4 },
    { weight: 1, arbitrary: icmp(family) },
    { weight: 3, arbitrary: join("-m mark ", not, "--mark ", pick(MARKS), "/", pick(MASKS)) },
    { weight: 2, arbitrary: join("-m connmark ", not, "--mark ", pick(MARKS), "/", pick(MASKS)) },
    { weight: 4, arbitrary: join("-m conntrack ", not, "--ctstate ", stateList()) },
    { weight: 1, arbitrary: ctTuple },
    { weight: 1, arbitrary: join("-m conntrack --ctdir ", fc.constantFrom("ORIGINAL", "REPLY")) },
    {
      weight: 1,
      arbitrary: join("-m conntrack ", not, "--ctstatus ", fc.constantFrom("SEEN_REPLY", "CONFIRMED", "EXPECTED")),
    },
    { weight: 2, arbitrary: set },
    {
      weight: 2,
      arbitrary: join(
        "-m addrtype ",
        not,
        fc.constantFrom("--dst-type ", "--src-type "),
        fc.constantFrom("LOCAL", "UNICAST", family === "ip" ? "BROADCAST,MULTICAST" : "MULTICAST"),
      ),
    },
    {
      weight: 1,
      arbitrary:
        family === "ip"
          ? join("-m ttl ", fc.constantFrom("--ttl-eq 64", "--ttl-lt 64", "--ttl-gt 62"))
          : join("-m hl ", fc.constantFrom("--hl-eq 64", "--hl-lt 64", "--hl-gt 62")),
    },
    { weight: 1, arbitrary: join("-m tos ", not, "--tos ", fc.constantFrom("0x10/0xff", "0x00/0x3f", "0x08/0x08")) },
    { weight: 1, arbitrary: join("-m dscp ", not, "--dscp ", fc.constantFrom("0x00", "0x04", "0x02")) },
    { weight: 1, arbitrary: join("-m length ", not, "--length ", fc.constantFrom("0:40", "28:60", "61:1500")) },
    { weight: 1, arbitrary: join("-m pkttype ", not, "--pkt-type ", fc.constantFrom("unicast", "broadcast")) },
    {
      weight: 1,
      arbitrary: join("-m iprange ", not, fc.constantFrom("--src-range ", "--dst-range "), rangeOf(family)),
    },
    { weight: 1, arbitrary: fc.constantFrom('-m comment --comment "a -j DROP b"', "-m comment --comment x") },
  );
}

function rangeOf(family: FuzzFamily): Text {
  return family === "ip"
    ? fc.constantFrom("10.0.0.5-10.0.0.9", "10.0.0.0-10.1.0.9")
    : fc.constantFrom("fd00::5-fd00::9", "fd00::-fd00:1::9");
}

const MARKING: Text = fc.oneof(
  join("MARK --set-xmark ", pick(MARKS), "/", pick(MASKS)),
  join("CONNMARK --set-xmark ", pick(MARKS), "/", pick(MASKS)),
  join("CONNMARK --save-mark --nfmask ", pick(MASKS), " --ctmask ", pick(MASKS)),
);

function mangling(family: FuzzFamily): Text {
  return fc.oneof(
    { weight: 4, arbitrary: MARKING },
    { weight: 1, arbitrary: join("CONNMARK --restore-mark --nfmask ", pick(MASKS), " --ctmask ", pick(MASKS)) },
    { weight: 1, arbitrary: join("TOS --set-tos ", fc.constantFrom("0x10/0xff", "0x04/0x3c")) },
    { weight: 1, arbitrary: join("DSCP --set-dscp ", fc.constantFrom("0x04", "0x00")) },
    {
      weight: 1,
      arbitrary: join(
        family === "ip" ? "TTL --ttl-" : "HL --hl-",
        fc.constantFrom("set 64", "set 2", "inc 1", "dec 1"),
      ),
    },
  );
}

function setTarget(family: FuzzFamily): Text {
  const name = family === "ip" ? "hip" : "hip6";
  return join("SET ", fc.constantFrom("--add-set ", "--del-set "), `${name} `, fc.constantFrom("src", "dst"));
}

const NAT_HOOK: Readonly<Record<string, "dst" | "src">> = {
  PREROUTING: "dst",
  OUTPUT: "dst",
  INPUT: "src",
  POSTROUTING: "src",
};

/** NAT whose result is one: a single address, a single port or a port range whose first is free. */
function natTarget(family: FuzzFamily, chain: string): Text {
  const { own, backends } = POOLS[family];
  const at = (address: Text): Text =>
    family === "ip" ? join(address, ":", pick(PORTS)) : join("[", address, "]:", pick(PORTS));
  const netmap =
    family === "ip"
      ? fc.constantFrom("NETMAP --to 10.1.0.0/24", "NETMAP --to 10.2.0.0/24")
      : fc.constant("NETMAP --to fd00:2::/64");
  if (NAT_HOOK[chain] === "dst") {
    return fc.oneof(
      join("DNAT --to-destination ", pick(backends)),
      join("-p tcp -j DNAT --to-destination ", at(pick(backends))),
      join("-p udp -j REDIRECT --to-ports ", pick(PORTS)),
      netmap,
    );
  }
  const snat = join("SNAT --to-source ", pick(own));
  return chain === "POSTROUTING" ? fc.oneof(snat, fc.constant("MASQUERADE"), netmap) : snat;
}

const TABLE_CHAINS = {
  raw: ["PREROUTING", "OUTPUT"],
  mangle: ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"],
  nat: ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"],
  filter: ["INPUT", "FORWARD", "OUTPUT"],
  security: ["INPUT", "FORWARD", "OUTPUT"],
} as const;

export type TableName = keyof typeof TABLE_CHAINS;
const USER_CHAINS = ["A", "B", "C"] as const;

/** The targets of one table, by the built-in chain; user chains (null) get those that are allowed everywhere. */
function target(family: FuzzFamily, table: TableName, chain: string, depth: number): Text {
  const jumps = USER_CHAINS.slice(depth).flatMap((name) => [`-j ${name}`, `-j ${name}`, `-g ${name}`]);
  const verdicts = table === "nat" ? ["-j ACCEPT", "-j RETURN"] : ["-j ACCEPT", "-j ACCEPT", "-j DROP", "-j RETURN"];
  const j = (text: Text): Text => text.map((words) => (words.startsWith("-p ") ? words : `-j ${words}`));
  const special: Record<TableName, Text> = {
    raw: fc.oneof(j(MARKING), fc.constant("-j CT --notrack"), fc.constantFrom("-j NFLOG --nflog-group 7", "")),
    mangle: j(fc.oneof(mangling(family), setTarget(family))),
    nat: chain in NAT_HOOK ? j(natTarget(family, chain)) : j(MARKING),
    filter: fc.oneof(
      j(MARKING),
      j(setTarget(family)),
      fc.constant("-j REJECT"),
      fc.constantFrom("-p tcp -j REJECT --reject-with tcp-reset", ""),
    ),
    security: fc.oneof(j(MARKING), fc.constant("")),
  };
  return fc.oneof({ weight: 3, arbitrary: pick([...verdicts, ...jumps]) }, { weight: 3, arbitrary: special[table] });
}

/** `-i` where there is an input device, `-o` where there is an output one; user chains may ask for both. */
function devices(chain: string): Text {
  const inside = join(not, "-i ", pick(DEVICES));
  const outside = join(not, "-o ", pick(DEVICES));
  const both = ["FORWARD", ...USER_CHAINS];
  if (both.includes(chain)) return fc.oneof(inside, outside, join(inside, " ", outside));
  return chain === "PREROUTING" || chain === "INPUT" ? inside : outside;
}

export interface FuzzRule {
  readonly words: readonly string[];
  readonly target: string;
}

function rule(family: FuzzFamily, table: TableName, chain: string, depth: number): fc.Arbitrary<FuzzRule> {
  const words = fc.tuple(fc.option(devices(chain), { nil: "", freq: 1 }), fc.array(match(family), { maxLength: 2 }));
  return fc.record({
    words: words.map(([dev, matches]) => [dev, ...matches]),
    target: target(family, table, chain, depth),
  });
}

export interface FuzzTable {
  readonly name: TableName;
  readonly policies: readonly string[];
  /** Rules by chain: the built-in ones of the table, then A, B, C. */
  readonly chains: readonly (readonly FuzzRule[])[];
}

function table(family: FuzzFamily, name: TableName): fc.Arbitrary<FuzzTable> {
  const builtIn = TABLE_CHAINS[name];
  const chains = fc.tuple(
    ...builtIn.map((chain) => fc.array(rule(family, name, chain, 0), { maxLength: 4 })),
    ...USER_CHAINS.map((chain, i) => fc.array(rule(family, name, chain, i + 1), { maxLength: 3 })),
  );
  const policy = name === "nat" ? fc.constant("ACCEPT") : fc.constantFrom("ACCEPT", "ACCEPT", "ACCEPT", "DROP");
  const policies = fc.array(policy, { minLength: builtIn.length, maxLength: builtIn.length });
  return fc.record({ name: fc.constant(name), policies, chains });
}

/** Most of the tables, each with a handful of rules. */
export function ruleset(family: FuzzFamily): fc.Arbitrary<readonly FuzzTable[]> {
  const some = (name: TableName): fc.Arbitrary<FuzzTable | null> =>
    fc.option(table(family, name), { freq: name === "security" ? 1 : 4 });
  return fc
    .tuple(some("raw"), some("mangle"), some("nat"), some("filter"), some("security"))
    .map((tables) => tables.filter((t) => t !== null));
}

const NAMES: readonly TableName[] = ["raw", "mangle", "nat", "filter", "security"];

/** The ruleset as iptables-restore reads it. Every table is there, so that nothing of an earlier ruleset stays. */
export function rulesetText(tables: readonly FuzzTable[], family: FuzzFamily, backend: "legacy" | "nft"): string {
  const tool = `${family === "ip" ? "iptables" : "ip6tables"}-save`;
  const head = `# Generated by ${tool} v1.8.9${backend === "nft" ? " (nf_tables)" : ""} on Sat Nov 21 00:00:00 2026`;
  const all = NAMES.map((name) => tables.find((t) => t.name === name) ?? { name, policies: [], chains: [] });
  return `${[head, ...all.map(tableText)].join("\n")}\n`;
}

function tableText({ name, policies, chains }: FuzzTable): string {
  const builtIn = TABLE_CHAINS[name];
  const names = [...builtIn, ...USER_CHAINS];
  const declared = names.map((chain, i) => `:${chain} ${i < builtIn.length ? (policies[i] ?? "ACCEPT") : "-"} [0:0]`);
  const rules = chains.flatMap((list, i) => list.flatMap((r) => ruleText(names[i] ?? "", r)));
  return [`*${name}`, ...declared, ...rules, "COMMIT"].join("\n");
}

/** One `-A` line, or none where its parts contradict each other (two protocols, two of one module). A protocol stands once. */
function ruleText(chain: string, { words, target: end }: FuzzRule): readonly string[] {
  const parts = [...words, end].filter((part) => part !== "");
  const protocols = new Set(parts.flatMap((part) => /(?:! )?-p (\S+)/.exec(part)?.[0] ?? []));
  const names = ["-s", "-d"].map((option) => parts.filter((part) => new RegExp(`^(! )?${option} `).test(part)).length);
  const modules = parts.flatMap((part) => /-m (\S+)/.exec(part)?.[1] ?? []);
  const repeated = new Set(modules).size !== modules.length;
  if (protocols.size > 1 || names.some((count) => count > 1) || repeated) return [];
  let seen = false;
  const once = parts.map((part) => {
    const without = seen ? part.replace(/(?:! )?-p \S+ ?/, "") : part;
    seen ||= /-p \S+/.test(part);
    return without;
  });
  return [`-A ${chain} ${once.filter((part) => part !== "").join(" ")}`];
}
