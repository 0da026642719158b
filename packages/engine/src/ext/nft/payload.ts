import type { Family } from "../../base/address.ts";
import type { NumberField } from "../../program/field.ts";
import { PROTO } from "../../program/protocol.ts";
import type { PayloadBase, Value } from "../../program/value.ts";
import type { Datatype } from "./datatypes.ts";
import { integer, knownType } from "./datatypes.ts";

/** A field of a header (nftables, src/proto.c): where it stands, in bits, and the core field that it is, if any. */
export interface HeaderField {
  readonly offset: number;
  readonly type: Datatype;
  readonly bits: number;
  /** What the core language already calls it. */
  readonly field?: NumberField | "src" | "dst";
  /** Of ICMP: only messages of these types have it. */
  readonly types?: readonly number[];
}

/** A header that rules read by name. */
export interface Header {
  readonly base: PayloadBase;
  /** What a packet must be for this header to be there; nft adds that test by itself. */
  readonly needs: { readonly family?: Family; readonly proto?: number; readonly ether?: true };
  readonly fields: ReadonlyMap<string, HeaderField>;
}

type Row = readonly [
  name: string,
  offset: number,
  bits: number,
  type?: string | undefined,
  more?: Partial<HeaderField>,
];

function header(base: PayloadBase, needs: Header["needs"], rows: readonly Row[]): Header {
  return {
    base,
    needs,
    fields: new Map(
      rows.map(([name, offset, bits, type, more]) => [
        name,
        { offset, bits, type: type === undefined ? integer(bits) : knownType(type), ...more },
      ]),
    ),
  };
}

const PORTS: readonly Row[] = [
  ["sport", 0, 16, "inet_service", { field: "payloadSport" }],
  ["dport", 16, 16, "inet_service", { field: "payloadDport" }],
];

const transport = (proto: number, rows: readonly Row[]): Header => header("th", { proto }, rows);

const ICMP_ECHO = { types: [0, 8] };
const ICMP6_ECHO = { types: [128, 129] };

export const HEADERS: ReadonlyMap<string, Header> = new Map<string, Header>([
  [
    "ether",
    header("ll", { ether: true }, [
      ["daddr", 0, 48, "ether_addr"],
      ["saddr", 48, 48, "ether_addr"],
      ["type", 96, 16, "ether_type"],
    ]),
  ],
  [
    "ip",
    header("nh", { family: "ip" }, [
      ["version", 0, 4],
      ["hdrlength", 4, 4],
      ["dscp", 8, 6, "dscp"],
      ["ecn", 14, 2, "ecn"],
      ["length", 16, 16],
      ["id", 32, 16],
      ["frag-off", 48, 16],
      ["ttl", 64, 8, undefined, { field: "ttl" }],
      ["protocol", 72, 8, "inet_proto", { field: "proto" }],
      ["checksum", 80, 16],
      ["saddr", 96, 32, "ipv4_addr", { field: "src" }],
      ["daddr", 128, 32, "ipv4_addr", { field: "dst" }],
    ]),
  ],
  [
    "ip6",
    header("nh", { family: "ip6" }, [
      ["version", 0, 4],
      ["dscp", 4, 6, "dscp"],
      ["ecn", 10, 2, "ecn"],
      ["flowlabel", 12, 20],
      ["length", 32, 16],
      ["nexthdr", 48, 8, "inet_proto"],
      ["hoplimit", 56, 8, undefined, { field: "ttl" }],
      ["saddr", 64, 128, "ipv6_addr", { field: "src" }],
      ["daddr", 192, 128, "ipv6_addr", { field: "dst" }],
    ]),
  ],
  [
    "tcp",
    transport(PROTO.tcp, [
      ...PORTS,
      ["sequence", 32, 32],
      ["ackseq", 64, 32],
      ["doff", 96, 4],
      ["reserved", 100, 4],
      ["flags", 104, 8, "tcp_flag", { field: "payloadTcpFlags" }],
      ["window", 112, 16],
      ["checksum", 128, 16],
      ["urgptr", 144, 16],
    ]),
  ],
  ["udp", transport(PROTO.udp, [...PORTS, ["length", 32, 16], ["checksum", 48, 16]])],
  ["udplite", transport(PROTO.udplite, [...PORTS, ["csumcov", 32, 16], ["cscov", 32, 16], ["checksum", 48, 16]])],
  ["sctp", transport(PROTO.sctp, [...PORTS, ["vtag", 32, 32], ["checksum", 64, 32]])],
  ["dccp", transport(PROTO.dccp, [...PORTS, ["type", 67, 4, "dccp_pkttype"]])],
  ["th", header("th", {}, PORTS)],
  [
    "icmp",
    header("th", { family: "ip", proto: PROTO.icmp }, [
      ["type", 0, 8, "icmp_type"],
      ["code", 8, 8, "icmp_code"],
      ["checksum", 16, 16],
      ["id", 32, 16, undefined, ICMP_ECHO],
      ["sequence", 48, 16, undefined, ICMP_ECHO],
      ["mtu", 48, 16, undefined, { types: [3] }],
      ["gateway", 32, 32, undefined, { types: [5] }],
    ]),
  ],
  [
    "icmpv6",
    header("th", { family: "ip6", proto: PROTO.icmp6 }, [
      ["type", 0, 8, "icmpv6_type"],
      ["code", 8, 8, "icmpv6_code"],
      ["checksum", 16, 16],
      ["parameter-problem", 32, 32, undefined, { types: [4] }],
      ["mtu", 32, 32, undefined, { types: [2] }],
      ["packet-too-big", 32, 32, undefined, { types: [2] }],
      ["id", 32, 16, undefined, ICMP6_ECHO],
      ["sequence", 48, 16, undefined, ICMP6_ECHO],
      ["max-delay", 32, 16, undefined, { types: [130, 131, 132] }],
      ["taddr", 64, 128, "ipv6_addr", { types: [135, 136, 137] }],
      ["daddr", 192, 128, "ipv6_addr", { types: [137] }],
    ]),
  ],
  [
    "igmp",
    header("th", { family: "ip", proto: PROTO.igmp }, [
      ["type", 0, 8, "igmp_type"],
      ["mrt", 8, 8],
      ["checksum", 16, 16],
      ["group", 32, 32, "ipv4_addr"],
    ]),
  ],
  [
    "ah",
    transport(PROTO.ah, [
      ["nexthdr", 0, 8, "inet_proto"],
      ["hdrlength", 8, 8],
      ["reserved", 16, 16],
      ["spi", 32, 32],
      ["sequence", 64, 32],
    ]),
  ],
  [
    "esp",
    transport(PROTO.esp, [
      ["spi", 0, 32],
      ["sequence", 32, 32],
    ]),
  ],
  [
    "comp",
    transport(PROTO.ipcomp, [
      ["nexthdr", 0, 8, "inet_proto"],
      ["flags", 8, 8],
      ["cpi", 16, 16],
    ]),
  ],
  [
    "gre",
    transport(PROTO.gre, [
      ["flags", 0, 5],
      ["version", 13, 3],
      ["protocol", 16, 16, "ether_type"],
    ]),
  ],
]);

/** The value of a header's field. */
export function headerValue({ base }: Header, { offset, bits, field }: HeaderField): Value {
  if (field === "src" || field === "dst") return { kind: "address", bits, field };
  if (field !== undefined) return { kind: "number", bits, field };
  return { kind: "payload", bits, base, offset };
}
