/**
 * Random tables of nft, as the text that `nft -f` reads. The pools of random-ruleset.ts make rules meet packets; what the kernel
 * decides by chance is left out.
 */
import fc from "fast-check";
import { POOLS, PORTS } from "./random-ruleset.ts";
import type { FuzzFamily } from "./random-ruleset.ts";

type Text = fc.Arbitrary<string>;

const pick = (...values: readonly (string | number)[]): Text => fc.constantFrom(...values).map(String);
const join = (...parts: readonly (string | Text)[]): Text =>
  fc
    .tuple(...parts.map((part) => (typeof part === "string" ? fc.constant(part) : part)))
    .map((words) => words.join(""));
const oneOf = (...choices: readonly (readonly [number, Text])[]): Text =>
  fc.oneof(...choices.map(([weight, arbitrary]) => ({ weight, arbitrary })));
const setOf = (item: Text, most = 3, least = 1): Text =>
  fc.uniqueArray(item, { minLength: least, maxLength: most }).map((items) => `{ ${items.join(", ")} }`);

const not = pick("", "", "", "!= ");
const port = pick(...PORTS);
const mark = pick("0x0", "0x1", "0x2", "0x80", "0xff00", "0x4000");
const device = pick('"eth0"', '"eth1"', '"eth2"', '"eth*"', '"lo"');

/** Words of each family. */
const WORDS = {
  ip: { ip: "ip", icmp: "icmp type", echo: "echo-request, echo-reply", ttl: "ip ttl" },
  ip6: { ip: "ip6", icmp: "icmpv6 type", echo: "echo-request, echo-reply", ttl: "ip6 hoplimit" },
} as const;

/** Networks without holes, and none inside another one. */
const NETS: Readonly<Record<FuzzFamily, readonly string[]>> = {
  ip: ["10.0.0.0/24", "10.1.0.0/24", "192.0.2.0/24", "10.2.0.9"],
  ip6: ["fd00::/64", "fd00:1::/64", "2001:db8::/32", "fd00:2::9"],
};

const host = (family: FuzzFamily): Text => pick(...POOLS[family].hosts);
const side = pick("saddr", "daddr");
const end = pick("sport", "dport");

function addressMatch(family: FuzzFamily): Text {
  const { ip } = WORDS[family];
  const field = join(`${ip} `, side);
  return fc.oneof(
    join(field, " ", not, host(family)),
    join(field, " ", not, pick(...NETS[family])),
    join(field, " ", not, setOf(pick(...NETS[family]))),
    join(field, " ", not, family === "ip" ? pick("10.0.0.5-10.0.0.9", "10.0.0.0-10.1.0.9") : pick("fd00::5-fd00::9")),
    join(field, " ", not, pick("@hosts", "@nets")),
    family === "ip" ? join(field, " & 255.0.0.255 ", pick("==", "!="), " 10.0.0.9") : join(field, " ", host(family)),
  );
}

const portMatch: Text = fc.oneof(
  join(pick("tcp", "udp", "th", "sctp"), " ", end, " ", not, port),
  join(pick("tcp", "udp", "th"), " ", end, " ", not, setOf(port)),
  join(pick("tcp", "udp", "th"), " ", end, " ", not, pick("22-80", "1-1023", "53-8080")),
  join("tcp dport ", pick("<", ">", "<=", ">="), " ", port),
  join(pick("tcp", "udp"), " dport ", not, "@ports"),
);

const tcpFlags: Text = fc.oneof(
  join("tcp flags ", pick("", "== ", "!= ", "! "), pick("syn", "ack", "syn,ack", "fin,rst")),
  join("tcp flags & (syn|ack|rst) ", pick("==", "!="), " ", pick("syn", "ack")),
  // nft takes a set of one for the one, and tests its bits; in a listing it is a set.
  join("tcp flags ", setOf(pick("syn", "ack", "syn | ack"), 3, 2)),
);

