import { describe, expect, it } from "vitest";
import { compileProgram } from "../../compile/program.ts";
import { parseSnapshot } from "../../parse/bundle/parse-snapshot.ts";
import { parsePacketOptions } from "../../parse/packet/packet.ts";
import type { Program } from "../../program/program.ts";
import { walkFlow } from "../flow.ts";
import type { Outcome, Trace } from "../trace.ts";
import { walkPacket } from "../walk.ts";

type Files = Readonly<Record<string, string>>;
type Fields = Readonly<Record<string, unknown>>;

const NODE: Files = {
  "ip-addr.txt": `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default
    inet 127.0.0.1/8 scope host lo
2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default
    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff
    inet 10.0.0.1/24 scope global eth0
3: eth1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default
    link/ether 02:00:00:00:00:02 brd ff:ff:ff:ff:ff:ff
    inet 10.1.0.1/24 scope global eth1
`,
  "ip-route.txt": "10.0.0.0/24 dev eth0 proto kernel scope link\n10.1.0.0/24 dev eth1 proto kernel scope link\n",
  "ip-rule.txt": "0:\tfrom all lookup local\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n",
  "sysctl.txt": "net.ipv4.ip_forward = 1\nnet.ipv4.vs.conntrack = 1\n",
  "iptables-save.txt":
    "*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -j MASQUERADE\nCOMMIT\n",
};
const KUBE_IPVS =
  "4: kube-ipvs0: <BROADCAST,NOARP> mtu 1500 qdisc noop state DOWN group default\n    inet 10.96.0.1/32 scope global kube-ipvs0\n";

function programOf(files: Files): Program {
  const texts = Object.entries({ ...NODE, ...files }).map(([path, text]) => ({ path, text }));
  return compileProgram(parseSnapshot(texts, { name: "test" }));
}

function injection(fields: Fields): Pick<Trace, "packet" | "arrival"> {
  const { value, problems } = parsePacketOptions({ ...CLIENT, ...fields });
  if (value === null) throw new Error(JSON.stringify(problems));
  return value;
}

const CLIENT: Fields = { iif: "eth0", src: "10.0.0.9", dst: "10.0.0.1", proto: "tcp", dport: 80 };

function walk(files: Files, fields: Fields = {}): readonly Outcome[] {
  const { packet, arrival } = injection(fields);
  return walkPacket(programOf(files), packet, arrival).outcomes;
}

function services(...lines: readonly string[]): Files {
  return { "ipvsadm-save.txt": lines.map((line) => `${line}\n`).join("") };
}

const TWO = ["-a -t 10.0.0.1:80 -r 10.1.0.5:80 -m -w 3", "-a -t 10.0.0.1:80 -r 10.1.0.6:80 -m -w 1"];

describe("scheduling", () => {
  it.each([
    ["rr", [0.5, 0.5]],
    ["wrr", [0.75, 0.25]],
    ["wlc", [null, null]],
    ["sh", [null, null]],
    ["rr -p 300", [null, null]],
  ])("%s: the chance of each server, where the long run tells it", (scheduler, chances) => {
    const outcomes = walk(services(`-A -t 10.0.0.1:80 -s ${scheduler}`, ...TWO));
    expect(outcomes.map(({ probability }) => probability)).toEqual(chances);
    expect(outcomes.map(({ packet }) => packet.dst)).toEqual([0x0a01_0005, 0x0a01_0006]);
  });

  it("names what it cannot resolve, and the service that a packet may be for", () => {
    const listing = services("-A -t vip:80 -s rr", "-a -t vip:80 -r web-1:80 -m -w 1");
    const outcomes = walk(listing);
    expect(outcomes.map(({ verdict, conditions }) => [verdict, conditions[0]?.assumed])).toEqual([
      ["accept", false],
      ["unknown", true],
    ]);
    expect(outcomes[1]?.steps.at(-1)).toEqual({ kind: "note", what: "nobody can say which address web-1:80 is" });
  });

  it("knows FTP's data and services of any port", () => {
    const listing = services(
      "-A -t 10.0.0.1:21 -s rr",
      "-a -t 10.0.0.1:21 -r 10.1.0.5:21 -m -w 1",
      "-A -t 10.1.0.1:0 -s rr -p 300",
      "-a -t 10.1.0.1:0 -r 10.1.0.6:0 -m -w 1",
      "-A -u 10.0.0.1:0 -s rr",
      "-a -u 10.0.0.1:0 -r 10.1.0.6:0 -m -w 1",
    );
    // Not the control connection, and no connection that it opened: passed by.
    expect(walk(listing, { dport: 4000 })).toMatchObject([{ verdict: "accept", delivery: "local" }]);
    expect(walk(listing, { dst: "10.1.0.1", dport: 4000 })).toMatchObject([
      { verdict: "accept", delivery: "forward", packet: { dst: 0x0a01_0006, dport: 4000 } },
    ]);
    // Without persistence the kernel refuses such a service (ip_vs_schedule).
    expect(walk(listing, { proto: "udp", dport: 4000 })).toMatchObject([{ verdict: "drop", reason: "ipvs" }]);
  });
});

