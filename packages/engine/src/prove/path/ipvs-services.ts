import type { IpvsService } from "../../model/ipvs.ts";
import type { IpvsTable } from "../../program/ipvs.ts";
import { PROTO } from "../../program/protocol.ts";
import { FALSE, TRUE } from "../bdd/bdd.ts";
import type { Ref } from "../bdd/bdd.ts";
import { ofContent } from "../fields.ts";
import type { Space } from "../space.ts";

/** A virtual service, and the packets that it schedules. */
export interface AskedService {
  readonly service: IpvsService;
  readonly name: string;
  readonly when: Ref;
  /** False: it is for any port and has no persistence, so that the kernel refuses its packets (ip_vs_schedule). */
  readonly takesPort: boolean;
}

const FTP = 21;
const FTP_DATA = 20;
const FIRST_UNPRIVILEGED = 1024;
const ANY_PORT = 0;
const LAST_PORT = 0xffff;

/** ip_vs_service_find (ip_vs_ctl.c): by mark, by the port, as FTP's data, for any port; no packet is for two. */
export function servicesOf(space: Space, { services }: IpvsTable): readonly AskedService[] {
  const { bdd } = space;
  let taken: Ref = FALSE;
  const all = TIERS.flatMap((tier) => {
    const found = services.flatMap((service): readonly AskedService[] => {
      const when = tier.asks(space, service);
      if (when === null) return [];
      const takesPort = tier.isOwnPort || service.persistence !== null;
      return [{ service, name: nameOf(service), when: bdd.minus(when, taken), takesPort }];
    });
    taken = bdd.union([taken, ...found.map(({ when }) => when)]);
    return found;
  });
  // FTP's data comes behind its control connection: by itself it is passed by.
  const starts = mayStart(space);
  const others = all.filter(({ takesPort, service }) => takesPort || portOf(service) !== FTP);
  return others.map((asked) => ({ ...asked, when: bdd.and(asked.when, starts) }));
}

interface Tier {
  /** The packets that it finds a service for; null: none of that kind. */
  readonly asks: (space: Space, service: IpvsService) => Ref | null;
  readonly isOwnPort: boolean;
}

const TIERS: readonly Tier[] = [
  { asks: byMark, isOwnPort: true },
  { asks: (space, service) => byAddress(space, service, (port) => space.is("dport", port)), isOwnPort: true },
  { asks: asFtpData, isOwnPort: false },
  {
    asks: (space, service) => byAddress(space, service, (port) => (port === ANY_PORT ? TRUE : null)),
    isOwnPort: false,
  },
  { asks: byName, isOwnPort: true },
];

function byMark(space: Space, { key }: IpvsService): Ref | null {
  return key.kind === "fwmark" && key.mark !== 0 && key.family === space.layout.family
    ? space.is("mark", key.mark)
    : null;
}

/** Services whose address and port are numbers; null: the port is none that it is asked for. */
function byAddress(space: Space, { key }: IpvsService, ports: (port: number) => Ref | null): Ref | null {
  if (key.kind !== "address" || key.end.address === null || key.end.port === null) return null;
  if ((typeof key.end.address === "number") !== (space.layout.family === "ip")) return null;
  const port = ports(key.end.port);
  if (port === null) return null;
  return space.bdd.intersection([space.is("proto", key.proto), space.is("dst", key.end.address), port]);
}

function asFtpData(space: Space, service: IpvsService): Ref | null {
  if (service.key.kind !== "address" || service.key.proto !== PROTO.tcp) return null;
  const data = [
    { from: FTP_DATA, to: FTP_DATA },
    { from: FIRST_UNPRIVILEGED, to: LAST_PORT },
  ];
  return byAddress(space, service, (port) => (port === FTP ? space.in("dport", data) : null));
}

/** One whose address or port is a name may be the one. */
function byName(space: Space, service: IpvsService): Ref | null {
  const { key } = service;
  if (key.kind !== "address") return null;
  const { address, port } = key.end;
  if (address !== null && port !== null) return null;
  if (address !== null && (typeof address === "number") !== (space.layout.family === "ip")) return null;
  const what = `the packet is for ${nameOf(service)}`;
  return space.bdd.intersection([
    space.is("proto", key.proto),
    address === null ? TRUE : space.is("dst", address),
    port === null ? TRUE : space.is("dport", port),
    space.unknown(what, { what, why: "ipvsadm was run without -n" }),
  ]);
}

function portOf({ key }: IpvsService): number | null {
  return key.kind === "address" ? key.end.port : null;
}

function nameOf({ key }: IpvsService): string {
  return key.kind === "fwmark" ? `firewall mark ${String(key.mark)}` : key.end.text;
}

const SYN = 2;
const RST = 4;

/** Packets that open a connection (tcp_conn_schedule, sctp_conn_schedule, udp_conn_schedule); of others IPVS may know one. */
function mayStart(space: Space): Ref {
  const { bdd, program } = space;
  const isSloppy = (proto: string): boolean => program.sysctl.number(`net.ipv4.vs.sloppy_${proto}`, 0) !== 0;
  const starts = bdd.union([
    space.is("proto", PROTO.udp),
    bdd.and(
      space.is("proto", PROTO.tcp),
      isSloppy("tcp") ? space.masked("tcpFlags", RST, 0) : space.masked("tcpFlags", SYN | RST, SYN),
    ),
    bdd.and(
      space.is("proto", PROTO.sctp),
      isSloppy("sctp") ? TRUE : ofContent(space, "an INIT chunk that opens an association"),
    ),
  ]);
  const what = "IPVS has a connection of the packet";
  return bdd.or(starts, space.unknown(what, { what, why: "its connections are not listed" }));
}
