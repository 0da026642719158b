import { inRanges } from "../base/ranges.ts";
import type { BpfInstruction, Test, U32Comparison } from "../program/test.ts";

/** xt_u32.c u32_match_it: every comparison must hold; reading beyond the packet is no match. */
export function matchU32(bytes: Uint8Array, comparisons: readonly U32Comparison[]): boolean {
  return comparisons.every(({ location, ranges }) => {
    const value = locate(bytes, location);
    return value !== null && inRanges(value, ranges);
  });
}

function locate(bytes: Uint8Array, location: U32Comparison["location"]): number | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = (at: number): number | null => (at >= 0 && at + 4 <= bytes.length ? view.getUint32(at) : null);
  let at = 0;
  let value = 0;
  for (const step of location) {
    switch (step.kind) {
      case "read":
      case "at": {
        at = step.kind === "read" ? step.at : at + value + step.offset;
        const next = read(at);
        if (next === null) return null;
        value = next;
        break;
      }
      case "and":
        value = (value & step.value) >>> 0;
        break;
      case "left":
        value = step.bits > 31 ? 0 : (value << step.bits) >>> 0;
        break;
      case "right":
        value = step.bits > 31 ? 0 : value >>> step.bits;
        break;
    }
  }
  return value;
}

/** xt_string.c string_mt: the pattern starts at or after `from` and ends at or before `to` (skb_find_text). */
export function matchString(bytes: Uint8Array, test: Test & { kind: "string" }): boolean {
  const { pattern, ignoreCase, from, to } = test;
  const last = Math.min(to, bytes.length) - pattern.length;
  const fold = (byte: number): number => (ignoreCase && byte >= 65 && byte <= 90 ? byte + 32 : byte);
  for (let at = from; at <= last; at++) {
    if (pattern.every((byte, i) => fold(bytes[at + i] ?? -1) === fold(byte))) return true;
  }
  return false;
}

const BPF_LIMIT = 4096;

/** Classic BPF (include/uapi/linux/bpf_common.h): true where the program returns non-zero. Bytes start at the IP header. */
export function matchBpf(bytes: Uint8Array, code: readonly BpfInstruction[]): boolean {
  const machine: BpfMachine = { bytes, a: 0, x: 0, memory: new Map() };
  for (let pc = 0, steps = 0; steps < BPF_LIMIT; steps++) {
    const instruction = code[pc];
    if (instruction === undefined) return false;
    const result = step(machine, instruction);
    if (result === "fail") return false;
    if (typeof result === "object") return result.returns !== 0;
    pc += 1 + result;
  }
  return false;
}

interface BpfMachine {
  readonly bytes: Uint8Array;
  a: number;
  x: number;
  readonly memory: Map<number, number>;
}

const CLASS = { ld: 0, ldx: 1, st: 2, stx: 3, alu: 4, jmp: 5, ret: 6, misc: 7 } as const;

/** How far to jump, `fail` for a read beyond the packet, or what is returned. */
function step(m: BpfMachine, { code, jt, jf, k }: BpfInstruction): number | "fail" | { readonly returns: number } {
  switch (code & 7) {
    case CLASS.ld: {
      const value = load(m, code, k);
      if (value === null) return "fail";
      m.a = value;
      return 0;
    }
    case CLASS.ldx: {
      const value = loadX(m, code, k);
      if (value === null) return "fail";
      m.x = value;
      return 0;
    }
    case CLASS.st:
      m.memory.set(k, m.a);
      return 0;
    case CLASS.stx:
      m.memory.set(k, m.x);
      return 0;
    case CLASS.alu:
      return alu(m, code, code & 8 ? m.x : k);
    case CLASS.jmp:
      return jump(m, code, k, jt, jf);
    case CLASS.ret:
      return { returns: code & 0x10 ? m.a : k };
    default:
      if (code & 0x80) m.a = m.x;
      else m.x = m.a;
      return 0;
  }
}

function readBytes(m: BpfMachine, at: number, size: number): number | null {
  if (at < 0 || at + size > m.bytes.length) return null;
  let value = 0;
  for (let i = 0; i < size; i++) value = value * 256 + (m.bytes[at + i] ?? 0);
  return value;
}

const SIZES: Readonly<Record<number, number>> = { 0x00: 4, 0x08: 2, 0x10: 1 };

function load(m: BpfMachine, code: number, k: number): number | null {
  const size = SIZES[code & 0x18] ?? 4;
  switch (code & 0xe0) {
    case 0x00:
      return k;
    case 0x20:
      return readBytes(m, k, size);
    case 0x40:
      return readBytes(m, m.x + k, size);
    case 0x60:
      return m.memory.get(k) ?? 0;
    case 0x80:
      return m.bytes.length;
    default:
      return null;
  }
}

function loadX(m: BpfMachine, code: number, k: number): number | null {
  if ((code & 0xe0) !== 0xa0) return load(m, code, k);
  const byte = readBytes(m, k, 1);
  return byte === null ? null : 4 * (byte & 0xf);
}

function alu(m: BpfMachine, code: number, value: number): number | "fail" {
  const op = code & 0xf0;
  if ((op === 0x30 || op === 0x90) && value === 0) return "fail";
  const results: Readonly<Record<number, () => number>> = {
    0x00: () => m.a + value,
    0x10: () => m.a - value,
    0x20: () => Math.imul(m.a, value),
    0x30: () => Math.floor(m.a / value),
    0x40: () => m.a | value,
    0x50: () => m.a & value,
    0x60: () => (value > 31 ? 0 : m.a << value),
    0x70: () => (value > 31 ? 0 : m.a >>> value),
    0x80: () => -m.a,
    0x90: () => m.a % value,
    0xa0: () => m.a ^ value,
  };
  const result = results[op];
  if (result === undefined) return "fail";
  m.a = result() >>> 0;
  return 0;
}

function jump(m: BpfMachine, code: number, k: number, jt: number, jf: number): number | "fail" {
  const value = code & 8 ? m.x : k;
  switch (code & 0xf0) {
    case 0x00:
      return k;
    case 0x10:
      return m.a === value ? jt : jf;
    case 0x20:
      return m.a > value ? jt : jf;
    case 0x30:
      return m.a >= value ? jt : jf;
    case 0x40:
      return (m.a & value) !== 0 ? jt : jf;
    default:
      return "fail";
  }
}
