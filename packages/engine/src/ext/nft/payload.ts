import type { Family } from "../../base/address.ts";
import type { NumberField } from "../../program/field.ts";
import { PROTO } from "../../program/protocol.ts";
import type { PayloadBase, Value } from "../../program/value.ts";
import type { Datatype } from "./datatypes.ts";
import { datatype, integer } from "./datatypes.ts";
import { PAYLOAD_FIELDS } from "./vocabulary.ts";

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

type Row = readonly [name: string, offset: number, bits: number, more?: Partial<HeaderField>];

/** The rows of a header that `vocabulary.ts` names: what the fields are is said there, where they stand here. */
function header(name: string, base: PayloadBase, needs: Header["needs"], rows: readonly Row[]): [string, Header] {
  const words = PAYLOAD_FIELDS.get(name);
  const fields = rows.map(([field, offset, bits, more]): [string, HeaderField] => {
    const type = datatype(words?.get(field) ?? "") ?? integer(bits);
    return [field, { offset, bits, type, ...more }];
  });
  return [name, { base, needs, fields: new Map(fields) }];
}

const PORTS: readonly Row[] = [
  ["sport", 0, 16, { field: "payloadSport" }],
  ["dport", 16, 16, { field: "payloadDport" }],
];

const transport = (name: string, proto: number, rows: readonly Row[]): [string, Header] =>
  header(name, "th", { proto }, rows);

const ICMP_ECHO = { types: [0, 8] };
const ICMP6_ECHO = { types: [128, 129] };

export const HEADERS: ReadonlyMap<string, Header> = new Map<string, Header>([
  header("ether", "ll", { ether: true }, [
    ["daddr", 0, 48],
    ["saddr", 48, 48],
    ["type", 96, 16],
  ]),
  header("ip", "nh", { family: "ip" }, [
    ["version", 0, 4],
    ["hdrlength", 4, 4],
    ["dscp", 8, 6],
    ["ecn", 14, 2],
    ["length", 16, 16],
    ["id", 32, 16],
    ["frag-off", 48, 16],
    ["ttl", 64, 8, { field: "ttl" }],
    ["protocol", 72, 8, { field: "proto" }],
    ["checksum", 80, 16],
    ["saddr", 96, 32, { field: "src" }],
    ["daddr", 128, 32, { field: "dst" }],
  ]),
  header("ip6", "nh", { family: "ip6" }, [
    ["version", 0, 4],
    ["dscp", 4, 6],
    ["ecn", 10, 2],
    ["flowlabel", 12, 20],
    ["length", 32, 16],
    ["nexthdr", 48, 8],
    ["hoplimit", 56, 8, { field: "ttl" }],
    ["saddr", 64, 128, { field: "src" }],
    ["daddr", 192, 128, { field: "dst" }],
  ]),
  transport("tcp", PROTO.tcp, [
    ...PORTS,
    ["sequence", 32, 32],
    ["ackseq", 64, 32],
    ["doff", 96, 4],
    ["reserved", 100, 4],
    ["flags", 104, 8, { field: "payloadTcpFlags" }],
    ["window", 112, 16],
    ["checksum", 128, 16],
    ["urgptr", 144, 16],
  ]),
  transport("udp", PROTO.udp, [...PORTS, ["length", 32, 16], ["checksum", 48, 16]]),
  transport("udplite", PROTO.udplite, [...PORTS, ["csumcov", 32, 16], ["cscov", 32, 16], ["checksum", 48, 16]]),
  transport("sctp", PROTO.sctp, [...PORTS, ["vtag", 32, 32], ["checksum", 64, 32]]),
  transport("dccp", PROTO.dccp, [...PORTS, ["type", 67, 4]]),
  header("th", "th", {}, PORTS),
  header("icmp", "th", { family: "ip", proto: PROTO.icmp }, [
    ["type", 0, 8],
    ["code", 8, 8],
    ["checksum", 16, 16],
    ["id", 32, 16, ICMP_ECHO],
    ["sequence", 48, 16, ICMP_ECHO],
    ["mtu", 48, 16, { types: [3] }],
    ["gateway", 32, 32, { types: [5] }],
  ]),
  header("icmpv6", "th", { family: "ip6", proto: PROTO.icmp6 }, [
    ["type", 0, 8],
    ["code", 8, 8],
    ["checksum", 16, 16],
    ["parameter-problem", 32, 32, { types: [4] }],
    ["mtu", 32, 32, { types: [2] }],
    ["packet-too-big", 32, 32, { types: [2] }],
    ["id", 32, 16, ICMP6_ECHO],
    ["sequence", 48, 16, ICMP6_ECHO],
    ["max-delay", 32, 16, { types: [130, 131, 132] }],
    ["taddr", 64, 128, { types: [135, 136, 137] }],
    ["daddr", 192, 128, { types: [137] }],
  ]),
  header("igmp", "th", { family: "ip", proto: PROTO.igmp }, [
    ["type", 0, 8],
    ["mrt", 8, 8],
    ["checksum", 16, 16],
    ["group", 32, 32],
  ]),
  transport("ah", PROTO.ah, [
    ["nexthdr", 0, 8],
    ["hdrlength", 8, 8],
    ["reserved", 16, 16],
    ["spi", 32, 32],
    ["sequence", 64, 32],
  ]),
  transport("esp", PROTO.esp, [
    ["spi", 0, 32],
    ["sequence", 32, 32],
  ]),
  transport("comp", PROTO.ipcomp, [
    ["nexthdr", 0, 8],
    ["flags", 8, 8],
    ["cpi", 16, 16],
  ]),
  transport("gre", PROTO.gre, [
    ["flags", 0, 5],
    ["version", 13, 3],
    ["protocol", 16, 16],
  ]),
]);

/** The value of a header's field. */
export function headerValue({ base }: Header, { offset, bits, field }: HeaderField): Value {
  if (field === "src" || field === "dst") return { kind: "address", bits, field };
  if (field !== undefined) return { kind: "number", bits, field };
  return { kind: "payload", bits, base, offset };
}
