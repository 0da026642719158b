/** What rules ask of sockets: prove and the walk find the same one for a packet, listed, said by whoever asks, or unknown. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { compileProgram, parsePacketOptions } from "@hookwalk/engine";
import type { Program } from "@hookwalk/engine";
import { arrivals } from "../../packages/engine/src/prove/path/arrivals.ts";
import { journeysOf } from "../../packages/engine/src/prove/path/journeys.ts";
import { spaceOf } from "../../packages/engine/src/prove/space-of.ts";
import { fuzzNode } from "../kernel/fuzz/fuzz-node.ts";
import { journeyAgreement } from "./journey-agreement.ts";

const RUNS = Number(process.env["HOOKWALK_PROVE_RUNS"] ?? 20);

/** Of packets that begin a flow, or belong to none. */
const FIRST_STATES = [0, 3, 4];

/** Of this node, of hosts around it, of nobody. */
const ADDRESSES = ["10.0.0.1", "10.1.0.1", "10.1.0.9", "10.2.0.9", "192.0.2.7"];
/** Only these have connections of sockets that are not transparent. */
const OWN = new Set(["10.0.0.1", "10.1.0.1"]);
const PORTS = [53, 80, 8080, 40000];
const address = fc.constantFrom(...ADDRESSES);
const port = fc.constantFrom(...PORTS);

const socket = fc.record({
  proto: fc.constantFrom("tcp", "udp"),
  isListener: fc.boolean(),
  local: fc.constantFrom(...ADDRESSES, "0.0.0.0", "*"),
  port,
  peer: address,
  peerPort: port,
  device: fc.constantFrom("", "", "", "%eth0"),
  isTransparent: fc.boolean(),
});

/** As `ss -tuan` prints them, or `ss -tuan --inet-sockopt`. */
function listing(
  sockets: readonly (typeof socket extends fc.Arbitrary<infer T> ? T : never)[],
  hasOptions: boolean,
): string {
  const lines = sockets.map((one) => {
    const listens = one.proto === "tcp" ? "LISTEN" : "UNCONN";
    const isListener = one.isListener || one.local === "0.0.0.0" || one.local === "*";
    const peer = isListener ? "0.0.0.0:*" : `${one.peer}:${String(one.peerPort)}`;
    const state = isListener ? listens : "ESTAB";
    const options = hasOptions ? `\n\tinet-sockopt: ( mc_loop${one.isTransparent ? " transparent" : ""} mc_all)` : "";
    return `${one.proto}   ${state} 0      0         ${one.local}${one.device}:${String(one.port)}       ${peer}   ${options}\n`;
  });
  return `Netid State  Recv-Q Send-Q Local Address:Port  Peer Address:PortProcess\n${lines.join("")}`;
}

const match = fc.subarray(["--transparent", "--nowildcard"]).map((options) => ["-m socket", ...options].join(" "));
const condition = fc.constantFrom("", "-p tcp ", "-p udp ", "-p udp -m udp --dport 53 ", "! -s 10.0.0.1/32 ");
const rule = fc.oneof(
  fc
    .tuple(condition, match, fc.constantFrom("MARK --set-xmark 0x1/0x1", "DROP", "ACCEPT"))
    .map((parts) => `${parts[0]}${parts[1]} -j ${parts[2]}`),
  fc
    .tuple(fc.constantFrom("-p tcp", "-p udp"), port, fc.constantFrom("--on-ip 0.0.0.0", "--on-ip 10.0.0.1"))
    .map(([proto, on, ip]) => `${proto} -j TPROXY --on-port ${String(on)} ${ip} --tproxy-mark 0x1/0x1`),
);
const inputRule = fc
  .tuple(condition, match, fc.constantFrom("MARK --set-xmark 0x2/0x2", "DROP"))
  .map((parts) => `${parts[0]}${parts[1]} -j ${parts[2]}`);
const natRule = fc.constantFrom(
  "-p tcp -m tcp --dport 80 -j DNAT --to-destination 10.1.0.9:8080",
  "-p udp -m udp --dport 53 -j REDIRECT --to-ports 8080",
  "-d 192.0.2.7/32 -j ACCEPT",
);