describe("a connection", () => {
  it("is carried along: the answer comes from the service, the third packet goes to the same server", () => {
    const program = programOf(services("-A -t 10.0.0.1:80 -s rr", ...TWO));
    const { packet, arrival } = injection({});
    const { packets } = walkFlow(program, packet, arrival);
    const ends = packets.map(({ trace }) => trace.outcomes.map((outcome) => [outcome.packet.src, outcome.packet.dst]));
    expect(ends).toEqual([
      [
        [0x0a01_0001, 0x0a01_0005],
        [0x0a01_0001, 0x0a01_0006],
      ],
      [[0x0a00_0001, 0x0a00_0009]],
      [[0x0a01_0001, 0x0a01_0005]],
    ]);
  });
});

describe("ICMP errors", () => {
  const listing = services("-A -t 10.0.0.1:80 -s rr", "-a -t 10.0.0.1:80 -r 10.1.0.5:80 -m -w 1");
  const flow = {
    "conntrack.txt":
      "tcp      6 86399 ESTABLISHED src=10.0.0.9 dst=10.0.0.1 sport=40000 dport=80 src=10.1.0.5 dst=10.0.0.9 sport=80 dport=40000 [ASSURED] mark=0 use=1\n",
  };
  // An IPv4 header and eight bytes of TCP, 10.0.0.1:80 > 10.0.0.9:40000.
  const quoted = "4500002800000000400600000a0000010a000009" + "00509c4000000000";
  const error = { proto: "icmp", dport: undefined, icmpType: 3, icmpCode: 4, payload: quoted };

  it("about one of its connections are taken on, which is not followed", () => {
    expect(walk({ ...listing, ...flow }, error)).toMatchObject([{ verdict: "unknown", reason: "ipvs" }]);
  });

  it("about others are delivered", () => {
    expect(walk(listing, error)).toMatchObject([{ verdict: "accept", delivery: "local" }]);
  });
});

describe("without a listing", () => {
  const kube = { "ip-addr.txt": (NODE["ip-addr.txt"] ?? "") + KUBE_IPVS };

  it("does not call delivered what IPVS would take", () => {
    const outcomes = walk(kube, { dst: "10.96.0.1" });
    expect(outcomes).toMatchObject([{ verdict: "unknown", reason: "ipvs", delivery: "none" }]);
    expect(outcomes[0]?.steps.at(-1)).toEqual({
      kind: "note",
      what: "IPVS takes what is for 10.96.0.1:80 from here: no ipvsadm-save dump",
    });
  });

  it("asks for node ports where no set tells them", () => {
    expect(walk(kube).map(({ verdict }) => verdict)).toEqual(["accept", "unknown"]);
  });

  it("knows a server from conntrack", () => {
    const flow =
      "tcp      6 86399 ESTABLISHED src=10.0.0.9 dst=10.96.0.1 sport=40000 dport=80 src=10.1.0.5 dst=10.0.0.9 sport=8080 dport=40000 [ASSURED] mark=0 use=1\n";
    expect(walk({ ...kube, "conntrack.txt": flow }, { dst: "10.96.0.1", flags: "A" })).toMatchObject([
      { verdict: "accept", oif: "eth1", packet: { dst: 0x0a01_0005, dport: 8080 } },
    ]);
  });

  it("counts a listing that cannot be read as none, and as a sign of use", () => {
    const broken = services("-A -t 10.0.0.1:80 -s rr", "-a -t 10.0.0.1:80 -r 10.1.0.5:80 -m -w many");
    expect(walk(broken).map(({ verdict }) => verdict)).toEqual(["accept", "unknown"]);
  });

  it("says nothing of IPVS where nothing shows that it is in use", () => {
    expect(walk({})).toMatchObject([{ verdict: "accept", delivery: "local", conditions: [] }]);
  });
});

describe("net.ipv4.vs.conntrack", () => {
  const listing = services("-A -t 10.96.0.1:80 -s rr", "-a -t 10.96.0.1:80 -r 10.1.0.5:80 -m -w 1");
  const kube = { "ip-addr.txt": (NODE["ip-addr.txt"] ?? "") + KUBE_IPVS, "sysctl.txt": "net.ipv4.ip_forward = 1\n" };

  it("is what kube-proxy makes it where no dump says, for packets of IPVS alone", () => {
    const [outcome] = walk({ ...listing, ...kube }, { dst: "10.96.0.1" });
    expect(outcome).toMatchObject({ ctstate: "new", packet: { src: 0x0a01_0001 } });
    expect(outcome?.conditions).toEqual([
      { what: "net.ipv4.vs.conntrack is 1, as kube-proxy sets it", assumed: true, why: "no sysctl dump has it" },
    ]);
    expect(walk({ ...listing, ...kube })).toMatchObject([{ conditions: [] }]);
  });

  it("is off by the kernel's default elsewhere: nothing is masqueraded behind IPVS", () => {
    const plain = services("-A -t 10.0.0.1:80 -s rr", "-a -t 10.0.0.1:80 -r 10.1.0.5:80 -m -w 1");
    expect(walk({ ...plain, "sysctl.txt": "net.ipv4.ip_forward = 1\n" })).toMatchObject([
      { ctstate: "untracked", packet: { src: 0x0a00_0009 } },
    ]);
  });
});