const state: Text = fc.oneof(
  join(
    "ct state ",
    pick("", "", "!= ", "! "),
    pick("new", "established", "invalid", "untracked", "related", "established,related"),
  ),
  join("ct state ", setOf(pick("new", "established", "related", "untracked"), 3, 2)),
);

function ctMatch(family: FuzzFamily): Text {
  const { ip } = WORDS[family];
  return fc.oneof(
    state,
    join("ct mark ", not, mark),
    join("ct mark & 0xff ", pick("==", "!="), " ", pick("0x1", "0x0")),
    join("ct status ", pick("", "!= ", "! "), pick("snat", "dnat", "seen-reply", "confirmed", "assured", "expected")),
    join("ct direction ", not, pick("original", "reply")),
    join("ct ", pick("original", "reply"), ` ${ip} `, side, " ", not, host(family)),
    join("meta l4proto tcp ct ", pick("original", "reply"), " ", pick("proto-src", "proto-dst"), " ", not, port),
    // `ct protocol tcp` alone is lost in the listing where the rule has ports behind it (nft takes it for what they depend on).
    join("ct protocol ", pick("!= tcp", "!= udp", "{ tcp, udp }", "{ tcp, icmp }")),
  );
}

const metaMatch: Text = fc.oneof(
  join("meta mark ", not, mark),
  join("meta mark ", pick(">", "<", ">=", "<="), " ", mark),
  join("meta mark & ", pick("0x1", "0xff", "0xff00"), " ", pick("==", "!="), " ", pick("0x1", "0x0", "0x80")),
  join("meta l4proto ", not, pick("tcp", "udp", "{ tcp, sctp }", "{ tcp, udp }")),
  join("meta length ", pick("< 60", "40", "!= 40", "28-60")),
  join("meta pkttype ", not, pick("host", "broadcast")),
  join("oifname ", not, device),
  join("oifname ", not, setOf(device, 2)),
  join("oiftype ", not, pick("ether", "loopback")),
);

/** Devices by the routes: only asked in prerouting (nft_fib_validate). */
const wayBack: Text = fc.oneof(
  join("fib saddr . ", pick("iif", "mark . iif"), " oif ", pick("0", "missing", "!= 0", "exists")),
  join("fib ", pick("saddr", "daddr", "saddr . mark"), " oifname ", not, pick('"eth0"', '"eth1"', '"eth2"')),
);

/** What a raw socket sends has its output device for an input device in postrouting (raw_send_hdrinc): not asked there. */
const inputDevice: Text = fc.oneof(
  join("iifname ", not, device),
  join("iifname ", not, setOf(device, 2)),
  pick("iiftype ether", "iiftype != ether", "iiftype != loopback"),
  join("iifname . oifname ", not, setOf(join(pick('"eth0"', '"eth1"'), " . ", pick('"eth1"', '"eth2"')))),
);

function headerMatch(family: FuzzFamily): Text {
  const { ip, icmp, echo, ttl } = WORDS[family];
  return fc.oneof(
    join(`${icmp} `, not, `{ ${echo} }`),
    join(`${icmp} `, not, "echo-request"),
    join(`${ttl} `, pick("64", "< 64", "> 62", "!= 63")),
    join(`${ip} dscp `, not, pick("cs0", "cs1", "4")),
    join(`${ip} ecn `, not, pick("not-ect", "ce")),
    join("@th,16,16 ", not, port),
    join("@th,8,8 ", not, pick("0x50", "0x00")),
    join("tcp option maxseg ", pick("exists", "missing")),
    join("udp length ", pick("8", "> 8", "!= 8")),
  );
}

