import type { Family } from "../../base/address.ts";
import type { Dimension, ElementPart } from "../../model/sets.ts";

/** One ipset type: what its elements are made of. */
export interface SetType {
  /** As ipset spells it: `hash:ip,port`. */
  readonly name: string;
  /** In the order of the name. A rule that names fewer directions than this never matches. */
  readonly dimensions: readonly Dimension[];
  /** What an element may hold in each place, in the same order: addresses, then ranges where `add` takes them. */
  readonly parts: readonly (readonly ElementPart["kind"][])[];
  /** Address families that the type exists in. `hash:mac`, `bitmap:port` and `list:set` serve packets of both. */
  readonly families: readonly Family[];
  /** `create` takes and prints `family inet|inet6`. */
  readonly hasFamily: boolean;
  /** Trailing parts that an element may leave out: the MAC of `bitmap:ip,mac`. */
  readonly optionalParts: number;
  /** Kernel file, under net/netfilter/ipset. */
  readonly source: string;
}

const PARTS: Readonly<Record<Dimension, readonly ElementPart["kind"][]>> = {
  ip: ["address", "range"],
  net: ["address", "range"],
  port: ["port"],
  mac: ["mac"],
  mark: ["mark"],
  iface: ["iface"],
  set: ["set"],
};

const BOTH: readonly Family[] = ["ip", "ip6"];

function setType(name: string, dimensions: readonly Dimension[], extra: Partial<SetType> = {}): SetType {
  return {
    name,
    dimensions,
    parts: dimensions.map((dimension) => PARTS[dimension]),
    families: BOTH,
    hasFamily: true,
    optionalParts: 0,
    source: `ip_set_${name.replace(/[:,]/g, name.startsWith("list") ? "_" : "").replace(/^(hash|bitmap)/, "$1_")}.c`,
    ...extra,
  };
}

/** The 16 types of ipset 7, in the order of its manual. */
export const setTypes: readonly SetType[] = [
  setType("bitmap:ip", ["ip"], { families: ["ip"], hasFamily: false }),
  setType("bitmap:ip,mac", ["ip", "mac"], { families: ["ip"], hasFamily: false, optionalParts: 1 }),
  setType("bitmap:port", ["port"], { hasFamily: false }),
  setType("hash:ip", ["ip"]),
  setType("hash:mac", ["mac"], { hasFamily: false }),
  setType("hash:ip,mac", ["ip", "mac"]),
  setType("hash:net", ["net"]),
  setType("hash:net,net", ["net", "net"]),
  setType("hash:ip,port", ["ip", "port"]),
  setType("hash:net,port", ["net", "port"]),
  setType("hash:ip,port,ip", ["ip", "port", "ip"]),
  setType("hash:ip,port,net", ["ip", "port", "net"]),
  setType("hash:ip,mark", ["ip", "mark"]),
  setType("hash:net,port,net", ["net", "port", "net"]),
  setType("hash:net,iface", ["net", "iface"]),
  setType("list:set", ["set"], { hasFamily: false }),
];

const byName: ReadonlyMap<string, SetType> = new Map(setTypes.map((type) => [type.name, type]));

/** The type that `create NAME TYPE` names, or null when ipset has none of that name. */
export function findSetType(name: string): SetType | null {
  return byName.get(name) ?? null;
}
