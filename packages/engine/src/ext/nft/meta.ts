import type { NumberField, UnknownWhy } from "../../program/field.ts";
import type { Value } from "../../program/value.ts";
import type { NftContext, Reading } from "./context.ts";
import type { Datatype } from "./datatypes.ts";
import { integer, knownType } from "./datatypes.ts";

type Read = (context: NftContext) => Reading;

const number =
  (field: NumberField, type: Datatype): Read =>
  () => ({ value: { kind: "number", bits: type.bits, field }, type, needs: [] });

const device =
  (side: "in" | "out", what: "name" | "kind", type: string): Read =>
  () => ({ value: { kind: "device", bits: 128, side, what }, type: knownType(type), needs: [] });

const unknown =
  (key: string, why: UnknownWhy, type: Datatype): Read =>
  () => ({ value: { kind: "unknown", bits: type.bits, what: `meta ${key}`, why }, type, needs: [] });

/** What every packet of a family is. */
const perFamily =
  (type: Datatype, ip: number, ip6: number): Read =>
  ({ family }) => {
    const value: Value = { kind: "constant", bits: type.bits, data: family === "ip" ? ip : ip6 };
    return { value, type, needs: [] };
  };

const host32 = integer(32, true);

/** `meta KEY` (net/netfilter/nft_meta.c nft_meta_get_eval): what each key reads. */
const KEYS: ReadonlyMap<string, Read> = new Map<string, Read>([
  ["length", number("length", host32)],
  ["protocol", perFamily(knownType("ether_type"), 0x0800, 0x86dd)],
  ["nfproto", perFamily(knownType("nf_proto"), 2, 10)],
  ["l4proto", number("l4Proto", knownType("inet_proto"))],
  ["priority", number("skPriority", knownType("classid"))],
  ["mark", number("mark", knownType("mark"))],
  ["iif", device("in", "name", "iface_index")],
  ["oif", device("out", "name", "iface_index")],
  ["iifname", device("in", "name", "ifname")],
  ["oifname", device("out", "name", "ifname")],
  ["iifkind", device("in", "kind", "ifname")],
  ["oifkind", device("out", "kind", "ifname")],
  ["iiftype", number("linkTypeIn", knownType("iface_type"))],
  ["oiftype", number("linkTypeOut", knownType("iface_type"))],
  ["iifgroup", number("devgroupIn", knownType("devgroup"))],
  ["oifgroup", number("devgroupOut", knownType("devgroup"))],
  ["skuid", number("skUid", knownType("uid"))],
  ["skgid", number("skGid", knownType("gid"))],
  ["rtclassid", number("classid", knownType("realm"))],
  ["pkttype", number("pktType", knownType("pkt_type"))],
  ["cgroup", number("cgroup", host32)],
  ["cpu", unknown("cpu", "cpu", host32)],
  ["ipsec", unknown("ipsec", "ipsec", knownType("boolean"))],
  ["secmark", unknown("secmark", "extension", host32)],
  ["nftrace", unknown("nftrace", "extension", integer(8))],
  ["time", unknown("time", "clock", knownType("time"))],
  ["hour", unknown("hour", "clock", knownType("hour"))],
  ["day", unknown("day", "clock", knownType("day"))],
  [
    "random",
    () => ({
      value: {
        kind: "choice",
        bits: 32,
        modulus: 2 ** 32,
        offset: 0,
        uniform: true,
        what: "meta random",
        why: "hash",
      },
      type: host32,
      needs: [],
    }),
  ],
]);

/** Null: nobody here knows the key. */
export function readMeta(key: string, context: NftContext): Reading | null {
  return KEYS.get(key)?.(context) ?? null;
}
