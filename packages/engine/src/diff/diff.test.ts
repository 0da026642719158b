import { describe, expect, it } from "vitest";
import { parseSnapshot } from "../parse/bundle/parse-snapshot.ts";
import type { Edit } from "./compare.ts";
import { diffSnapshots } from "./diff.ts";

type Files = Readonly<Record<string, string>>;

function filesOf(files: Files): Parameters<typeof parseSnapshot>[0] {
  return Object.entries(files).map(([path, text]) => ({ path, text }));
}

function editText({ kind, from, to }: Edit): string {
  const { number, text } = to ?? from;
  return [kind, number, text].filter((part) => part !== null).join(" ");
}

/** `iptables filter/INPUT: added 1 -j DROP`, line by line. */
function differences(a: Files, b: Files): readonly string[] {
  const [before, after] = [a, b].map((files) => parseSnapshot(filesOf(files), { name: "node" }));
  if (before === undefined || after === undefined) throw new Error("two snapshots");
  const { aspects, notCompared } = diffSnapshots(before, after);
  return [
    ...aspects.flatMap(({ aspect, sections }) =>
      sections.flatMap(({ name, edits }) => edits.map((edit) => `${aspect} ${name}: ${editText(edit)}`)),
    ),
    ...notCompared.map(({ aspect, missingIn }) => `${aspect}: missing in ${missingIn}`),
  ];
}

const save = (...rules: readonly string[]): Files => ({
  "iptables-save.txt": `*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:X - [0:0]\n${rules.map((rule) => `${rule}\n`).join("")}COMMIT\n`,
});

