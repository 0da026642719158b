import { quote } from "../../base/quote.ts";
import type { Listed, Pattern, Table } from "../pattern.ts";
import { compileTable } from "../pattern.ts";

const ALL_BITS = "0xffffffff";

/** MARK and CONNMARK word what they write in five ways. */
function marking(name: string): readonly Listed[] {
  const parts: readonly Pattern[] =
    name === "CONNMARK" ? [["(left|right)-shift-mark (\\d+)", "--$1-shift-mark $2"]] : [];
  return [
    {
      head: `${name} set (0x\\w+)(?:/(0x\\w+))?`,
      saved: (value = "", mask = "") => `-j ${name} --set-xmark ${value}/${mask || ALL_BITS}`,
      parts,
    },
    { head: `${name} xset (0x\\w+)/(0x\\w+)`, saved: `-j ${name} --set-xmark $1/$2`, parts },
    { head: `${name} (and|or|xor) (0x\\w+)`, saved: `-j ${name} --$1-mark $2`, parts },
  ];
}

/** The mask that stands behind `~` is inverted bit by bit when it is written back; the listing prints it as it is. */
const CONNMARK_COPY: readonly Listed[] = [
  {
    head: "CONNMARK (save|restore)",
    saved: "-j CONNMARK --$1-mark",
    parts: [
      ["mask (0x\\w+)", "--nfmask $1 --ctmask $1"],
      ["nfmask (0x\\w+) ctmask ~(0x\\w+)", "--nfmask $1 --ctmask $2"],
      ["ctmask (0x\\w+) nfmask ~(0x\\w+)", "--ctmask $1 --nfmask $2"],
      ["(left|right)-shift-mark (\\d+)", "--$1-shift-mark $2"],
    ],
  },
];

/** Bits of `LOG flags N` and their options (uapi/linux/netfilter/nf_log.h). */
const LOG_FLAGS: readonly (readonly [bit: number, option: string])[] = [
  [0x01, "--log-tcp-sequence"],
  [0x02, "--log-tcp-options"],
  [0x04, "--log-ip-options"],
  [0x08, "--log-uid"],
  [0x20, "--log-macdecode"],
];

function logFlags(text = ""): string {
  const bits = Number(text);
  return LOG_FLAGS.filter(([bit]) => (bits & bit) !== 0)
    .map(([, option]) => option)
    .join(" ");
}

const LOG: Listed = {
  head: "LOG",
  saved: "-j LOG",
  parts: [
    ["flags (\\d+)", logFlags],
    ["(tcp-sequence|tcp-options|ip-options|uid|macdecode)", "--log-$1"],
    ["level (\\S+)", "--log-level $1"],
    // What the prefix itself holds is not escaped: it ends with the line.
    ['prefix "(.*)"(?= *$)', (prefix = "") => `--log-prefix ${quote(prefix)}`],
  ],
};

/** Where NAT translates to: an address, a range, ports, or all of these. */
function translation(name: string, option: string): Listed {
  return {
    head: "to:(\\S+)",
    saved: `-j ${name} --${option} $1`,
    parts: [["(random|random-fully|persistent)", "--$1"]],
  };
}

const PORTS_ONLY: readonly Pattern[] = [
  ["(?:masq|redir) ports:? (\\S+)", "--to-ports $1"],
  ["(random|random-fully)", "--$1"],
];

/** `TPROXY redirect 127.0.0.1:80 mark 0x1/0x3`; the port is behind the last colon. */
const TPROXY: Listed = {
  head: "TPROXY redirect (\\S+):(\\d+) mark (0x\\w+/0x\\w+)",
  saved: "-j TPROXY --on-port $2 --on-ip $1 --tproxy-mark $3",
};

/**
 * The words of each target, by its name. A target that is not here has none: then its name says everything, or its words
 * cannot be read and what it does is unknown.
 */
