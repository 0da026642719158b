/** What IPVS makes of every packet is what it makes of each: random virtual servers, and a node of kube-proxy's. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ask, compileProgram, parsePacketOptions, parseQuery, parseSnapshot } from "@hookwalk/engine";
import type { Program } from "@hookwalk/engine";
import { arrivals } from "../../packages/engine/src/prove/path/arrivals.ts";
import type { Origin } from "../../packages/engine/src/prove/path/arrivals.ts";
import { journeysOf } from "../../packages/engine/src/prove/path/journeys.ts";
import type { Journeys } from "../../packages/engine/src/prove/path/journeys.ts";
import { spaceOf } from "../../packages/engine/src/prove/space-of.ts";
import { fuzzNode } from "../kernel/fuzz/fuzz-node.ts";
import { textsOf } from "../nodes/node.ts";
import { journeyAgreement } from "./journey-agreement.ts";

const RUNS = Number(process.env["HOOKWALK_PROVE_RUNS"] ?? 15);
const FIRST_STATES = [0, 3, 4];

const port = fc.constantFrom(21, 80, 8080);
/** Of this node: only what is for it, or made here, comes to IPVS. */
const virtual = fc.constantFrom("10.0.0.1", "10.1.0.1", "192.0.2.7");
const key = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom("-t", "-u", "--sctp-service"), virtual, fc.oneof(port, port, fc.constant(0)))
      .map(([option, address, number]) => `${option} ${address}:${String(number)}`),
  },
  { weight: 1, arbitrary: fc.constantFrom("-f 1", "-f 2", "-t web:80") },
);
const server = fc.record({
  // By a device, by a gateway, this node, loopback, nowhere.
  address: fc.constantFrom("10.1.0.9", "10.2.0.9", "192.0.2.9", "10.1.0.1", "127.0.0.1", "10.0.0.5"),
  port: fc.constantFrom(0, 80, 9090),
  method: fc.constantFrom("-m", "-m", "-m", "-g", "-i"),
  weight: fc.constantFrom(0, 1, 1, 3),
});
const service = fc.record({
  key,
  scheduler: fc.constantFrom("rr", "wrr", "sh", "fo"),
  persistence: fc.constantFrom("", "", " -p 300"),
  servers: fc.uniqueArray(server, { selector: ({ address }) => address, maxLength: 3 }),
});
const listing = fc
  .uniqueArray(service, { selector: (one) => one.key, minLength: 1, maxLength: 5 })
  .map((services) =>
    services
      .map((one) =>
        [
          `-A ${one.key} -s ${one.scheduler}${one.persistence}`,
          ...one.servers.map(
            (to) => `-a ${one.key} -r ${to.address}:${String(to.port)} ${to.method} -w ${String(to.weight)}`,
          ),
          "",
        ].join("\n"),
      )
      .join(""),
  );

const OUTPUT = fc.subarray([
  "-A OUTPUT -d 10.1.0.9/32 -p tcp -j DROP",
  "-A OUTPUT -m ipvs --ipvs -j MARK --set-xmark 0x8/0x8",
  "-A PREROUTING -p udp -j MARK --set-xmark 0x1/0x1",
  "-A POSTROUTING -o eth2 -m mark --mark 0x8/0x8 -j DROP",
]);
const NAT = fc.subarray([
  "-A PREROUTING -d 10.0.0.1/32 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.1.0.1:80",
  "-A POSTROUTING -o eth1 -j MASQUERADE",
  "-A POSTROUTING -m ipvs --ipvs -j SNAT --to-source 10.2.0.1",
]);

function programOf(services: string, mangle: readonly string[], nat: readonly string[], conntrack: number): Program {
  const builtin = ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"].map((chain) => `:${chain} ACCEPT [0:0]`);
  const save = ["*mangle", ...builtin, ...mangle, "COMMIT", "*nat", ...builtin, ...nat, "COMMIT", ""].join("\n");
  return compileProgram(
    fuzzNode({
      "ipvsadm-save.txt": services,
      "iptables-save.txt": save,
      "sysctl-ipvs.txt": `net.ipv4.vs.conntrack = ${String(conntrack)}\n`,
    }),
  );
}

const packet = fc.record({
  from: fc.constantFrom({ iif: "eth0" }, { iif: "eth0" }, { iif: "eth1" }, { local: true }),
  src: fc.constantFrom("10.0.0.9", "10.1.0.9", "10.0.0.1"),
  dst: virtual,
  proto: fc.constantFrom("tcp", "tcp", "udp", "sctp"),
  sport: fc.constantFrom(40000, 20),
  dport: fc.constantFrom(21, 80, 8080, 5000),
  ttl: fc.constantFrom(64, 64, 1),
});

function firstJourneys(program: Program, origin: Origin): Journeys {
  const space = spaceOf(program, "ip");
  const isFirst = space.bdd.and(space.is("mark", 0), space.isAnyOf("ctState", FIRST_STATES));
  return journeysOf(space, origin, space.bdd.and(arrivals(space, origin), isFirst));
}

it("follows what is for a service to each server that it may be given", () => {
  let compared = 0;
  let certain = 0;
  fc.assert(
    fc.property(
      listing,
      OUTPUT,
      NAT,
      fc.constantFrom(0, 1),
      fc.array(packet, { minLength: 40, maxLength: 40 }),
      (services, mangle, nat, conntrack, packets) => {
        const program = programOf(services, mangle, nat, conntrack);
        const made = { receive: firstJourneys(program, "receive"), send: firstJourneys(program, "send") };
        for (const { from, proto, ...fields } of packets) {
          const { value } = parsePacketOptions(new Map(Object.entries({ ...from, proto, ...fields })));
          if (value === null) throw new Error(JSON.stringify(fields));
          const journeys = "local" in from ? made.send : made.receive;
          const { ways, isCertain, difference } = journeyAgreement(journeys, value.packet, value.arrival);
          expect(difference, JSON.stringify({ from, proto, fields, services, mangle, nat, conntrack })).toBeNull();
          compared += ways;
          if (isCertain) certain += ways;
        }
      },
    ),
    { numRuns: RUNS, endOnFailure: true },
  );
  expect(compared).toBeGreaterThan(RUNS * 20);
  expect(certain / compared).toBeGreaterThan(0.2);
});

describe("the cluster's DNS service on an ACK node in ipvs mode", () => {
  const services = ["-t", "-u"].flatMap((proto) => [
    `-A ${proto} 192.168.0.10:53 -s rr`,
    `-a ${proto} 192.168.0.10:53 -r 10.0.0.5:53 -m -w 1`,
    `-a ${proto} 192.168.0.10:53 -r 10.0.3.7:53 -m -w 1`,
  ]);
  const listed = [...textsOf("ack-cilium"), { path: "ipvsadm-save.txt", text: `${services.join("\n")}\n` }];

  it.each([
    ["who can reach tcp/53 on 192.168.0.10", "yes"],
    ["can any packet to 192.168.0.10:53 reach 10.0.3.7", "yes"],
    ["can any packet to 192.168.0.10:53 reach 10.0.3.8", "no"],
  ])("%s: %s", (text, expected) => {
    const { query } = parseQuery(text);
    if (query === null) throw new Error(text);
    const { answer, groups } = ask(compileProgram(parseSnapshot(listed, { name: "ack" })), query);
    expect(groups.map(({ witness }) => witness === null)).not.toContain(true);
    expect(answer).toBe(expected);
  });
});
