import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAddress } from "../base/address.ts";
import { crc32c } from "./checksum.ts";
import { decodePacket, encodePacket } from "./packet-bytes.ts";
import type { Packet } from "./packet.ts";
import { hasIcmpId, hasPorts, PROTO } from "./protocol.ts";

const EMPTY = new Uint8Array(0);

function packet(fields: Partial<Packet>): Packet {
  return {
    family: "ip",
    src: parseAddress("10.0.0.9") ?? 0,
    dst: parseAddress("10.1.0.9") ?? 0,
    proto: PROTO.udp,
    sport: null,
    dport: null,
    tcpFlags: null,
    icmpType: null,
    icmpCode: null,
    icmpId: null,
    ttl: 64,
    tos: 0,
    id: 0,
    dontFragment: false,
    payload: EMPTY,
    tcpOptions: EMPTY,
    fragment: null,
    l4Checksum: "good",
    truncateL4: null,
    extensionHeaders: [],
    ...fields,
  };
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const anyBytes = (unit: number, max: number): fc.Arbitrary<Uint8Array> =>
  fc.integer({ min: 0, max }).chain((n) => fc.uint8Array({ minLength: n * unit, maxLength: n * unit }));

const anyPacket: fc.Arbitrary<Packet> = fc
  .record({
    v6: fc.boolean(),
    src: fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }),
    dst: fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }),
    proto: fc.constantFrom(1, 6, 17, 33, 50, 58, 132, 136),
    port: fc.integer({ min: 0, max: 0xffff }),
    type: fc.integer({ min: 0, max: 255 }),
    ttl: fc.integer({ min: 0, max: 255 }),
    tos: fc.integer({ min: 0, max: 255 }),
    id: fc.integer({ min: 1, max: 0xffff }),
    df: fc.boolean(),
    payload: fc.uint8Array({ maxLength: 40 }),
    options: anyBytes(4, 4),
    fragment: fc.constantFrom(null, { offset: 0, more: true }, { offset: 3, more: true }, { offset: 5, more: false }),
    bad: fc.boolean(),
    headers: fc.array(
      fc.record({ type: fc.constantFrom(0, 43, 60), body: fc.uint8Array({ minLength: 6, maxLength: 6 }) }),
      { maxLength: 2 },
    ),
  })
  .map(({ v6, src, dst, proto, port, type, ttl, tos, id, df, payload, options, fragment, bad, headers }) => {
    const isWhole = fragment === null;
    const base = {
      proto,
      ttl,
      tos,
      payload,
      fragment,
      l4Checksum: isWhole && bad && CHECKED.has(proto) ? "bad" : "good",
    } as const;
    const v6Fields = { family: "ip6", src, dst, id: isWhole ? 0 : id, extensionHeaders: headers } as const;
    const v4Fields = {
      family: "ip",
      src: lowWord(src),
      dst: lowWord(dst),
      id,
      dontFragment: df,
      ...(options.length === 0 ? {} : { ipOptions: options }),
    } as const;
    const hasHeader = isWhole || fragment.offset === 0;
    return packet({
      ...base,
      ...(v6 ? v6Fields : v4Fields),
      ...(hasHeader ? transport(proto, port, type, options) : {}),
    });
  });

const CHECKED: ReadonlySet<number> = new Set([1, 6, 17, 33, 58, 132, 136]);

function lowWord(address: bigint): number {
  return Number(address & 0xffff_ffffn);
}

/** The fields that a transport header of this protocol has. */
function transport(proto: number, port: number, type: number, tcpOptions: Uint8Array): Partial<Packet> {
  if (proto === PROTO.icmp || proto === PROTO.icmp6) {
    return { icmpType: type, icmpCode: port & 0xff, icmpId: hasIcmpId(proto, type) ? port : null };
  }
  if (!hasPorts(proto)) return {};
  return { sport: port, dport: port ^ 0x55, ...(proto === PROTO.tcp ? { tcpFlags: type, tcpOptions } : {}) };
}

describe("packet bytes", () => {
  it("writes a UDP packet with both checksums right", () => {
    const bytes = encodePacket(packet({ sport: 40000, dport: 53, id: 1, payload: new TextEncoder().encode("hi!") }));
    expect(hex(bytes)).toBe("4500001f000100004011" + "66bb" + "0a0000090a0100099c400035000b" + "c5e6" + "686921");
  });

  it("reads back what it wrote", () => {
    fc.assert(
      fc.property(anyPacket, (value) => {
        expect(decodePacket(encodePacket(value))).toEqual(value);
      }),
    );
  });

  it("gives a verdict on any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
        const read = decodePacket(bytes);
        expect(read === null || read.payload.length <= bytes.length).toBe(true);
      }),
    );
  });

  it("cuts a transport header short and reads what is left", () => {
    const bytes = encodePacket(packet({ proto: PROTO.tcp, sport: 1, dport: 80, tcpFlags: 2, truncateL4: 4 }));
    expect(bytes.length).toBe(24);
    expect(decodePacket(bytes)).toMatchObject({ sport: 1, dport: 80, tcpFlags: null, truncateL4: 4 });
  });

  it("knows the UDP checksum that says there is none", () => {
    const bytes = encodePacket(packet({ sport: 1, dport: 2, l4Checksum: "none" }));
    expect(decodePacket(bytes)?.l4Checksum).toBe("none");
  });

  it("computes CRC32c", () => {
    expect(crc32c(new TextEncoder().encode("123456789"), 99)).toBe(0xe306_9283);
  });
});
