import type { Address } from "../base/address.ts";
import type { Span } from "../base/span.ts";

/** One direction of a tracked flow. */
export interface Tuple {
  readonly src: Address;
  readonly dst: Address;
  readonly proto: number;
  /** Ports; for ICMP the query id (0 otherwise). */
  readonly sport: number;
  readonly dport: number;
  /** ICMP only. */
  readonly icmpType: number | null;
  readonly icmpCode: number | null;
}

/** One line of `conntrack -L`. */
export interface ConntrackEntry {
  readonly original: Tuple;
  readonly reply: Tuple;
  /** Seconds. */
  readonly timeout: number | null;
  /** TCP state as printed: `ESTABLISHED`, `SYN_SENT` …; null for other protocols. */
  readonly state: string | null;
  /** False while `[UNREPLIED]`. */
  readonly seenReply: boolean;
  readonly assured: boolean;
  readonly mark: number;
  readonly zone: number;
  /** Where the zone holds for one direction only (`zone-orig=`, `zone-reply=`). Absent: for both. */
  readonly zoneDirection?: "original" | "reply";
  readonly helper: string | null;
  /** The line as it was printed, without its line end. */
  readonly text: string;
  readonly span: Span;
}

/** One line of `ss -tuan…`. */
export interface Socket {
  readonly proto: "tcp" | "udp" | "raw" | "icmp";
  /** `LISTEN`, `ESTAB`, `UNCONN` … */
  readonly state: string;
  /** Null: the wildcard of either family (`*`). `0.0.0.0` and `::` stand as they are. */
  readonly localAddress: Address | null;
  /** Null: `*`. */
  readonly localPort: number | null;
  readonly peerAddress: Address | null;
  readonly peerPort: number | null;
  /** `%eth0`. */
  readonly device: string | null;
  /** From `ss --inet-sockopt`; null when the listing has no socket options at all. */
  readonly transparent: boolean | null;
  readonly uid: number | null;
  /** Socket mark, `fwmark:0x…`; null when not printed. */
  readonly mark: number | null;
  /** `v6only:1`; null when not printed. */
  readonly v6only: boolean | null;
  /** The line as it was printed, with the lines that continue it. */
  readonly text: string;
  readonly span: Span;
  /** The column header, on the first socket after it. */
  readonly header?: string;
}

/** One line of `sysctl -a`: `net.ipv4.ip_forward = 1`. */
export interface Sysctl {
  readonly name: string;
  readonly value: string;
  readonly span: Span;
}
