import type { Address, Prefix } from "../../base/address.ts";
import { bitsOf, netOf, printAddress } from "../../base/address.ts";
import type { NftExpression, NftMatch, NftStatement } from "../../model/nft.ts";

/** The words of nft that renderers write, each as `nft list ruleset` would give it back. */
export function literal(text: string | number): NftExpression {
  return { kind: "literal", text: String(text), quoted: false };
}

/** Names of devices stand in quotation marks. */
export function deviceName(text: string): NftExpression {
  return { kind: "literal", text, quoted: true };
}

export function addressOf(address: Address): NftExpression {
  return literal(printAddress(address));
}

/** A prefix of one address is that address. */
export function prefixOf(prefix: Prefix): NftExpression {
  const { length } = prefix;
  const address = addressOf(netOf(prefix).value);
  return length === bitsOf(prefix.address) ? address : { kind: "prefix", address, length };
}

/** A mark, in the width of its type. */
export function markOf(mark: number): NftExpression {
  return literal(`0x${(mark >>> 0).toString(16).padStart(8, "0")}`);
}

export function payload(protocol: string, field: string): NftExpression {
  return { kind: "payload", protocol, field };
}

export function meta(key: string): NftExpression {
  return { kind: "meta", key };
}

export function concat(...parts: readonly NftExpression[]): NftExpression {
  return { kind: "concat", parts };
}

export function setRef(name: string): NftExpression {
  return { kind: "set-ref", name };
}

export function binary(left: NftExpression, op: "&" | "|" | "^", right: NftExpression): NftExpression {
  return { kind: "binary", op, left, right };
}

export function equal(left: NftExpression, right: NftExpression): NftMatch {
  return { kind: "match", op: "==", left, right };
}

export function different(left: NftExpression, right: NftExpression): NftMatch {
  return { kind: "match", op: "!=", left, right };
}

/** `ct state NAME`: a bit of it. */
export function ctState(name: string): NftMatch {
  return {
    kind: "match",
    op: "in",
    left: { kind: "ct", key: "state", direction: null, family: null },
    right: literal(name),
  };
}

/** `fib saddr type local`: one of the node's own addresses. */
export function isLocalAddress(which: "saddr" | "daddr"): NftMatch {
  return equal({ kind: "fib", flags: [which], result: "type" }, literal("local"));
}

export function vmap(key: NftExpression, map: NftExpression): NftStatement {
  return { kind: "vmap", key, map };
}

export function setTo(target: NftExpression, value: NftExpression): NftStatement {
  return { kind: "mangle", target, value };
}

export const REJECT: NftStatement = { kind: "reject", type: null, code: null };

export function masquerade(...flags: readonly string[]): NftStatement {
  return { kind: "nat", type: "masquerade", family: null, address: null, port: null, flags, withPort: false };
}

export function dnatTo(address: Address, port: number): NftStatement {
  const to = { address: addressOf(address), port: literal(port) };
  return { kind: "nat", type: "dnat", family: null, ...to, flags: [], withPort: false };
}
