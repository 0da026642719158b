import { parseProtocol, printProtocol } from "../../base/protocols.ts";

/**
 * A fragment's shape in iptables-save and Felix's spellings of it, likeliest first; `$1` … are the shape's groups. Where iptables-save prints the
 * same for several of them, only the hash can tell which it was.
 */
type Spelling = readonly [shape: RegExp, ...felix: string[]];

/**
 * What iptables-save made of Felix's words, undone: felix/iptables/match_builder.go and actions.go against the `save` functions of iptables'
 * extensions. Keys are the words that a fragment begins with, without `!`.
 */
const SPELLINGS: ReadonlyMap<string, readonly Spelling[]> = new Map<string, readonly Spelling[]>([
  // A policy's networks keep their /32, a floating IP has none.
  [
    "-s",
    [
      [/^(! )?-s (\S+)(\/32|\/128)$/, "$1--source $2$3", "$1--source $2"],
      [/^(! )?-s ([\d./a-f:]+)$/, "$1--source $2"],
    ],
  ],
  [
    "-d",
    [
      [/^(! )?-d (\S+)(\/32|\/128)$/, "$1--destination $2$3", "$1--destination $2"],
      [/^(! )?-d ([\d./a-f:]+)$/, "$1--destination $2"],
    ],
  ],
  ["-i", [[/^-i (\S+)$/, "--in-interface $1"]]],
  ["-o", [[/^-o (\S+)$/, "--out-interface $1"]]],
  [
    "-m mark",
    [
      // A test for clear bits is written with a bare zero; a test for a value as Go's %#x prints it.
      [/^-m mark (! )?--mark 0x0\/(0x[\da-f]+)$/, "-m mark $1--mark 0/$2", "-m mark $1--mark 0x0/$2"],
      [/^-m mark (! )?--mark (0x[\da-f]+\/0x[\da-f]+)$/, "$&"],
      [/^-m mark (! )?--mark (0x[\da-f]+)$/, "-m mark $1--mark $2/0xffffffff", "$&"],
    ],
  ],
  ["-m set", [[/^-m set (! )?--match-set \S+ (src|dst)(,(src|dst))*$/, "$&"]]],
  [
    "-m multiport",
    [
      [/^-m multiport (! )?--sports ([\d,:]+)$/, "-m multiport $1--source-ports $2"],
      [/^-m multiport (! )?--dports ([\d,:]+)$/, "-m multiport $1--destination-ports $2"],
    ],
  ],
  ["-m udp", [[/^-m udp (--[ds]port [\d:]+)$/, "$1", "$&"]]],
  [
    "-m tcp",
    [
      [/^-m tcp (--[ds]port [\d:]+)$/, "$1", "$&"],
      [/^-m tcp --tcp-flags [A-Z,]+ [A-Z,]+$/, "$&"],
    ],
  ],
  ["-m conntrack", [[/^-m conntrack (! )?--ctstate [A-Z,]+$/, "$&"]]],
  ["-m addrtype", [[/^-m addrtype (! )?--(src|dst)-type [A-Z]+( --limit-iface-out)?$/, "$&"]]],
  ["-m rpfilter", [[/^-m rpfilter( --validmark)?( --accept-local)? --invert$/, "-m rpfilter --invert$1$2"]]],
  ["-m icmp", [[/^-m icmp (! )?--icmp-type [\d/]+$/, "$&"]]],
  ["-m icmp6", [[/^-m icmp6 (! )?--icmpv6-type [\d/]+$/, "$&"]]],
  ["-m connlimit", [[/^(-m connlimit --connlimit-above \d+ --connlimit-mask \d+) --connlimit-saddr$/, "$1"]]],
  // The VXLAN network identifier, of 3.7 to 3.20.
  ["-m u32", [[/^-m u32 --u32 "0x0>>0x16&0x3c@0xc>>0x8=(0x[\da-f]+)"$/, '-m u32 --u32 "0>>22&0x3C@12>>8=$1"']]],
  ["-m ipvs", [[/^-m ipvs (! )?--ipvs$/, "$&"]]],
  [
    "-j MARK",
    [
      [/^-j MARK --set-xmark 0x0\/(0x[\da-f]+)$/, "--jump MARK --set-mark 0/$1", "--jump MARK --set-mark 0x0/$1"],
      [/^-j MARK --set-xmark (0x[\da-f]+\/0x[\da-f]+)$/, "--jump MARK --set-mark $1"],
    ],
  ],
  [
    "-j CONNMARK",
    [
      [/^-j CONNMARK --set-xmark (0x[\da-f]+\/0x[\da-f]+)$/, "--jump CONNMARK --set-mark $1"],
      [
        /^-j CONNMARK --(save|restore)-mark --nfmask (0x[\da-f]+) --ctmask \2$/,
        "--jump CONNMARK --$1-mark --mask $2",
        "--jump CONNMARK --$1-mark",
      ],
    ],
  ],
  ["-j CT", [[/^-j CT --notrack$/, "--jump NOTRACK"]]],
  // The connection limit is the one rule that Felix writes with a short `-j`.
  ["-j REJECT", [[/^-j REJECT (--reject-with \S+)$/, "--jump REJECT $1", "--jump REJECT", "$&"]]],
  [
    "-j LOG",
    [
      [/^-j LOG --log-prefix (".*") --log-level (\d)$/, "--jump LOG --log-prefix $1 --log-level $2"],
      [/^-j LOG --log-prefix (\S+) --log-level (\d)$/, '--jump LOG --log-prefix "$1" --log-level $2'],
    ],
  ],
  [
    "-j NFLOG",
    [
      [
        /^-j NFLOG --nflog-prefix "?([^" ]+)"? (--nflog-group \d+)( --nflog-(size|range) \d+)?$/,
        "--jump NFLOG $2 --nflog-prefix $1$3",
      ],
    ],
  ],
  ["-j DNAT", [[/^-j (DNAT --to-destination \S+)$/, "--jump $1"]]],
  ["-j SNAT", [[/^-j (SNAT --to-source \S+( --random-fully)?)$/, "--jump $1"]]],
  ["-j MASQUERADE", [[/^-j (MASQUERADE( --to-ports \S+)?( --random-fully)?)$/, "--jump $1"]]],
]);

