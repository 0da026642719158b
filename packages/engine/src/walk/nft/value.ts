import type { Address } from "../../base/address.ts";
import { jhash } from "../../base/jhash.ts";
import { nameDatum } from "../../ext/nft/datatypes.ts";
import type { Tuple } from "../../model/host.ts";
import type { Datum } from "../../program/value-set.ts";
import type { Value } from "../../program/value.ts";
import { zoneOf } from "../conntrack/zone.ts";
import { readField } from "../fields.ts";
import type { Run } from "../run.ts";
import type { Skb } from "../skb.ts";
import { isUnknown } from "./evaluated.ts";
import type { Evaluated } from "./evaluated.ts";
import { evaluateFib } from "./fib.ts";
import { resolveMap } from "./lookup.ts";
import { readExtension, readIpOption, readTcpOption } from "./options.ts";
import { readPayload } from "./payload.ts";
import { readSocket } from "./socket.ts";

/** What a value is for the packet as it is now. */
export function evaluateValue(run: Run, value: Value): Evaluated {
  const { skb } = run;
  switch (value.kind) {
    case "constant":
      return value.data;
    case "number": {
      const read = readField(value.field, skb, run);
      return typeof read === "string" ? { kind: "unknown", what: value.field, why: read } : read;
    }
    case "address":
      return value.field === "src" ? skb.src : skb.dst;
    case "device":
      return readDevice(run, value);
    case "payload":
      return value.base === "ll" ? readLink(skb, value) : readPayload(skb, value.base, value.offset, value.bits);
    case "extension":
      return readExtension(skb, value);
    case "tcp-option":
      return readTcpOption(skb, value);
    case "ip-option":
      return readIpOption(skb, value);
    case "tuple":
      return readTuple(skb, value);
    case "ct-zone":
      return readZone(skb, value.direction);
    case "fib":
      return readFib(run, value);
    case "socket":
      return readSocket(run, value.what);
    case "nexthop":
      return skb.route === null ? null : (skb.route.via ?? skb.dst);
    case "binary":
      return evaluateBinary(run, value);
    case "reversed": {
      const inner = evaluateValue(run, value.of);
      return inner === null || isUnknown(inner) ? inner : reversed(inner, value.bits);
    }
    case "jhash":
      return evaluateHash(run, value);
    case "choice": {
      const { modulus, offset, uniform, what, why } = value;
      return { kind: "unknown", what, why, choice: { modulus, offset, uniform } };
    }
    case "map":
      return evaluateMap(run, value);
    case "unknown":
      return { kind: "unknown", what: value.what, why: value.why };
  }
}

export function evaluateKey(run: Run, key: readonly Value[]): readonly Evaluated[] {
  return key.map((value) => evaluateValue(run, value));
}

/** nft_meta_store_ifname: without a device an empty name. */
function readDevice({ skb, program }: Run, { side, what }: Value & { kind: "device" }): Evaluated {
  if (side === "out" && !skb.oifKnown)
    return { kind: "unknown", what: "the device that the packet leaves by", why: "no route dump" };
  const name = side === "in" ? skb.iif : skb.oif;
  if (what === "name") return nameDatum(name ?? "");
  const kind = name === null ? null : (program.links.get(name)?.kind ?? null);
  if (kind !== null) return nameDatum(kind);
  return name === null || name === "lo"
    ? null
    : { kind: "unknown", what: `the kind of ${name}`, why: "no ip link dump" };
}

const LINK_HEADER_BITS = 112;

/** The link header: packets made here have none yet. Of the others the sender's address may be given, and the protocol is known. */
function readLink(skb: Skb, { offset, bits }: Value & { kind: "payload" }): Evaluated {
  if (skb.iif === null || offset + bits > LINK_HEADER_BITS) return null;
  if (offset === 96 && bits === 16) return skb.family === "ip" ? 0x0800 : 0x86dd;
  if (offset === 48 && bits === 48 && skb.smac !== null) return BigInt(`0x${skb.smac.replaceAll(":", "")}`);
  return { kind: "unknown", what: "the link header", why: "the packet's source MAC is not given" };
}

