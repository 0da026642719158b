import { hasPorts, PROTO } from "../../program/protocol.ts";
import type { Target } from "../../program/value.ts";
import { FALSE, TRUE } from "../bdd/bdd.ts";
import type { Ref } from "../bdd/bdd.ts";
import { isLater } from "../fields.ts";
import type { FieldName } from "../layout.ts";
import type { Space } from "../space.ts";

/** Where a field stands in its header, in bits. */
export interface HeaderField {
  readonly field: FieldName;
  readonly offset: number;
  readonly width: number;
  /** Packets that have it there. */
  readonly has: Ref;
}

/** What a rule writes into. */
export interface Written {
  /** Packets that have these bytes. */
  readonly able: Ref;
  /** Those of which nobody can say whether they do. */
  readonly open: Ref;
  /** Fields that some of the bits are of; null: what the packet is from here on nobody can say. */
  readonly fields: readonly HeaderField[] | null;
}

type Payload = Pick<Target & { readonly kind: "payload" }, "base" | "offset" | "bits">;

/** nft_payload_set_eval (net/netfilter/nft_payload.c): bits of the link, network or transport header. */
export function writtenTo(space: Space, { base, offset, bits }: Payload): Written {
  switch (base) {
    case "ll":
      // Nobody reads the link header any more; packets made here have none yet.
      return { able: space.bdd.not(space.noDevice("iif")), open: FALSE, fields: [] };
    case "nh":
      return networkHeader(space, offset, offset + bits);
    case "th":
      return transportHeader(space, offset + bits);
    case "ih":
      return { able: FALSE, open: TRUE, fields: null };
  }
}

/** Fields that are just these bits; none: nobody can say what stands there. */
export function fieldsAt(space: Space, { base, offset, bits }: Payload): readonly HeaderField[] {
  const fields = base === "th" ? transportFields(space) : base === "nh" ? networkFields(space) : [];
  return fields.filter((field) => field.offset === offset && field.width === bits);
}

interface NetworkHeader {
  /** Bits that every packet has. */
  readonly length: number;
  readonly fields: readonly (readonly [FieldName, offset: number, width: number])[];
  /** Bits that say what the rest of the packet is. */
  readonly structure: readonly (readonly [from: number, to: number])[];
}

const NETWORK: Readonly<Record<"ip" | "ip6", NetworkHeader>> = {
  ip: {
    length: 160,
    fields: [
      ["tos", 8, 8],
      ["ttl", 64, 8],
      ["src", 96, 32],
      ["dst", 128, 32],
    ],
    structure: [
      [0, 8],
      [16, 32],
      [48, 64],
      [72, 80],
    ],
  },
  ip6: {
    length: 320,
    fields: [
      ["tos", 4, 8],
      ["ttl", 56, 8],
      ["src", 64, 128],
      ["dst", 192, 128],
    ],
    structure: [
      [0, 4],
      [32, 56],
    ],
  },
};

function networkHeader(space: Space, from: number, to: number): Written {
  const { length, structure } = NETWORK[space.layout.family];
  if (to > length) return { able: FALSE, open: TRUE, fields: null };
  if (structure.some(([first, end]) => from < end && to > first)) return { able: TRUE, open: FALSE, fields: null };
  return { able: TRUE, open: FALSE, fields: networkFields(space) };
}

function networkFields({ layout }: Space): readonly HeaderField[] {
  return NETWORK[layout.family].fields.map(([field, offset, width]) => ({ field, offset, width, has: TRUE }));
}

/** Bits that a header of every protocol with ports has. */
const PORTS = 32;

function transportHeader(space: Space, to: number): Written {
  const { bdd } = space;
  const tcp = space.is("proto", PROTO.tcp);
  const known = bdd.or(portedSet(space), icmpSet(space));
  const there = to <= PORTS ? known : to <= TCP_HEADER ? tcp : FALSE;
  const able = bdd.minus(there, isLater(space));
  // Of other protocols, and behind the header, it depends on the length.
  const open = bdd.minus(to <= PORTS ? bdd.not(known) : bdd.not(there), isLater(space));
  return { able, open, fields: transportFields(space) };
}

function transportFields(space: Space): readonly HeaderField[] {
  const [ported, icmp] = [portedSet(space), icmpSet(space)];
  return [
    { field: "sport", offset: 0, width: 16, has: ported },
    { field: "dport", offset: 16, width: 16, has: ported },
    { field: "icmpType", offset: 0, width: 8, has: icmp },
    { field: "icmpCode", offset: 8, width: 8, has: icmp },
    { field: "tcpFlags", offset: 104, width: 8, has: space.is("proto", PROTO.tcp) },
  ];
}

function portedSet(space: Space): Ref {
  return space.isAnyOf("proto", WITH_PORTS);
}

function icmpSet(space: Space): Ref {
  return space.isAnyOf("proto", [PROTO.icmp, PROTO.icmp6]);
}

const TCP_HEADER = 160;
const WITH_PORTS = Array.from({ length: 256 }, (_, proto) => proto).filter(hasPorts);
