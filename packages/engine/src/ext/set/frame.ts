import { familyOf, maskAddress } from "../../base/address.ts";
import type { IpSet } from "../../model/sets.ts";
import type { SetKey } from "../../program/set-lookup.ts";
import type { Direction } from "../../program/test.ts";
import type { Entry } from "./contents.ts";
import type { MatchOptions } from "./options.ts";
import type { PacketPart } from "./packet-part.ts";
import { packetPart } from "./packet-part.ts";
import type { SetType } from "./types.ts";

/** What never changes of a set. */
export interface Frame {
  readonly set: IpSet;
  readonly type: SetType;
  readonly options: MatchOptions;
}

/** The packet's part for each dimension; null: no set of this type can hold it. */
export function partsOf(
  { set, type, options }: Frame,
  key: SetKey,
  directions: readonly Direction[],
): readonly PacketPart[] | null {
  if (directions.length < type.dimensions.length) return null;
  const servesFamily = type.hasFamily || type.dimensions.includes("ip");
  if (servesFamily && familyOf(key.src) !== set.family) return null;
  const parts: PacketPart[] = [];
  let place = 0;
  for (const dimension of type.dimensions) {
    const part = packetPart(dimension, directions[place++] ?? "src", key, type.name);
    if (part.kind === "none") return null;
    parts.push(options.masks ? masked(part, dimension, options) : part);
  }
  return parts;
}

function masked(part: PacketPart, dimension: string, { addressMask, markMask }: MatchOptions): PacketPart {
  if (part.kind === "bits" && dimension !== "port") return { ...part, value: maskAddress(part.value, addressMask) };
  if (part.kind === "word" && dimension === "mark") {
    return { ...part, value: String((Number(part.value) & markMask) >>> 0) };
  }
  return part;
}

/** What is not hashed: the device of hash:net,iface, the MAC address of bitmap:ip,mac. */
export function hasRest({ device, mac }: Entry, last: PacketPart | undefined): boolean | "unknown" {
  const value = last?.kind === "word" ? last.value : null;
  if (device !== null) return device.prefix ? value?.startsWith(device.name) === true : value === device.name;
  if (mac === null) return true;
  return value === null ? "unknown" : value === mac;
}
