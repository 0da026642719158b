import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hookwalk, session, withFiles } from "./hookwalk.ts";

const SLAVE2 = ["-f", "test/nodes/calico-slave2", "-q"];
const SLAVE1 = ["-f", "test/nodes/calico-slave1", "-q"];
const TO_DATABASE = ["--src", "192.168.8.129", "--dst", "192.168.202.3", "--proto", "tcp", "--dport", "3306"];

/** A node whose dump has no ipset: what the rule says cannot be known. */
const FORKED = {
  "iptables-save.txt": `*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A FORWARD -m set --match-set friends src -j ACCEPT
-A FORWARD -p udp -m statistic --mode random --probability 0.25000000000 -j ACCEPT
COMMIT
`,
  "ip-addr.txt": `1: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default qlen 1000
    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff
    inet 10.0.0.1/24 scope global eth0
       valid_lft forever preferred_lft forever
2: eth1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default qlen 1000
    link/ether 02:00:00:00:00:02 brd ff:ff:ff:ff:ff:ff
    inet 10.1.0.1/24 scope global eth1
       valid_lft forever preferred_lft forever
`,
  "sysctl.txt": "net.ipv4.ip_forward = 1\n",
};
const FORWARDED = ["--iif", "eth0", "--src", "10.0.0.9", "--dst", "10.1.0.9:80", "--proto", "tcp"];

/** A service with two endpoints, as kube-proxy writes it. */
const SERVICE = {
  "iptables-save.txt": `*nat
:PREROUTING ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:KUBE-SERVICES - [0:0]
:KUBE-SVC-AAAA - [0:0]
:KUBE-SEP-BBBB - [0:0]
:KUBE-SEP-CCCC - [0:0]
:KUBE-MARK-MASQ - [0:0]
:KUBE-POSTROUTING - [0:0]
-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING
-A KUBE-SERVICES -d 10.96.0.10/32 -p tcp -m tcp --dport 80 -m comment --comment "shop/web cluster IP" -j KUBE-SVC-AAAA
-A KUBE-SVC-AAAA ! -s 10.1.0.0/16 -m comment --comment "shop/web cluster IP" -j KUBE-MARK-MASQ
-A KUBE-SVC-AAAA -m comment --comment "shop/web -> 10.1.0.5:8080" -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-BBBB
-A KUBE-SVC-AAAA -m comment --comment "shop/web -> 10.1.0.6:8080" -j KUBE-SEP-CCCC
-A KUBE-SEP-BBBB -p tcp -m tcp -j DNAT --to-destination 10.1.0.5:8080
-A KUBE-SEP-CCCC -p tcp -m tcp -j DNAT --to-destination 10.1.0.6:8080
-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000
-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0
-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE
COMMIT
`,
  "ip-addr.txt": FORKED["ip-addr.txt"],
  "sysctl.txt": FORKED["sysctl.txt"],
};

