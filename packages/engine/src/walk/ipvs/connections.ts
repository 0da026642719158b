import type { Address } from "../../base/address.ts";
import { printAddress } from "../../base/address.ts";
import type { IpvsMethod } from "../../model/ipvs.ts";
import type { Ipvs } from "../../program/ipvs.ts";
import type { Program } from "../../program/program.ts";
import type { Flow } from "../conntrack/flow.ts";
import type { ConntrackTable } from "../conntrack/table.ts";
import type { Skb } from "../skb.ts";

export interface IpvsPoint {
  readonly address: Address;
  readonly port: number;
}

/** `struct ip_vs_conn`: a client's connection to a service, and the server that it was given. */
export interface IpvsConnection {
  readonly proto: number;
  readonly client: IpvsPoint;
  readonly virtual: IpvsPoint;
  readonly server: IpvsPoint;
  readonly method: IpvsMethod;
  /** A tunnel that is no plain ipip; null: it is, or there is none. */
  readonly tunnel: string | null;
  /** Each datagram is one of its own: no answer is expected. */
  readonly onePacket: boolean;
  /** IP_VS_CONN_F_NFCT: conntrack's entry of its packets is kept. */
  readonly tracked: boolean;
}

export function printPoint({ address, port }: IpvsPoint): string {
  const text = printAddress(address);
  return `${typeof address === "bigint" ? `[${text}]` : text}:${String(port)}`;
}

function keyOf(proto: number, from: IpvsPoint, to: IpvsPoint): string {
  return `${String(proto)} ${printPoint(from)} ${printPoint(to)}`;
}

export function sourceOf({ src, sport }: Skb): IpvsPoint {
  return { address: src, port: sport ?? 0 };
}

export function destinationOf({ dst, dport }: Skb): IpvsPoint {
  return { address: dst, port: dport ?? 0 };
}

/** The connections that IPVS has, carried from packet to packet. */
export class IpvsConnections {
  readonly #requests = new Map<string, IpvsConnection>();
  readonly #replies = new Map<string, IpvsConnection>();
  readonly #served = new Map<string, IpvsConnection>();

  /** A packet of the client's (conn_in_get). */
  ofRequest(proto: number, client: IpvsPoint, virtual: IpvsPoint): IpvsConnection | null {
    return this.#requests.get(keyOf(proto, client, virtual)) ?? null;
  }

  /** A packet of the server's (conn_out_get): only what was masqueraded comes back this way. */
  ofReply(proto: number, server: IpvsPoint, client: IpvsPoint): IpvsConnection | null {
    return this.#replies.get(keyOf(proto, server, client)) ?? null;
  }

  /** A packet of the client's that goes to its server already. */
  ofServer(proto: number, client: IpvsPoint, server: IpvsPoint): IpvsConnection | null {
    return this.#served.get(keyOf(proto, client, server)) ?? null;
  }

  add(connection: IpvsConnection): void {
    const { proto, client, virtual, server, method, onePacket } = connection;
    if (onePacket) return;
    this.#requests.set(keyOf(proto, client, virtual), connection);
    this.#served.set(keyOf(proto, client, server), connection);
    if (method === "masq") this.#replies.set(keyOf(proto, server, client), connection);
  }
}

/**
 * The connections that conntrack's listing shows: flows to a service whose answers come from elsewhere. It is IPVS that
 * changes their destination, not NAT, so their entries do not have the bit (ip_vs_nfct.c ip_vs_update_conntrack).
 */
export function connectionsOf({ ipvs }: Program, conntrack: ConntrackTable): IpvsConnections {
  const connections = new IpvsConnections();
  if (ipvs.kind === "unseen") return connections;
  for (const flow of conntrack.flows()) {
    if (!flow.dnat || !isForService(ipvs, flow)) continue;
    flow.dnat = false;
    const { original, reply } = flow;
    connections.add({
      proto: original.proto,
      client: { address: original.src, port: original.sport },
      virtual: { address: original.dst, port: original.dport },
      server: { address: reply.src, port: reply.sport },
      method: "masq",
      tunnel: null,
      onePacket: false,
      tracked: true,
    });
  }
  return connections;
}

function isForService(ipvs: Exclude<Ipvs, { kind: "unseen" }>, { original, reply }: Flow): boolean {
  const { proto, dst: address, dport: port } = original;
  if (ipvs.kind === "unlisted") return ipvs.addresses.has(address);
  const family = typeof address === "number" ? "ip" : "ip6";
  const service = ipvs.find({ family, mark: 0, proto, address, port });
  return (
    service?.servers.some(({ end }) => end.address === reply.src && (end.port ?? reply.sport) === reply.sport) === true
  );
}
