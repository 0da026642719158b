import { describe, expect, it } from "vitest";
import type { Snapshot } from "../../model/snapshot.ts";
import { parseSnapshot } from "./parse-snapshot.ts";

const TABLE = "*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -s 10.0.0.0/8 -j DROP\nCOMMIT\n";
const TABLE6 = "*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -s fd00::/8 -j DROP\nCOMMIT\n";
const ROUTES = "default via 10.0.0.254 dev eth0 \n10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.1 \n";
const LINK =
  "2: eth0@if7: <BROADCAST,UP> mtu 1500 qdisc noop state UP mode DEFAULT group default qlen 1000\n" +
  "    link/ether 02:00:00:00:00:10 brd ff:ff:ff:ff:ff:ff promiscuity 0  allmulti 0 \n    veth numtxqueues 1 \n";
const ADDR =
  "2: eth0@if7: <BROADCAST,UP> mtu 1500 qdisc noop state UP group default qlen 1000\n" +
  "    link/ether 02:00:00:00:00:10 brd ff:ff:ff:ff:ff:ff\n    inet 10.0.0.1/24 scope global eth0\n       valid_lft forever preferred_lft forever\n";
const NEIGH = "10.0.0.254 dev eth0 lladdr 02:aa:00:00:00:fe REACHABLE \n";
const FLOW =
  "udp      17 29 src=10.0.0.9 dst=10.0.0.1 sport=4 dport=53 [UNREPLIED] src=10.0.0.1 dst=10.0.0.9 sport=53 dport=4 mark=0 use=1\n";
const SOCKET = "tcp   LISTEN 0      9              0.0.0.0:8080       0.0.0.0:*     ino:1 sk:6 <->\n";

function read(files: Readonly<Record<string, string>>): Snapshot {
  return parseSnapshot(
    Object.entries(files).map(([path, text]) => ({ path, text })),
    { name: "node" },
  );
}

function codes(snapshot: Snapshot): readonly string[] {
  return snapshot.diagnostics.map(({ code }) => code);
}

