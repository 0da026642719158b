import { describe, expect, it } from "vitest";
import type { Packet } from "@hookwalk/engine";
import { encodePacket, parsePacketOptions } from "@hookwalk/engine";
import { printObservation } from "./observation.ts";
import type { Sighting } from "./observe.ts";
import { isOnItsWay, observe } from "./observe.ts";
import type { TraceRecord } from "./tracer.ts";
import { ORACLE } from "./tracer.ts";

function packet(fields: Record<string, unknown>): Packet {
  const { value } = parsePacketOptions({ iif: "eth0", src: "10.0.0.9", dst: "10.1.0.9", id: 7, ...fields });
  if (value === null) throw new Error("not a packet");
  return value.packet;
}

const OURS = Buffer.from(encodePacket(packet({ dport: 80 })));
const THEIRS = Buffer.from(
  encodePacket(packet({ src: "10.0.0.1", dst: "10.0.0.9", proto: "icmp", icmpType: 3, icmpCode: 3, id: 9 })),
);

/** No complaint: the kernel sends such packets of its own accord. */
const REPORT = Buffer.from(encodePacket(packet({ src: "10.0.0.1", dst: "224.0.0.22", proto: 2, id: 0 })));

function record(
  table: string,
  chain: string,
  what: TraceRecord["what"],
  fields: Partial<TraceRecord> = {},
): TraceRecord {
  return {
    when: "before",
    family: "ip",
    table,
    chain,
    isNative: false,
    isBase: /^[A-Z]+$/.test(chain),
    what,
    mark: 0,
    oif: 0,
    packet: OURS,
    ctstate: null,
    ctid: null,
    ...fields,
  };
}

const oracle = (chain: string, fields: Partial<TraceRecord> = {}): TraceRecord =>
  record(ORACLE, chain, 0, { when: "after", ...fields });

function lines(records: readonly TraceRecord[], sighting: Partial<Sighting> = {}): readonly string[] {
  const { observation } = observe({
    records,
    frames: [{ device: "eth1", bytes: Buffer.concat([Buffer.from("020000000001020000000002" + "0800", "hex"), OURS]) }],
    isOurs: (bytes) => bytes.readUInt16BE(4) === 7,
    isLocal: false,
    fromPort: null,
    deviceName: (index) => (index === 3 ? "eth1" : null),
    isWire: () => true,
    ...sighting,
  });
  return printObservation(observation);
}

const LEFT = "=> accept forward eth1 tcp 10.0.0.9:40000 > 10.1.0.9:80 ttl 64";

describe("what the kernel reported", () => {
  it("gives a legacy rule the mark of the next report, since it was reported before its target ran", () => {
    const records = [
      oracle("prerouting"),
      record("mangle", "PREROUTING", 1, { mark: 1 }),
      record("mangle", "PREROUTING", 2, { mark: 2 }),
      record("mangle", "PREROUTING", "policy", { mark: 3 }),
      oracle("postrouting_end", { mark: 3, oif: 3, ctstate: 8, ctid: 5 }),
    ];
    expect(lines(records)).toEqual([
      "mangle PREROUTING 1 mark 0x2",
      "mangle PREROUTING 2 mark 0x3",
      "mangle PREROUTING policy mark 0x3",
      `${LEFT} mark 0x3 ct new`,
    ]);
  });

  it("gives an nft rule its own mark, and one line to the end of a base chain", () => {
    const after = { when: "after" } as const;
    const records = [
      record("mangle", "FORWARD", 1, { ...after, mark: 1 }),
      record("mangle", "A", 1, { ...after, mark: 2 }),
      record("mangle", "A", 0, { ...after, isBase: false, mark: 2 }),
      record("mangle", "FORWARD", 0, { ...after, mark: 2 }),
      record("mangle", "FORWARD", "policy", { ...after, mark: 2 }),
      oracle("postrouting_end", { oif: 3 }),
    ];
    expect(lines(records)).toEqual([
      "mangle FORWARD 1 mark 0x1",
      "mangle A 1 mark 0x2",
      "mangle A return mark 0x2",
      "mangle FORWARD policy mark 0x2",
      LEFT,
    ]);
  });

  it("tells a packet that left from one that its device kept", () => {
    const end = [oracle("postrouting_end", { oif: 3 })];
    expect(lines(end)).toEqual([LEFT]);
    expect(lines(end, { frames: [] })).toEqual(["=> drop none"]);
    expect(lines(end, { frames: [], isWire: () => false })).toEqual([LEFT]);
    expect(lines(end, { isLocal: true })).toEqual([LEFT.replace("forward", "sent")]);
  });

  it("follows a packet around a loop to its last end", () => {
    const records = [
      oracle("output"),
      oracle("postrouting_end", { oif: 1 }),
      oracle("prerouting"),
      oracle("input_end"),
    ];
    expect(lines(records)).toEqual(["=> accept local tcp 10.0.0.9:40000 > 10.1.0.9:80 ttl 64"]);
    expect(lines(records.slice(0, 3))).toEqual(["=> drop none"]);
  });

  it("lists the kernel's own answers, and what of them got away", () => {
    const answer = [oracle("output", { packet: THEIRS }), record("filter", "OUTPUT", 1, { packet: THEIRS })];
    const rejected = [record("filter", "FORWARD", 1), ...answer];
    expect(lines(rejected)).toEqual(["filter FORWARD 1", "+ icmp 3/3 lost", "=> drop none"]);
    const told = ["filter FORWARD 1", "+ icmp 3/3", "=> reject none"];
    const left = oracle("postrouting_end", { packet: THEIRS });
    expect(lines([...rejected, left])).toEqual(told);
    expect(lines([...rejected, oracle("output", { packet: REPORT }), left])).toEqual(told);
  });

  it("is not all while the packet is on its way round by lo", () => {
    const isOurs = (bytes: Buffer): boolean => bytes.readUInt16BE(4) === 7;
    const deviceName = (index: number): string => (index === 1 ? "lo" : "eth1");
    const out = [oracle("output"), oracle("postrouting_end", { oif: 1 })];
    const isOpen = (records: readonly TraceRecord[]): boolean => isOnItsWay({ records, isOurs, deviceName });
    expect(isOpen(out)).toBe(true);
    expect(isOpen([...out, oracle("output", { packet: THEIRS })])).toBe(true);
    expect(isOpen([...out, oracle("prerouting")])).toBe(false);
    expect(isOpen([oracle("output"), oracle("postrouting_end", { oif: 3 })])).toBe(false);
    expect(isOpen([])).toBe(false);
  });
});