function lookupMatch(family: FuzzFamily): Text {
  const { ip } = WORDS[family];
  const pair = join(host(family), " . ", port);
  return fc.oneof(
    join(`${ip} `, side, " . th dport ", not, setOf(pair)),
    join(`${ip} `, side, " . ", pick("tcp", "udp"), " dport ", not, "@pairs"),
    join("meta l4proto . th dport ", not, setOf(join(pick("tcp", "udp"), " . ", port))),
    join(`meta mark . ${ip} `, side, " ", not, setOf(join(mark, " . ", host(family)))),
    join("oifname . meta l4proto ", not, setOf(join(pick('"eth0"', '"eth1"'), " . ", pick("tcp", "udp")))),
    join("fib ", pick("saddr", "daddr"), " type ", not, pick("local", "unicast", "multicast")),
  );
}

function match(family: FuzzFamily, place: Place | null): Text {
  return oneOf(
    [place === null || place.hook === "postrouting" ? 0 : 2, inputDevice],
    [place?.hook === "prerouting" ? 2 : 0, wayBack],
    [4, addressMatch(family)],
    [4, portMatch],
    [1, tcpFlags],
    [3, ctMatch(family)],
    [4, metaMatch],
    [2, headerMatch(family)],
    [2, lookupMatch(family)],
  );
}

/** What a rule writes anywhere. */
function assignment(family: FuzzFamily): Text {
  const { ip, ttl } = WORDS[family];
  return fc.oneof(
    join("meta mark set ", mark),
    join("meta mark set meta mark ", pick("|", "&", "^"), " ", mark),
    join("meta mark set meta mark ", pick("<<", ">>"), " ", pick("1", "8")),
    join("meta mark set ct mark"),
    join("meta mark set ct mark & ", mark),
    join("ct mark set meta mark"),
    join("ct mark set ", mark),
    join("meta mark set ", pick("tcp", "udp", "th"), " dport map ", setOf(join(port, " : ", mark), 1)),
    join(`meta mark set ${ip} `, side, " map @marks"),
    join(`meta mark set jhash ${ip} saddr . th dport mod `, pick("2", "1000"), " seed 0x", pick("1", "beef")),
    join(`meta mark set jhash ${ip} daddr mod 16 seed 0x7 offset 3`),
    join(`${ip} dscp set `, pick("cs0", "cs1", "af11")),
    join(`${ttl} set `, pick("64", "9")),
    join(pick("add", "update", "delete"), ` @seen { ${ip} `, side, " }"),
    join(`${ip} `, side, " @seen"),
    fc.constant("counter"),
    fc.constant("tcp option maxseg size set 1000"),
  );
}

const CHAINS = ["u1", "u2", "u3"] as const;

function verdict(depth: number): Text {
  const chains = CHAINS.slice(depth);
  const jumps = chains.flatMap((chain) => [`jump ${chain}`, `jump ${chain}`, `goto ${chain}`]);
  return pick("accept", "accept", "drop", "return", "continue", "", "", ...jumps);
}

function verdictMap(depth: number): Text {
  const target = verdict(depth).map((text) => (text === "" ? "accept" : text));
  return fc.oneof(
    join(pick("tcp", "udp", "th"), " dport vmap ", setOf(join(port, " : ", target), 1)),
    join("ct state vmap { established : accept, invalid : ", target, " }"),
    join("meta mark vmap { 0x1 : ", target, ", 0x2-0x80 : ", target, " }"),
    join('oifname . meta mark vmap { "eth1" . 0x1 : ', target, " }"),
    // It jumps to the last chain, which must not come back to itself.
    fc.constant(depth < CHAINS.length ? "th dport vmap @verdicts" : "th dport vmap { 22 : drop }"),
  );
}

interface Place {
  readonly type: "filter" | "nat" | "route";
  readonly hook: string;
}

/** What only some chains may hold. */
function special(family: FuzzFamily, { type, hook }: Place, isNetdev = false): Text {
  if (type === "nat") return natStatement(family, hook);
  if (isNetdev) return fc.constant("");
  if (hook === "prerouting") return pick("notrack", "meta pkttype set host", "reject", ...ADDRESS_SETS[family]);
  if (hook === "output") return pick("notrack", "reject", ...ADDRESS_SETS[family]);
  if (hook === "postrouting") return fc.constant("");
  return pick("reject", "reject with tcp reset", `reject with ${family === "ip" ? "icmp" : "icmpv6"} admin-prohibited`);
}