describe("recognising", () => {
  it.each<[string, string, (snapshot: Snapshot) => unknown]>([
    ["iptables-save", TABLE, ({ tables }) => tables.ip],
    ["ipset", "create s hash:ip family inet\nadd s 1.2.3.4\n", ({ sets }) => sets],
    ["ipset", "Name: s\nType: hash:ip\nRevision: 6\nHeader: family inet\nMembers:\n1.2.3.4\n", ({ sets }) => sets],
    ["ip-rule", "0:\tfrom all lookup local\n32766:\tfrom all lookup main\n", ({ rules }) => rules.ip],
    ["ip-route", ROUTES, ({ routes }) => routes.ip],
    ["ip-route", "unreachable 10.0.0.0/8 \nthrow default table 5 \n", ({ routes }) => routes.ip],
    ["ip-addr", ADDR, ({ links }) => links],
    ["ip-link", LINK, ({ links }) => links],
    ["ip-neigh", NEIGH, ({ neighbours }) => neighbours],
    ["conntrack", FLOW, ({ conntrack }) => conntrack],
    ["ss", SOCKET, ({ sockets }) => sockets],
    ["sysctl", "net.ipv4.ip_forward = 1\n", ({ sysctls }) => sysctls],
    ["ipvsadm", "-A -t 10.0.0.1:80 -s rr\n-a -t 10.0.0.1:80 -r 10.0.0.2:80 -m -w 1\n", ({ ipvs }) => ipvs],
    ["ipvsadm", "Prot LocalAddress:Port Scheduler Flags\nTCP  10.0.0.1:80 rr\n", ({ ipvs }) => ipvs],
    ["cni", '{"cniVersion":"0.3.1","name":"k","plugins":[{"type":"calico"}]}', ({ cni }) => cni],
    ["nft", "table inet t {\n\tchain c {\n\t\tip saddr 10.0.0.1 accept\n\t}\n}\n", ({ nft }) => nft],
    ["nft-json", '{"nftables": [{"table": {"family": "inet", "name": "t"}}]}', ({ nft }) => nft],
    ["manifest", '{"host":"n","kernel":"6.1","tools":{"ipset":"7.17"},"notes":["x"]}', ({ manifest }) => manifest],
  ])("%s by its content, whatever its name", (format, text, valueOf) => {
    const snapshot = read({ "page-from-the-web.md": text });
    expect(snapshot.files).toEqual([{ path: "page-from-the-web.md", format }]);
    expect(valueOf(snapshot)).not.toBeNull();
    expect(valueOf(read({ "wrong/ss.txt": text, "other.bin": "\0\0" }))).not.toBeNull();
  });

  it("an empty file by its name: nothing there is an answer, too", () => {
    const snapshot = read({
      "conntrack.txt": "",
      "ipset-save.txt": "\n",
      "ip6-rule.txt": "",
      "ip-neigh.json": "[]\n",
      "ipvsadm-save.txt": "",
    });
    expect(snapshot).toMatchObject({ conntrack: [], sets: [], rules: { ip: null, ip6: [] }, neighbours: [], ipvs: [] });
  });

  it("says that what no file speaks of is unknown", () => {
    expect(read({ "a.txt": NEIGH })).toMatchObject({
      tables: { ip: null, ip6: null },
      sets: null,
      rules: { ip: null, ip6: null },
      routes: { ip: null, ip6: null },
      links: null,
      conntrack: null,
      sockets: null,
      sysctls: null,
      manifest: null,
    });
  });

  it("leaves out what it does not know, and says so, but not of the files that belong beside the dumps", () => {
    const snapshot = read({
      "notes.txt": `On this node\n${"some words\n".repeat(30)}${ROUTES}`,
      "README.md": TABLE,
      "goldens/1.txt": ROUTES,
      "ip-route.txt": ROUTES,
    });
    expect(snapshot.files.map(({ format }) => format)).toEqual([null, null, null, "ip-route"]);
    expect(snapshot.routes.ip).toHaveLength(2);
    expect(snapshot.diagnostics).toMatchObject([{ code: "unknown-file", span: { file: "notes.txt" } }]);
  });
});

describe("what names tell", () => {
  it("the family of rules and routes without an address", () => {
    const snapshot = read({
      "ip-rule.txt": "0:\tfrom all lookup local\n",
      "ip6-rule.txt": "0:\tfrom all lookup main\n",
      "ip6-route.txt": "default dev eth0 \n",
    });
    expect(snapshot.rules.ip).toMatchObject([{ action: { table: "local" } }]);
    expect(snapshot.rules.ip6).toMatchObject([{ action: { table: "main" } }]);
    expect(snapshot.routes).toMatchObject({ ip: null, ip6: [{ dst: { address: 0n } }] });
  });

  it("the table of a listing of one table", () => {
    const snapshot = read({ "ip-route.txt": ROUTES, "ip-route-table-11.txt": "default via 10.0.0.253 dev eth0 \n" });
    expect(snapshot.routes.ip?.map(({ table }) => table)).toEqual(["main", "main", "11"]);
  });

  it("the backend of tables that do not say", () => {
    const snapshot = read({
      "iptables-legacy-save.txt": TABLE,
      "iptables-nft-save.txt": TABLE,
      "ip6tables-save.txt": TABLE6,
    });
    expect(snapshot.tables.ip?.map(({ backend }) => backend)).toEqual(["legacy", "nft"]);
    expect(snapshot.tables.ip6).toMatchObject([{ backend: "unknown", family: "ip6" }]);
  });
});

