import type { StackHook } from "../program/program.ts";
import type { Called } from "./call-graph.ts";
import { FALSE, TRUE } from "./bdd/bdd.ts";
import type { Ref } from "./bdd/bdd.ts";
import { CT_STATE, FRAGMENT } from "./fields.ts";
import { socketsThatCanBe } from "./socket.ts";
import type { DeviceField, Space } from "./space.ts";

const DEVICE_FIELDS = ["iif", "oif", "physin", "physout"] as const;

/** Values of the variables that stand for a packet at all: states of conntrack and devices that there are. */
export function everyPacket(space: Space): Ref {
  const { bdd, devices } = space;
  const last = devices.names.length - 1;
  const parts = DEVICE_FIELDS.map((field) => space.in(field, [{ from: 0, to: last }]));
  if (!space.hasFragments) parts.push(space.is("fragment", FRAGMENT.whole));
  parts.push(socketsThatCanBe(space));
  parts.push(space.in("ctState", [{ from: 0, to: CT_STATE.untracked }]));
  return parts.reduce((all, part) => bdd.and(all, part), TRUE);
}

/** What the devices of a packet are at each hook: there, not there, or either (null). */
const DEVICES: Readonly<Record<StackHook, Readonly<Partial<Record<DeviceField, boolean>>>>> = {
  ingress: { iif: true, oif: false, physout: false },
  prerouting: { iif: true, oif: false, physout: false },
  input: { iif: true, oif: false, physout: false },
  forward: { iif: true, oif: true },
  output: { iif: false, oif: true, physin: false, physout: false },
  postrouting: { oif: true },
  egress: { oif: true },
};

/** Every packet that can come to a base chain, whatever other chains have made of it. */
export function packetsAt(space: Space, { hook, isBeforeConntrack }: Called): Ref {
  const { bdd } = space;
  let packets = everyPacket(space);
  for (const field of DEVICE_FIELDS) {
    const isThere = DEVICES[hook][field];
    if (isThere === undefined) continue;
    const none = space.noDevice(field);
    packets = bdd.and(packets, isThere ? bdd.not(none) : none);
  }
  return bdd.and(packets, bdd.or(space.isAnyOf("ctState", WITHOUT_ENTRY), trackedAt(space, hook, isBeforeConntrack)));
}

const WITHOUT_ENTRY = [CT_STATE.invalid, CT_STATE.untracked];

/** Packets that may have a flow: behind conntrack all; before it those that come round by lo, and answers of the kernel's own. */
function trackedAt(space: Space, hook: StackHook, isBeforeConntrack: boolean): Ref {
  if (!space.family.conntrack) return FALSE;
  if (!isBeforeConntrack || hook === "egress") return TRUE;
  return hook === "output" ? space.is("hasSocket", 0) : space.device("iif", "lo", false);
}