/** Destinations and ports written over: no conntrack entry knows of them. */
const ADDRESS_SETS: Readonly<Record<FuzzFamily, readonly string[]>> = {
  ip: ["ip daddr set 10.1.0.20", "ip daddr set 10.2.0.9", "tcp dport set 8080", "udp sport set 53"],
  ip6: ["ip6 daddr set fd00:1::20", "ip6 daddr set fd00:2::9", "tcp dport set 8080", "udp sport set 53"],
};

function natStatement(family: FuzzFamily, hook: string): Text {
  const { own, backends } = POOLS[family];
  const at = (addresses: readonly string[]): Text =>
    family === "ip" ? join(pick(...addresses), ":", port) : join("[", pick(...addresses), "]:", port);
  const { ip } = WORDS[family];
  if (hook === "prerouting" || hook === "output") {
    return fc.oneof(
      join(`dnat ${ip} to `, pick(...backends)),
      join(`tcp dport 80 dnat ${ip} to `, at(backends)),
      join(`dnat ${ip} to ${ip} daddr map @backends`),
      join("udp dport 53 redirect to :", port),
      join(`dnat ${ip} to jhash ${ip} saddr mod 2 seed 0x5 map { 0 : ${backends[0] ?? ""}, 1 : ${backends[1] ?? ""} }`),
    );
  }
  const snat = join(`snat ${ip} to `, pick(...own));
  return hook === "postrouting" ? fc.oneof(snat, fc.constant("masquerade")) : snat;
}

function rule(family: FuzzFamily, place: Place | null, depth: number): Text {
  const matches = fc.array(match(family, place), { maxLength: 2 });
  const writes = fc.array(assignment(family), { maxLength: 1 });
  const last = oneOf(
    [4, verdict(depth)],
    [1, verdictMap(depth)],
    [2, place === null ? verdict(depth) : special(family, place)],
  );
  return fc
    .tuple(matches, writes, fc.option(match(family, place), { freq: 1 }), last)
    .map(([first, written, second, end_]) => {
      const later = written.length > 0 && second !== null ? [second] : [];
      const words = withoutConflicts([...first, ...written, ...later, end_].filter((word) => word !== ""));
      return words.length === 0 ? "counter" : words.join(" ");
    });
}

const PROTOCOL = /\b(tcp|udp|sctp|icmpv6|icmp) (?:[sd]port|flags|type|length|option)/;

/** nft refuses rules that ask for two transport protocols. */
function withoutConflicts(words: readonly string[]): readonly string[] {
  let asked: string | null = null;
  return words.filter((word) => {
    const protocol = PROTOCOL.exec(word)?.[1] ?? l4Of(word);
    const fits = protocol === null || asked === null || protocol === asked;
    if (fits) asked ??= protocol;
    return fits;
  });
}

/** `meta l4proto tcp`, `reject with tcp reset`; a set of protocols conflicts with any. */
function l4Of(word: string): string | null {
  if (word === "reject with tcp reset") return "tcp";
  return /^(?:meta l4|ct )proto(?:col)? (?!.* \. )(.*)$/.exec(word)?.[1]?.replace(/ ct .*/, "") ?? null;
}

const PLACES: readonly (Place & { readonly priorities: readonly number[] })[] = [
  { type: "filter", hook: "prerouting", priorities: [-300, -150, 0] },
  { type: "nat", hook: "prerouting", priorities: [-100] },
  { type: "filter", hook: "input", priorities: [0] },
  { type: "nat", hook: "input", priorities: [100] },
  { type: "filter", hook: "forward", priorities: [-150, 0, 10] },
  { type: "filter", hook: "output", priorities: [-300, 0] },
  { type: "route", hook: "output", priorities: [-150] },
  { type: "nat", hook: "output", priorities: [-100] },
  { type: "filter", hook: "postrouting", priorities: [-150, 0] },
  { type: "nat", hook: "postrouting", priorities: [100] },
];

