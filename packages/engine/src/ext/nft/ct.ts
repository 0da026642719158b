import type { NftExpression } from "../../model/nft.ts";
import type { NumberField, UnknownWhy } from "../../program/field.ts";
import { HAS_FLOW, familyTests } from "./context.ts";
import type { NftContext, Reading } from "./context.ts";
import type { Datatype } from "./datatypes.ts";
import { integer, knownType } from "./datatypes.ts";

type CtExpression = NftExpression & { kind: "ct" };

const NUMBERS: ReadonlyMap<string, readonly [NumberField, Datatype]> = new Map<
  string,
  readonly [NumberField, Datatype]
>([
  ["state", ["ctState", knownType("ct_state")]],
  ["status", ["ctStatus", knownType("ct_status")]],
  ["mark", ["ctmark", knownType("mark")]],
  ["direction", ["ctDirection", knownType("ct_dir")]],
  ["protocol", ["ctProtocol", knownType("inet_proto")]],
  ["l3proto", ["ctFamily", knownType("nf_proto")]],
]);

/** Keys that no dump holds for the packet that is walked. */
const UNKNOWNS: ReadonlyMap<string, readonly [UnknownWhy, Datatype]> = new Map<string, readonly [UnknownWhy, Datatype]>(
  [
    ["expiration", ["counter", knownType("time")]],
    ["helper", ["object", knownType("string")]],
    ["label", ["object", knownType("ct_label")]],
    ["bytes", ["counter", integer(64, true)]],
    ["packets", ["counter", integer(64, true)]],
    ["avgpkt", ["counter", integer(64, true)]],
    ["event", ["object", knownType("ct_event")]],
    ["id", ["hash", integer(32, true)]],
    ["secmark", ["object", integer(32, true)]],
  ],
);

const TUPLES: ReadonlyMap<string, "src" | "dst" | "sport" | "dport"> = new Map([
  ["saddr", "src"],
  ["daddr", "dst"],
  ["proto-src", "sport"],
  ["proto-dst", "dport"],
]);

/** `ct KEY` (net/netfilter/nft_ct.c nft_ct_get_eval); null: nobody here knows the key. */
export function readCt(expression: CtExpression, context: NftContext): Reading | null {
  const { key, direction, family } = expression;
  const number = NUMBERS.get(key);
  if (number !== undefined) {
    const [field, type] = number;
    return { value: { kind: "number", bits: type.bits, field }, type, needs: [] };
  }
  const tuple = TUPLES.get(key);
  if (tuple !== undefined && direction !== null) {
    const type = tuple.endsWith("port") ? knownType("inet_service") : addressType(family ?? context.family);
    const value = { kind: "tuple", bits: type.bits, direction, field: tuple } as const;
    return { value, type, needs: familyTests(context, family ?? undefined) };
  }
  if (key === "zone") {
    return { value: { kind: "ct-zone", bits: 16, direction }, type: integer(16, true), needs: [] };
  }
  const unknown = UNKNOWNS.get(key);
  if (unknown === undefined) return null;
  const [why, type] = unknown;
  return { value: { kind: "unknown", bits: type.bits, what: `ct ${key}`, why }, type, needs: [HAS_FLOW] };
}

export function addressType(family: "ip" | "ip6"): Datatype {
  return knownType(family === "ip" ? "ipv4_addr" : "ipv6_addr");
}
