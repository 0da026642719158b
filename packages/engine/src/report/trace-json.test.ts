import { describe, expect, it } from "vitest";
import { compileProgram } from "../compile/program.ts";
import { parseSnapshot } from "../parse/bundle/parse-snapshot.ts";
import { parsePacketOptions } from "../parse/packet/packet.ts";
import { walkFlow } from "../walk/flow.ts";
import type { Trace } from "../walk/trace.ts";
import { walkPacket } from "../walk/walk.ts";
import { flowJson } from "./flow-report.ts";
import type { Json } from "./json.ts";
import { traceJson } from "./trace-json.ts";

const FILES = {
  "iptables-save.txt": `*nat
:PREROUTING ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -d 10.96.0.1/32 -p tcp -m tcp --dport 443 -j DNAT --to-destination 10.1.0.9:6443
-A POSTROUTING -o eth1 -j MASQUERADE
COMMIT
*filter
:FORWARD ACCEPT [0:0]
-A FORWARD -i eth1 -m set --match-set friends src -j DROP
COMMIT
`,
  "ip6tables-save.txt": `*filter
:FORWARD ACCEPT [0:0]
:deep - [0:0]
-A FORWARD -j deep
-A deep -p ipv6-icmp -j RETURN
-A deep -j REJECT --reject-with icmp6-adm-prohibited
COMMIT
`,
  "ip-addr.txt": `1: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default qlen 1000
    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff
    inet 10.0.0.1/24 scope global eth0
    inet6 fd00::1/64 scope global
2: eth1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default qlen 1000
    link/ether 02:00:00:00:00:02 brd ff:ff:ff:ff:ff:ff
    inet 10.1.0.1/24 scope global eth1
    inet6 fd00:1::1/64 scope global
`,
  "sysctl.txt": "net.ipv4.ip_forward = 1\nnet.ipv6.conf.all.forwarding = 1\n",
};
const program = compileProgram(
  parseSnapshot(
    Object.entries(FILES).map(([path, text]) => ({ path, text })),
    { name: "test" },
  ),
);

function injection(fields: Readonly<Record<string, unknown>>): Pick<Trace, "packet" | "arrival"> {
  const { value, problems } = parsePacketOptions(fields);
  if (value === null) throw new Error(JSON.stringify(problems));
  return value;
}

function walked(fields: Readonly<Record<string, unknown>>): Json {
  const { packet, arrival } = injection(fields);
  return traceJson(walkPacket(program, packet, arrival));
}

describe("traceJson", () => {
  it("says each step with what belongs to it", () => {
    const json = walked({ iif: "eth0", src: "10.0.0.9", dst: "10.96.0.1:443", mark: "0x10" });
    expect(json).toMatchObject({
      packet: { iif: "eth0", src: "10.0.0.9", sport: 40000, dst: "10.96.0.1", dport: 443, flags: "SYN", mark: "0x10" },
      outcomes: [
        {
          verdict: "accept",
          delivery: "forward",
          oif: "eth1",
          packet: { src: "10.1.0.1", dst: "10.1.0.9", dport: 6443, ttl: 63 },
          ctstate: "new",
          steps: [
            { kind: "conntrack", state: "new", original: { dst: "10.96.0.1", proto: "tcp" } },
            {
              kind: "rule",
              hook: "prerouting",
              family: "ip",
              table: "nat",
              chain: "PREROUTING",
              rule: 1,
              text: "-A PREROUTING -d 10.96.0.1/32 -p tcp -m tcp --dport 443 -j DNAT --to-destination 10.1.0.9:6443",
              action: "DNAT --to-destination 10.1.0.9:6443",
              mark: "0x10",
              span: { file: "iptables-save.txt", line: 4 },
            },
            {
              kind: "nat",
              what: "dnat",
              from: { address: "10.96.0.1", port: 443 },
              to: { address: "10.1.0.9", port: 6443 },
            },
            { kind: "route", why: "input", rule: 32766, table: "main", result: "forward", oif: "eth1", via: null },
            { kind: "policy", table: "filter", chain: "FORWARD", policy: "ACCEPT" },
            { kind: "rule", table: "nat", chain: "POSTROUTING", action: "MASQUERADE" },
            { kind: "nat", what: "snat", to: { address: "10.1.0.1" } },
          ],
        },
      ],
    });
  });

  it("is JSON for IPv6 too, whose addresses no JSON number can hold", () => {
    const json = walked({ iif: "eth0", src: "fd00::9", dst: "[fd00:1::9]:80" });
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
    expect(json).toMatchObject({
      packet: { src: "fd00::9", dst: "fd00:1::9" },
      outcomes: [{ verdict: "reject", reason: "rule", sidePackets: [{ kind: "icmp", packet: { dst: "fd00::9" } }] }],
    });
  });

  it("keeps every matched jump and every return", () => {
    const json = walked({ iif: "eth0", src: "fd00::9", dst: "fd00:1::9", proto: "icmpv6" });
    expect(json).toMatchObject({
      packet: { icmpType: 128, icmpCode: 0, icmpId: 1 },
      outcomes: [
        {
          steps: [
            { kind: "route" },
            { kind: "rule", chain: "FORWARD", action: "deep" },
            { kind: "rule", chain: "deep", action: "RETURN" },
            { kind: "policy", chain: "FORWARD" },
          ],
        },
      ],
    });
  });

  it("names the condition of each outcome", () => {
    const json = walked({ iif: "eth1", src: "10.1.0.9", dst: "10.0.0.9:80" });
    expect(json).toMatchObject({
      outcomes: [
        { verdict: "accept", conditions: [{ assumed: false, why: "no ipset dump" }] },
        { verdict: "drop", conditions: [{ assumed: true, why: "no ipset dump" }] },
      ],
    });
  });
});

describe("flowJson", () => {
  it("has the packets of a connection in order", () => {
    const { packet, arrival } = injection({ iif: "eth0", src: "10.0.0.9", dst: "10.1.0.9:80" });
    const json = flowJson(walkFlow(program, packet, arrival));
    expect(JSON.parse(JSON.stringify(json))).toMatchObject({
      kind: "FlowTrace",
      packets: [{ role: "first" }, { role: "reply", trace: { outcomes: [{}, {}] } }, { role: "third" }],
    });
  });
});
