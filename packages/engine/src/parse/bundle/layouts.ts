import { hintsOfCommand } from "./formats.ts";

/** What a file of an archive is. */
export interface Listing {
  /** The command that printed it. */
  readonly command: string;
  /** The network namespace that the command ran in; null: the node's own. */
  readonly netns: string | null;
}

/** Where files of one kind stand in an archive. */
interface Place {
  /** Group `root` is the node's directory with its `/`, `name` the file's name, `netns` a namespace. */
  readonly pattern: RegExp;
  /** Null: not a listing that says anything of a packet's way. */
  readonly read: (name: string, netns: string | null) => Listing | null;
  /** Such a file may stand in any archive: it belongs to a node only where another file shows that there is one. */
  readonly isWeak?: true;
}

/** How one tool lays out what it collects on a node. */
export interface Layout {
  readonly places: readonly Place[];
  /** Files whose content is the node's name, below its directory. */
  readonly names: readonly string[];
  /** What to call a node whose name no file tells: group 1, sought in the path of its directory. */
  readonly label: RegExp;
}

/** Firewall listings that no parser reads: named in a diagnostic instead of passed over. */
const NOT_READ = /^(nft|ip6?tables|ipvsadm|cat \/etc\/cni)\b/;

function printedBy(command: string | undefined, netns: string | null = null): Listing | null {
  if (command === undefined) return null;
  return hintsOfCommand(command) !== null || NOT_READ.test(command) ? { command, netns } : null;
}

/**
 * cilium-bugtool turns blanks and slashes of a command into dashes: `ip--4-route-show-table-11` (bugtool/cmd: writeCmdToFile).
 * A dash behind a dash opens an option; the ones inside of a tool's own name are put back.
 */
function bugtoolCommand(name: string): string {
  const words = name.replaceAll("--", " -").replace(/(?<! )-/g, " ");
  return words.replace(/^(ip6?tables) (?:(legacy|nft) )?save\b/, (_, tool: string, backend?: string) =>
    [tool, ...(backend === undefined ? [] : [backend]), "save"].join("-"),
  );
}

/** In older versions of sos listings of a namespace stand beside the others. */
const IN_NETNS = /^ip_netns_exec_(\S+?)_((?:ip|ss|sysctl|nft|conntrack)_.*|ip6?tables-save.*)$/;

/** sos turns all that is neither word, dash nor dot into `_` (sos/report/plugins: _mangle_command). */
function sosListing(name: string, netns: string | null): Listing | null {
  if (netns !== null) return printedBy(sosCommand(name.replace(`ip_netns_exec_${netns}_`, "")), netns);
  const [, inside = null, own = name] = IN_NETNS.exec(name) ?? [];
  return printedBy(sosCommand(own), inside);
}

function sosCommand(name: string): string {
  return name.replaceAll("_", " ");
}

/** `nodes/NODE/FILE` of `calicoctl cluster diags`: what it runs in the calico-node pod of each node. */
const CALICO_CLUSTER: ReadonlyMap<string, string> = new Map([
  ["iptables-legacy-save.txt", "iptables-legacy-save -c"],
  ["iptables-nft-save.txt", "iptables-nft-save -c"],
  ["nft-ruleset.txt", "nft -n -a list ruleset"],
  ["ip-route.txt", "ip route show table all"],
  ["ip-route-v6.txt", "ip -6 route show table all"],
  ["ip-rule.txt", "ip rule"],
  ["ip-addr.txt", "ip addr"],
  ["ip-link.txt", "ip link"],
  ["ip-neigh.txt", "ip neigh"],
  ["ipset-list.txt", "ipset list"],
  ["conntrack-list.txt", "conntrack -L"],
]);

