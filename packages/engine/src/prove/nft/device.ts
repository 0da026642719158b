import { nameDatum } from "../../ext/nft/datatypes.ts";
import type { InterfaceSide } from "../../program/field.ts";
import type { DataRange } from "../../program/value-set.ts";
import type { Ref } from "../bdd/bdd.ts";
import type { Devices } from "../devices.ts";
import { SIDES } from "../fields.ts";
import type { Space } from "../space.ts";

/** Packets whose device has a name in a range of 16 bytes; without a device the name is empty (nft_meta_store_ifname). */
export function deviceIn(space: Space, side: InterfaceSide, range: DataRange): Ref {
  return space.devicesWhere(SIDES[side], (device) => isIn(device, range));
}

/** A name that stands for others is in a range that all of them are in. */
function isIn({ name, isOther }: Devices["names"][number], { from, to }: DataRange): boolean {
  const first = nameDatum(name);
  const free = BigInt(128 - 8 * name.length);
  const last = isOther ? first | ((1n << free) - 1n) : first;
  return first >= from && last <= to;
}
