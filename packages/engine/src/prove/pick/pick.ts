import type { Address, AddressMask } from "../../base/address.ts";
import { inNet, parseAddressMask } from "../../base/address.ts";
import { PROTO } from "../../program/protocol.ts";
import { TRUE } from "../bdd/bdd.ts";
import type { Ref } from "../bdd/bdd.ts";
import { CT_STATE, CT_STATUS, FRAGMENT } from "../fields.ts";
import type { FieldName } from "../layout.ts";
import { GIVEN_SOCKET, SOCKET } from "../socket.ts";
import type { DeviceField, Space } from "../space.ts";
import { Choice } from "./choice.ts";
import { knownAddresses } from "./known-addresses.ts";
import type { KnownAddress } from "./known-addresses.ts";
import { pickedFrom } from "./picked.ts";
import type { Picked } from "./picked.ts";

/** Where the packets of a set are. */
export interface PickPlace {
  /** They were made on this node, came in by a device, or either. */
  readonly from: "here" | "device" | "anywhere";
  /** They are for this node, or for others; null: either. */
  readonly isForNode: boolean | null;
  /** Conntrack has not seen them yet, or sees nothing: nobody can say a state of them. */
  readonly isUntold: boolean;
}

/**
 * A packet of a set as a person would think of one: the first of a TCP connection, between addresses that the node knows, by devices that
 * it has. Every wish is granted that leaves something of the set, the most telling first. Null: the set is empty.
 */
export function pickPacket(space: Space, set: Ref, place: PickPlace): Picked | null {
  const choice = Choice.of(space, set);
  if (choice === null) return null;
  chooseFlow(choice, place);
  chooseWayIn(choice, place);
  // Where the device that it leaves by matters, that decides: the way in is then another one.
  const isLeaving = leaves(choice);
  if (isLeaving) chooseDestination(choice, place, isLeaving);
  chooseDevice(choice);
  choice.preferValue("proto", ...PROTOCOLS[space.layout.family]);
  choice.settle("proto");
  choice.preferValue("fragment", FRAGMENT.whole);
  if (!isLeaving) chooseDestination(choice, place, isLeaving);
  choice.preferValue("dport", ...PORTS);
  settleAbove(choice, "dport", 1);
  chooseSource(choice);
  choice.preferValue("sport", EPHEMERAL_PORT);
  settleAbove(choice, "sport", 1024);
  chooseHeader(choice);
  chooseTuples(choice);
  for (const [field, value] of usual(choice)) choice.preferValue(field, value);
  chooseUnknowns(choice);
  return pickedFrom(choice, place.isUntold);
}

const PROTOCOLS = {
  ip: [PROTO.tcp, PROTO.udp, PROTO.icmp, PROTO.sctp],
  ip6: [PROTO.tcp, PROTO.udp, PROTO.icmp6, PROTO.sctp],
} as const;
const PORTS = [80, 443, 53, 22, 8080] as const;
const EPHEMERAL_PORT = 40_000;

/** Whoever begins is thought of first. Without conntrack the kernel calls every packet invalid, and nobody can say otherwise. */
function chooseFlow(choice: Choice, { isUntold }: PickPlace): void {
  const { invalid, untracked } = CT_STATE;
  const told = [CT_STATE.new, CT_STATE.established, CT_STATE.related, untracked, invalid];
  choice.preferValue("ctState", ...(isUntold ? [invalid, untracked] : told));
  choice.settle("ctState");
  choice.preferValue("ctDirection", 0);
  choice.preferValue("givenSocket", GIVEN_SOCKET.none);
  choice.preferValue("socket", SOCKET.none);
  choice.preferValue("ctStatus", choice.number("ctState") === CT_STATE.established ? ANSWERED : 0);
}

/** What conntrack has written down of a flow that was answered; NAT is decided then (IPS_SRC_NAT_DONE, IPS_DST_NAT_DONE). */
const ANSWERED = CT_STATUS.seenReply | CT_STATUS.confirmed | 0x180;

