import { printProtocol } from "../../base/protocols.ts";
import { icmpNames } from "../../parse/packet/names.ts";
import { PROTO } from "../../program/protocol.ts";
import { CT_STATE, FRAGMENT } from "../fields.ts";
import type { FieldName, Layout } from "../layout.ts";
import { GIVEN_SOCKET, SOCKET } from "../socket.ts";

/** How the values of a field are told. */
export type Kind =
  /** Few values, all of which have names. */
  | { readonly kind: "named"; readonly names: readonly string[] }
  /** Numbers of which some have names. */
  | { readonly kind: "ranges"; nameOf(value: number): string | null }
  | { readonly kind: "masks" }
  | { readonly kind: "address" }
  | { readonly kind: "mac" }
  | { readonly kind: "device" };

const PLAIN: Kind = { kind: "ranges", nameOf: () => null };
const MASKS: Kind = { kind: "masks" };
const ADDRESS: Kind = { kind: "address" };
const DEVICE: Kind = { kind: "device" };

const named = (...names: readonly string[]): Kind => ({ kind: "named", names });
const inOrderOf = (codes: Readonly<Record<string, number>>): Kind =>
  named(
    ...Object.entries(codes)
      .toSorted(([, a], [, b]) => a - b)
      .map(([name]) => name),
  );

const KINDS: ReadonlyMap<FieldName, Kind> = new Map<FieldName, Kind>([
  ["ctState", inOrderOf(CT_STATE)],
  ["fragment", inOrderOf(FRAGMENT)],
  ["ctDirection", named("original", "reply")],
  ["pktType", named("host", "broadcast", "multicast", "otherhost")],
  ["hasSocket", named("no", "yes")],
  ["socket", inOrderOf(SOCKET)],
  ["givenSocket", inOrderOf(GIVEN_SOCKET)],
  ["ipvs", named("no", "yes")],
  ["iif", DEVICE],
  ["oif", DEVICE],
  ["physin", DEVICE],
  ["physout", DEVICE],
  ["src", ADDRESS],
  ["dst", ADDRESS],
  ["origSrc", ADDRESS],
  ["origDst", ADDRESS],
  ["replSrc", ADDRESS],
  ["replDst", ADDRESS],
  ["smac", { kind: "mac" }],
  ["mark", MASKS],
  ["ctmark", MASKS],
  ["tcpFlags", MASKS],
  ["payloadTcpFlags", MASKS],
  ["ctStatus", MASKS],
  ["tos", MASKS],
  ["realm", MASKS],
  ["classid", MASKS],
]);

const PROTOCOLS: Kind = {
  kind: "ranges",
  nameOf: (number) => {
    const name = printProtocol(number);
    return name === String(number) ? null : name;
  },
};

/** How the values of a field are told in this family. */
export function kindOf(field: FieldName, { family }: Layout): Kind {
  if (field === "proto" || field === "origProto") return PROTOCOLS;
  if (field === "icmpType") return family === "ip" ? ICMP : ICMP6;
  return KINDS.get(field) ?? PLAIN;
}

const ICMP = typesOf(PROTO.icmp);
const ICMP6 = typesOf(PROTO.icmp6);

/** Types by the names that iptables gives them; names of a type with a code are not for the type alone. */
function typesOf(proto: number): Kind {
  const names = new Map([...icmpNames(proto)].flatMap(([name, [type, code]]) => (code === null ? [[type, name]] : [])));
  return { kind: "ranges", nameOf: (type) => names.get(type) ?? null };
}

/** The order in which people name the fields of a packet; the others follow as they stand in the layout. */
export const TOLD_FIRST: readonly FieldName[] = [
  "iif",
  "oif",
  "physin",
  "physout",
  "src",
  "dst",
  "proto",
  "sport",
  "dport",
  "icmpType",
  "icmpCode",
  "tcpFlags",
  "ctState",
  "ctDirection",
  "ctStatus",
  "mark",
  "ctmark",
];
