/** One file of a snapshot and how it is made on a live node. */
export interface Listing {
  readonly file: string;
  /** Commands that print it, the one that says most first: the first that succeeds holds. All of them only read. */
  readonly commands: readonly (readonly [string, ...string[]])[];
  /** Without this file the kernel has not loaded what the command asks for, and asking would load it. */
  readonly needs?: string;
  /** Then there is nothing to list, which is an answer. */
  readonly isEmptyWithout?: true;
  /** Where all of these could be captured this one says nothing new. */
  readonly unless?: readonly string[];
  /** What the command says counts even where it fails: each line stands for itself. */
  readonly mayFail?: true;
  /** Keeps what a walk asks for. */
  readonly select?: (text: string) => string;
}

const CONNTRACK = "/proc/sys/net/netfilter/nf_conntrack_max";

/** Every listing of a snapshot, in the order in which they are taken: what changes fastest last. */
export const LISTINGS: readonly Listing[] = [
  ...["iptables", "ip6tables"].flatMap((tool): readonly Listing[] => {
    const backends = [`${tool}-legacy-save`, `${tool}-nft-save`];
    return [
      ...backends.map((name): Listing => ({ file: `${name}.txt`, commands: [[name, "-c"]] })),
      { file: `${tool}-save.txt`, commands: [[`${tool}-save`, "-c"]], unless: backends.map((name) => `${name}.txt`) },
    ];
  }),
  { file: "nft-ruleset.txt", commands: [["nft", "-a", "list", "ruleset"]] },
  { file: "nft-ruleset.json", commands: [["nft", "-j", "list", "ruleset"]] },
  { file: "ipset-save.txt", commands: [["ipset", "save"]] },
  { file: "ipvsadm-save.txt", commands: [["ipvsadm", "-S", "-n"]], needs: "/proc/net/ip_vs", isEmptyWithout: true },
  ip("ip-rule.txt", "rule", "show"),
  ip("ip6-rule.txt", "-6", "rule", "show"),
  ip("ip-route.txt", "route", "show", "table", "all"),
  ip("ip6-route.txt", "-6", "route", "show", "table", "all"),
  ip("ip-addr.txt", "addr", "show"),
  ip("ip-link.txt", "link", "show"),
  ip("ip-neigh.txt", "neigh", "show"),
  { file: "sysctl.txt", commands: [["sysctl", "-a"]], mayFail: true, select: networkSettings },
  {
    file: "ss.txt",
    commands: [
      ["ss", "-tuwan", "-e", "--inet-sockopt"],
      ["ss", "-tuwan", "-e"],
      ["ss", "-tuwan"],
    ],
  },
  { file: "conntrack.txt", commands: [["conntrack", "-L", "-f", "ipv4"]], needs: CONNTRACK },
  { file: "conntrack6.txt", commands: [["conntrack", "-L", "-f", "ipv6"]], needs: CONNTRACK },
];

/** With details where this `ip` has them; that of busybox has none. */
function ip(file: string, ...words: readonly string[]): Listing {
  return {
    file,
    commands: [
      ["ip", "-d", ...words],
      ["ip", ...words],
    ],
  };
}

/** Keys from which TCP and the kernel make what must not be foreseen. */
const SECRET = /(?:stable_secret|tcp_fastopen_key)\s*=/;

function networkSettings(text: string): string {
  const lines = text.split("\n").filter((line) => line.startsWith("net.") && !SECRET.test(line));
  return lines.map((line) => `${line}\n`).join("");
}

/** Says the version of each tool, by the name that `manifest.json` gives it. */
export const VERSIONS: readonly (readonly [tool: string, command: readonly [string, ...string[]]])[] = [
  ["iptables", ["iptables", "--version"]],
  ["ip6tables", ["ip6tables", "--version"]],
  ["nft", ["nft", "--version"]],
  ["ipset", ["ipset", "--version"]],
  ["ip", ["ip", "-V"]],
  ["ss", ["ss", "-V"]],
  ["conntrack", ["conntrack", "--version"]],
  ["sysctl", ["sysctl", "--version"]],
  ["ipvsadm", ["ipvsadm", "--version"]],
];
