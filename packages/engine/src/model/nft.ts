import type { Span } from "../base/span.ts";
import type { Counters } from "./ruleset.ts";

/**
 * What nft holds, as `nft list ruleset` prints it: text and JSON give the same values. Names of fields and keys are those of
 * nft(8) and libnftables-json(5); what a word means (its width, its symbols, where it is read) is said in `ext/nft/`.
 */

export type NftFamily = "ip" | "ip6" | "inet" | "arp" | "bridge" | "netdev";

/** `table FAMILY NAME { … }`. Chains, sets and objects stand in the order of the listing. */
export interface NftTable {
  readonly family: NftFamily;
  readonly name: string;
  readonly handle: number | null;
  /** `dormant`, `owner`, `persist`. */
  readonly flags: readonly string[];
  readonly comment: string | null;
  readonly chains: readonly NftChain[];
  /** Named sets and maps; a map has `data`. */
  readonly sets: readonly NftSet[];
  /** Counters, quotas, limits, ct helpers …: what rules refer to by name. */
  readonly objects: readonly NftObject[];
  readonly flowtables: readonly NftFlowtable[];
  readonly span: Span;
}

export interface NftChain {
  readonly name: string;
  readonly handle: number | null;
  readonly comment: string | null;
  /** Null: a chain that only jumps reach. */
  readonly base: NftBaseChain | null;
  readonly rules: readonly NftRule[];
  readonly span: Span;
}

/** `type filter hook input priority filter; policy accept;` */
export interface NftBaseChain {
  readonly type: "filter" | "nat" | "route";
  /** `prerouting`, `input`, `forward`, `output`, `postrouting`, `ingress`, `egress`. */
  readonly hook: string;
  /** As a number, also where a name was printed (`dstnat` is −100, in a bridge table −300). */
  readonly priority: number;
  /** Of netdev and inet ingress chains. */
  readonly devices: readonly string[];
  readonly policy: "accept" | "drop";
}

export interface NftRule {
  /** In the order in which the kernel runs them. A match that fails, or an expression that cannot be read, ends the rule. */
  readonly statements: readonly NftStatement[];
  readonly comment: string | null;
  readonly handle: number | null;
  /** The rule as it stood in the listing, without the indent; null where it was JSON. */
  readonly text: string | null;
  readonly file: string;
  readonly line: number;
}

/** A named set, or with `data` a map. */
export interface NftSet {
  readonly name: string;
  readonly handle: number | null;
  /** The type of its keys: one datatype a field of the key (`["ipv4_addr", "inet_service"]`); empty where `typeof` says it. */
  readonly type: readonly string[];
  /** `typeof ip saddr . tcp dport`: the expressions; null where `type` says it. */
  readonly typeof: NftExpression | null;
  /** Of a map: the datatypes of its values, `["verdict"]` for a vmap, or `["counter"]`, `["limit"]` … for objects; null: a set. */
  readonly data: readonly string[] | null;
  /** Of a map declared with `typeof`: the value's expression. */
  readonly typeofData: NftExpression | null;
  /** Of a map: its values are ranges or prefixes (`: interval ipv4_addr`). JSON does not say it. */
  readonly givesIntervals?: boolean;
  /** `interval`, `constant`, `timeout`, `dynamic`. */
  readonly flags: readonly string[];
  /** Seconds. */
  readonly timeout: number | null;
  /** Seconds. */
  readonly gcInterval: number | null;
  readonly size: number | null;
  /** `memory`, `performance`. */
  readonly policy: string | null;
  readonly autoMerge: boolean;
  readonly comment: string | null;
  /** Statements that each new element gets (`counter`, `limit rate …`). */
  readonly statements: readonly NftStatement[];
  /** Null: the listing leaves them out (`nft -t`). Without its elements a set is unknown, not empty. */
  readonly elements: readonly NftElement[] | null;
  readonly span: Span;
}

