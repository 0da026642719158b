import { expect, it } from "vitest";
import { compileProgram } from "../compile/program.ts";
import { parseSnapshot } from "../parse/bundle/parse-snapshot.ts";
import { parsePacketOptions } from "../parse/packet/packet.ts";
import { walkPacket } from "./walk.ts";
import type { Trace } from "./trace.ts";

const RULES = `*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A FORWARD -m physdev --physdev-is-bridged --physdev-out port2 -j DROP
COMMIT
`;

/** A frame that enters br0 by port0 and is for another host. */
function bridged(links: readonly string[], sysctl: string): Trace {
  const ipAddr = links.map((line, at) => `${String(at + 1)}: ${line} state UP group default\n`).join("");
  const files = { "ip-addr.txt": ipAddr, "iptables-save.txt": RULES, "sysctl.txt": sysctl };
  const snapshot = parseSnapshot(
    Object.entries(files).map(([path, text]) => ({ path, text })),
    { name: "bridge" },
  );
  const { value } = parsePacketOptions({
    iif: "br0",
    physin: "port0",
    pktType: "otherhost",
    src: "10.1.0.9",
    dst: "10.1.0.8",
    dport: 80,
  });
  if (value === null) throw new Error("no packet");
  return walkPacket(compileProgram(snapshot), value.packet, value.arrival);
}

const BRIDGE = "br0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue";
const CALLED = "net.bridge.bridge-nf-call-iptables = 1\n";

function port(number: number, flags = "UP,LOWER_UP"): string {
  return `port${String(number)}: <BROADCAST,MULTICAST,${flags}> mtu 1500 qdisc noqueue master br0`;
}

function ends(trace: Trace): readonly unknown[] {
  return trace.outcomes.map(({ verdict, oif, conditions }) => [
    verdict,
    oif,
    conditions.map(({ what, assumed }) => `${assumed ? "" : "not "}${what}`),
  ]);
}

it("forks by the ports that the frame may leave by", () => {
  expect(ends(bridged([BRIDGE, port(0), port(1), port(2)], CALLED))).toEqual([
    ["accept", "port1", ["the frame leaves by port1, a port of br0"]],
    ["drop", null, ["not the frame leaves by port1, a port of br0", "the frame leaves by port2, a port of br0"]],
  ]);
});

it("takes only ports that are up for possible", () => {
  const ports = [
    BRIDGE,
    port(0),
    port(1, "UP"),
    port(2, "NO-CARRIER,UP"),
    "port3: <BROADCAST> mtu 1500 qdisc noop master br0",
  ];
  expect(ends(bridged(ports, CALLED))).toEqual([["accept", "port1", ["the frame leaves by port1, a port of br0"]]]);
  expect(ends(bridged([BRIDGE, port(0)], CALLED))).toEqual([["drop", null, []]]);
});

it("meets no rule where none is called", () => {
  const [outcome] = bridged([BRIDGE, port(0), port(2)], CALLED.replace("1", "0")).outcomes;
  expect(outcome).toMatchObject({ verdict: "accept", delivery: "bridged", oif: "port2" });
  expect(outcome?.steps.filter(({ kind }) => kind !== "note")).toEqual([]);
});
