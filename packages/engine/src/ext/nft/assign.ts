import type { NftExpression } from "../../model/nft.ts";
import type { Test } from "../../program/test.ts";
import type { Target, Value } from "../../program/value.ts";
import type { NftContext, Reading } from "./context.ts";
import { integer, knownType } from "./datatypes.ts";
import type { Datatype } from "./datatypes.ts";
import { readExpression } from "./expression.ts";
import { HEADERS } from "./payload.ts";

interface Place {
  readonly target: Target;
  readonly type: Datatype;
  readonly needs: readonly Test[];
}

/** `meta mark set …`, `ip daddr set …`: where to, what, and what nft tests before; null: nobody here knows. */
export function compileAssignment(
  target: NftExpression,
  written: NftExpression,
  context: NftContext,
): { readonly needs: readonly Test[]; readonly target: Target; readonly value: Value } | null {
  const place = placeOf(target, context);
  const read = place === null ? null : readExpression(written, context, place.type);
  if (place === null) return null;
  if (read === null) return place.target.kind === "unread" ? { ...place, value: nothing() } : null;
  return { needs: [...place.needs, ...read.needs], target: place.target, value: inOrderOf(place, read) };
}

function nothing(): Value {
  return { kind: "constant", bits: 32, data: 0 };
}

/** Bits of a packet without a type go into the machine's words as they lie there: the first byte is the least. */
function inOrderOf({ type }: Place, { value, raw }: Reading): Value {
  return raw === true && type.host && value.bits > 8 ? { kind: "reversed", bits: value.bits, of: value } : value;
}

const META: ReadonlyMap<string, Target & { kind: "mark" | "pkttype" | "unread" }> = new Map<
  string,
  Target & { kind: "mark" | "pkttype" | "unread" }
>([
  ["mark", { kind: "mark" }],
  ["pkttype", { kind: "pkttype" }],
  ["priority", { kind: "unread" }],
  ["nftrace", { kind: "unread" }],
  ["secmark", { kind: "unread" }],
]);

function placeOf(target: NftExpression, context: NftContext): Place | null {
  switch (target.kind) {
    case "meta": {
      const found = META.get(target.key);
      if (found === undefined) return null;
      const type = found.kind === "pkttype" ? knownType("pkt_type") : knownType("mark");
      return { target: found, type, needs: [] };
    }
    case "ct":
      return ctPlace(target);
    case "payload":
      return headerPlace(target, context);
    case "payload-raw": {
      const { base, offset, length: bits } = target;
      return {
        target: { kind: "payload", base, offset, bits, checksum: base === "nh" },
        type: integer(bits),
        needs: [],
      };
    }
    case "tcp-option": {
      const read = readExpression(target, context);
      if (read?.value.kind !== "tcp-option") return null;
      const { option, offset, bits } = read.value;
      return { target: { kind: "tcp-option", option, offset, bits }, type: read.type, needs: read.needs };
    }
    default:
      return null;
  }
}

const UNREAD: ReadonlySet<string> = new Set(["label", "event", "secmark"]);

function ctPlace({ key, direction }: NftExpression & { kind: "ct" }): Place | null {
  if (key === "mark") return { target: { kind: "ctmark" }, type: knownType("mark"), needs: [] };
  if (key === "zone") return { target: { kind: "ct-zone", direction }, type: integer(16, true), needs: [] };
  return UNREAD.has(key) ? { target: { kind: "unread" }, type: knownType("ct_label"), needs: [] } : null;
}

/** A checksum that is written itself stays as it was written. */
function headerPlace(target: NftExpression & { kind: "payload" }, context: NftContext): Place | null {
  const header = HEADERS.get(target.protocol);
  const field = header?.fields.get(target.field);
  const read = readExpression(target, context);
  if (header === undefined || field === undefined || read === null) return null;
  const { base } = header;
  const { offset, bits, type } = field;
  const checksum = target.field !== "checksum" && target.protocol !== "ether";
  return { target: { kind: "payload", base, offset, bits, checksum }, type, needs: read.needs };
}