export interface NftElement {
  /** A literal, prefix, range, concat of these, or the wildcard `*`. */
  readonly key: NftExpression;
  /** Of a map: the value, or the verdict of a vmap. */
  readonly data: NftExpression | NftVerdict | null;
  /** Seconds. */
  readonly timeout: number | null;
  /** Seconds that are left; text says it to the millisecond. */
  readonly expires: number | null;
  readonly comment: string | null;
  /** `counter packets 0 bytes 0`, `limit rate …`. */
  readonly statements: readonly NftStatement[];
}

/** `counter NAME { … }`, `ct helper NAME { … }` and the like. */
export interface NftObject {
  /** `counter`, `quota`, `limit`, `ct helper`, `ct timeout`, `ct expectation`, `secmark`, `synproxy`, `tunnel`. */
  readonly type: string;
  readonly name: string;
  readonly handle: number | null;
  readonly comment: string | null;
  /** What stands between the braces, word by word as nft prints it, or as JSON pairs. */
  readonly body: readonly (readonly [name: string, value: string])[];
  readonly span: Span;
}

export interface NftFlowtable {
  readonly name: string;
  readonly handle: number | null;
  readonly hook: string;
  readonly priority: number;
  readonly devices: readonly string[];
  /** `offload`, `counter`. */
  readonly flags: readonly string[];
  readonly span: Span;
}

/** What a rule compares, looks up, or writes. */
export type NftExpression =
  /** A number, address, name or quoted string, as it was written: `80`, `ssh`, `10.0.0.1`, `"eth*"`, `established`, `0x200`. */
  | { readonly kind: "literal"; readonly text: string; readonly quoted: boolean }
  | { readonly kind: "prefix"; readonly address: NftExpression; readonly length: number }
  | { readonly kind: "range"; readonly from: NftExpression; readonly to: NftExpression }
  /** `established,related`: bits of one value, or alternatives where the type has no bits. `syn | ack` is a `binary`. */
  | { readonly kind: "list"; readonly items: readonly NftExpression[] }
  | { readonly kind: "concat"; readonly parts: readonly NftExpression[] }
  /** `{ 22, 80 }`, or with data a map: `{ 22 : jump ssh }`. */
  | { readonly kind: "set"; readonly elements: readonly NftElement[] }
  /** `@name`. */
  | { readonly kind: "set-ref"; readonly name: string }
  /** `*`: every key that no other element has. */
  | { readonly kind: "wildcard" }
  /** `tcp dport`. */
  | { readonly kind: "payload"; readonly protocol: string; readonly field: string }
  /** `@th,16,16`: bits. */
  | {
      readonly kind: "payload-raw";
      readonly base: "ll" | "nh" | "th" | "ih";
      readonly offset: number;
      readonly length: number;
    }
  /** `hbh nexthdr`, `exthdr frag exists`: without a field, whether the header is there. */
  | { readonly kind: "exthdr"; readonly header: string; readonly field: string | null }
  /** `tcp option maxseg size`; without a field, whether it is there. A raw one (`@34,0,8`) has a number for a name. */
  | {
      readonly kind: "tcp-option";
      readonly option: string;
      readonly field: string | null;
      readonly raw: { readonly offset: number; readonly length: number } | null;
    }
  /** `ip option lsrr type`. */
  | { readonly kind: "ip-option"; readonly option: string; readonly field: string | null }
  | { readonly kind: "sctp-chunk"; readonly chunk: string; readonly field: string | null }
  | { readonly kind: "dccp-option"; readonly option: number }
  /** `meta mark`; also where it was written without `meta`. */
  | { readonly kind: "meta"; readonly key: string }
  /** `ct state`, `ct original ip saddr`. */
  | {
      readonly kind: "ct";
      readonly key: string;
      readonly direction: "original" | "reply" | null;
      readonly family: "ip" | "ip6" | null;
    }
  | { readonly kind: "rt"; readonly key: string; readonly family: "ip" | "ip6" | null }
  /** `fib saddr . iif oif`: flags are `saddr`, `daddr`, `mark`, `iif`, `oif`; the result `oif`, `oifname`, `type`, or `check` (`exists`). */
  | { readonly kind: "fib"; readonly flags: readonly string[]; readonly result: string }
  /** `socket transparent`, `socket cgroupv2 level 2`. */
  | { readonly kind: "socket"; readonly key: string; readonly level: number | null }
  | { readonly kind: "osf"; readonly key: string; readonly ttl: string | null }
  /** `ipsec in reqid`. */
  | {
      readonly kind: "ipsec";
      readonly key: string;
      readonly direction: string;
      readonly spnum: number;
      readonly family: "ip" | "ip6" | null;
    }
  | {
      readonly kind: "numgen";
      readonly mode: "inc" | "random";
      readonly modulus: number;
      readonly offset: number;
    }
  | {
      readonly kind: "hash";
      readonly type: "jhash" | "symhash";
      /** Null for symhash. */
      readonly of: NftExpression | null;
      readonly modulus: number;
      readonly seed: number | null;
      readonly offset: number;
    }
  | {
      readonly kind: "binary";
      readonly op: "&" | "|" | "^" | "<<" | ">>";
      readonly left: NftExpression;
      readonly right: NftExpression;
    }
  /** `ip daddr map { … }`, `… map @name`. */
  | { readonly kind: "map"; readonly key: NftExpression; readonly map: NftExpression }
  /** Nobody here knows it: its words (or its JSON) as they stood. What depends on it is unknown. */
  | { readonly kind: "verbatim"; readonly text: string };