const FORMS: Readonly<Record<string, readonly Listed[]>> = {
  MARK: marking("MARK"),
  CONNMARK: [...marking("CONNMARK"), ...CONNMARK_COPY],
  TPROXY: [TPROXY],
  REJECT: [{ head: "reject-with (\\S+)", saved: "-j REJECT --reject-with $1" }],
  LOG: [LOG],
  DNAT: [translation("DNAT", "to-destination")],
  SNAT: [translation("SNAT", "to-source")],
  NETMAP: [translation("NETMAP", "to")],
  MASQUERADE: [{ head: "", saved: "-j MASQUERADE", parts: PORTS_ONLY }],
  REDIRECT: [{ head: "", saved: "-j REDIRECT", parts: PORTS_ONLY }],
  TRACE: [{ head: "", saved: "-j TRACE" }],
  NOTRACK: [{ head: "", saved: "-j NOTRACK" }],
  CT: [
    { head: "NOTRACK", saved: "-j NOTRACK" },
    {
      head: "CT",
      saved: "-j CT",
      parts: [
        ["notrack", "--notrack"],
        ["(helper|timeout|ctevents|expevents|zone|zone-orig|zone-reply) (\\S+)", "--$1 $2"],
      ],
    },
  ],
  NFLOG: [
    {
      head: "",
      saved: "-j NFLOG",
      parts: [
        ['nflog-prefix (".*?"|\\S+)', "--nflog-prefix $1"],
        ["nflog-(group|range|size|threshold) (\\d+)", "--nflog-$1 $2"],
      ],
    },
  ],
  NFQUEUE: [
    {
      head: "NFQUEUE (num|balance) (\\S+)",
      saved: "-j NFQUEUE --queue-$1 $2",
      parts: [
        ["bypass", "--queue-bypass"],
        ["cpu-fanout", "--queue-cpu-fanout"],
      ],
    },
  ],
  SET: [
    {
      head: "(add-set|del-set|map-set) (\\S+) (\\S+)",
      saved: "-j SET --$1 $2 $3",
      parts: [
        ["(add-set|del-set|map-set) (\\S+) (\\S+)", "--$1 $2 $3"],
        ["(exist|map-mark|map-prio|map-queue)", "--$1"],
        ["timeout (\\d+)", "--timeout $1"],
      ],
    },
  ],
  TCPMSS: [
    { head: "TCPMSS clamp to PMTU", saved: "-j TCPMSS --clamp-mss-to-pmtu" },
    { head: "TCPMSS set (\\d+)", saved: "-j TCPMSS --set-mss $1" },
  ],
  TEE: [{ head: "TEE gw:(\\S+)", saved: "-j TEE --gateway $1", parts: [["oif=(\\S+)", "--oif $1"]] }],
  TOS: [{ head: "TOS set (\\S+)", saved: "-j TOS --set-tos $1" }],
  TTL: [{ head: "TTL set to (\\d+)", saved: "-j TTL --ttl-set $1" }, ...stepping("TTL", "ttl")],
  HL: [{ head: "HL set to (\\d+)", saved: "-j HL --hl-set $1" }, ...stepping("HL", "hl")],
  DSCP: [{ head: "DSCP set (\\S+)", saved: "-j DSCP --set-dscp $1" }],
  ECN: [
    {
      head: "ECN",
      saved: "-j ECN",
      parts: [
        ["TCP remove", "--ecn-tcp-remove"],
        ["CWR=(\\d)", "--ecn-tcp-cwr $1"],
        ["ECE=(\\d)", "--ecn-tcp-ece $1"],
        ["ECT codepoint=(\\d)", "--ecn-ip-ect $1"],
      ],
    },
  ],
  CLASSIFY: [{ head: "CLASSIFY set ([0-9a-f]+:[0-9a-f]+)", saved: "-j CLASSIFY --set-class $1" }],
  CHECKSUM: [{ head: "CHECKSUM fill", saved: "-j CHECKSUM --checksum-fill" }],
  AUDIT: [{ head: "AUDIT (\\S+)", saved: "-j AUDIT --type $1" }],
  CONNSECMARK: [{ head: "CONNSECMARK (save|restore)", saved: "-j CONNSECMARK --$1" }],
  IDLETIMER: [
    {
      head: "timeout:(\\d+) label:(\\S+)",
      saved: (timeout = "", label = "") => `-j IDLETIMER --timeout ${timeout} --label ${quote(label)}`,
    },
  ],
  DNPT: [prefixes("DNPT")],
  SNPT: [prefixes("SNPT")],
  TCPOPTSTRIP: [{ head: "", saved: "-j TCPOPTSTRIP", parts: [["TCPOPTSTRIP options (\\S+)", "--strip-options $1"]] }],
  SYNPROXY: [
    {
      head: "SYNPROXY",
      saved: "-j SYNPROXY",
      parts: [
        ["(sack-perm|timestamp|ecn)", "--$1"],
        ["(wscale|mss) (\\d+)", "--$1 $2"],
      ],
    },
  ],
};

function stepping(name: string, option: string): readonly Listed[] {
  return [
    { head: `${name} increment by (\\d+)`, saved: `-j ${name} --${option}-inc $1` },
    { head: `${name} decrement by (\\d+)`, saved: `-j ${name} --${option}-dec $1` },
  ];
}

function prefixes(name: string): Listed {
  return { head: `${name} src-pfx (\\S+) dst-pfx (\\S+)`, saved: `-j ${name} --src-pfx $1 --dst-pfx $2` };
}

const tables: ReadonlyMap<string, Table> = new Map(
  Object.entries(FORMS).map(([name, forms]) => [name, compileTable(forms)]),
);

/** How a listing words what this target does; null: nobody here can read its words. */
export function listedTarget(name: string): Table | null {
  return tables.get(name) ?? null;
}
