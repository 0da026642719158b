import type { Ipvs } from "../../program/ipvs.ts";
import { decodePacket } from "../../program/packet-bytes.ts";
import { PROTO } from "../../program/protocol.ts";
import type { Run } from "../run.ts";
import { packetOf } from "../skb.ts";
import type { Skb } from "../skb.ts";
import { ACCEPT } from "../verdict.ts";
import type { ChainVerdict } from "../verdict.ts";

export function isIcmp({ base }: Skb): boolean {
  return base.proto === PROTO.icmp || base.proto === PROTO.icmp6;
}

/** Errors that IPVS looks into: unreachable, source quench, time exceeded; of IPv6 all (ip_vs_in_icmp, ip_vs_in_icmp_v6). */
const ERRORS: ReadonlySet<number> = new Set([3, 4, 11]);

function isError({ base }: Skb): boolean {
  const type = base.icmpType ?? 255;
  return base.proto === PROTO.icmp ? ERRORS.has(type) : type < 128;
}

/** An ICMP error about a connection goes the way of its packets, translated with what it quotes: that is not followed here. */
export function ipvsError(run: Run, ipvs: Exclude<Ipvs, { kind: "unseen" }>, role: "request" | "reply"): ChainVerdict {
  const { skb } = run;
  if (skb.ipvs || !isError(skb)) return ACCEPT;
  const quoted = decodePacket(packetOf(skb).payload);
  const taken: ChainVerdict = {
    kind: "unknown",
    what: "IPVS takes an ICMP error about one of its connections on",
    reason: "ipvs",
  };
  if (quoted === null) return ipvs.kind === "unlisted" && ipvs.addresses.has(skb.dst) ? taken : ACCEPT;
  const { proto } = quoted;
  const from = { address: quoted.src, port: quoted.sport ?? 0 };
  const to = { address: quoted.dst, port: quoted.dport ?? 0 };
  // The quoted packet went the other way.
  const known =
    role === "request" ? run.connections.ofRequest(proto, to, from) : run.connections.ofReply(proto, to, from);
  if (known !== null || (ipvs.kind === "unlisted" && role === "request" && ipvs.addresses.has(quoted.src)))
    return taken;
  return ACCEPT;
}
