import { PROTO } from "../../program/protocol.ts";

/** A type, and the code that a longer name implies. */
export type IcmpName = readonly [type: number, code: number | null];

const ICMP: ReadonlyMap<string, IcmpName> = new Map<string, IcmpName>([
  ["echo-reply", [0, null]],
  ["destination-unreachable", [3, null]],
  ["network-unreachable", [3, 0]],
  ["host-unreachable", [3, 1]],
  ["protocol-unreachable", [3, 2]],
  ["port-unreachable", [3, 3]],
  ["fragmentation-needed", [3, 4]],
  ["source-quench", [4, null]],
  ["redirect", [5, null]],
  ["echo-request", [8, null]],
  ["router-advertisement", [9, null]],
  ["router-solicitation", [10, null]],
  ["time-exceeded", [11, null]],
  ["parameter-problem", [12, null]],
  ["timestamp-request", [13, null]],
  ["timestamp-reply", [14, null]],
  ["address-mask-request", [17, null]],
  ["address-mask-reply", [18, null]],
]);

const ICMP6: ReadonlyMap<string, IcmpName> = new Map<string, IcmpName>([
  ["destination-unreachable", [1, null]],
  ["no-route", [1, 0]],
  ["port-unreachable", [1, 4]],
  ["packet-too-big", [2, null]],
  ["time-exceeded", [3, null]],
  ["parameter-problem", [4, null]],
  ["echo-request", [128, null]],
  ["echo-reply", [129, null]],
  ["router-solicitation", [133, null]],
  ["router-advertisement", [134, null]],
  ["neighbour-solicitation", [135, null]],
  ["neighbour-advertisement", [136, null]],
  ["redirect", [137, null]],
]);

/** The ICMP types of a protocol by the names that iptables gives them. */
export function icmpNames(proto: number): ReadonlyMap<string, IcmpName> {
  return proto === PROTO.icmp6 ? ICMP6 : ICMP;
}
