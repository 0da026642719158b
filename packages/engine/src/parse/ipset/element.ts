import { familyOf, parseAddress, parsePrefix } from "../../base/address.ts";
import type { Family } from "../../base/address.ts";
import { parseProtocol } from "../../base/protocols.ts";
import { parseSetIcmp } from "../../ext/set/icmp-names.ts";
import type { SetType } from "../../ext/set/types.ts";
import type { Dimension, ElementPart } from "../../model/sets.ts";
import { PROTO } from "../../program/protocol.ts";

/** What a part of an element depends on beside its text. */
interface Context {
  readonly family: Family;
  /** `wildcard` was given. */
  readonly wildcard: boolean;
  /** A port without a protocol is one of TCP, but of `bitmap:port` one of TCP and UDP alike. */
  readonly plainPort: number | null;
}

/** How each dimension is written; null: this text is none. */
const READERS: Readonly<Record<Dimension, (text: string, context: Context) => ElementPart | null>> = {
  ip: readAddress,
  net: readAddress,
  port: readPort,
  mac: (text) => (MAC.test(text) ? { kind: "mac", mac: text.toLowerCase() } : null),
  mark: readMark,
  iface: readInterface,
  set: (name) => ({ kind: "set", name }),
};

/** The parts of an element's text; null where it is none of the type. */
export function parseElement(text: string, type: SetType, family: Family, wildcard: boolean): ElementPart[] | null {
  const texts = splitParts(text, type.dimensions.length);
  if (texts.length < type.dimensions.length - type.optionalParts) return null;
  const context: Context = { family, wildcard, plainPort: type.name === "bitmap:port" ? null : PROTO.tcp };
  const parts: ElementPart[] = [];
  for (const [index, part] of texts.entries()) {
    const dimension = type.dimensions[index];
    const read = dimension === undefined ? null : READERS[dimension](part, context);
    if (read === null) return null;
    parts.push(read);
  }
  return parts;
}

/** At commas, into so many parts at most; the last one may hold commas of its own (names of sets and devices). */
function splitParts(text: string, count: number): string[] {
  const parts: string[] = [];
  let start = 0;
  while (parts.length < count - 1) {
    const comma = text.indexOf(",", start);
    if (comma < 0) break;
    parts.push(text.slice(start, comma));
    start = comma + 1;
  }
  parts.push(text.slice(start));
  return parts;
}

function readAddress(text: string, { family }: Context): ElementPart | null {
  const prefix = parsePrefix(text);
  if (prefix !== null) return familyOf(prefix.address) === family ? { kind: "address", prefix } : null;
  const dash = text.indexOf("-");
  const from = parseAddress(text.slice(0, Math.max(dash, 0)));
  const to = parseAddress(text.slice(dash + 1));
  if (from === null || to === null || familyOf(from) !== family || familyOf(to) !== family) return null;
  return { kind: "range", from, to };
}

function readPort(text: string, { plainPort }: Context): ElementPart | null {
  const colon = text.indexOf(":");
  const proto = colon < 0 ? plainPort : parseProtocol(text.slice(0, colon));
  if (colon >= 0 && proto === null) return null;
  const rest = text.slice(colon + 1);
  if (proto === PROTO.icmp || proto === PROTO.icmp6) {
    const value = parseSetIcmp(rest, proto === PROTO.icmp ? "icmp" : "icmp6");
    return value === null ? null : { kind: "port", proto, from: value, to: value };
  }
  const dash = rest.indexOf("-");
  const from = port(dash < 0 ? rest : rest.slice(0, dash));
  const to = dash < 0 ? from : port(rest.slice(dash + 1));
  return from === null || to === null ? null : { kind: "port", proto, from, to };
}

function port(text: string): number | null {
  return /^\d{1,5}$/.test(text) && Number(text) <= 0xffff ? Number(text) : null;
}

const MAC = /^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}$/;

function readMark(text: string): ElementPart | null {
  const isMark = /^(0[xX][0-9a-fA-F]{1,8}|\d{1,10})$/.test(text) && Number(text) <= 0xffff_ffff;
  return isMark ? { kind: "mark", mark: Number(text) } : null;
}

const PHYSDEV = "physdev:";

function readInterface(text: string, { wildcard }: Context): ElementPart | null {
  const physdev = text.startsWith(PHYSDEV);
  const name = physdev ? text.slice(PHYSDEV.length) : text;
  return name === "" ? null : { kind: "iface", name, physdev, prefix: wildcard };
}
