import { zeroOf } from "../base/address.ts";
import type { Test } from "../program/test.ts";
import { fibLookup } from "./fib.ts";
import { reverseKey } from "./route.ts";
import type { Run } from "./run.ts";

/** rpfilter_mt (net/ipv4/netfilter/ipt_rpfilter.c): would an answer leave by the device that the packet came in by? */
export function reversePathMatches(test: Test & { kind: "rpfilter" }, run: Run): boolean {
  const { skb } = run;
  if (skb.iif === null || skb.iif === "lo") return true;
  if (skb.src === 0 || skb.src === 0n) return skb.family === "ip";
  const key = { ...reverseKey(skb, { iif: "lo", mark: test.validMark ? skb.mark : 0 }), src: zeroOf(skb.family) };
  const result = fibLookup(run, key);
  if (result.kind === "error") return false;
  const { type } = result.entry.route;
  if (type !== "unicast" && !(type === "local" && test.acceptLocal)) return false;
  return test.loose || result.entry.route.nexthops.some((hop) => hop.dev === skb.iif);
}
