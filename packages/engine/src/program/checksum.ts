import type { Address } from "../base/address.ts";

/** The address in network byte order: 4 or 16 bytes. */
export function addressBytes(address: Address): Uint8Array {
  const bytes = new Uint8Array(typeof address === "number" ? 4 : 16);
  const view = new DataView(bytes.buffer);
  if (typeof address === "number") view.setUint32(0, address);
  else {
    view.setBigUint64(0, address >> 64n);
    view.setBigUint64(8, address & 0xffff_ffff_ffff_ffffn);
  }
  return bytes;
}

/** The address that 4 or 16 bytes in network order spell. */
export function addressOfBytes(bytes: Uint8Array): Address {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return bytes.length === 4 ? view.getUint32(0) : (view.getBigUint64(0) << 64n) | view.getBigUint64(8);
}

/** RFC 1071 sum of 16-bit words, not yet folded; an odd last byte counts as the high half of a word. */
export function wordSum(bytes: Uint8Array, start = 0): number {
  let sum = start;
  const even = bytes.length & ~1;
  for (let i = 0; i < even; i += 2) sum += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
  if (even < bytes.length) sum += (bytes[even] ?? 0) << 8;
  return sum;
}

/** The Internet checksum of a sum: 0 where the bytes already hold a right checksum. */
export function foldChecksum(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x10000);
  return ~folded & 0xffff;
}

/** Sum of the pseudo header that TCP, UDP and ICMPv6 put before their own bytes (RFC 9293 3.1, RFC 8200 8.1). */
export function pseudoSum(src: Address, dst: Address, proto: number, length: number): number {
  return wordSum(addressBytes(dst), wordSum(addressBytes(src))) + proto + length;
}

/** CRC32c (Castagnoli) as SCTP uses it, RFC 9260 appendix A; the four bytes at `skip` count as zero. */
export function crc32c(bytes: Uint8Array, skip: number): number {
  let crc = 0xffff_ffff;
  for (const [at, byte] of bytes.entries()) {
    crc ^= at >= skip && at < skip + 4 ? 0 : byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f6_3b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}
