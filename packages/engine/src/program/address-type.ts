import type { FibError } from "./refusing-route.ts";
import type { AddressType } from "./test.ts";

/** RTN_*, include/uapi/linux/rtnetlink.h. */
export const ADDRESS_TYPES: Readonly<Record<AddressType, number>> = {
  UNSPEC: 0,
  UNICAST: 1,
  LOCAL: 2,
  BROADCAST: 3,
  ANYCAST: 4,
  MULTICAST: 5,
  BLACKHOLE: 6,
  UNREACHABLE: 7,
  PROHIBIT: 8,
  THROW: 9,
  NAT: 10,
  XRESOLVE: 11,
};

/** What `fib … type` says of an address by the error of its lookup (__nft_fib6_eval_type). */
export const REFUSED_TYPES: Readonly<Record<FibError, AddressType>> = {
  "net-unreachable": "UNREACHABLE",
  "host-unreachable": "UNREACHABLE",
  prohibited: "PROHIBIT",
  blackhole: "BLACKHOLE",
  "by-lo": "UNREACHABLE",
};
