import { compileProgram, parsePacketOptions, parseSnapshot, walkPacket } from "@hookwalk/engine";
import type { Outcome } from "@hookwalk/engine";
import { describe, expect, it } from "vitest";
import { agrees } from "./agreement.ts";
import { observationOf, printObservation } from "./observation.ts";

const FILES = [
  {
    path: "iptables-save.txt",
    text: `*nat
:PREROUTING ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A POSTROUTING -j MASQUERADE --random-fully
COMMIT
`,
  },
  {
    path: "ip-addr.txt",
    text: `1: eth0: <BROADCAST,UP,LOWER_UP> mtu 1500 qdisc noop state UP
    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff
    inet 10.0.0.1/24 scope global eth0
2: eth1: <BROADCAST,UP,LOWER_UP> mtu 1500 qdisc noop state UP
    link/ether 02:00:00:00:00:02 brd ff:ff:ff:ff:ff:ff
    inet 10.1.0.1/24 scope global eth1
`,
  },
  { path: "sysctl.txt", text: "net.ipv4.ip_forward = 1\nnet.ipv4.conf.all.forwarding = 1\n" },
];

function walked(): Outcome {
  const { value } = parsePacketOptions({ iif: "eth0", src: "10.0.0.9", dst: "10.1.0.9", dport: 80 });
  if (value === null) throw new Error("not a packet");
  const program = compileProgram(parseSnapshot(FILES, { name: "lab" }));
  const [outcome] = walkPacket(program, value.packet, value.arrival).outcomes;
  if (outcome === undefined) throw new Error("no outcome");
  return outcome;
}

describe("the kernel did what the walk says", () => {
  const outcome = walked();
  const lines = printObservation(observationOf(outcome));
  const withEnd = (edit: (end: string) => string): readonly string[] =>
    lines.map((line) => (line.startsWith("=> ") ? edit(line) : line));

  it.each([
    ["to the letter", lines, true],
    ["but picked another port", withEnd((end) => end.replace(/10\.1\.0\.1:\d+ /, "10.1.0.1:61902 ")), true],
    ["but for a port that it may not pick", withEnd((end) => end.replace(/10\.1\.0\.1:\d+ /, "10.1.0.1:80 ")), false],
    ["but for another address", withEnd((end) => end.replace("10.1.0.1:", "10.1.0.2:")), false],
    ["but for a port that nobody picks", withEnd((end) => end.replace(":80 ", ":8080 ")), false],
    ["but for a step", lines.slice(1), false],
  ])("%s", (_what, seen, expected) => {
    expect(lines.at(-1)).toMatch(/^=> accept forward eth1 tcp 10\.1\.0\.1:\d+ > 10\.1\.0\.9:80 /);
    expect(agrees(seen, outcome)).toBe(expected);
  });
});