function chooseWayIn(choice: Choice, { from }: PickPlace): void {
  const { space } = choice;
  const none = space.noDevice("iif");
  if (from === "here") choice.prefer(none);
  if (from === "device") choice.prefer(space.bdd.not(none));
}

function chooseDevice(choice: Choice): void {
  const { space } = choice;
  const { bdd } = space;
  const oif = choice.device("oif").name;
  if (oif !== "") choice.prefer(bdd.not(space.device("iif", oif, false)));
  // A device behind which somebody is known tells more than one that is just there.
  const neighbours = knownAddresses(space.program, space.layout.family).filter(
    ({ address, dev, isLocal }) => !isLocal && dev !== null && isOrdinary(space, address),
  );
  const comingFrom = ({ address, dev }: KnownAddress): Ref =>
    bdd.and(space.device("iif", dev ?? "", false), space.is("src", address));
  const toAnother = ({ address }: KnownAddress): Ref => bdd.not(space.is("dst", address));
  // Nobody thinks first of one who talks to himself.
  choice.preferOneOf([
    ...neighbours.map((one) => bdd.and(comingFrom(one), toAnother(one))),
    ...neighbours.map(comingFrom),
  ]);
  for (const field of ["physin", "physout"] as const) choice.prefer(space.noDevice(field));
  for (const field of ["iif", "physin", "physout"] as const) {
    choice.preferOneOf(devicesInOrder(space, field));
    choice.settle(field);
  }
}

/** Devices of the snapshot that are up, the others of it, lo, those that only a rule names, any other. */
function* devicesInOrder(space: Space, field: DeviceField): Iterable<Ref> {
  const { links } = space.program;
  const isUp = (name: string): boolean => links.get(name)?.flags.includes("UP") === true && name !== "lo";
  yield space.devicesWhere(field, ({ name, isOther }) => !isOther && isUp(name));
  yield space.devicesWhere(field, ({ name, isOther }) => !isOther && name !== "lo" && links.has(name));
  yield space.devicesWhere(field, ({ name, isOther }) => !isOther && name !== "" && name !== "lo");
  yield space.devicesWhere(field, ({ isOther }) => isOther);
  yield space.devicesWhere(field, ({ name }) => name === "lo");
}

/** Is it said by which devices the packets leave? */
function leaves(choice: Choice): boolean {
  const { space } = choice;
  return choice.speaksOf("oif") && space.bdd.meets(choice.rest, space.bdd.not(space.noDevice("oif")));
}

/** An address that the routes lead to by the device that the packet leaves by, and not back to where it comes from. */
function chooseDestination(choice: Choice, { isForNode }: PickPlace, isLeaving: boolean): void {
  const { space } = choice;
  const { bdd } = space;
  const iif = isLeaving ? null : choice.device("iif").name;
  const byDevice = ({ address, dev }: KnownAddress): Ref =>
    bdd.and(isLeaving ? space.device("oif", dev ?? "", false) : TRUE, space.is("dst", address));
  const known = knownAddresses(space.program, space.layout.family).filter(({ address }) => isOrdinary(space, address));
  const wanted = known.filter(({ isLocal }) => isForNode === null || isLocal === isForNode);
  const onward = wanted.filter(({ dev, isLocal }) => isLocal || dev !== iif);
  const isFound =
    choice.preferOneOf(onward.map(byDevice)) ||
    choice.preferOneOf(wanted.map(({ address }) => space.is("dst", address)));
  if (!isFound) choosePlainAddress(choice, "dst");
  if (isLeaving) choice.preferOneOf(devicesInOrder(space, "oif"));
  choice.settle("oif");
}

/** An address from where packets come in by the device that it comes in by; one of the node's own where it is made here. */
function chooseSource(choice: Choice): void {
  const { space } = choice;
  const iif = choice.device("iif");
  const isMadeHere = iif.name === "" && !iif.isOther;
  const dst = choice.lowest("dst");
  const known = knownAddresses(space.program, space.layout.family).filter(
    ({ address }) => address !== dst && isOrdinary(space, address),
  );
  const near = known.filter(({ dev, isLocal }) => (isMadeHere ? isLocal : !isLocal && dev === iif.name));
  const far = known.filter((one) => !one.isLocal && !near.includes(one));
  if (!choice.preferOneOf([...near, ...far].map(({ address }) => space.is("src", address))))
    choosePlainAddress(choice, "src");
}