function baseChain(family: FuzzFamily, place: (typeof PLACES)[number], name: string): Text {
  const policy = place.type === "filter" ? pick("accept", "accept", "accept", "drop") : fc.constant("accept");
  const rules = fc.array(rule(family, place, 0), { maxLength: 4 });
  return fc
    .tuple(pick(...place.priorities), policy, rules)
    .map(([priority, kept, lines]) =>
      [
        `  chain ${name} {`,
        `    type ${place.type} hook ${place.hook} priority ${priority}; policy ${kept};`,
        ...lines.map((line) => `    ${line}`),
        "  }",
      ].join("\n"),
    );
}

function userChain(family: FuzzFamily, name: string, depth: number): Text {
  return fc
    .array(rule(family, null, depth), { maxLength: 3 })
    .map((lines) => [`  chain ${name} {`, ...lines.map((line) => `    ${line}`), "  }"].join("\n"));
}

/** The sets that every table has. */
function sets(family: FuzzFamily): string {
  const type = family === "ip" ? "ipv4_addr" : "ipv6_addr";
  const { hosts, backends } = POOLS[family];
  const [a = "", b = "", c = "", d = ""] = hosts;
  const pairs = `${c} . 80, ${d} . 53, ${a} . 443`;
  const one = family === "ip" ? "10.0.0.0/24" : "fd00::/64";
  return `  set hosts {
    type ${type}
    elements = { ${a}, ${c} }
  }
  set nets {
    type ${type}
    flags interval
    elements = { ${one}, ${family === "ip" ? "10.1.0.5-10.1.0.9" : "fd00:1::5-fd00:1::9"} }
  }
  set ports {
    type inet_service
    flags interval
    elements = { 22, 80-443 }
  }
  set pairs {
    type ${type} . inet_service
    elements = { ${pairs} }
  }
  set seen {
    type ${type}
    size 16
    flags dynamic,timeout
    timeout 1h
  }
  map marks {
    type ${type} : mark
    elements = { ${a} : 0x1, ${b} : 0x4000 }
  }
  map backends {
    type ${type} : ${type}
    elements = { ${c} : ${backends[1] ?? ""}, ${d} : ${backends[2] ?? ""} }
  }
  map verdicts {
    type inet_service : verdict
    flags interval
    elements = { 22 : drop, 53-80 : accept, 8080 : jump u3 }
  }`;
}

/** One table: base chains at some hooks, and three user chains. */
function table(family: FuzzFamily, tableFamily: string, name: string): Text {
  const bases = PLACES.map((place, i) =>
    fc.option(baseChain(family, place, `c${String(i)}`), { nil: "", freq: place.type === "nat" ? 1 : 2 }),
  );
  const users = CHAINS.map((chain, i) => userChain(family, chain, i + 1));
  return fc.tuple(...users, ...bases).map((chains) =>
    [
      `table ${tableFamily} ${name} {`,
      sets(family),
      // A chain must be there before another one jumps to it.
      ...chains.slice(0, CHAINS.length).reverse(),
      ...chains.slice(CHAINS.length).filter((chain) => chain !== ""),
      "}",
    ].join("\n"),
  );
}

/** Two tables, one of the family and one for both, over whatever was there. */
export function nftRuleset(family: FuzzFamily): Text {
  const names = [`inet a`, `${family} b`];
  const fresh = names.flatMap((name) => [`table ${name}`, `delete table ${name}`]).join("\n");
  return fc
    .tuple(table(family, "inet", "a"), table(family, family, "b"))
    .map((tables) => `${fresh}\n${tables.join("\n")}\n`);
}