const iptables = fc
  .tuple(
    fc.array(rule, { minLength: 1, maxLength: 4 }),
    fc.array(inputRule, { maxLength: 2 }),
    fc.array(natRule, { maxLength: 2 }),
  )
  .map(([prerouting, input, nat]) => ({
    "iptables-save.txt": [
      "*mangle",
      ":PREROUTING ACCEPT [0:0]",
      ":INPUT ACCEPT [0:0]",
      ...prerouting.map((text) => `-A PREROUTING ${text}`),
      ...input.map((text) => `-A INPUT ${text}`),
      "COMMIT",
      "*nat",
      ":PREROUTING ACCEPT [0:0]",
      ...nat.map((text) => `-A PREROUTING ${text}`),
      "COMMIT\n",
    ].join("\n"),
  }));

const nftMatch = fc.constantFrom(
  "socket transparent 1",
  "socket transparent 0",
  "socket wildcard 0",
  "socket wildcard 1 socket transparent 1",
  "socket mark 0x7",
);
const nftRule = fc
  .tuple(nftMatch, fc.constantFrom("meta mark set 0x1", "drop", "ip daddr set 10.1.0.9 meta mark set 0x2"))
  .map(([one, then]) => `${one} ${then}`);
const nft = fc.array(nftRule, { minLength: 1, maxLength: 4 }).map((rules) => ({
  "nft-ruleset.txt": `table ip m {\n\tchain p {\n\t\ttype filter hook prerouting priority mangle; policy accept;\n${rules.map((text) => `\t\t${text}\n`).join("")}\t}\n\tchain n {\n\t\ttype nat hook prerouting priority dstnat; policy accept;\n\t\tct state related accept\n\t}\n}\n`,
}));

const packet = fc.record({
  iif: fc.constantFrom("eth0", "eth1"),
  src: address,
  dst: address,
  proto: fc.constantFrom("tcp", "udp", "udp", "icmp", "sctp"),
  sport: port,
  dport: port,
});
const given = fc.constantFrom(null, null, "plain" as const, "transparent" as const);

const ROUTING = {
  "ip-rule.txt":
    "0:\tfrom all lookup local\n100:\tfrom all fwmark 0x1/0x1 lookup 100\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n",
  "ip-route-table-100.txt": "local default dev lo scope host\n",
};

function programOf(rules: Readonly<Record<string, string>>, ss: string | null, demux: boolean): Program {
  const sysctl = { "sysctl-demux.txt": `net.ipv4.ip_early_demux = ${String(Number(demux))}\n` };
  return compileProgram(fuzzNode({ ...ROUTING, ...sysctl, ...rules, ...(ss === null ? {} : { "ss.txt": ss }) }));
}

for (const [tool, text] of [
  ["iptables", iptables],
  ["nft", nft],
] as const)
  it(`finds for each packet the socket that the walk finds: ${tool}`, () => {
    let compared = 0;
    let certain = 0;
    const listed = fc.option(fc.tuple(fc.array(socket, { maxLength: 8 }), fc.constantFrom(true, true, true, false)), {
      freq: 4,
    });
    const packets = fc.array(fc.tuple(packet, given), { minLength: 30, maxLength: 30 });
    fc.assert(
      fc.property(text, listed, fc.boolean(), packets, (rules, sockets, demux, all) => {
        const program = programOf(rules, sockets === null ? null : listing(...sockets), demux);
        const space = spaceOf(program, "ip");
        const isFirst = space.bdd.and(space.is("mark", 0), space.isAnyOf("ctState", FIRST_STATES));
        const domain = space.bdd.and(arrivals(space, "receive"), isFirst);
        const journeys = journeysOf(space, "receive", domain);
        for (const [{ sport, dport, ...fields }, said] of all) {
          const ends = fields.proto === "icmp" ? {} : { sport, dport };
          const { value } = parsePacketOptions(new Map(Object.entries({ ...fields, ...ends })));
          if (value === null) throw new Error(JSON.stringify(fields));
          const { ways, isCertain, difference } = journeyAgreement(
            journeys,
            value.packet,
            value.arrival,
            said === "plain" && !OWN.has(fields.dst) ? null : said,
          );
          const about = JSON.stringify({ fields, sport, dport, said, rules, sockets });
          expect(difference, about).toBeNull();
          compared += ways;
          if (isCertain) certain += ways;
        }
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
    expect(compared).toBeGreaterThan(RUNS * 12);
    // Without a dump of sockets, or of their options, a fact is open.
    expect(certain / compared).toBeGreaterThan(0.3);
  });
