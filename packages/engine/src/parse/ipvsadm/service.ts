import type { Span } from "../../base/span.ts";
import type { Draft } from "../../model/draft.ts";
import type { IpvsKey, IpvsMethod, IpvsService, RealServer } from "../../model/ipvs.ts";
import { PROTO } from "../../program/protocol.ts";

/** A service while its lines are read. */
export type ServiceDraft = Draft<IpvsService>;

/** A service of which only the key is known yet; `wlc` is what ipvsadm takes where none is said. */
export function newService(key: IpvsKey, span: Span): ServiceDraft {
  return { key, scheduler: "wlc", schedulerFlags: [], persistence: null, onePacket: false, servers: [], span };
}

export const IPVS_PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ["TCP", PROTO.tcp],
  ["UDP", PROTO.udp],
  ["SCTP", PROTO.sctp],
]);

/** What a listing calls the ways to a server. */
export const IPVS_METHODS: ReadonlyMap<string, IpvsMethod> = new Map([
  ["Masq", "masq"],
  ["Route", "route"],
  ["Tunnel", "tunnel"],
  ["Local", "local"],
]);

const MARK = /^\d{1,10}$/;

/** A firewall mark, 1 … 2³²−1, in decimal. */
export function readMark(text: string, isIp6: boolean): IpvsKey | null {
  const mark = MARK.test(text) ? Number(text) : 0;
  return mark > 0 && mark <= 0xffff_ffff ? { kind: "fwmark", mark, family: isIp6 ? "ip6" : "ip" } : null;
}

const WEIGHT = /^\d{1,10}$/;

/** 0 … 2³¹−1; null: no weight. */
export function readWeight(text: string | undefined): number | null {
  const weight = WEIGHT.test(text ?? "") ? Number(text) : -1;
  return weight >= 0 && weight <= 0x7fff_ffff ? weight : null;
}

/** Lines speak of one service where they spell it alike. */
export function nameOf(key: IpvsKey): string {
  return key.kind === "fwmark" ? `fwmark ${String(key.mark)} ${key.family}` : `${String(key.proto)} ${key.end.text}`;
}

/** What one line says: a service, or a server of one. */
export type Read =
  | { readonly kind: "service"; readonly service: ServiceDraft }
  | { readonly kind: "server"; readonly of: IpvsKey | "last"; readonly server: RealServer };