describe("joining", () => {
  it("ip addr and ip link of one device", () => {
    for (const files of [
      { "ip-addr.txt": ADDR, "ip-link.txt": LINK },
      { "a-link.txt": LINK, "b-addr.txt": ADDR },
    ]) {
      expect(read(files).links).toMatchObject([
        {
          name: "eth0",
          kind: "veth",
          peer: "if7",
          addresses: [{ label: "eth0" }],
          details: ["    veth numtxqueues 1 "],
        },
      ]);
    }
  });

  it("says once what two files say", () => {
    const snapshot = read({
      "ip-route.txt": ROUTES,
      "ip-route.json":
        '[{"dst":"default","gateway":"10.0.0.254","dev":"eth0","flags":[]},{"dst":"10.9.0.0/16","dev":"eth0","flags":[]}]',
      "ip-neigh.txt": NEIGH,
      "neigh-again.txt": NEIGH,
      "conntrack.txt": FLOW,
      "nf_conntrack.txt": FLOW,
      "iptables-save.txt": TABLE,
      "iptables-save-c.txt": TABLE,
    });
    expect(snapshot.routes.ip?.map(({ dst }) => dst.length)).toEqual([0, 24, 16]);
    expect(snapshot.neighbours).toHaveLength(1);
    expect(snapshot.conntrack).toHaveLength(1);
    expect(snapshot.tables.ip).toHaveLength(1);
  });

  it("keeps what one file says twice", () => {
    expect(read({ "ip-rule.txt": "5:\tfrom all lookup main\n5:\tfrom all lookup main\n" }).rules.ip).toHaveLength(2);
  });

  it("takes the socket options from the listing that has them", () => {
    const full = `${SOCKET}\tinet-sockopt: ( is_icsk transparent)\n`;
    expect(read({ "ss.txt": SOCKET, "ss-options.txt": full }).sockets).toMatchObject([{ transparent: true }]);
    expect(read({ "ss-options.txt": full, "ss.txt": SOCKET }).sockets).toMatchObject([{ transparent: true }]);
  });

  it("lets later settings win", () => {
    const sysctls = read({ "sysctl.txt": "a.b = 1\na.c = 1\n", "sysctl-2.txt": "a.b = 2\n" }).sysctls;
    expect([...(sysctls ?? [])].map(([name, { value }]) => [name, value])).toEqual([
      ["a.b", "2"],
      ["a.c", "1"],
    ]);
  });

  it("leaves out a set without its members, unless another file lists them", () => {
    const terse = "Name: s\nType: hash:ip\nHeader: family inet\nNumber of entries: 1\n";
    const alone = read({ "ipset.txt": terse });
    expect(alone.sets).toEqual([]);
    expect(codes(alone)).toEqual(["terse-set"]);
    const both = read({ "ipset-save.txt": "create s hash:ip family inet\nadd s 1.2.3.4\n", "ipset-list.txt": terse });
    expect(both.sets).toMatchObject([{ elements: [{ text: "1.2.3.4" }] }]);
    expect(codes(both)).toEqual([]);
  });
});

describe("a page with commands and what they printed", () => {
  const PAGE = [
    "# How the node looks",
    "Some words first.",
    "```bash",
    "$ ip rule list",
    "9:\tfrom all fwmark 0x200/0xf00 lookup 2004",
    "root@node:~# ip route show table 11",
    "default via 10.0.0.253 dev eth2 proto kernel ",
    "[root@node ~]# ip -6 route",
    "default dev eth0 ",
    "```",
    "$ kubectl get pods",
    "a b c",
    "$ sudo iptables-legacy-save",
    "*filter",
    "-A FORWARD -j DROP",
    "COMMIT",
    "# ip neigh show dev eth7",
    "10.0.0.1 lladdr 02:aa:00:00:00:fe STALE ",
  ].join("\n");

  it("is read listing by listing, each line where it stands on the page", () => {
    const snapshot = read({ "page.txt": PAGE });
    expect(snapshot.files).toEqual([{ path: "page.txt", format: "ip-rule ip-route iptables-save ip-neigh" }]);
    expect(snapshot.rules.ip).toMatchObject([{ priority: 9, span: { file: "page.txt", line: 5 } }]);
    expect(snapshot.routes).toMatchObject({ ip: [{ table: "11", span: { line: 7 } }], ip6: [{ span: { line: 9 } }] });
    expect(snapshot.tables.ip).toMatchObject([{ backend: "legacy", rules: [{ line: 15 }] }]);
    expect(snapshot.neighbours).toMatchObject([{ dev: "eth7", span: { line: 18 } }]);
  });

  it("takes CRLF and a byte order mark", () => {
    const snapshot = read({ "page.txt": `\uFEFF${PAGE.replaceAll("\n", "\r\n")}` });
    expect(snapshot.rules.ip).toMatchObject([{ span: { line: 5 } }]);
    expect(snapshot.neighbours).toHaveLength(1);
  });
});

