import type { Address } from "../base/address.ts";
import { inNet } from "../base/address.ts";
import type { Test } from "../program/test.ts";
import { fibLookup } from "./fib.ts";
import type { FibResult } from "./fib.ts";
import { flowKey } from "./flow-key.ts";
import type { Run } from "./run.ts";
import { V4_NETS, sourceOf } from "./special-addresses.ts";

type ReversePath = Test & { readonly kind: "rpfilter" };

/** Would an answer leave by the device that the packet came in by? */
export function reversePathMatches(test: ReversePath, run: Run): boolean {
  const { src, iif } = run.skb;
  if (iif === null || iif === "lo") return true;
  return typeof src === "number" ? matchesV4(run, test, src, iif) : matchesV6(run, test, src, iif);
}

/** rpfilter_mt (net/ipv4/netfilter/ipt_rpfilter.c). */
function matchesV4(run: Run, { loose, validMark, acceptLocal }: ReversePath, src: number, iif: string): boolean {
  const { dst, mark } = run.skb;
  if (src === 0 && (dst === 0xffff_ffff || inNet(dst, V4_NETS.localMulticast))) return true;
  const result = lookup(run, { dst: src, src: sourceOf(dst), mark: validMark ? mark : 0, proto: 0, anyLink: true });
  if (result.kind === "error") return false;
  const { type, nexthops } = result.entry.route;
  if (type !== "unicast" && !(type === "local" && acceptLocal)) return false;
  return loose || nexthops.some((hop) => hop.dev === iif);
}

/** rpfilter_lookup_reverse6 (net/ipv6/netfilter/ip6t_rpfilter.c): a link-local source is looked for on its link only. */
function matchesV6(run: Run, { loose, validMark, acceptLocal }: ReversePath, src: bigint, iif: string): boolean {
  const { dst, mark, base } = run.skb;
  if (src === 0n) return true;
  const isBound = src >> 118n === 0x3fan;
  const oif = isBound || !loose ? iif : null;
  const proto = base.extensionHeaders[0]?.type ?? base.proto;
  const asked = { dst: src, src: sourceOf(dst), mark: validMark ? mark : 0, proto, anyLink: true };
  const result = lookup(run, {
    ...asked,
    oif,
    dev: isBound ? iif : null,
    near: oif === null ? null : { dev: oif, among: "prefix" },
  });
  if (result.kind === "error") return false;
  const { type } = result.entry.route;
  if (type === "anycast") return false;
  if (type === "local") return acceptLocal;
  return loose || result.nexthop?.dev === iif;
}

/** Neither has ports or an owner. */
function lookup(run: Run, over: Partial<Parameters<typeof flowKey>[1]> & { readonly dst: Address }): FibResult {
  return fibLookup(run, flowKey(run.skb, { iif: "lo", uid: 0, sport: 0, dport: 0, ...over }));
}