describe("hookwalk trace", () => {
  it.each([
    ["dropped", [...SLAVE2, "--iif", "eth0", ...TO_DATABASE]],
    ["dropped-in-detail", [...SLAVE2, "--iif", "eth0", ...TO_DATABASE, "-vv"]],
    ["dropped-in-chinese", [...SLAVE2, "--iif", "eth0", ...TO_DATABASE, "--lang", "zh"]],
    ["connection", [...SLAVE1, "--iif", "cali0ef24b1", ...TO_DATABASE, "--flow"]],
    ["dropped-json", [...SLAVE2, "--iif", "eth0", ...TO_DATABASE, "-o", "json"]],
  ])("prints what the golden %s shows", async (name, argv) => {
    await expect(session(["trace", ...argv])).toMatchFileSnapshot(`goldens/trace-${name}.txt`);
  });

  it("tells outcomes apart where the snapshot cannot decide, and exits 5", async () => {
    const told = withFiles(FORKED, (room) => session(["trace", "-f", room, ...FORWARDED]).replaceAll(room, "NODE"));
    await expect(told).toMatchFileSnapshot("goldens/trace-forked.txt");
  });

  it("shows what NAT makes of a connection, and how likely each endpoint is", async () => {
    const packet = ["--iif", "eth0", "--src", "10.0.0.9", "--dst", "10.96.0.10:80"];
    const told = withFiles(SERVICE, (room) =>
      session(["trace", "-f", room, ...packet, "--flow"]).replaceAll(room, "NODE"),
    );
    await expect(told).toMatchFileSnapshot("goldens/trace-service.txt");
  });

  it.each([
    ["no-route", ["--iif", "eth0", "--src", "10.0.0.9", "--dst", "172.16.0.1:80"]],
    ["martian", ["--iif", "eth0", "--src", "127.0.0.1", "--dst", "10.1.0.9:80"]],
    ["last-hop", ["--iif", "eth0", "--src", "10.0.0.9", "--dst", "10.1.0.9:80", "--ttl", "1"]],
  ])("says why a packet is lost without any rule: %s", async (name, argv) => {
    const told = withFiles(SERVICE, (room) => session(["trace", "-f", room, ...argv]).replaceAll(room, "NODE"));
    await expect(told).toMatchFileSnapshot(`goldens/trace-${name}.txt`);
  });

  it("does not take rules for empty that nobody can place", () => {
    const dump = "-A FORWARD -s 10.0.0.9/32 -j DROP\n";
    const { stdout, exitCode } = hookwalk(["trace", "-q", "-f", "-", ...FORWARDED], { stdin: dump });
    expect(exitCode).toBe(5);
    expect(stdout).toContain("IF NOT no IPv4 rules are loaded (nobody can say which table the rules are in)");
    expect(stdout).toContain("UNKNOWN: the rules of iptables are not in the snapshot");
    const beside = `*nat\n:PREROUTING ACCEPT [0:0]\nCOMMIT\n`;
    const some = hookwalk(["trace", "-q", "-f", "-", ...FORWARDED], { stdin: dump + beside });
    expect(some.stdout).toContain("assuming rules that stand before any table are not in use");
  });

  it("names the routing policy of the packet's own family", () => {
    const files = { ...FORKED, "ip6-rule.txt": "0:\tfrom all lookup local\n32766:\tfrom all lookup main\n" };
    withFiles(files, (node) => {
      const six = ["--iif", "eth0", "--src", "fd00::9", "--dst", "[fd00:1::9]:80"];
      expect(hookwalk(["trace", "-q", "-f", node, ...six]).stdout).not.toContain("routing policy");
      expect(hookwalk(["trace", "-q", "-f", node, ...FORWARDED]).stdout).toContain("(no ip rule dump)");
    });
  });

  it("asks after a device that the snapshot does not have", () => {
    const { stderr } = hookwalk(["trace", "-f", "test/nodes/calico-slave2", "--iif", "eht0", ...TO_DATABASE]);
    expect(stderr).toContain("this snapshot has no device “eht0”. Did you mean eth0?");
  });

  it("has an expectation hold in every outcome, else exits 1", () => {
    withFiles(FORKED, (room) => {
      const trace = ["trace", "-f", room, ...FORWARDED, "--expect"];
      expect(hookwalk([...trace, "accept"])).toMatchObject({
        exitCode: 1,
        stderr: "hookwalk: expected accept, got drop, accept\n",
      });
      expect(hookwalk([...trace, "drop"]).exitCode).toBe(1);
      expect(
        hookwalk(["trace", "-f", room, ...FORWARDED.slice(0, -3), "10.0.0.1:80", "--expect", "accept"]).exitCode,
      ).toBe(0);
    });
    const dropped = ["trace", ...SLAVE2, "--iif", "eth0", ...TO_DATABASE];
    expect(hookwalk([...dropped, "--expect", "drop"]).exitCode).toBe(0);
    expect(hookwalk(dropped).exitCode).toBe(0); // a drop is an answer
  });

  it("follows --ctstate, --ctmark, --mark and --at", () => {
    const established = hookwalk([
      "trace",
      ...SLAVE2,
      "--iif",
      "eth0",
      ...TO_DATABASE,
      "--ctstate",
      "established",
      "-j",
    ]);
    const answer: unknown = JSON.parse(established.stdout);
    expect(answer).toMatchObject({ outcomes: [{ verdict: "accept", ctstate: "established", oif: "cali0ef24b3" }] });
    const invalid = hookwalk(["trace", ...SLAVE2, "--iif", "eth0", ...TO_DATABASE, "--ctstate", "invalid"]);
    expect(invalid.stdout).toContain("filter/cali-FORWARD rule 2");
  });

  it("keeps addresses and marks as text in JSON, and one document whole", () => {
    const { stdout } = hookwalk(["trace", ...SLAVE1, "--iif", "cali0ef24b1", ...TO_DATABASE, "-o", "json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      apiVersion: "hookwalk.dev/v1",
      kind: "Trace",
      packet: { iif: "cali0ef24b1", src: "192.168.8.129", dport: 3306, proto: "tcp", mark: "0x0" },
      outcomes: [
        { verdict: "accept", delivery: "forward", oif: "eth0", mark: "0x5000000", ctmark: "0x0", probability: null },
      ],
      diagnostics: expect.any(Array) as unknown,
    });
  });

  it("writes the same as YAML", () => {
    const { stdout } = hookwalk(["trace", ...SLAVE2, "--iif", "eth0", ...TO_DATABASE, "-o", "yaml"]);
    expect(stdout).toMatch(/^---\napiVersion: hookwalk.dev\/v1\nkind: Trace\npacket:\n {2}iif: eth0\n/);
    expect(stdout).toContain('    mark: "0x0"\n');
  });

  it("speaks Chinese where the locale does", () => {
    const env = { LC_ALL: "zh_CN.UTF-8" };
    expect(hookwalk(["trace", ...SLAVE2, "--iif", "eth0", ...TO_DATABASE], { env }).stdout).toContain("丢弃");
    expect(hookwalk(["trace", "--lang", "en", ...SLAVE2, "--iif", "eth0", ...TO_DATABASE], { env }).stdout).toContain(
      "DROPPED",
    );
  });
});