describe("a table of nft in two listings", () => {
  const text =
    'table netdev t {\n\tchain c {\n\t\ttype filter hook ingress device "eth0" priority 0;\n\t\taccept\n\t}\n}\n';
  const chain = { family: "netdev", table: "t", name: "c", type: "filter", hook: "ingress", prio: 0 };
  const rule = { family: "netdev", table: "t", chain: "c", expr: [{ accept: null }] };
  const json = JSON.stringify({ nftables: [{ table: { family: "netdev", name: "t" } }, { chain }, { rule }] });

  it("is as the text tells it, which leaves out less than JSON", () => {
    for (const files of [
      { "nft-ruleset.json": json, "nft-ruleset.txt": text },
      { "nft-ruleset.txt": text, "nft-ruleset.json": json },
    ]) {
      expect(read(files).nft).toMatchObject([{ chains: [{ base: { devices: ["eth0"] } }] }]);
    }
  });
});

describe("a file of an archive that tells the command", () => {
  const archived = (command: string, text: string): Snapshot =>
    parseSnapshot([{ path: "cmd/x.md", text, command }], { name: "node" });

  it("is read as that command's, whatever its name", () => {
    const snapshot = archived("ip -6 route show table 11", "default dev eth0 \n");
    expect(snapshot.routes.ip6).toMatchObject([{ table: "11", span: { file: "cmd/x.md", line: 1 } }]);
    expect(archived("conntrack -L", "\n").conntrack).toEqual([]);
    expect(archived("ss -u -n -a", "ESTAB 0 0 10.0.0.1:5353 10.0.0.2:53\n").sockets).toMatchObject([{ proto: "udp" }]);
  });

  it("takes the line ends of a terminal", () => {
    const snapshot = archived("iptables-nft-save -c", TABLE.replaceAll("\n", "\r\n"));
    expect(snapshot.tables.ip).toMatchObject([{ backend: "nft" }]);
    expect(codes(snapshot)).toEqual([]);
  });

  it("says nothing where the command failed; a setting stands for itself", () => {
    const failed = `${ROUTES}> Error while running 'ip -4 r':  exit status 2\n\n`;
    const snapshot = archived("ip -4 r", failed);
    expect(snapshot.routes.ip).toBeNull();
    expect(snapshot.diagnostics).toMatchObject([{ code: "command-failed", span: { line: 3 }, severity: "warning" }]);
    expect(archived("ip rule", "command terminated with exit code 1\r\n").rules.ip).toBeNull();
    const settings = archived(
      "sysctl -a",
      "net.ipv4.ip_forward = 1\n> Error while running 'sysctl -a':  exit status 1\n",
    );
    expect(settings.sysctls?.get("net.ipv4.ip_forward")?.value).toBe("1");
  });

  it("is left out where no parser reads what that command prints, even if it looks like something else", () => {
    const snapshot = archived("ip -d route show cache", ROUTES);
    expect([snapshot.routes.ip, codes(snapshot)]).toEqual([null, ["unknown-file"]]);
  });
});

describe("manifest.json", () => {
  it("is read whatever else it holds", () => {
    const text =
      '{"host":"n1","time":"2026-11-21","kernel":"6.18","tools":{"ip":"6.1","__proto__":"x"},"notes":["a","b"],"more":1}';
    const { manifest } = read({ "manifest.json": text });
    expect(manifest).toMatchObject({ host: "n1", time: "2026-11-21", kernel: "6.18", notes: ["a", "b"] });
    expect(manifest?.tools["ip"]).toBe("6.1");
  });

  it("is named where it is none", () => {
    expect(codes(read({ "manifest.json": "" }))).toEqual(["bad-manifest"]);
  });
});
