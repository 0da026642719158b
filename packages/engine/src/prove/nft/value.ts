import { assertNever } from "../../base/assert.ts";
import type { DataRange } from "../../program/value-set.ts";
import type { Value } from "../../program/value.ts";
import { FALSE, TRUE } from "../bdd/bdd.ts";
import type { Ref } from "../bdd/bdd.ts";
import type { Bits } from "../bdd/numbers.ts";
import { fieldIn, hasEntry, isLater, plainField } from "../fields.ts";
import type { FieldSet } from "../fields.ts";
import { partOf, someNumber, unknownHere } from "../place.ts";
import type { Asking } from "../place.ts";
import { socketProperty } from "../socket.ts";
import { TUPLE_FIELDS } from "../tuple-reads.ts";
import { deviceIn } from "./device.ts";
import { fibDevice, fibDeviceWord } from "./fib-device.ts";
import { fibWord } from "./fib.ts";
import { fieldsAt } from "./header.ts";
import { findIn, mapWord } from "./lookup.ts";
import { combined, constant, inRange, resized, reversedWord, shiftedWord } from "./word.ts";
import type { Readable, Word } from "./word.ts";

/** What a value reads as. */
export function readValue(asking: Asking, value: Value): Readable {
  const { space } = asking;
  if (value.kind === "device" && value.what === "name")
    return { has: TRUE, inside: (range) => deviceIn(space, value.side, range) };
  if (value.kind === "address")
    return { has: TRUE, inside: ({ from, to }) => space.addressBetween(value.field, from, to) };
  if (value.kind === "number") {
    const fieldInside = ({ from, to }: DataRange): FieldSet =>
      fieldIn(space, value.field, LARGEST, [{ from: Number(from), to: Math.min(Number(to), LARGEST) }]);
    return { has: fieldInside(ANY).has, inside: (range) => fieldInside(range).holds };
  }
  const device = value.kind === "fib" && value.spec.result === "device" ? fibDevice(asking, value.spec) : null;
  if (device !== null) return device;
  const { has, bits } = wordOf(asking, value);
  return { has, inside: (range) => inRange(space.bdd, bits, range) };
}

const LARGEST = 0xffff_ffff;
const ANY = { from: 0, to: LARGEST };

/** nft's registers, for every packet at once. */
export function wordOf(whole: Asking, value: Value): Word {
  const asking = partOf(whole, value);
  const { space } = asking;
  const { bdd, layout } = space;
  switch (value.kind) {
    case "constant":
      return constant(value.data, value.bits);
    case "address":
      return resized({ has: TRUE, bits: variables(asking, layout.bits[value.field]) }, value.bits);
    case "number": {
      const plain = plainField(space, value.field);
      if (plain === null) return unknownWord(asking, value.field, value.bits);
      return resized({ has: plain.has, bits: variables(asking, layout.bits[plain.name]) }, value.bits);
    }
    case "tuple": {
      const bits = variables(asking, layout.bits[TUPLE_FIELDS[value.direction][value.field]]);
      return resized({ has: hasEntry(space), bits }, value.bits);
    }
    case "binary":
      return binaryWord(asking, value);
    case "reversed":
      return reversedWord(resized(wordOf(asking, value.of), value.bits));
    case "choice":
      return choiceWord(asking, value, value.what);
    case "jhash": {
      // A hash of what the packet has: which number it falls on is not worked out.
      const has = bdd.intersection(value.of.map((part) => wordOf(asking, part).has));
      return { ...choiceWord(asking, value, "a hash of the packet"), has };
    }
    case "map":
      return mapWord(
        asking,
        value,
        findIn(
          asking,
          value.key.map((part) => readValue(asking, part)),
          value.set,
        ),
      );
    case "socket": {
      if (value.what === "mark")
        return { ...unknownWord(asking, "the socket's mark", value.bits), has: socketProperty(space, "wildcard").has };
      const { has, isSo } = socketProperty(space, value.what);
      return { has, bits: resized({ has, bits: [isSo] }, value.bits).bits };
    }
    case "fib":
      return (
        (value.spec.result === "type" ? fibWord(asking, value) : fibDeviceWord(asking, value.spec, value.bits)) ??
        unknownWord(asking, "a value of nft (fib)", value.bits)
      );
    case "payload":
      return payloadWord(asking, value);
    case "device":
    case "extension":
    case "tcp-option":
    case "ip-option":
    case "ct-zone":
    case "nexthop":
      return unknownWord(asking, `a value of nft (${value.kind})`, value.bits);
    case "unknown":
      return unknownWord(asking, value.what, value.bits);
    default:
      return assertNever(value);
  }
}

function variables({ space: { bdd } }: Asking, bits: Bits): readonly Ref[] {
  return bits.map((level) => (level === null ? FALSE : bdd.variable(level)));
}

/** Nobody can say what it is, nor whether the packet has it. */
function unknownWord(asking: Asking, what: string, width: number): Word {
  const bits = Array.from({ length: width }, (_, index) =>
    unknownHere(asking, `bit ${String(width - 1 - index)} of ${what}`, "not looked at"),
  );
  return { has: unknownHere(asking, `the packet has ${what}`, "not looked at"), bits };
}

/** Bytes of a header: what field they are depends on the protocol; of the others nobody can say what stands there. */
function payloadWord(asking: Asking, value: Value & { readonly kind: "payload" }): Word {
  const { space } = asking;
  const { bdd, layout } = space;
  return fieldsAt(space, value).reduce(
    ({ has, bits }, { field, has: ofField }) => ({
      has: bdd.ite(ofField, bdd.not(isLater(space)), has),
      bits: variables(asking, layout.bits[field]).map((bit, index) => bdd.ite(ofField, bit, bits[index] ?? FALSE)),
    }),
    unknownWord(asking, "a value of nft (payload)", value.bits),
  );
}

function choiceWord(
  asking: Asking,
  { modulus, offset, bits }: { readonly modulus: number; readonly offset: number; readonly bits: number },
  what: string,
): Word {
  const range = { from: offset, to: offset + modulus - 1 };
  return resized({ has: TRUE, bits: someNumber(asking, widthOf(offset + modulus - 1), range, what) }, bits);
}

function widthOf(largest: number): number {
  return Math.max(1, Math.ceil(Math.log2(largest + 1)));
}

function binaryWord(asking: Asking, { op, left, right, bits }: Value & { readonly kind: "binary" }): Word {
  const { bdd } = asking.space;
  const a = resized(wordOf(asking, left), bits);
  if (op === "<<" || op === ">>") {
    if (right.kind !== "constant") return unknownWord(asking, "a shift by what the packet has", bits);
    const places = Math.min(Number(right.data), bits);
    return shiftedWord(a, op === "<<" ? places : -places);
  }
  return combined(bdd, a, resized(wordOf(asking, right), bits), (_, x, y) =>
    op === "&" ? bdd.and(x, y) : op === "|" ? bdd.or(x, y) : bdd.xor(x, y),
  );
}
