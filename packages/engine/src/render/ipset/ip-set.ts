import type { Address, Family, Prefix } from "../../base/address.ts";
import { bitsOf, printAddress, printPrefix } from "../../base/address.ts";
import { printProtocol } from "../../base/protocols.ts";
import { findSetType } from "../../ext/set/types.ts";
import type { ElementPart, IpSet, SetElement } from "../../model/sets.ts";

/** What an element is made of, as far as a renderer writes it. */
export type EntryPart = Extract<ElementPart, { kind: "address" | "port" }>;

/** A set with the sizes that ipset gives where nobody asks for others; each element stands once, in the order given. */
export function ipSet(name: string, type: string, family: Family, entries: readonly (readonly EntryPart[])[]): IpSet {
  const known = findSetType(type);
  if (known === null) throw new Error(`no set type ${type}`);
  const elements = new Map(entries.map((parts) => [textOf(parts), parts] as const));
  return {
    name,
    type,
    // Ports alone are of neither; the tools then name none, which reads as IPv4.
    family: known.hasFamily ? family : "ip",
    dimensions: known.dimensions,
    options: type.startsWith("bitmap:port") ? PORT_RANGE : HASH_SIZES,
    elements: [...elements].map(([text, parts]): SetElement => ({ parts, nomatch: false, options: [], text, line: 0 })),
    span: { file: "", line: 0 },
  };
}

const PORT_RANGE = [{ name: "range", value: "0-65535" }] as const;
const HASH_SIZES = [
  { name: "hashsize", value: "1024" },
  { name: "maxelem", value: "65536" },
] as const;

export function addressPart(address: Address): EntryPart {
  return { kind: "address", prefix: { address, length: bitsOf(address) } };
}

export function netPart(prefix: Prefix): EntryPart {
  return { kind: "address", prefix };
}

/** `proto` null: of `bitmap:port`. */
export function portPart(proto: number | null, port: number): EntryPart {
  return { kind: "port", proto, from: port, to: port };
}

/** As `ipset save` prints it: `10.96.0.1,tcp:443`. */
function textOf(parts: readonly EntryPart[]): string {
  return parts.map(textOfPart).join(",");
}

function textOfPart(part: EntryPart): string {
  if (part.kind === "port") {
    return part.proto === null ? String(part.from) : `${printProtocol(part.proto)}:${String(part.from)}`;
  }
  const { address, length } = part.prefix;
  return length === bitsOf(address) ? printAddress(address) : printPrefix(part.prefix);
}