describe("diffSnapshots", () => {
  it("names a rule that came, went or moved, with its number", () => {
    const a = save("-A X -s 10.0.0.1/32 -j ACCEPT", "-A X -s 10.0.0.2/32 -j ACCEPT", "-A X -s 10.0.0.3/32 -j DROP");
    expect(differences(a, a)).toEqual([]);
    expect(differences(a, save("-A X -s 10.0.0.1/32 -j ACCEPT", "-A X -s 10.0.0.3/32 -j DROP"))).toEqual([
      "iptables filter/X: removed 2 -s 10.0.0.2/32 -j ACCEPT",
    ]);
    const moved = save("-A X -s 10.0.0.3/32 -j DROP", "-A X -s 10.0.0.1/32 -j ACCEPT", "-A X -s 10.0.0.2/32 -j ACCEPT");
    expect(differences(a, moved)).toEqual(["iptables filter/X: moved 1 -s 10.0.0.3/32 -j DROP"]);
    expect(differences(a, save("-A X -s 10.0.0.1/32 -j ACCEPT", "-A X -s 10.0.0.2/31 -j ACCEPT"))).toEqual([
      "iptables filter/X: removed 2 -s 10.0.0.2/32 -j ACCEPT",
      "iptables filter/X: removed 3 -s 10.0.0.3/32 -j DROP",
      "iptables filter/X: added 2 -s 10.0.0.2/31 -j ACCEPT",
    ]);
  });

  it("does not care for counters, spelling and the order of chains", () => {
    const a = {
      "iptables-save.txt": "*filter\n:INPUT ACCEPT [1:2]\n:A - [0:0]\n:B - [0:0]\n-A A -j MARK --or-mark 0x4\nCOMMIT\n",
    };
    const b = {
      "iptables-save.txt": "*filter\n:B - [0:0]\n:A - [0:0]\n[7:9] -A A -j MARK --set-xmark 0x4/0x4\nCOMMIT\n",
    };
    expect(differences(a, b)).toEqual([]);
  });

  it("tells a chain that is gone, and a policy", () => {
    const a = { "iptables-save.txt": "*filter\n:INPUT ACCEPT [0:0]\n:A - [0:0]\n-A A -j DROP\nCOMMIT\n" };
    const b = { "iptables-save.txt": "*filter\n:INPUT DROP [0:0]\nCOMMIT\n" };
    expect(differences(a, b)).toEqual([
      "iptables filter/INPUT: removed -P INPUT ACCEPT",
      "iptables filter/INPUT: added -P INPUT DROP",
      "iptables filter/A: removed -N A",
      "iptables filter/A: removed 1 -j DROP",
    ]);
  });

  it("compares nft part by part", () => {
    const nft = (elements: string, policy: string, rule: string): Files => ({
      "nft-ruleset.txt": `table inet t {\n\tset s {\n\t\ttype ipv4_addr\n\t\tflags timeout\n\t\telements = { ${elements} }\n\t}\n\n\tchain c {\n\t\ttype filter hook input priority filter; policy ${policy};\n\t\t${rule}\n\t}\n}\n`,
    });
    const a = nft("10.0.0.1 timeout 1h expires 5m, 10.0.0.2", "accept", "ip saddr @s counter packets 1 bytes 2 drop");
    const same = nft(
      "10.0.0.2, 10.0.0.1 timeout 1h expires 4m",
      "accept",
      "ip saddr @s counter packets 9 bytes 9 drop",
    );
    expect(differences(a, same)).toEqual([]);
    expect(differences(a, nft("10.0.0.2, 10.0.0.3", "drop", "ip daddr @s counter packets 0 bytes 0 drop"))).toEqual([
      "nft inet t/c: removed chain c { type filter hook input priority filter; policy accept; }",
      "nft inet t/c: removed 1 ip saddr @s counter drop",
      "nft inet t/c: added chain c { type filter hook input priority filter; policy drop; }",
      "nft inet t/c: added 1 ip daddr @s counter drop",
      "nft inet t @s: removed 10.0.0.1 timeout 1h",
      "nft inet t @s: added 10.0.0.3",
    ]);
  });

  it("compares sets, routing, devices and settings", () => {
    const a = {
      "ipset-save.txt": "create s hash:ip family inet hashsize 64 maxelem 65536 timeout 60\nadd s 10.0.0.1 timeout 7\n",
      "ip-rule.txt": "0:\tfrom all lookup local\n9:\tfrom all fwmark 0x200/0xf00 lookup 2004\n",
      "ip-route.txt": "default via 10.0.0.254 dev eth0\nlocal default dev lo table 2004 scope host\n",
      "ip-addr.txt":
        "2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc fq state UP group default qlen 1000\n    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff\n    inet 10.0.0.5/24 brd 10.0.0.255 scope global eth0\n       valid_lft 100sec preferred_lft 100sec\n",
      "sysctl.txt": "net.ipv4.ip_forward = 1\nnet.ipv4.tcp_rmem = 1 2 3\n",
    };
    const b = {
      "ipset-save.txt":
        "create s hash:ip family inet hashsize 1024 maxelem 65536 timeout 60\nadd s 10.0.0.2 timeout 7\n",
      "ip-rule.txt": "0:\tfrom all lookup local\n",
      "ip-route.txt": "default via 10.0.0.253 dev eth0\n",
      "ip-addr.txt":
        "7: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 9000 qdisc noqueue state UP group default qlen 1000\n    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff\n    inet 10.0.0.5/24 brd 10.0.0.255 scope global eth0\n       valid_lft 3sec preferred_lft 3sec\n",
      "sysctl.txt": "net.ipv4.ip_forward = 0\n",
    };
    expect(differences(a, a)).toEqual([]);
    expect(differences(a, b)).toEqual([
      "ipset s: removed 10.0.0.1",
      "ipset s: added 10.0.0.2",
      "ip rule all: removed 9: from all fwmark 0x200/0xf00 lookup 2004",
      "ip route table main: removed default via 10.0.0.254 dev eth0",
      "ip route table main: added default via 10.0.0.253 dev eth0",
      "ip route table 2004: removed local default dev lo scope host",
      "ip addr eth0: removed mtu 1500",
      "ip addr eth0: added mtu 9000",
      "sysctl net.ipv4.ip_forward: removed 1",
      "sysctl net.ipv4.ip_forward: added 0",
    ]);
  });

  it("does not compare what one side has not listed", () => {
    expect(differences(save(), { ...save(), "ip-rule.txt": "0:\tfrom all lookup local\n" })).toEqual([
      "ip rule: missing in a",
    ]);
  });

  it("finds one rule among many", () => {
    const rules = Array.from(
      { length: 20_000 },
      (_, n) => `-A X -s 10.${String(n >> 8)}.${String(n & 255)}.1/32 -j ACCEPT`,
    );
    expect(differences(save(...rules), save(...rules.toSpliced(777, 1)))).toEqual([
      "iptables filter/X: removed 778 -s 10.3.9.1/32 -j ACCEPT",
    ]);
  });
});