/** Whether a failed one, and what it does when it does not fail, is said by its kind. */
export type NftStatement =
  | NftMatch
  | NftVerdict
  /** `tcp dport vmap { … }`, `… vmap @name`. */
  | { readonly kind: "vmap"; readonly key: NftExpression; readonly map: NftExpression }
  /** Anonymous with its counts (null: as a rule is written), or a named one. */
  | { readonly kind: "counter"; readonly counters: Counters | null; readonly name: NftExpression | null }
  /** `limit rate 5/second burst 5 packets`, `limit rate over …`, `limit name "x"`. */
  | {
      readonly kind: "limit";
      readonly name: NftExpression | null;
      readonly rate: NftRate | null;
    }
  | {
      readonly kind: "quota";
      readonly name: NftExpression | null;
      readonly over: boolean;
      /** Bytes, whatever the unit. */
      readonly bytes: string;
      /** Bytes; null: not printed. */
      readonly used: string | null;
      /** As printed: `bytes`, `kbytes`, `mbytes`. */
      readonly unit: string;
    }
  /** `last used 5m`; never used: null. */
  | { readonly kind: "last"; readonly used: string | null }
  /** `ct count over 5`. */
  | { readonly kind: "ct-count"; readonly over: boolean; readonly count: number }
  /** `meta mark set …`, `ct mark set …`, `ip daddr set …`. */
  | { readonly kind: "mangle"; readonly target: NftExpression; readonly value: NftExpression }
  | { readonly kind: "notrack" }
  | {
      readonly kind: "nat";
      readonly type: "snat" | "dnat" | "masquerade" | "redirect";
      /** `dnat ip to …` of an inet table; null: as the table. */
      readonly family: "ip" | "ip6" | null;
      /** An address, range, prefix, or map; where a map gives addresses with ports, `withPort`. */
      readonly address: NftExpression | null;
      readonly port: NftExpression | null;
      /** `random`, `fully-random`, `persistent`, `netmap`. */
      readonly flags: readonly string[];
      /** `dnat ip to … map { … : ADDR . PORT }`: the value of the map is both (`addr . port`). */
      readonly withPort: boolean;
    }
  /** `reject`, `reject with icmp host-unreachable`, `reject with tcp reset`. */
  | {
      readonly kind: "reject";
      readonly type: "icmp" | "icmpv6" | "icmpx" | "tcp reset" | null;
      readonly code: NftExpression | null;
    }
  /** Words as nft prints them, in order: `["prefix","\"x\""]`, `["group","1"]`, `["level","warn"]`, `["flags","all"]`. */
  | { readonly kind: "log"; readonly options: readonly (readonly [name: string, value: string])[] }
  | {
      readonly kind: "queue";
      readonly queue: NftExpression | null;
      /** `bypass`, `fanout`. */
      readonly flags: readonly string[];
    }
  | {
      readonly kind: "dup" | "fwd";
      readonly address: NftExpression | null;
      readonly device: NftExpression | null;
      readonly family: "ip" | "ip6" | null;
    }
  /** `add @set { ip saddr timeout 1m }`, `update @map { ip saddr : … }`. */
  | {
      readonly kind: "set-update";
      readonly op: "add" | "update" | "delete";
      readonly set: string;
      readonly key: NftExpression;
      readonly data: NftExpression | null;
      /** Seconds. */
      readonly timeout: number | null;
      readonly statements: readonly NftStatement[];
    }
  /** `meter NAME size N { ip saddr limit rate … }`: an anonymous dynamic set. */
  | {
      readonly kind: "meter";
      readonly name: string;
      readonly size: number | null;
      readonly key: NftExpression;
      /** Seconds. */
      readonly timeout: number | null;
      readonly statements: readonly NftStatement[];
    }
  /** `ct helper set "ftp"`, `ct timeout set "x"`, `ct expectation set "x"`. */
  | {
      readonly kind: "ct-object";
      readonly type: "helper" | "timeout" | "expectation";
      readonly name: NftExpression;
    }
  | {
      readonly kind: "tproxy";
      readonly family: "ip" | "ip6" | null;
      readonly address: NftExpression | null;
      readonly port: NftExpression | null;
    }
  /** Words in order: `["mss","1460"]`, `["wscale","7"]`, `["timestamp",""]`; or a named one: `["name", …]`. */
  | { readonly kind: "synproxy"; readonly options: readonly (readonly [name: string, value: string])[] }
  | { readonly kind: "flow"; readonly flowtable: string }
  /** `reset tcp option sack-perm`. */
  | { readonly kind: "reset"; readonly option: NftExpression }
  /**
   * An iptables extension that the kernel holds as one: `xt match "socket"`, and before 1.0.6 its own words:
   * `# socket --transparent`, `# match-set X dst,dst`, `# TPROXY redirect 127.0.0.1:42133 mark 0x200/0xffffffff`.
   */
  | {
      readonly kind: "xt";
      readonly type: "match" | "target" | null;
      /** Null where only its words stand. */
      readonly name: string | null;
      /** Its own words, as printed; null: the listing does not tell them. */
      readonly text: string | null;
    }
  /** Nobody here knows it: its words (or its JSON) as they stood. What depends on it is unknown. */
  | { readonly kind: "verbatim"; readonly text: string };

export interface NftMatch {
  readonly kind: "match";
  /** `in`: as nft's implicit one: equal, one of, or with bits set, as the right side and the type have it. `==` was written. */
  readonly op: "in" | "==" | "!=" | "<" | ">" | "<=" | ">=" | "!";
  readonly left: NftExpression;
  readonly right: NftExpression;
}

export type NftVerdict =
  | { readonly kind: "accept" | "drop" | "continue" | "return" }
  | { readonly kind: "jump" | "goto"; readonly chain: string };

export interface NftRate {
  readonly over: boolean;
  readonly rate: number;
  /** `packets` for a rate of packets; else `bytes`, `kbytes`, `mbytes`. */
  readonly unit: string;
  /** `second`, `minute`, `hour`, `day`, `week`. */
  readonly per: string;
  readonly burst: number | null;
  readonly burstUnit: string;
}
