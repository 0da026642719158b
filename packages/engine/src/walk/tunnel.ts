import type { Address } from "../base/address.ts";
import { printAddress, zeroOf } from "../base/address.ts";
import type { Station, Tunnel } from "../program/beyond.ts";
import type { Packet } from "../program/packet.ts";
import { NO_TRANSPORT } from "../program/transport.ts";
import { fibLookup } from "./fib.ts";
import { flowKey } from "./flow-key.ts";
import type { Run } from "./run.ts";
import { selectAddress } from "./select-address.ts";

/** Names what sees the packet at a station of its way and stands in no rule. */
export function nameBystanders(run: Run, at: Station, device: string | null): void {
  const { bystanders } = run.program.beyond;
  if (bystanders.size === 0) return;
  const { dport, base } = run.skb;
  for (const { what, protos, dport: port } of bystanders.get(`${at} ${device ?? ""}`) ?? []) {
    const concerns = (protos?.has(base.proto) ?? true) && (port ?? dport) === dport;
    if (concerns) run.steps.push({ kind: "note", what });
  }
}

const IPIP = 4;
const NONE = new Uint8Array(0);

/**
 * The packet that carries this one from a tunnel (iptunnel_xmit), or null where nobody can say: then the trace names it. Only
 * ipip needs no more than the snapshot has: its other end is the device's or the route's next hop (ip_tunnel_xmit).
 */
export function outerOf(run: Run, { name, kind, local, remote }: Tunnel): Packet | null {
  const { skb, steps } = run;
  const to = remote ?? (kind === "ipip" ? (skb.route?.via ?? skb.dst) : encapsulationOf(run));
  if (kind === "ipip" && typeof to === "number" && skb.family === "ip") return outerPacket(run, local, to);
  const where = to === null ? unknownEnd(name, kind) : `to ${printAddress(to)}, which is not followed`;
  const what = `${name} sends the packet inside another one (${kind}), which passes OUTPUT and POSTROUTING itself: ${where}`;
  steps.push({ kind: "note", what });
  return null;
}

/** `encap ip id 42 dst 10.0.0.2` of the route. */
function encapsulationOf({ skb }: Run): Address | null {
  for (const { extras = [] } of skb.route?.route?.nexthops ?? []) {
    const encap = extras.find(([word]) => word === "encap")?.[1];
    const dst = /\bdst (\d+\.\d+\.\d+\.\d+)/.exec(encap ?? "")?.[1];
    if (dst !== undefined) return dst.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0);
  }
  return null;
}

function unknownEnd(name: string, kind: string): string {
  return kind === "wireguard" ? `no dump of the peers of ${name}` : `no dump of the forwarding database of ${name}`;
}

/** An IPv4 packet around the packet, from this node. */
export function outerPacket(run: Run, local: Address | null, to: number): Packet {
  const { skb } = run;
  const src = local ?? sourceTowards(run, to);
  run.steps.push({
    kind: "note",
    what: `the packet goes on inside another one: ipip ${printAddress(src)} > ${printAddress(to)}`,
  });
  return {
    ...skb.base,
    family: "ip",
    src,
    dst: to,
    proto: IPIP,
    ...NO_TRANSPORT,
    ttl: skb.ttl,
    tos: skb.tos,
    payload: NONE,
    ipOptions: NONE,
    fragment: null,
    l4Checksum: "good",
    truncateL4: null,
    extensionHeaders: [],
  };
}

/** By the address alone: a tunnel has a mark of its own, 0 (ip_tunnel_init_flow). */
function sourceTowards(run: Run, to: number): Address {
  const asked = flowKey(run.skb, {
    src: zeroOf("ip"),
    dst: to,
    iif: "lo",
    mark: 0,
    tos: 0,
    uid: 0,
    proto: IPIP,
    sport: 0,
    dport: 0,
  });
  const result = fibLookup(run, asked);
  if (result.kind === "error") return 0;
  const { nexthop, entry } = result;
  return entry.route.prefSrc ?? selectAddress(run, nexthop?.dev ?? null, nexthop?.via ?? to) ?? 0;
}
