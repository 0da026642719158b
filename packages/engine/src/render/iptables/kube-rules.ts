import type { AddressMask, Family } from "../../base/address.ts";
import { netOf } from "../../base/address.ts";
import type { RuleSpec } from "./spec.ts";
import { DROP, match, RETURN, target } from "./spec.ts";

/** Rules that kubelet and kube-proxy both write, word for word: pkg/kubelet/kubelet_network_linux.go says that they must match. */

/** The mark of one bit, as iptables takes it: 14 → `0x4000`. */
export function bitMark(bit: number): string {
  return `0x${((1 << bit) >>> 0).toString(16)}`;
}

/** Of KUBE-POSTROUTING: what has the mark is masqueraded, and loses it. */
export function masquerading(family: Family, bit: number, randomFully: boolean): readonly RuleSpec[] {
  const mark = bitMark(bit);
  return [
    { matches: [match(family, "mark", { "!mark": `${mark}/${mark}` })], target: RETURN },
    // So that a packet that comes through here again, after a tunnel, is not masqueraded a second time.
    { target: target(family, "MARK", { "xor-mark": mark }) },
    {
      matches: [match(family, "comment", { comment: "kubernetes service traffic requiring SNAT" })],
      target: target(family, "MASQUERADE", randomFully ? { "random-fully": "" } : {}),
    },
  ];
}

/** Of KUBE-MARK-MASQ and KUBE-MARK-DROP: gives the mark. */
export function marking(family: Family, bit: number): RuleSpec {
  return { target: target(family, "MARK", { "or-mark": bitMark(bit) }) };
}

export const LOOPBACK_NET: AddressMask = netOf({ address: 0x7f00_0000, length: 8 });

/** Of KUBE-FIREWALL: nobody outside gets to what listens on 127.0.0.1, whatever route_localnet is. */
export const LOOPBACK_GUARD: RuleSpec = {
  src: { negated: true, value: LOOPBACK_NET },
  dst: { negated: false, value: LOOPBACK_NET },
  matches: [
    match("ip", "comment", { comment: "block incoming localnet connections" }),
    match("ip", "conntrack", { "!ctstate": "RELATED,ESTABLISHED,DNAT" }),
  ],
  target: DROP,
};
