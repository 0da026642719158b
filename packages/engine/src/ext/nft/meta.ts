import type { NumberField, UnknownWhy } from "../../program/field.ts";
import type { Value } from "../../program/value.ts";
import type { NftContext, Reading } from "./context.ts";
import { datatype, integer } from "./datatypes.ts";
import { META_KEYS } from "./vocabulary.ts";

/** How a key is read: a core field, a device, what is the same for all packets of a family, or nobody can say. */
type Read =
  | { readonly field: NumberField }
  | { readonly side: "in" | "out"; readonly what: "name" | "kind" }
  | { readonly ip: number; readonly ip6: number }
  | { readonly why: UnknownWhy }
  | { readonly random: number };

/** `meta KEY` (net/netfilter/nft_meta.c nft_meta_get_eval): what each key reads. Its type is said in `vocabulary.ts`. */
const KEYS: ReadonlyMap<string, Read> = new Map<string, Read>([
  ["length", { field: "length" }],
  ["protocol", { ip: 0x0800, ip6: 0x86dd }],
  ["nfproto", { ip: 2, ip6: 10 }],
  ["l4proto", { field: "l4Proto" }],
  ["priority", { field: "skPriority" }],
  ["mark", { field: "mark" }],
  ["iif", { side: "in", what: "name" }],
  ["oif", { side: "out", what: "name" }],
  ["iifname", { side: "in", what: "name" }],
  ["oifname", { side: "out", what: "name" }],
  ["iifkind", { side: "in", what: "kind" }],
  ["oifkind", { side: "out", what: "kind" }],
  ["iiftype", { field: "linkTypeIn" }],
  ["oiftype", { field: "linkTypeOut" }],
  ["iifgroup", { field: "devgroupIn" }],
  ["oifgroup", { field: "devgroupOut" }],
  ["skuid", { field: "skUid" }],
  ["skgid", { field: "skGid" }],
  ["rtclassid", { field: "classid" }],
  ["pkttype", { field: "pktType" }],
  ["cgroup", { field: "cgroup" }],
  ["cpu", { why: "cpu" }],
  ["ipsec", { why: "ipsec" }],
  ["secpath", { why: "ipsec" }],
  ["secmark", { why: "extension" }],
  ["nftrace", { why: "extension" }],
  ["time", { why: "clock" }],
  ["hour", { why: "clock" }],
  ["day", { why: "clock" }],
  ["random", { random: 2 ** 32 }],
]);

const NUMBER_BITS = 32;

function valueOf(key: string, read: Read, bits: number, { family }: NftContext): Value {
  if ("field" in read) return { kind: "number", bits, field: read.field };
  if ("side" in read) return { kind: "device", bits, ...read };
  if ("ip" in read) return { kind: "constant", bits, data: read[family] };
  const what = `meta ${key}`;
  if ("why" in read) return { kind: "unknown", bits, what, why: read.why };
  return { kind: "choice", bits, modulus: read.random, offset: 0, uniform: true, what, why: "random" };
}

/** Null: nobody here knows the key. */
export function readMeta(key: string, context: NftContext): Reading | null {
  const read = KEYS.get(key);
  if (read === undefined) return null;
  const type = datatype(META_KEYS.get(key) ?? "") ?? integer(NUMBER_BITS, true);
  return { value: valueOf(key, read, type.bits, context), type, needs: [] };
}
