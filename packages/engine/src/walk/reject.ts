import { zeroOf } from "../base/address.ts";
import type { RejectWith } from "../program/action.ts";
import type { Packet } from "../program/packet.ts";
import { PROTO } from "../program/protocol.ts";
import { TCP_FLAG } from "./conntrack/tcp.ts";
import { isLaterFragment } from "./fields.ts";
import { icmpError, tcpReset } from "./side-packets.ts";
import { answerWith } from "./run.ts";
import type { Run } from "./run.ts";
import type { Skb } from "./skb.ts";
import { sourceOf } from "./special-addresses.ts";
import { dropped } from "./verdict.ts";
import type { ChainVerdict } from "./verdict.ts";

/** Type and code of each answer (ipt_REJECT.c, ip6t_REJECT.c). */
const ICMP: Readonly<Record<Exclude<RejectWith, "tcp-reset">, readonly [number, number]>> = {
  "icmp-net-unreachable": [3, 0],
  "icmp-host-unreachable": [3, 1],
  "icmp-proto-unreachable": [3, 2],
  "icmp-port-unreachable": [3, 3],
  "icmp-net-prohibited": [3, 9],
  "icmp-host-prohibited": [3, 10],
  "icmp-admin-prohibited": [3, 13],
  "icmp6-no-route": [1, 0],
  "icmp6-adm-prohibited": [1, 1],
  "icmp6-addr-unreachable": [1, 3],
  "icmp6-port-unreachable": [1, 4],
  "icmp6-policy-fail": [1, 5],
  "icmp6-reject-route": [1, 6],
};

/** REJECT: the packet is dropped and, where the sender may be told, an answer goes out. */
export function reject(run: Run, kind: RejectWith): ChainVerdict {
  const answer = kind === "tcp-reset" ? resetFor(run) : errorFor(run, ...ICMP[kind]);
  if (answer === null) return dropped("rule", null);
  answerWith(run, kind === "tcp-reset" ? "tcp-reset" : "icmp", answer, kind);
  return { kind: "reject" };
}

/** nf_send_reset, nf_send_reset6: never to a reset, a later fragment or a broken checksum, nor about what was sent to many. */
function resetFor(run: Run): Packet | null {
  const { base, pktType } = run.skb;
  if (isForMany(run.skb)) return null;
  if (base.proto !== PROTO.tcp || isLaterFragment(run.skb) || ((base.tcpFlags ?? 0) & TCP_FLAG.rst) !== 0) return null;
  if (base.l4Checksum === "bad" || (run.hook === "prerouting" && pktType !== "host")) return null;
  return tcpReset(run.skb);
}

/** IPv4 asks the route, IPv6 the addresses: ipv6_addr_type. */
function isForMany({ base, route, src, dst }: Skb): boolean {
  if (base.family === "ip") return route?.type === "broadcast" || route?.type === "multicast";
  return [src, dst].some((address) => sourceOf(address) === zeroOf("ip6"));
}

/** nf_send_unreach: a broken checksum is not answered. */
function errorFor(run: Run, type: number, code: number): Packet | null {
  if (run.skb.base.l4Checksum === "bad") return null;
  return icmpError(run, type, code);
}
