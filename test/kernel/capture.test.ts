import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bundle } from "../../scripts/build.mjs";
import { hookwalk } from "../cli/hookwalk.ts";
import { describeKernel } from "./require-kernel.ts";

/** A node with rules of both backends, sets of every kind of range, policy routing, a flow, a socket, and names to hide. */
const NODE = `
sysctl -qw net.ipv4.ip_forward=1
ip link set lo up
ip link add eth0 address 02:11:22:33:44:55 type ifb
ip link add eth1 type ifb
ip link set eth1 alias "uplink of rack seven"
for device in eth0 eth1; do ip link set $device up; done
ip addr add 198.51.100.17/24 brd + dev eth0
ip addr add 10.77.3.1/20 dev eth1
ip -6 addr add 2001:db8:77::1/64 dev eth0 nodad
ip route add default via 198.51.100.254
ip rule add fwmark 0x200/0xf00 lookup 2004 prio 9
ip route add local default dev lo table 2004
ip neigh add 198.51.100.254 dev eth0 lladdr 02:aa:bb:cc:dd:ee
ipset create friends hash:net
ipset add friends 10.77.8.0/21
ipset add friends 203.0.113.9
ipset create block hash:ip netmask 24
ipset add block 203.0.114.77
ipset create desks bitmap:ip range 10.77.3.0-10.77.3.255
ipset add desks 10.77.3.40
iptables-legacy -P FORWARD DROP
iptables-legacy -A FORWARD -m set --match-set friends src -m comment --comment "shop/web:http cluster IP" -j ACCEPT
iptables-legacy -A FORWARD -m iprange --src-range 203.0.113.5-203.0.115.250 -m set --match-set block src -j DROP
iptables-legacy -A FORWARD -m set --match-set desks dst -m conntrack --ctstate NEW -j LOG --log-prefix "secret-team: "
iptables-legacy -A FORWARD -d 10.77.0.0/20 -p tcp --dport 8080 -j ACCEPT
iptables-nft -t nat -A PREROUTING -d 198.51.100.17 -p tcp --dport 80 -m comment --comment acme -j DNAT --to-destination 10.77.3.40:8080
iptables-nft -t nat -A POSTROUTING -s 10.77.0.0/20 ! -d 10.77.0.0/20 -j MASQUERADE
ip6tables-nft -A INPUT -s 2001:db8:77::9 -j DROP
conntrack -I -p tcp -s 203.0.113.77 -d 198.51.100.17 --sport 5 --dport 443 -r 10.77.3.40 -q 203.0.113.77 \\
  --reply-port-src 8443 --reply-port-dst 5 --state ESTABLISHED -t 100 -u ASSURED,SEEN_REPLY 2>/dev/null
`;

/** A packet each that the rules above treat in another way. */
const PACKETS: readonly (readonly [src: string, dst: string, iif: string, dport: string])[] = [
  ["203.0.113.9", "198.51.100.17", "eth0", "80"],
  ["203.0.113.10", "198.51.100.17", "eth0", "80"],
  ["203.0.114.200", "198.51.100.17", "eth0", "80"],
  ["203.0.115.251", "10.77.3.40", "eth0", "22"],
  ["10.77.9.1", "8.8.8.8", "eth1", "53"],
  ["10.77.3.40", "8.8.8.8", "eth1", "53"],
  ["203.0.113.77", "198.51.100.17", "eth0", "443"],
  ["2001:db8:77::9", "2001:db8:77::1", "eth0", "22"],
  ["2001:db8:77::a", "2001:db8:77::1", "eth0", "22"],
];

const SECRETS = [
  /198\.51\.100|203\.0\.11[345]|10\.77\./,
  /2001:db8/,
  /11:22:33|bb:cc:dd/i,
  /shop|web:http|acme|secret|\brack\b|seven/,
];