describe("hookwalk trace --packets", () => {
  const line = { iif: "eth0", src: "192.168.8.129", dst: "192.168.202.3", dport: 3306 };

  it("answers line by line, in order, one object a line", () => {
    const lines = [line, { ...line, dport: 22, expect: "drop", name: "ssh" }].map((packet) => JSON.stringify(packet));
    const { stdout, exitCode } = hookwalk(["trace", ...SLAVE2, "--packets", "-", "-o", "jsonl"], {
      stdin: lines.join("\n"),
    });
    const answers = stdout
      .trimEnd()
      .split("\n")
      .map((text): unknown => JSON.parse(text));
    expect(answers).toMatchObject([{ packet: { dport: 3306 } }, { packet: { dport: 22 } }]);
    expect(exitCode).toBe(0);
  });

  it("says of a bad line what is wrong with it, and goes on", () => {
    const stdin = `{"iif":"eth0"}\nnot json\n${JSON.stringify(line)}\n`;
    const { stdout, exitCode } = hookwalk(["trace", ...SLAVE2, "--packets", "-", "-o", "jsonl"], { stdin });
    const answers = stdout
      .trimEnd()
      .split("\n")
      .map((text): unknown => JSON.parse(text));
    expect(answers).toMatchObject([
      { kind: "Error", span: { line: 1 }, problems: ["--src is missing", "--dst is missing", "--dport is missing"] },
      { kind: "Error", span: { line: 2 }, problems: ["not a JSON object"] },
      { kind: "Trace" },
    ]);
    expect(exitCode).toBe(3);
  });

  it.each([[["--iif", "eth0"]], [["--at", "input"]], [["--flow"]], [["--reply-iif", "eth0"]]])(
    "refuses %j beside the file, where nobody would hear it",
    (beside) => {
      const { stderr, exitCode } = hookwalk(["trace", ...SLAVE2, "--packets", "-", ...beside]);
      expect(exitCode).toBe(2);
      expect(stderr).toContain(`--packets and ${beside[0] ?? ""} exclude each other`);
    },
  );

  it("exits 1 where a line's own expectation does not hold", () => {
    const stdin = JSON.stringify({ ...line, expect: "accept" });
    expect(hookwalk(["trace", ...SLAVE2, "--packets", "-", "-o", "jsonl"], { stdin }).exitCode).toBe(1);
  });

  it.each(["calico-slave1", "calico-slave2", "cilium-tunnel"])("holds for every packet of %s", (node) => {
    const packets = join("test/nodes", node, "packets.jsonl");
    const { exitCode, stdout } = hookwalk([
      "trace",
      "-q",
      "-f",
      join("test/nodes", node),
      "--packets",
      packets,
      "-o",
      "jsonl",
    ]);
    expect(stdout).not.toContain('"kind":"Error"');
    expect(exitCode).toBe(0);
  });
});
