import type { IpvsService, RealServer } from "../../model/ipvs.ts";
import type { IpvsTable } from "../../program/ipvs.ts";
import { PROTO } from "../../program/protocol.ts";
import { TCP_FLAG } from "../conntrack/tcp.ts";
import { ask, answerWith, factQuestion } from "../run.ts";
import type { Run } from "../run.ts";
import { icmpError } from "../side-packets.ts";
import { ACCEPT, dropped } from "../verdict.ts";
import type { ChainVerdict, SentOn } from "../verdict.ts";
import { destinationOf, printPoint, sourceOf } from "./connections.ts";
import type { IpvsConnection } from "./connections.ts";
import { ipvsError, isIcmp } from "./icmp.ts";
import { scheduleServer } from "./schedule.ts";
import { transmit } from "./transmit.ts";
import { unlistedRequest } from "./unlisted.ts";

/** Protocols whose connections IPVS schedules. AH and ESP only belong to tunnels (ip_vs_proto_ah_esp.c). */
const SCHEDULED: ReadonlySet<number> = new Set([PROTO.tcp, PROTO.udp, PROTO.sctp]);

/** ip_vs_in_hook (net/netfilter/ipvs/ip_vs_core.c): a packet for a service goes on to one of its servers. */
export function ipvsRequest(run: Run): ChainVerdict | SentOn {
  const { skb, hook, program } = run;
  if (skb.ipvs || program.ipvs.kind === "unseen" || (skb.pktType !== "host" && hook !== "output")) return ACCEPT;
  if (isIcmp(skb)) return ipvsError(run, program.ipvs, "request");
  // Of forwarded packets only ICMP errors are looked at (ip_vs_forward_icmp).
  if (hook === "forward" || !SCHEDULED.has(skb.base.proto)) return ACCEPT;
  if (skb.base.fragment !== null) return dropped("conntrack", "a fragment waits here for the others of its packet");
  const known = run.connections.ofRequest(skb.base.proto, sourceOf(skb), destinationOf(skb));
  if (known !== null) return transmit(run, known);
  return program.ipvs.kind === "unlisted" ? unlistedRequest(run, program.ipvs) : newRequest(run, program.ipvs);
}

function newRequest(run: Run, table: IpvsTable): ChainVerdict | SentOn {
  const { skb } = run;
  const { family, mark } = skb;
  const { address, port } = destinationOf(skb);
  const service = table.find({ family, mark, proto: skb.base.proto, address, port }) ?? namedService(run, table.named);
  if (service === null || !mayStart(run, service)) return ACCEPT;
  const servicePort = service.key.kind === "address" ? service.key.end.port : null;
  // Data of FTP has come before its control connection. Else the port of a service that is for any one needs persistence.
  const isOwnPort = servicePort === null || servicePort === port || service.persistence !== null;
  if (!isOwnPort && servicePort === FTP) return ACCEPT;
  const server = isOwnPort ? scheduleServer(run, service, printPoint(destinationOf(skb))) : null;
  if (server === null) return leave(run, `no real server of ${nameOf(service)} takes connections`);
  return schedule(run, table, service, server);
}

const FTP = 21;

/** A service whose address is a name may be the one that the packet is for. */
function namedService(run: Run, named: readonly IpvsService[]): IpvsService | null {
  for (const service of named) {
    const { key } = service;
    if (key.kind !== "address" || key.proto !== run.skb.base.proto) continue;
    const { address, port } = key.end;
    const mayBe = (address ?? run.skb.dst) === run.skb.dst && (port ?? run.skb.dport) === run.skb.dport;
    if (mayBe && ask(run, factQuestion(`the packet is for ${nameOf(service)}`, "ipvsadm was run without -n", false)))
      return service;
  }
  return null;
}

function nameOf({ key }: IpvsService): string {
  return key.kind === "fwmark" ? `firewall mark ${String(key.mark)}` : key.end.text;
}

const SCTP_INIT = 1;

/** Does the packet open a connection (tcp_conn_schedule, sctp_conn_schedule, udp_conn_schedule)? Of others IPVS may know one. */
function mayStart(run: Run, service: IpvsService): boolean {
  const { skb, program } = run;
  const { proto, tcpFlags, payload } = skb.base;
  const flags = tcpFlags ?? 0;
  const isReset = (flags & TCP_FLAG.rst) !== 0;
  const sloppy = (name: string): boolean => program.sysctl.number(`net.ipv4.vs.sloppy_${name}`, 0) !== 0;
  const starts =
    proto === PROTO.udp ||
    (proto === PROTO.tcp && !isReset && ((flags & TCP_FLAG.syn) !== 0 || sloppy("tcp"))) ||
    (proto === PROTO.sctp && (payload[0] === SCTP_INIT || sloppy("sctp")));
  const what = `IPVS has a connection of ${printPoint(sourceOf(skb))} to ${nameOf(service)}`;
  return starts || ask(run, factQuestion(what, "its connections are not listed", skb.ct?.state === "established"));
}

/** ip_vs_conn_new. A server without a port gets the packet's own. */
function schedule(run: Run, table: IpvsTable, service: IpvsService, server: RealServer): ChainVerdict | SentOn {
  const { skb } = run;
  const { address, port } = server.end;
  if (address === null || port === null)
    return { kind: "unknown", what: `nobody can say which address ${server.end.text} is`, reason: "ipvs" };
  const virtual = destinationOf(skb);
  const connection: IpvsConnection = {
    proto: skb.base.proto,
    client: sourceOf(skb),
    virtual,
    server: { address, port: port === 0 ? virtual.port : port },
    method: server.method,
    tunnel: server.tunnel ?? null,
    onePacket: service.onePacket && skb.base.proto === PROTO.udp,
    tracked: table.conntrack,
  };
  run.scheduled = connection;
  return transmit(run, connection);
}

/** ip_vs_leave: whoever asks is told that nobody is there. */
function leave(run: Run, what: string): ChainVerdict {
  const [type, code] = run.skb.family === "ip" ? [3, 3] : [1, 4];
  const packet = icmpError(run, type, code);
  if (packet !== null) answerWith(run, "icmp", packet, what);
  return dropped("ipvs", what);
}