function readTuple({ ct, family }: Skb, { direction, field }: Value & { kind: "tuple" }): Datum | null {
  if (ct === null) return null;
  const tuple = ct.flow[direction];
  if (field === "src" || field === "dst") return isOf(family, tuple[field]) ? tuple[field] : null;
  return field === "sport" ? tuple.sport : destinationOf(tuple);
}

/** `tuple->dst.u.all`: ICMP has its type and code where others have their destination port. */
function destinationOf({ icmpType, icmpCode, dport }: Tuple): number {
  return icmpType === null ? dport : (icmpType << 8) | (icmpCode ?? 0);
}

function isOf(family: Skb["family"], address: Address): boolean {
  return (typeof address === "number") === (family === "ip");
}

function readZone({ ct }: Skb, direction: "original" | "reply" | null): number | null {
  if (ct === null) return null;
  const { zone } = ct.flow;
  return direction === null ? zone.id : zoneOf(zone, direction);
}

function readFib(run: Run, { spec }: Value & { kind: "fib" }): Datum {
  const answer = evaluateFib(run, spec);
  if (answer.kind === "type") return answer.type;
  return spec.result === "present" ? Number(answer.name !== "") : nameDatum(answer.name);
}

function evaluateBinary(run: Run, { op, left, right, bits }: Value & { kind: "binary" }): Evaluated {
  const [a, b] = [evaluateValue(run, left), evaluateValue(run, right)];
  if (a === null || b === null) return null;
  if (isUnknown(a)) return { kind: "unknown", what: a.what, why: a.why };
  if (isUnknown(b)) return { kind: "unknown", what: b.what, why: b.why };
  return operate(op, a, b, bits);
}

function operate(op: (Value & { kind: "binary" })["op"], left: Datum, right: Datum, bits: number): Datum {
  const all = (1n << BigInt(bits)) - 1n;
  const [a, b] = [BigInt(left), BigInt(right)];
  const result = {
    "&": () => a & b,
    "|": () => a | b,
    "^": () => a ^ b,
    "<<": () => (b > 128n ? 0n : a << b),
    ">>": () => (b > 128n ? 0n : a >> b),
  }[op]();
  return bits > 32 ? result & all : Number(result & all);
}

/** The bytes of a value in network order. */
function bytesOfDatum(value: Datum, bits: number): number[] {
  const bytes: number[] = [];
  const length = (bits + 7) >> 3;
  for (let i = length - 1; i >= 0; i--) bytes.push(Number((BigInt(value) >> BigInt(8 * i)) & 0xffn));
  return bytes;
}

function reversed(value: Datum, bits: number): Datum {
  const whole = bytesOfDatum(value, bits)
    .reverse()
    .reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return bits > 32 ? whole : Number(whole);
}

/** nft_jhash_eval (net/netfilter/nft_hash.c): fields of a concatenation fill whole registers of four bytes. */
function evaluateHash(run: Run, { of, modulus, seed, offset }: Value & { kind: "jhash" }): Evaluated {
  const bytes: number[] = [];
  for (const field of of) {
    const value = evaluateValue(run, field);
    if (value === null || isUnknown(value)) return value;
    for (const byte of bytesOfDatum(value, field.bits)) bytes.push(byte);
    while (of.length > 1 && bytes.length % 4 !== 0) bytes.push(0);
  }
  const hash = jhash(bytes, seed);
  return offset + Number((BigInt(hash) * BigInt(modulus)) >> 32n);
}

function evaluateMap(run: Run, { key, set, part, end }: Value & { kind: "map" }): Evaluated {
  const found = resolveMap(run, evaluateKey(run, key), set);
  if (found === "break" || found === "none") return null;
  if ("kind" in found) return found;
  const range = found.data[part];
  return range === undefined ? null : end ? range.to : range.from;
}
