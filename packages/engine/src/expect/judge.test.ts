import { describe, expect, it } from "vitest";
import type { PacketExpectation } from "../desired/packet-tests.ts";
import { compileProgram } from "../compile/program.ts";
import { parsePacketOptions } from "../parse/packet/packet.ts";
import { parseSnapshot } from "../parse/bundle/parse-snapshot.ts";
import type { Outcome } from "../walk/trace.ts";
import { walkPacket } from "../walk/walk.ts";
import { judge } from "./judge.ts";

const ANYTHING: PacketExpectation = {
  verdict: null,
  delivery: null,
  oif: null,
  mark: null,
  src: null,
  dst: null,
  decidedBy: null,
  matches: [],
};

const IP6 = `*filter
:INPUT DROP [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:A - [0:0]
-A INPUT -p tcp -j A
-A INPUT -p tcp -j MARK --set-xmark 0x4/0xffffffff
-A A -p tcp -m tcp --dport 80 -j RETURN
COMMIT
`;

function outcomes(): readonly Outcome[] {
  const program = compileProgram(parseSnapshot([{ path: "ip6tables-save.txt", text: IP6 }], { name: "node" }));
  const fields = { iif: "eth0", src: "2001:db8::1", dst: "[2001:db8::2]:80" };
  const { value } = parsePacketOptions(new Map(Object.entries(fields)), () => null);
  if (value === null) throw new Error("no packet");
  return walkPacket(program, value.packet, value.arrival, { at: "input" }).outcomes;
}

describe("judge", () => {
  it.each<Partial<PacketExpectation>>([
    { verdict: "drop", delivery: "none", mark: 4 },
    { decidedBy: "ip6/filter/INPUT" },
    { decidedBy: "filter/INPUT" },
    { src: "2001:db8::1", dst: "[2001:db8::2]:80" },
    { dst: "2001:db8::2" },
    { matches: ["filter/INPUT/1", "ip6/filter/A/1", "filter/INPUT/2"] },
  ])("%j holds", (wanted) => {
    expect(judge(outcomes(), { ...ANYTHING, ...wanted })).toEqual([]);
  });

  it.each<readonly [Partial<PacketExpectation>, string, string]>([
    [{ verdict: "accept" }, "accept", "drop"],
    [{ delivery: "local" }, "local", "none"],
    [{ oif: "eth1" }, "eth1", "-"],
    [{ mark: 0 }, "0x0", "0x4"],
    [{ src: "2001:db8::3" }, "2001:db8::3", "[2001:db8::1]:40000"],
    [{ dst: "[2001:db8::2]:81" }, "[2001:db8::2]:81", "[2001:db8::2]:80"],
    [{ decidedBy: "filter/INPUT/2" }, "filter/INPUT/2", "ip6/filter/INPUT"],
    [{ decidedBy: "ip/filter/INPUT" }, "ip/filter/INPUT", "ip6/filter/INPUT"],
    [{ matches: ["filter/INPUT/2", "filter/A/1"] }, "filter/A/1", "-"],
  ])("%j does not", (expectation, wanted, got) => {
    expect(judge(outcomes(), { ...ANYTHING, ...expectation })).toEqual([
      { what: Object.keys(expectation)[0], wanted, got, conditions: [] },
    ]);
  });
});
