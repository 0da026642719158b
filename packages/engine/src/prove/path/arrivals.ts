import { PKT_TYPE } from "../../program/packet.ts";
import { addressesOfType } from "../address-type.ts";
import { FALSE } from "../bdd/bdd.ts";
import type { Ref } from "../bdd/bdd.ts";
import { everyPacket } from "../domain.ts";
import { FRAGMENT } from "../fields.ts";
import { SOCKET } from "../socket.ts";
import type { Space } from "../space.ts";
import { trackable } from "../track.ts";

/** Where packets come from: another host, by a device; or a program on this node. */
export type Origin = "receive" | "send";

/** Every whole packet that can come from there, whatever conntrack makes of it. Frames that a bridge takes from its ports are not among them. */
export function arrivals(space: Space, origin: Origin): Ref {
  const { bdd } = space;
  const parts = [
    everyPacket(space),
    space.is("fragment", FRAGMENT.whole),
    // A socket that is not transparent has an address of this node.
    bdd.or(bdd.not(space.is("socket", SOCKET.plain)), addressesOfType(space, "dst", ["LOCAL"])),
    trackable(space),
    ...(["oif", "nextOif", "strangeGroup", "physin", "physout", "ipvs", "givenSocket"] as const).map((field) =>
      space.is(field, 0),
    ),
    origin === "receive"
      ? bdd.minus(entries(space), space.is("hasSocket", 1))
      : bdd.and(space.noDevice("iif"), space.is("hasSocket", 1)),
    origin === "receive" ? bdd.not(space.is("pktType", PKT_TYPE.otherhost)) : space.is("pktType", PKT_TYPE.host),
  ];
  return bdd.intersection(parts);
}

/** The devices that packets come in by: those that there are, or where nobody says, any. */
function entries(space: Space): Ref {
  const { bdd, program } = space;
  if (!program.hasLinks) return bdd.minus(bdd.not(space.noDevice("iif")), space.device("iif", "lo", false));
  let devices: Ref = FALSE;
  for (const link of program.links.values())
    if (link.name !== "lo" && program.links.get(link.master ?? "")?.kind !== "bridge")
      devices = bdd.or(devices, space.device("iif", link.name, false));
  return devices;
}