describeKernel("a captured node", () => {
  let room = "";
  const plain = (): string => join(room, "plain");
  const hidden = (): string => join(room, "hidden");

  beforeAll(async () => {
    await bundle();
    room = mkdtempSync(join(tmpdir(), "hookwalk-capture-"));
    const run = `'${process.execPath}' packages/cli/bin/hookwalk.js capture`;
    // Sets that no rule tests carry the packets' addresses along: what they become stands there.
    const addresses = [...new Set(PACKETS.flatMap(([src, dst]) => [src, dst]))];
    const carry = [
      "ipset create carried hash:ip",
      "ipset create carried6 hash:ip family inet6",
      ...addresses.map((text) => `ipset add ${text.includes(":") ? "carried6" : "carried"} ${text}`),
    ].join("\n");
    const script = [
      `set -e${NODE}${carry}`,
      `${run} -q -o ${plain()}`,
      `${run} -q --redact -o ${hidden()}`,
      `${run} -q --redact -o ${room}/hidden.tar.gz`,
    ].join("\n");
    const { status, stderr } = spawnSync("unshare", ["-n", "bash", "-c", script], { encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
  });

  afterAll(() => {
    rmSync(room, { recursive: true, force: true });
  });

  it("is a snapshot of every listing, for its owner's eyes", () => {
    const files = readdirSync(plain());
    for (const name of [
      "iptables-legacy-save.txt",
      "ip6tables-nft-save.txt",
      "ipset-save.txt",
      "ip6-rule.txt",
      "ss.txt",
    ])
      expect(files).toContain(name);
    expect(statSync(join(plain(), "conntrack.txt")).mode & 0o777).toBe(0o600);
    const manifest = JSON.parse(readFileSync(join(plain(), "manifest.json"), "utf8")) as unknown;
    expect(manifest).toMatchObject({ host: hostname(), redacted: false });
    expect(readFileSync(join(plain(), "sysctl.txt"), "utf8")).not.toMatch(/^(?!net\.).|stable_secret/m);
    const { stdout, stderr } = hookwalk(["show", "-f", plain(), "-o", "stats"]);
    expect(stderr).toBe("");
    expect(stdout).toMatch(/rules +7\n/);
  });

  it("walks as the node did", () => {
    expect(walk(plain(), PACKETS).map(({ verdict }) => verdict)).toEqual([
      "accept",
      "accept",
      "drop",
      "drop",
      "accept",
      "drop",
      "drop",
      "drop",
      "accept",
    ]);
  });

  it("hides everything, in every file, and says in no file how", () => {
    for (const name of readdirSync(hidden())) {
      const text = readFileSync(join(hidden(), name), "utf8");
      for (const secret of SECRETS) expect(text, name).not.toMatch(secret);
    }
    expect(readFileSync(join(hidden(), "manifest.json"), "utf8")).not.toContain(`"${hostname()}"`);
  });

  it("walks the same when it is redacted", () => {
    const members = (snapshot: string): readonly string[] => {
      const text = readFileSync(join(snapshot, "ipset-save.txt"), "utf8");
      return [...text.matchAll(/^add carried6? (\S+)/gm)].map(([, address = ""]) => address);
    };
    const before = members(plain());
    const became = new Map(members(hidden()).map((address, index) => [before[index] ?? "", address]));
    const packets = PACKETS.map(
      ([src, dst, iif, dport]) => [became.get(src) ?? "", became.get(dst) ?? "", iif, dport] as const,
    );
    expect(walk(hidden(), packets)).toEqual(walk(plain(), PACKETS));
  });

  it("is another one each time: no key is kept", () => {
    const again = hookwalk(["show", "-f", join(room, "hidden.tar.gz"), "-o", "ipset"]).stdout;
    expect(again).toMatch(/^add carried /m);
    expect(again).not.toBe(hookwalk(["show", "-f", hidden(), "-o", "ipset"]).stdout);
  });
});

interface Walked {
  readonly verdict: string;
  readonly rules: readonly string[];
}

/** The verdict of each packet and the rules that it matched. */
function walk(snapshot: string, packets: typeof PACKETS): readonly Walked[] {
  const lines = packets.map(([src, dst, iif, dport]) =>
    JSON.stringify({ iif, src, dst, proto: "tcp", sport: 5, dport: Number(dport), flags: "S" }),
  );
  const { stdout, stderr } = hookwalk(["trace", "-f", snapshot, "--packets", "-", "-o", "jsonl", "-q"], {
    stdin: `${lines.join("\n")}\n`,
  });
  expect(stderr).toBe("");
  const traces = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Trace);
  return traces.map(({ outcomes: [outcome] }) => ({
    verdict: outcome?.verdict ?? "",
    rules: outcome?.steps.map(({ kind, table, chain, rule }) => [kind, table, chain, rule].join(" ")) ?? [],
  }));
}

interface Trace {
  readonly outcomes: readonly {
    readonly verdict: string;
    readonly steps: readonly { kind: string; table?: string; chain?: string; rule?: number }[];
  }[];
}
