import type { Address, Family } from "../base/address.ts";
import type { Span } from "../base/span.ts";

/** A virtual service of IPVS with its real servers: one `-A` line of `ipvsadm -S` and the `-a` lines about it. */
export interface IpvsService {
  readonly key: IpvsKey;
  /** `rr`, `wrr`, `sh` … */
  readonly scheduler: string;
  /** Of the scheduler: `sh-port`, `mh-fallback` …; `flag-1` where the tool does not know its name. */
  readonly schedulerFlags: readonly string[];
  /** Null: each connection is scheduled for itself. */
  readonly persistence: Persistence | null;
  /** Each datagram is scheduled for itself (`-o`). */
  readonly onePacket: boolean;
  readonly servers: readonly RealServer[];
  readonly span: Span;
}

/** What a packet must have to be for a service. */
export type IpvsKey =
  | { readonly kind: "address"; readonly proto: number; readonly end: IpvsEnd }
  | { readonly kind: "fwmark"; readonly mark: number; readonly family: Family };

/** An address and a port, as far as the listing tells them in numbers. */
export interface IpvsEnd {
  /** Null: a name, which no dump resolves. */
  readonly address: Address | null;
  /** 0: any (a service), that of the packet (a server). Null: a name. */
  readonly port: number | null;
  /** As it was printed. */
  readonly text: string;
}

export interface Persistence {
  /** Seconds. */
  readonly timeout: number;
  /** Clients of one network go to one server; null: each for itself. A netmask, or the length of a prefix. */
  readonly netmask: string | null;
  /** `sip`; null: by address. */
  readonly engine: string | null;
}

export interface RealServer {
  readonly end: IpvsEnd;
  readonly method: IpvsMethod;
  /** 0: gets no new connection. */
  readonly weight: number;
  /** Of a tunnel: `--tun-type gue --tun-port 6080 --tun-nocsum`. Absent: ipip. */
  readonly tunnel?: string;
  readonly span: Span;
}

/** How a packet gets to its server: `-m`, `-g`, `-i`, and what the kernel makes of an address of its own. */
export type IpvsMethod = "masq" | "route" | "tunnel" | "local";