/** `diagnostics/FILE` of `calicoctl node diags`. */
const CALICO_NODE: ReadonlyMap<string, string> = new Map([
  ["ipv4_route", "ip -4 route"],
  ["ipv6_route", "ip -6 route"],
  ["ipv4_addr", "ip -4 addr"],
  ["ipv6_addr", "ip -6 addr"],
  ["ipv4_tables", "iptables-save -c"],
  ["ipv6_tables", "ip6tables-save -c"],
  ["ipsets", "ipset list"],
  ["ipset_container", "ipset list"],
  ["nft_ruleset", "nft list ruleset"],
  ["ss", "ss -a -n"],
]);

/** Every kind of archive that is opened as it is. */
const LAYOUTS: readonly Layout[] = [
  {
    // cilium-bugtool: alone, or in a cilium sysdump one for each agent.
    places: [
      { pattern: /^(?<root>(?:.*\/)?)cmd\/(?<name>[^/]+)\.md$/, read: (name) => printedBy(bugtoolCommand(name)) },
    ],
    names: ["cmd/hostname.md"],
    label: /cilium-bugtool-(cilium-[^/]+?)(?:-\d{8}-\d{6}[^/]*)?\//,
  },
  {
    places: [
      {
        pattern: /^(?<root>(?:.*\/)?)sos_commands\/[^/]+\/(?:namespaces\/(?<netns>[^/]+)\/)?(?<name>[^/]+)$/,
        read: sosListing,
      },
      {
        pattern: /^(?<root>(?:.*\/)?)(?<name>proc\/net\/nf_conntrack|etc\/cni\/net\.d\/[^/]+)$/,
        read: (name) => printedBy(`cat /${name}`),
        isWeak: true,
      },
    ],
    names: ["sos_commands/host/hostname", "etc/hostname"],
    label: /sosreport-([^/]+?)(?:-\d{4}-\d{2}-\d{2}[^/]*)?\//,
  },
  {
    places: [
      {
        pattern: /^(?<root>(?:.*\/)?nodes\/[^/]+\/)(?<name>[^/]+)$/,
        read: (name) => printedBy(CALICO_CLUSTER.get(name)),
      },
    ],
    names: [],
    label: /nodes\/([^/]+)\/$/,
  },
  {
    places: [
      {
        pattern: /^(?<root>(?:.*\/)?diagnostics\/)(?<name>[^/]+)$/,
        read: (name) => printedBy(CALICO_NODE.get(name)),
      },
    ],
    names: ["hostname"],
    label: /(diags-\d+_\d+)/,
  },
];

/** A file at its place: which directory it belongs to, and what it is. */
export interface Placed extends Listing {
  readonly layout: Layout;
  readonly root: string;
  /** It shows that its directory is a node's. */
  readonly isProof: boolean;
}

/** Null: nothing that any of those tools prints and this program reads. */
export function placeOf(path: string): Placed | null {
  for (const layout of LAYOUTS) {
    for (const { pattern, read, isWeak } of layout.places) {
      const { root = "", name, netns = null } = pattern.exec(path)?.groups ?? {};
      const listing = name === undefined ? null : read(name, netns);
      if (listing !== null) return { ...listing, layout, root, isProof: isWeak !== true };
    }
  }
  return null;
}

/** Names that those tools give to an archive and to the directory inside. */
const COLLECTED = /(?:^|\/)(?:cilium-bugtool|cilium-sysdump|sosreport|calico-diagnostics|diags)-[^/]*\//;
const NESTED = /(?:^|\/)cilium-bugtool-[^/]*\.(?:tar|tgz|tar\.\w+)$/;

/**
 * Whether a file need not even be unpacked: it lies in what one of those tools collected, and is none of the files that
 * are read of that (logs, objects, profiles). The name of the archive itself is part of the path.
 */
export function isAside(path: string): boolean {
  if (!COLLECTED.test(path) || NESTED.test(path) || placeOf(path) !== null) return false;
  return !LAYOUTS.some(({ names }) => names.some((name) => path.endsWith(`/${name}`)));
}
