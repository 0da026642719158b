import type { Address } from "../../base/address.ts";
import { inNet } from "../../base/address.ts";
import type { RouteType } from "../../model/routing.ts";
import { ADDRESS_TYPES, REFUSED_TYPES } from "../../program/address-type.ts";
import { PROTO } from "../../program/protocol.ts";
import type { AddressType } from "../../program/test.ts";
import type { FibSpec } from "../../program/value.ts";
import { typeOfAddress, untoldAddress } from "../address-type.ts";
import { fibLookup } from "../fib.ts";
import type { FibResult } from "../fib.ts";
import { isOfOneLink } from "../ip6-header.ts";
import type { Question } from "../oracle.ts";
import { flowKey } from "../flow-key.ts";
import { ask } from "../run.ts";
import type { Run } from "../run.ts";
import { V4_NETS, sourceOf } from "../special-addresses.ts";

/** A device's name, "" where there is none; or a number. */
export type FibAnswer =
  { readonly kind: "device"; readonly name: string } | { readonly kind: "type"; readonly type: number };

/** `fib … type`, `fib … oif` (net/ipv4/netfilter/nft_fib_ipv4.c, net/ipv6/netfilter/nft_fib_ipv6.c). */
export function evaluateFib(run: Run, spec: FibSpec): FibAnswer {
  if (spec.result !== "type") return { kind: "device", name: deviceOf(run, spec) ?? "" };
  return { kind: "type", type: ADDRESS_TYPES[typeOf(run, spec)] };
}

function namedDevice({ skb }: Run, { device }: FibSpec): string | null {
  return device === null ? null : device === "in" ? skb.iif : skb.oif;
}

/** The address that is asked about, and the other end. */
function endsOf({ skb }: Run, { address }: FibSpec): readonly [Address, Address] {
  return address === "dst" ? [skb.dst, skb.src] : [skb.src, skb.dst];
}

function typeOf(run: Run, spec: FibSpec): AddressType {
  const [address] = endsOf(run, spec);
  const device = namedDevice(run, spec);
  if (typeof address === "bigint") return typeOf6(run, spec, address, device);
  const type = typeOfAddress(run, address, device);
  if (typeof type === "string") return type;
  return answered(run, type) ? "LOCAL" : "UNICAST";
}

function answered(run: Run, question: Question): boolean {
  return ask(run, question);
}

const OWN_ADDRESS: AddressType = "LOCAL";

/** __nft_fib6_eval_type: an address of the device, what the route says, else what the address is. */
function typeOf6(run: Run, spec: FibSpec, address: bigint, device: string | null): AddressType {
  const untold = untoldAddress(run, address);
  if (typeof untold === "boolean" ? untold : answered(run, untold)) return OWN_ADDRESS;
  const own = device === null ? undefined : run.program.links.get(device);
  const isOwn = own?.addresses.some(({ prefix }) => prefix.address === address) === true;
  const result = lookup(run, spec, device);
  if (result.kind === "error") return REFUSED_TYPES[result.error];
  const { type } = result.entry.route;
  if (type === "anycast") return "ANYCAST";
  if (isOwn || (device === null && type === "local")) return OWN_ADDRESS;
  if (address >> 120n === 0xffn) return "MULTICAST";
  return address === 0n ? "UNSPEC" : "UNICAST";
}

/** As the packet that goes to this address would be looked up; in FORWARD what came in counts as coming in by the device that it leaves by. */
function lookup(run: Run, spec: FibSpec, device: string | null): FibResult {
  const { skb, hook } = run;
  const [dst, src] = endsOf(run, spec);
  const isBackwards = hook === "forward" && spec.device === "in" && spec.address === "src";
  const strict = isOfOneLink(dst);
  return fibLookup(
    run,
    flowKey(skb, {
      dst,
      src: sourceOf(src),
      iif: isBackwards ? (skb.oif ?? "lo") : "lo",
      oif: strict ? (device ?? skb.iif) : null,
      dev: strict ? (device ?? skb.iif) : null,
      mark: spec.mark ? skb.mark : 0,
      uid: 0,
      sport: 0,
      dport: 0,
      // Of IPv6 only the type asks as a packet on its way out does (nf_ip6_route); a device is ip6_route_lookup's.
      anyLink: skb.family === "ip" || spec.result !== "type",
    }),
  );
}

const NO_DEVICE: ReadonlySet<RouteType> = new Set<RouteType>(["local"]);
const NO_DEVICE6: ReadonlySet<RouteType> = new Set<RouteType>(["local", "anycast"]);

/** The device by which the address is reached; null: none, or not by the one that it is held against. */
function deviceOf(run: Run, spec: FibSpec): string | null {
  const { skb } = run;
  if (isSkipped(run)) return skb.iif;
  const device = namedDevice(run, spec);
  if (saysNothing(run)) return skb.iif;
  const result = lookup(run, spec, device);
  if (result.kind === "error") return null;
  const { type, nexthops } = result.entry.route;
  if ((skb.family === "ip" ? NO_DEVICE : NO_DEVICE6).has(type)) return null;
  const found = result.nexthop?.dev ?? null;
  if (device === null) return found;
  const uses = skb.family === "ip" ? nexthops.some((hop) => hop.dev === device) : found === device;
  return uses ? device : null;
}

/** nft_fib_can_skip: what came round by lo came the right way. */
function isSkipped({ hook, skb }: Run): boolean {
  return (hook === "prerouting" || hook === "input") && skb.iif === "lo";
}

/** A packet without an address of its own, to those on the link. */
function saysNothing({ skb }: Run): boolean {
  const { src, dst } = skb;
  if (typeof src === "number") {
    const toLink = dst === 0xffff_ffff || (typeof dst === "number" && inNet(dst, V4_NETS.localMulticast));
    return src === 0 && toLink;
  }
  return src === 0n && skb.base.proto === PROTO.icmp6 && isOfOneLink(dst);
}
