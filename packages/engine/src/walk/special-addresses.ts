import type { AddressMask } from "../base/address.ts";
import { netOf, parsePrefix } from "../base/address.ts";
import { invariant } from "../base/assert.ts";

/** Addresses that the kernel treats by their value alone (include/linux/in.h ipv4_is_*). */
export const V4_NETS: {
  readonly loopback: AddressMask;
  readonly multicast: AddressMask;
  readonly localMulticast: AddressMask;
} = {
  loopback: net("127.0.0.0/8"),
  multicast: net("224.0.0.0/4"),
  localMulticast: net("224.0.0.0/24"),
};

function net(text: string): AddressMask {
  const prefix = parsePrefix(text);
  invariant(prefix !== null, text);
  return netOf(prefix);
}