/** Where nothing that is known fits: an address of a host, the first of its network. */
function choosePlainAddress(choice: Choice, field: "src" | "dst"): void {
  const { space } = choice;
  for (const net of SPECIAL[space.layout.family]) choice.prefer(space.bdd.not(space.inNet(field, net)));
  choice.prefer(space.in(field, [{ from: 1, to: 254 }], 0xff));
  choice.settle(field);
}

function netsOf(...texts: readonly string[]): readonly AddressMask[] {
  return texts.flatMap((text) => parseAddressMask(text) ?? []);
}

/** Addresses that say more than who talks to whom: of no host, of this host, of groups, of one link. */
const SPECIAL = {
  ip: netsOf("0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3", "169.254.0.0/16"),
  ip6: netsOf("::/64", "ff00::/8", "fe80::/10"),
};

function isOrdinary({ layout }: Space, address: Address): boolean {
  return !SPECIAL[layout.family].some((net) => inNet(address, net));
}

const SYN = 0x02;
const ACK = 0x10;

/** Flags that conntrack takes for such a state, and an echo request. */
function chooseHeader(choice: Choice): void {
  const isFirst = choice.number("ctState") !== CT_STATE.established;
  choice.preferValue("tcpFlags", ...(isFirst ? [SYN, SYN | ACK, ACK] : [ACK, ACK | 0x08, SYN | ACK]));
  choice.preferValue("icmpType", choice.space.layout.family === "ip" ? 8 : 128);
  choice.settle("icmpType");
  choice.preferValue("icmpCode", 0);
  choice.preferValue("mark", 0);
  choice.settle("mark");
  choice.preferValue("ctmark", 0);
  choice.settle("ctmark");
}

/** The flow goes from where the packet comes from to where it goes: nothing is translated yet. */
function chooseTuples(choice: Choice): void {
  const value = (field: FieldName): Address => choice.lowest(field);
  const pairs = [
    ["origSrc", "src"],
    ["origDst", "dst"],
    ["origSport", "sport"],
    ["origDport", "dport"],
    ["origProto", "proto"],
    ["replSrc", "dst"],
    ["replDst", "src"],
    ["replSport", "dport"],
    ["replDport", "sport"],
  ] as const;
  for (const [field, as] of pairs) choice.preferValue(field, value(as));
}

const LENGTHS: ReadonlyMap<number, number> = new Map([
  [PROTO.tcp, 20],
  [PROTO.udp, 8],
  [PROTO.icmp, 8],
  [PROTO.icmp6, 8],
  [PROTO.sctp, 32],
]);

/** What a packet has where nobody says otherwise. */
function usual(choice: Choice): readonly (readonly [FieldName, number])[] {
  const isV4 = choice.space.layout.family === "ip";
  const iif = choice.device("iif");
  return [
    ["ttl", 64],
    ["tos", 0],
    ["length", (isV4 ? 20 : 40) + (LENGTHS.get(choice.number("proto")) ?? 0)],
    ["pktType", 0],
    ["hasSocket", iif.name === "" && !iif.isOther ? 1 : 0],
    ["socket", SOCKET.none],
    ["ipvs", 0],
    ["skUid", 0],
    ["skGid", 0],
    ["realm", 0],
    ["sctpChunk", 1],
    ["ctFamily", isV4 ? 2 : 10],
  ];
}

function settleAbove(choice: Choice, field: "sport" | "dport", least: number): void {
  choice.prefer(choice.space.in(field, [{ from: least, to: 0xffff }]));
  choice.settle(field);
}

/** What nobody knows is rather not so. */
function chooseUnknowns(choice: Choice): void {
  const { space } = choice;
  for (const level of choice.support)
    if (space.unknownAt(level) !== null) choice.prefer(space.bdd.not(space.bdd.variable(level)));
}
