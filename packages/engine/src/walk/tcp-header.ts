import { zeroOf } from "../base/address.ts";
import type { Action } from "../program/action.ts";
import { PROTO } from "../program/protocol.ts";
import { fibLookup } from "./fib.ts";
import { isLaterFragment } from "./fields.ts";
import { mtuOf } from "./mtu.ts";
import { forgetBoundaries } from "./refragment.ts";
import { flowKey } from "./flow-key.ts";
import type { Run } from "./run.ts";
import { mssOption, tcpOptions } from "./tcp-options.ts";

type TcpAction = Action & { kind: "set-tcp-flags" | "strip-tcp-options" | "tcpmss" };

const NOP = 1;
const MSS = 2;
const MSS_BYTES = 4;
/** A TCP header has no more than 60 bytes. */
const MAX_OPTIONS = 40;

/** Targets that rewrite the TCP header: ECN, TCPOPTSTRIP, TCPMSS. */
export function rewriteTcp(run: Run, action: TcpAction): void {
  const { skb } = run;
  const { base } = skb;
  if (base.proto !== PROTO.tcp || base.tcpFlags === null || isLaterFragment(skb)) return;
  switch (action.kind) {
    case "set-tcp-flags":
      skb.base = { ...base, tcpFlags: (base.tcpFlags & action.keep) ^ action.flip };
      return;
    case "strip-tcp-options":
      forgetBoundaries(skb);
      skb.base = { ...base, tcpOptions: withoutOptions(base.tcpOptions, new Set(action.options)) };
      return;
    case "tcpmss": {
      forgetBoundaries(skb);
      const mss = action.mss === "pmtu" ? pathMss(run) : action.mss;
      skb.base = {
        ...base,
        tcpOptions: withMss(base.tcpOptions, mss, base.payload.length > 0, skb.family === "ip" ? 536 : 1220),
      };
      return;
    }
  }
}

/** TCP options with those of some numbers turned into padding (xt_TCPOPTSTRIP.c tcpoptstrip_mangle_packet). */
export function withoutOptions(options: Uint8Array, wanted: ReadonlySet<number>): Uint8Array {
  const out = Uint8Array.from(options);
  for (const { kind, at, length } of tcpOptions(options)) {
    if (at + length > options.length) break;
    if (wanted.has(kind)) out.fill(NOP, at, at + length);
  }
  return out;
}

/**
 * TCP options with an MSS of no more than `mss`; where there is none and the packet has no data, with one of no more than
 * `most` (xt_TCPMSS.c tcpmss_mangle_packet).
 */
export function withMss(options: Uint8Array, mss: number, hasData: boolean, most: number): Uint8Array {
  const found = mssOption(options);
  if (found !== null) {
    if (found.mss <= mss) return options;
    const out = Uint8Array.from(options);
    out.set([mss >> 8, mss & 0xff], found.at + 2);
    return out;
  }
  if (hasData || options.length + MSS_BYTES > MAX_OPTIONS) return options;
  const first = Math.min(mss, most);
  return Uint8Array.from([MSS, MSS_BYTES, first >> 8, first & 0xff, ...options]);
}

/** The smaller MTU of the route and of the way back to the sender (tcpmss_reverse_mtu), less both headers. */
function pathMss(run: Run): number {
  const { skb } = run;
  const headers = skb.family === "ip" ? 40 : 60;
  const none = zeroOf(skb.family);
  const back = fibLookup(
    run,
    flowKey(skb, { src: none, dst: skb.src, iif: "lo", tos: 0, mark: 0, uid: 0, proto: 0, sport: 0, dport: 0 }),
  );
  const backMtu =
    back.kind === "route" ? mtuOf(run, back.entry.route, back.nexthop?.dev ?? null) : Number.POSITIVE_INFINITY;
  const route = skb.route;
  return Math.max(0, Math.min(mtuOf(run, route?.route ?? null, route?.oif ?? null), backMtu) - headers);
}
