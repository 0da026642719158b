import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { afterEach, expect, it } from "vitest";
import { parsePacketOptions, parseSnapshot } from "@hookwalk/engine";
import { createLab } from "../../packages/cli/src/lab/lab.ts";
import type { Lab, LabOptions } from "../../packages/cli/src/lab/lab.ts";
import { printObservation } from "../../packages/cli/src/lab/observation.ts";
import { describeKernel } from "./require-kernel.ts";

const TOPOLOGY = new URL("../cases/default-topology/", import.meta.url);
const labs: Lab[] = [];

afterEach(() => {
  for (const lab of labs.splice(0)) lab.close();
});

/** The default topology with some of its files replaced. */
async function lab(files: Readonly<Record<string, string>>, options: LabOptions = {}): Promise<Lab> {
  const defaults = readdirSync(TOPOLOGY).map((path) => ({ path, text: readFileSync(new URL(path, TOPOLOGY), "utf8") }));
  const own = Object.entries(files).map(([path, text]) => ({ path, text }));
  const snapshot = parseSnapshot([...defaults.filter(({ path }) => !(path in files)), ...own], { name: "lab" });
  const built = await createLab(snapshot, options);
  labs.push(built);
  expect(built.notes).toEqual([]);
  return built;
}

function send(to: Lab, options: Readonly<Record<string, unknown>>): readonly string[] {
  const { value, problems } = parsePacketOptions({
    iif: "iif" in options || "local" in options ? options["iif"] : "eth0",
    ...options,
  });
  if (value === null) throw new Error(problems.map((problem) => problem.message).join());
  return printObservation(to.send(value.packet, value.arrival));
}

const FORWARDED = { src: "10.0.0.9", dst: "10.1.0.9", dport: 80 };
const LEFT = "=> accept forward eth1 tcp 10.0.0.9:40000 > 10.1.0.9:80 ttl 63";

const FILTER = "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n";
const MANGLE =
  "*mangle\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n";

const NAT = "*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n";

