import { printAddress, zeroOf } from "../../base/address.ts";
import { packetLength } from "../../program/packet-bytes.ts";
import { mtuOf } from "../mtu.ts";
import { isLoopback, routeOutput } from "../route.ts";
import { answerWith } from "../run.ts";
import type { Run } from "../run.ts";
import { icmpError } from "../side-packets.ts";
import type { RouteChoice } from "../skb.ts";
import { outerPacket } from "../tunnel.ts";
import { ACCEPT, dropped, SENT_ON } from "../verdict.ts";
import type { ChainVerdict, Dropped, SentOn } from "../verdict.ts";
import { printPoint } from "./connections.ts";
import type { IpvsConnection } from "./connections.ts";

/** `cp->packet_xmit` (net/netfilter/ipvs/ip_vs_xmit.c): to the server, by the way that it was registered with. */
export function transmit(run: Run, connection: IpvsConnection): ChainVerdict | SentOn {
  const { skb } = run;
  const { method } = connection;
  const before = run.steps.length;
  nameAssumption(run);
  if (method !== "masq")
    run.steps.push({ kind: "note", what: `IPVS gives the packet to ${printPoint(connection.server)} (${method})` });
  if (method === "local") return stay(run, connection);
  const found = routeToServer(run, connection);
  if ("kind" in found) return found;
  const isLocal = found.type === "local";
  const refused = isLocal ? localProblem(run, connection) : remoteProblem(run, found, connection);
  if (refused !== null) return refused;
  if (isLocal) {
    if (method === "masq") masquerade(run, connection, before);
    return stay(run, connection);
  }
  skb.ttl--;
  if (method === "tunnel") return throughTunnel(run, connection, found);
  if (method === "masq") masquerade(run, connection, before);
  mark(run, connection);
  // Direct routing: the server is the next hop, whatever the destination (IP_VS_RT_MODE_KNOWN_NH).
  skb.route = method === "route" ? { ...found, via: found.via ?? connection.server.address } : found;
  skb.oif = found.oif;
  return SENT_ON;
}

/** Whether the packet keeps its entry decides about masquerading behind it. */
function nameAssumption({ program, assumed }: Run): void {
  const { ipvs } = program;
  if (ipvs.kind !== "listed" || ipvs.assumed === null) return;
  assumed.push({ what: ipvs.assumed, assumed: true, why: "no sysctl dump has it" });
}

/** The server is this node: the packet goes on at this hook, by the route that it has. */
function stay(run: Run, connection: IpvsConnection): ChainVerdict {
  mark(run, connection);
  return ACCEPT;
}

/** do_output_route4, __ip_vs_route_output_v6: by the server's address alone, whatever the packet's source, mark or TOS. */
function routeToServer(run: Run, { server }: IpvsConnection): RouteChoice | Dropped {
  const { skb } = run;
  const asked = {
    ...skb,
    base: { ...skb.base, proto: 0 },
    src: zeroOf(skb.family),
    dst: server.address,
    sport: null,
    dport: null,
    mark: 0,
    tos: 0,
    uid: null,
    boundTo: null,
  };
  const routed = routeOutput({ ...run, skb: asked }, "output");
  skb.oifKnown = asked.oifKnown;
  if (routed.kind === "choice") return routed.choice;
  // dst_link_failure
  return refuse(run, skb.family === "ip" ? [3, 1] : [1, 3], dropped("route", routed.what));
}

/** crosses_local_route_boundary; nothing from outside gets to a loopback address (ip_vs_nat_xmit). */
function localProblem({ skb }: Run, { method, server }: IpvsConnection): Dropped | null {
  if (method !== "masq" && skb.route?.type !== "local") {
    return dropped("ipvs", "only masquerading turns a packet for another host to this node");
  }
  const comesIn = skb.iif !== null && skb.iif !== "lo";
  if (!comesIn || method !== "masq" || !isLoopback(server.address)) return null;
  return dropped("ipvs", `what comes from outside does not get to ${printAddress(server.address)}`);
}

/** __ip_vs_get_out_rt: TTL and MTU, as where packets are forwarded. */
function remoteProblem(run: Run, { route, oif }: RouteChoice, { method }: IpvsConnection): Dropped | null {
  const { skb } = run;
  if (isLoopback(skb.src)) return dropped("martian", "a loopback source does not leave for another host");
  if (skb.ttl <= 1) {
    return refuse(run, skb.family === "ip" ? [11, 0] : [3, 0], dropped("ttl", `TTL is ${String(skb.ttl)}`));
  }
  const mtu = mtuOf(run, route, oif) - (method === "tunnel" ? HEADER[skb.family] : 0);
  const length = packetLength(skb.base);
  if (length <= mtu || (skb.family === "ip" && !skb.base.dontFragment)) return null;
  const what = `${String(length)} bytes do not fit the MTU ${String(mtu)} of ${oif ?? "?"}`;
  return refuse(run, skb.family === "ip" ? [3, 4] : [2, 0], dropped("mtu", what));
}

/** What a tunnel puts before the packet. */
const HEADER = { ip: 20, ip6: 40 } as const;

function refuse(run: Run, [type, code]: readonly [number, number], verdict: Dropped): Dropped {
  const packet = icmpError(run, type, code);
  if (packet !== null) answerWith(run, "icmp", packet, verdict.what ?? "");
  return verdict;
}

/** ip_vs_nat_xmit: the destination becomes the server. Conntrack's entry is told where answers will come from, NAT knows nothing of it. */
function masquerade(run: Run, { server, tracked, onePacket }: IpvsConnection, before: number): void {
  const { skb } = run;
  const from = { address: skb.dst, port: skb.dport };
  skb.dst = server.address;
  skb.dport = server.port;
  // The choice came first, the route to what was chosen after it.
  run.steps.splice(before, 0, { kind: "nat", hook: run.hook, what: "ipvs", from, to: server });
  const { ct } = skb;
  if (ct === null || !tracked || onePacket || ct.flow.confirmed || ct.direction !== "original") return;
  ct.flow.reply = { ...ct.flow.reply, src: server.address, sport: server.port };
}

/** `ipvs_property`: no hook of IPVS looks at the packet again. Where its conntrack is off the packet is untracked from here (ip_vs_notrack). */
export function mark({ skb }: Run, { tracked }: Pick<IpvsConnection, "tracked">): void {
  skb.ipvs = true;
  if (tracked || skb.ct === null) return;
  skb.ct = null;
  skb.untracked = true;
}

/** ip_vs_tunnel_xmit: in a packet of this node's own, which has no entry of the old one's. */
function throughTunnel(run: Run, connection: IpvsConnection, { oif }: RouteChoice): ChainVerdict | SentOn {
  const { server, tunnel, tracked } = connection;
  const isPlain = tunnel === null || tunnel === "--tun-type ipip" || tunnel === "ipip";
  if (!isPlain || typeof server.address === "bigint") {
    const kind = isPlain ? "ipip" : tunnel;
    return {
      kind: "unknown",
      what: `IPVS puts the packet into a tunnel to ${printPoint(server)} (${kind})`,
      reason: "ipvs",
    };
  }
  // ip_vs_confirm_conntrack: the entry stays behind.
  if (tracked && run.skb.ct !== null) run.skb.ct.flow.confirmed = true;
  mark(run, connection);
  run.skb.oif = oif;
  return { kind: "sent-on", inside: outerPacket(run, null, server.address) };
}
