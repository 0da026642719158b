import type { AddressMask } from "../../base/address.ts";
import type { Ref } from "../bdd/bdd.ts";
import type { AddressField } from "../../program/test.ts";
import type { Space } from "../space.ts";

/** Addresses that the kernel treats by their value alone (include/linux/in.h, include/net/ipv6.h). */
const V4 = {
  loopback: { value: 0x7f00_0000, mask: 0xff00_0000 },
  multicast: { value: 0xe000_0000, mask: 0xf000_0000 },
  localMulticast: { value: 0xe000_0000, mask: 0xffff_ff00 },
  thisNetwork: { value: 0, mask: 0xff00_0000 },
} as const;

export const LIMITED_BROADCAST = 0xffff_ffff;
/** 224.0.0.1: every host is a member. */
export const ALL_HOSTS = 0xe000_0001;

export function v4Net(space: Space, field: AddressField, net: keyof typeof V4): Ref {
  return space.inNet(field, V4[net]);
}

const V6: Readonly<Record<"multicast" | "linkLocal" | "linkGroup", AddressMask>> = {
  multicast: { value: 0xffn << 120n, mask: 0xffn << 120n },
  linkLocal: { value: 0xfe80n << 112n, mask: 0xffcn << 116n },
  linkGroup: { value: 0xff02n << 112n, mask: 0xff0fn << 112n },
};

export function v6Net(space: Space, field: AddressField, net: keyof typeof V6): Ref {
  return space.inNet(field, V6[net]);
}

/** IPV6_ADDR_LINKLOCAL (net/ipv6/addrconf_core.c): addresses that every link has of its own, groups of that scope included. */
export function ofOneLink(space: Space, field: AddressField): Ref {
  return space.bdd.or(v6Net(space, field, "linkLocal"), v6Net(space, field, "linkGroup"));
}
