import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAddress } from "../../base/address.ts";
import { encodePacket } from "../../program/packet-bytes.ts";
import type { Injection } from "./packet.ts";
import { parsePacketOptions } from "./packet.ts";

const BASE = { iif: "eth0", src: "10.0.0.9", dst: "10.1.0.9" };

function read(fields: Record<string, unknown>): Injection {
  const { value, problems } = parsePacketOptions({ ...BASE, ...fields });
  expect(problems).toEqual([]);
  if (value === null) throw new Error("no packet");
  return value;
}

function problems(fields: Record<string, unknown>): readonly string[] {
  return parsePacketOptions(fields).problems.map((problem) => problem.option);
}

describe("packet options", () => {
  it("fills in what most packets have", () => {
    const { packet, arrival } = read({ proto: "tcp", dport: "80" });
    expect(packet).toMatchObject({ family: "ip", proto: 6, sport: 40000, dport: 80, tcpFlags: 2, ttl: 64, tos: 0 });
    expect(arrival).toEqual({ iif: "eth0", physin: null, mark: 0, pktType: "host", smac: null, uid: null, gid: null });
  });

  it("reads ports that stand behind addresses", () => {
    const { packet } = read({ src: "[fd00::9]:1234", dst: "[fd00:1::9]:53", proto: "udp" });
    expect(packet).toMatchObject({ family: "ip6", src: parseAddress("fd00::9"), sport: 1234, dport: 53, proto: 17 });
    expect(read({ src: "10.0.0.9:7", dport: 9 }).packet.sport).toBe(7);
  });

  it.each([
    ["S", 2],
    ["SA", 18],
    ["PA", 24],
    ["SYN,ACK", 18],
    ["none", 0],
    ["RST", 4],
    ["0x12", 18],
    ["FA", 17],
  ])("reads the TCP flags %s", (flags, byte) => {
    expect(read({ dport: 80, flags }).packet.tcpFlags).toBe(byte);
  });

  it("reads ICMP types and codes by name or number, of the right family", () => {
    expect(read({ proto: "icmp" }).packet).toMatchObject({ icmpType: 8, icmpCode: 0, icmpId: 1 });
    expect(read({ proto: "icmp", icmpType: "port-unreachable" }).packet).toMatchObject({
      icmpType: 3,
      icmpCode: 3,
      icmpId: null,
    });
    expect(read({ src: "fd00::9", dst: "fd00:1::9", proto: "icmp" }).packet).toMatchObject({
      proto: 58,
      icmpType: 128,
    });
  });

  it("takes camelCase keys and JSON values, as JSON lines have them", () => {
    const { value } = parsePacketOptions({
      local: true,
      src: "10.0.0.1",
      dst: "10.0.0.2",
      dport: 80,
      mark: "0x200",
      icmpType: null,
    });
    expect(value?.arrival).toMatchObject({ iif: null, mark: 0x200 });
  });

  it("pads to a length that counts the IP header", () => {
    expect(encodePacket(read({ dport: 80, length: 100 }).packet).length).toBe(100);
    expect(problems({ ...BASE, dport: 80, length: 30 })).toEqual(["length"]);
  });

  it("tells from a MAC address whom a frame is for", () => {
    const type = (dmac: string): string | undefined =>
      parsePacketOptions({ ...BASE, dport: 80, dmac }, () => "02:00:00:00:00:01").value?.arrival.pktType;
    expect(type("02:00:00:00:00:01")).toBe("host");
    expect(type("02:00:00:00:00:02")).toBe("otherhost");
    expect(type("FF:FF:FF:FF:FF:FF")).toBe("broadcast");
    expect(type("01:00:5e:00:00:01")).toBe("multicast");
  });

  it("gives later fragments no transport header", () => {
    expect(read({ proto: "udp", frag: "3", payload: "0050" }).packet).toMatchObject({
      sport: null,
      dport: null,
      fragment: { offset: 3, more: false },
    });
    expect(read({ proto: "udp", frag: "0+", dport: 53 }).packet).toMatchObject({
      dport: 53,
      fragment: { offset: 0, more: true },
    });
  });

  it("cuts a fragment out of the packet that the other options describe", () => {
    const whole = { proto: "udp", dport: 53, length: 68, id: 7 };
    const bytes = encodePacket(read(whole).packet).subarray(20);
    expect(encodePacket(read({ ...whole, cut: "0-32" }).packet).subarray(20)).toEqual(bytes.subarray(0, 32));
    expect(encodePacket(read({ ...whole, cut: "0-4" }).packet).subarray(20)).toEqual(bytes.subarray(0, 4));
    expect(read({ ...whole, cut: "32-" }).packet).toMatchObject({
      payload: bytes.subarray(32),
      fragment: { offset: 4, more: false },
      sport: null,
    });
    expect(read({ ...whole, cut: "8-40" }).packet.fragment).toEqual({ offset: 1, more: true });
  });

  it.each([
    [{ ...BASE, dport: 80, cut: "0-" }, ["cut"]],
    [{ ...BASE, dport: 80, cut: "4-8" }, ["cut"]],
    [{ ...BASE, dport: 80, cut: "8-8" }, ["cut"]],
    [{ ...BASE, dport: 80, cut: "0-21" }, ["cut"]],
    [{ ...BASE, dport: 80, cut: "0-8", frag: "0+" }, ["cut"]],
    [{}, ["iif", "src", "dst", "dport"]],
    [{ ...BASE }, ["dport"]],
    [{ ...BASE, dport: "http" }, ["dport"]],
    [{ ...BASE, dport: 80, local: true }, ["local"]],
    [{ ...BASE, dst: "fd00::1", dport: 80 }, ["dst"]],
    [{ ...BASE, dport: 80, colour: "blue" }, ["colour"]],
    [{ ...BASE, dport: 80, flags: "SX" }, ["flags"]],
    [{ ...BASE, dport: 65536 }, ["dport"]],
    [{ ...BASE, dport: 80, payload: "abc" }, ["payload"]],
    [{ ...BASE, dport: [80] }, ["dport", "dport"]],
    [{ ...BASE, proto: "icmp", dport: 80 }, ["dport"]],
    [{ ...BASE, dport: 80, frag: "0" }, ["frag"]],
  ])("names what is wrong with %j", (fields, options) => {
    expect(problems(fields)).toEqual(options);
  });

  it("never throws", () => {
    const names = fc.constantFrom(
      "iif",
      "src",
      "dst",
      "proto",
      "dport",
      "flags",
      "icmp-type",
      "frag",
      "__proto__",
      "length",
      "dmac",
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(names, fc.oneof(fc.string(), fc.constantFrom("10.0.0.1", "[::1]:80", "0x1", "icmp")))),
        (pairs) => {
          const { value, problems } = parsePacketOptions(new Map(pairs));
          expect(value === null).toBe(problems.length > 0);
        },
      ),
    );
  });
});