/** Every target that has no row of its own: a verdict, NOTRACK, a chain. */
const TARGET: readonly Spelling[] = [
  [/^-j ([A-Za-z]\S*)$/, "--jump $1"],
  [/^-g ([A-Za-z]\S*)$/, "--goto $1"],
];

/** Fragments whose spellings take more than a pattern. */
const COMPUTED: ReadonlyMap<string, (fragment: string) => readonly string[]> = new Map([
  ["-p", protocolSpellings],
  ["-m comment", commentSpellings],
  ["-m limit", limitSpellings],
  ["-j DSCP", dscpSpellings],
]);

/** `-m mark`, `-j DROP`, `-i`: what says which spellings to try. */
const HEAD = /^(?:! )?(-[mj] \S+|\S+)/;

/** How Felix may have written a fragment, likeliest first; empty where it is no fragment that Felix writes. */
export function felixSpellings(fragment: string): readonly string[] {
  const head = HEAD.exec(fragment)?.[1] ?? "";
  const computed = COMPUTED.get(head);
  if (computed !== undefined) return computed(fragment);
  const row = (SPELLINGS.get(head) ?? TARGET).find(([shape]) => shape.test(fragment));
  if (row === undefined) return [];
  const [shape, ...felix] = row;
  return felix.map((spelling) => fragment.replace(shape, spelling));
}

/** Names that Felix passes on as a policy has them, where /etc/protocols has another. */
const POLICY_NAMES: ReadonlyMap<number, string> = new Map([[58, "icmpv6"]]);

/** A policy's protocol stands as it was written there, by name or number; Felix's own rules have numbers for VXLAN, IPIP and WireGuard. */
function protocolSpellings(fragment: string): readonly string[] {
  const [, not = "", word = ""] = /^(! )?-p (\S+)$/.exec(fragment) ?? [];
  const number = parseProtocol(word);
  if (number === null || number === 0) return [];
  const names = [POLICY_NAMES.get(number), printProtocol(number), String(number)];
  return [...new Set(names)].flatMap((name) => (name === undefined ? [] : [`${not}-p ${name}`]));
}

/** A comment always has quotes in Felix's text; since 3.12 nothing in it needs a backslash, before that nothing had one. */
function commentSpellings(fragment: string): readonly string[] {
  const text = /^-m comment --comment (?:"(.*)"|([^\s"]+))$/.exec(fragment);
  if (text === null) return [];
  const [, quoted, bare = ""] = text;
  return [`-m comment --comment "${quoted === undefined ? bare : quoted.replace(/\\(.)/g, "$1")}"`];
}

/** Units that iptables-save cuts short. */
const UNITS: ReadonlyMap<string, readonly string[]> = new Map([
  ["sec", ["sec", "second", "s"]],
  ["min", ["min", "minute", "m"]],
  ["hour", ["hour", "h"]],
  ["day", ["day", "d"]],
]);
const UNPRINTED_BURST = " --limit-burst 5";

function limitSpellings(fragment: string): readonly string[] {
  const [, count = "", unit = "", burst = ""] =
    /^-m limit --limit (\d+)\/(sec|min|hour|day)( --limit-burst \d+)?$/.exec(fragment) ?? [];
  const bursts = burst === "" ? ["", UNPRINTED_BURST] : [burst];
  return (UNITS.get(unit) ?? []).flatMap((name) => bursts.map((each) => `-m limit --limit ${count}/${name}${each}`));
}

function dscpSpellings(fragment: string): readonly string[] {
  const [, value = ""] = /^-j DSCP --set-dscp (0x[\da-f]{2})$/.exec(fragment) ?? [];
  return value === "" ? [] : [`--jump DSCP --set-dscp ${String(Number(value))}`, `--jump DSCP --set-dscp ${value}`];
}
