import type { Address, AddressMask } from "../base/address.ts";
import { inNet, netOf, parsePrefix, zeroOf } from "../base/address.ts";
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

/** rpfilter_get_saddr, get_saddr of nft_fib_ipv4.c, rpfilter_addr_unicast: groups, broadcasts and no address are no source of an answer. */
export function sourceOf(address: Address): Address {
  if (typeof address === "bigint") return address >> 120n === 0xffn ? zeroOf("ip6") : address;
  return inNet(address, V4_NETS.multicast) || address === 0xffff_ffff ? 0 : address;
}