describeKernel("a lab", () => {
  it("forwards, delivers and sends without any rule", async () => {
    const built = await lab({});
    expect(send(built, FORWARDED)).toEqual([LEFT]);
    expect(send(built, { ...FORWARDED, dst: "10.2.0.1" })).toEqual([
      "=> accept local tcp 10.0.0.9:40000 > 10.2.0.1:80 ttl 64",
    ]);
    expect(send(built, { local: true, src: "10.1.0.1", dst: "198.51.100.1", dport: 80 })).toEqual([
      "=> accept sent eth2 tcp 10.1.0.1:40000 > 198.51.100.1:80 ttl 64",
    ]);
    expect(send(built, { src: "fd00::9", dst: "fd00:1::9", dport: 80 })).toEqual([
      "=> accept forward eth1 tcp [fd00::9]:40000 > [fd00:1::9]:80 ttl 63",
    ]);
  });

  it("gives packets any mark, type and source address before the first hook", async () => {
    const rules = `${FILTER}-A FORWARD -m mark --mark 0x80000001 -m mac --mac-source 02:11:22:33:44:55\nCOMMIT\n`;
    const built = await lab({ "iptables-save.txt": rules });
    expect(send(built, { ...FORWARDED, mark: 0x80000001, smac: "02:11:22:33:44:55" })).toEqual([
      "filter FORWARD 1 mark 0x80000001",
      "filter FORWARD policy mark 0x80000001",
      `${LEFT} mark 0x80000001`,
    ]);
    expect(send(built, { ...FORWARDED, mark: 1, smac: "02:11:22:33:44:55" })[0]).toBe("filter FORWARD policy mark 0x1");
    for (const pktType of ["broadcast", "multicast", "otherhost"])
      expect(send(built, { ...FORWARDED, pktType })).toEqual(["=> drop none"]);
  });

  it("sends local packets with an owner and a mark", async () => {
    const rules = `${FILTER}-A OUTPUT -m owner --uid-owner 1234 --gid-owner 55\n-A OUTPUT -m owner --uid-owner 0\nCOMMIT\n`;
    const built = await lab({ "iptables-save.txt": rules });
    const local = { local: true, src: "10.1.0.1", dst: "10.1.0.9", dport: 80, mark: 5 };
    expect(send(built, { ...local, uid: 1234, gid: 55 })[0]).toBe("filter OUTPUT 1 mark 0x5");
    expect(send(built, local)[0]).toBe("filter OUTPUT 2 mark 0x5");
  });

  it("shows flows and empties their table", async () => {
    const rules = `${FILTER}-A FORWARD -m conntrack --ctstate NEW\nCOMMIT\n${MANGLE}-A FORWARD -j CONNMARK --set-mark 0x77\nCOMMIT\n`;
    const built = await lab({ "iptables-save.txt": rules });
    const reply = { iif: "eth1", src: "10.1.0.9:80", dst: "10.0.0.9:40000", flags: "SA" };
    expect(send(built, FORWARDED).at(-1)).toBe(`${LEFT} ct new ctmark 0x77`);
    expect(send(built, reply).at(-1)).toMatch(/ct established ctmark 0x77$/);
    built.flushConntrack();
    expect(send(built, { ...FORWARDED, flags: "A" }).at(-1)).toMatch(/ct new ctmark 0x77$/);
  });

  it("starts with the flows of the snapshot, translated ones too", async () => {
    const flow =
      "tcp      6 431999 ESTABLISHED src=10.0.0.9 dst=203.0.113.5 sport=40000 dport=80 src=10.1.0.9 dst=10.1.0.1 sport=8080 dport=2000 [ASSURED] mark=85 use=1\n";
    const rules = `${FILTER}-A FORWARD -m conntrack --ctstate ESTABLISHED\nCOMMIT\n${NAT}-A POSTROUTING -j MASQUERADE\nCOMMIT\n`;
    const built = await lab({ "conntrack.txt": flow, "iptables-save.txt": rules });
    expect(send(built, { ...FORWARDED, dst: "203.0.113.5", flags: "A" })).toEqual([
      "filter FORWARD 1",
      "filter FORWARD policy",
      "=> accept forward eth1 tcp 10.1.0.1:2000 > 10.1.0.9:8080 ttl 63 ct established ctmark 0x55",
    ]);
  });

  it("opens the sockets of the snapshot", async () => {
    const sockets = [
      "Netid State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process",
      "tcp   LISTEN 0      128        127.0.0.1:9000      0.0.0.0:*",
      "\tinet-sockopt: ( is_icsk mc_loop transparent mc_all)",
      "tcp   ESTAB  0      0          10.0.0.1:22         10.0.0.9:40000",
    ];
    const rules = `${MANGLE}-A PREROUTING -p tcp -m socket --nowildcard -j MARK --set-mark 0x1\n-A PREROUTING -p tcp --dport 81 -j TPROXY --on-port 9000 --on-ip 127.0.0.1 --tproxy-mark 0x200/0xffffffff\nCOMMIT\n`;
    const built = await lab({ "ss.txt": `${sockets.join("\n")}\n`, "iptables-save.txt": rules });
    expect(send(built, { src: "10.0.0.9", dst: "10.0.0.1", dport: 22, flags: "A" })[0]).toBe(
      "mangle PREROUTING 1 mark 0x1",
    );
    expect(send(built, { ...FORWARDED, dport: 81 })[0]).toBe("mangle PREROUTING 2 mark 0x200");
    expect(send(built, FORWARDED)[0]).toBe("mangle PREROUTING policy");
  });

  it("has both ends of a veth pair, and an address on a device that is down", async () => {
    const addresses = `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc fq_codel state UP group default qlen 1000
    link/ether 02:00:00:00:00:10 brd ff:ff:ff:ff:ff:ff
    inet 10.0.0.1/24 scope global eth0
3: cilium_net@cilium_host: <BROADCAST,MULTICAST,NOARP,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default qlen 1000
    link/ether 02:00:00:00:00:11 brd ff:ff:ff:ff:ff:ff
4: cilium_host@cilium_net: <BROADCAST,MULTICAST,NOARP,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default qlen 1000
    link/ether 02:00:00:00:00:12 brd ff:ff:ff:ff:ff:ff
    inet 10.1.0.1/24 scope global cilium_host
5: kube-ipvs0: <BROADCAST,NOARP> mtu 1500 qdisc noop state DOWN group default
    link/ether 02:00:00:00:00:13 brd ff:ff:ff:ff:ff:ff
    inet 10.96.0.10/32 scope global kube-ipvs0
`;
    const built = await lab({
      "ip-addr.txt": addresses,
      "ip-route.txt": "10.0.0.0/24 dev eth0 scope link\n10.1.0.0/24 dev cilium_host scope link\n",
      "ip6-route.txt": "",
      "sysctl.txt": "net.ipv4.ip_forward = 1\n",
    });
    expect(send(built, { ...FORWARDED, dst: "10.96.0.10" })).toEqual([
      "=> accept local tcp 10.0.0.9:40000 > 10.96.0.10:80 ttl 64",
    ]);
    expect(send(built, { ...FORWARDED, iif: "cilium_host", src: "10.1.0.9", dst: "10.0.0.9" })).toEqual([
      "=> accept forward eth0 tcp 10.1.0.9:40000 > 10.0.0.9:80 ttl 63",
    ]);
  });

  it.each(["legacy", "nft"] as const)("replaces rules of %s, and numbers them anew", async (backend) => {
    const rules = (lines: string): LabOptions["rules"] => [
      { family: "ip", backend, text: `${FILTER}${lines}COMMIT\n` },
    ];
    const built = await lab({}, { rules: rules("-A FORWARD -p udp\n-A FORWARD -p tcp\n") ?? [] });
    expect(send(built, FORWARDED)[0]).toBe("filter FORWARD 2");
    built.replaceRules(rules("-A FORWARD -j DROP\n") ?? []);
    expect(send(built, FORWARDED)).toEqual(["filter FORWARD 1", "=> drop none"]);
  });

  it("waits for what is late, and says where it came too late", async () => {
    const built = await lab({});
    const toItself = { local: true, src: "10.1.0.1", dst: "10.2.0.1", dport: 80 };
    const delivered = ["=> accept local tcp 10.1.0.1:40000 > 10.2.0.1:80 ttl 64"];
    // Of tokens for some 120 bytes the third packet has none left, and waits for its own 54.
    const slowedTo = (rate: string): void => {
      built.run(["tc", "qdisc", "replace", "dev", "lo", "root", "tbf", "rate", rate, "burst", "120b", "latency", "9s"]);
    };
    slowedTo("16kbit");
    for (let count = 0; count < 5; count++) expect(send(built, toItself)).toEqual(delivered);
    slowedTo("1kbit");
    const hurried = (): void => {
      for (let count = 0; count < 4; count++) send(built, toItself);
      built.run(["sleep", "1"]);
      send(built, toItself);
    };
    expect(hurried).toThrow("the kernel was late");
  });

  it("says what this kernel cannot rebuild, and what cannot be loaded", async () => {
    const snapshot = parseSnapshot([{ path: "ip-route.txt", text: "10.9.0.0/16 via 192.0.2.1 dev eth0 \n" }], {
      name: "lab",
    });
    const built = await createLab(snapshot);
    labs.push(built);
    expect(built.notes.join()).toContain("invalid gateway");
    await expect(
      lab({ "iptables-save.txt": `${FILTER}-A FORWARD -m set --match-set nowhere src\nCOMMIT\n` }),
    ).rejects.toThrow(/nowhere/);
  });

  it("leaves the thread where it was, and nothing open", async () => {
    const home = readlinkSync("/proc/thread-self/ns/net");
    const open = (): number => readdirSync("/proc/self/fd").length;
    const before = open();
    const built = await lab({});
    send(built, FORWARDED);
    send(built, { local: true, src: "10.1.0.1", dst: "10.1.0.9", dport: 80 });
    expect(readlinkSync("/proc/thread-self/ns/net")).toBe(home);
    labs.splice(0);
    built.close();
    expect(open()).toBe(before);
  });
});
