import type { Address } from "../../base/address.ts";
import { bitsOf } from "../../base/address.ts";
import type { Link } from "../../model/routing.ts";

const MTU = 1500;
const SPAN = { file: "", line: 0 } as const;

/** A dummy device that nobody sets up: its addresses are local all the same. */
export function dummyLink(name: string, addresses: readonly Address[]): Link {
  return {
    index: 0,
    name,
    peer: null,
    flags: ["BROADCAST", "NOARP"],
    mtu: MTU,
    master: null,
    state: "DOWN",
    type: "ether",
    mac: null,
    kind: "dummy",
    group: null,
    addresses: addresses.map((address) => ({
      prefix: { address, length: bitsOf(address) },
      peer: null,
      broadcast: null,
      scope: "global",
      flags: [],
      label: typeof address === "number" ? name : null,
      span: SPAN,
    })),
    span: SPAN,
  };
}
