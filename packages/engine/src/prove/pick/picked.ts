import { printAddress } from "../../base/address.ts";
import { printHex } from "../../base/hex.ts";
import { printProtocol } from "../../base/protocols.ts";
import { hasPorts, PROTO } from "../../program/protocol.ts";
import { PKT_TYPES } from "../../program/packet.ts";
import type { Assumed } from "../describe/description.ts";
import type { DeviceName } from "../devices.ts";
import { CT_STATE, FRAGMENT } from "../fields.ts";
import type { Space } from "../space.ts";
import type { Choice } from "./choice.ts";

/** Options of `hookwalk trace`, named and spelled as a line of a packet file has them: `{ iif: "eth0", dst: "10.0.0.2", dport: 80 }`. */
export type PacketOptions = Readonly<Record<string, string | number | boolean>>;

/** One packet of a set. */
export interface Picked {
  /** The packet and how it comes in; what is as it usually is goes unsaid. */
  readonly options: PacketOptions;
  readonly flow: PickedFlow;
  /** What has to be so for the packet to be in the set, and no snapshot tells. */
  readonly conditions: readonly Assumed[];
  /** The packet as values of the variables of its space; those that do not matter are left out. */
  readonly values: ReadonlyMap<number, boolean>;
}

/** What has to be said of its flow; null: what conntrack makes of the first packet of one. */
export interface PickedFlow {
  readonly state: keyof typeof CT_STATE | null;
  readonly mark: number | null;
  /** Of a connection that a socket of this node has. */
  readonly socket: "plain" | "transparent" | null;
}

/** What was chosen, as options. `isUntold`: nothing can be said of its flow. */
export function pickedFrom(choice: Choice, isUntold: boolean): Picked {
  const options = Object.fromEntries([...arrivalOptions(choice), ...endOptions(choice), ...headerOptions(choice)]);
  const values = choice.values();
  const flow = flowOf(choice, isUntold);
  return { options, flow, conditions: conditionsIn(choice, values), values };
}

type Options = Iterable<readonly [string, string | number | boolean]>;

function* arrivalOptions(choice: Choice): Options {
  const { space } = choice;
  const iif = choice.device("iif");
  const isLocal = iif.name === "" && !iif.isOther;
  if (isLocal) yield ["local", true];
  else yield ["iif", deviceName(space, iif)];
  const physin = choice.device("physin");
  if (physin.name !== "") yield ["physin", deviceName(space, physin)];
  const smac = choice.number("smac");
  if (!isLocal && choice.speaksOf("smac")) yield ["smac", macText(smac)];
  const pktType = PKT_TYPES[choice.number("pktType")] ?? "host";
  if (pktType !== "host") yield ["pktType", pktType];
  if (isLocal && choice.speaksOf("skUid")) yield ["uid", choice.number("skUid")];
  if (isLocal && choice.speaksOf("skGid")) yield ["gid", choice.number("skGid")];
}

function* endOptions(choice: Choice): Options {
  const proto = choice.number("proto");
  yield ["src", printAddress(choice.lowest("src"))];
  yield ["dst", printAddress(choice.lowest("dst"))];
  yield ["proto", printProtocol(proto)];
  const fragment = choice.number("fragment");
  const hasHeader = fragment === FRAGMENT.whole || fragment === FRAGMENT.first;
  if (hasHeader && hasPorts(proto)) {
    yield ["sport", choice.number("sport")];
    yield ["dport", choice.number("dport")];
  }
  if (hasHeader && proto === PROTO.tcp) yield ["flags", flagsText(choice.number("tcpFlags"))];
  if (hasHeader && (proto === PROTO.icmp || proto === PROTO.icmp6)) {
    yield ["icmpType", choice.number("icmpType")];
    yield ["icmpCode", choice.number("icmpCode")];
  }
  const offset = FRAGMENTS[fragment];
  if (offset !== undefined) yield ["frag", offset];
}

/** By the code of the field: whole, first, at 8 bytes, any later one. */
const FRAGMENTS: readonly (string | undefined)[] = [undefined, "0+", "1", "2"];

const FLAGS = ["F", "S", "R", "P", "A", "U", "E", "C"] as const;

function flagsText(byte: number): string {
  const letters = FLAGS.filter((_, bit) => (byte & (1 << bit)) !== 0).join("");
  return letters === "" ? "none" : letters;
}

function* headerOptions(choice: Choice): Options {
  const mark = choice.number("mark");
  if (mark !== 0) yield ["mark", printHex(mark)];
  for (const [field, usual] of [
    ["ttl", 64],
    ["tos", 0],
  ] as const) {
    const value = choice.number(field);
    if (value !== usual) yield [field, value];
  }
  if (choice.speaksOf("length")) yield ["length", choice.number("length")];
  if (choice.number("df") === 1) yield ["df", true];
}

function flowOf(choice: Choice, isUntold: boolean): PickedFlow {
  const socket = SOCKETS[choice.number("socket")] ?? null;
  if (isUntold) return { state: null, mark: null, socket };
  const code = choice.number("ctState");
  const state = STATES.find((name) => CT_STATE[name] === code) ?? null;
  const mark = choice.number("ctmark");
  return { state: state === "new" ? null : state, mark: mark === 0 ? null : mark, socket };
}

/** By the code of the field. */
const SOCKETS = [null, "plain", "transparent"] as const;
const STATES = ["new", "established", "related", "invalid", "untracked"] as const;

function macText(value: number): string {
  return (value.toString(16).padStart(12, "0").match(/../g) ?? []).join(":");
}

/** IFNAMSIZ without the final zero. */
const LONGEST_NAME = 15;
const SUFFIXES = Array.from({ length: 36 }, (_, digit) => digit.toString(36));

/** A name for "another one that begins so": one that nothing on the node has. */
function deviceName({ devices }: Space, { name: begins, isOther }: DeviceName): string {
  if (!isOther) return begins;
  const isFree = (name: string): boolean =>
    name.length <= LONGEST_NAME &&
    devices.names.every((one) =>
      one.isOther ? one.name.length <= begins.length || !name.startsWith(one.name) : one.name !== name,
    );
  const stem = begins === "" ? "eth" : begins;
  const found = SUFFIXES.map((suffix) => `${stem}${suffix}`).find(isFree);
  return found ?? SUFFIXES.map((suffix) => `${begins}${suffix}`).find(isFree) ?? begins;
}

function conditionsIn({ space }: Choice, values: ReadonlyMap<number, boolean>): readonly Assumed[] {
  return [...values].flatMap(([level, assumed]) => {
    const unknown = space.unknownAt(level);
    return unknown === null ? [] : [{ ...unknown, assumed }];
  });
}
