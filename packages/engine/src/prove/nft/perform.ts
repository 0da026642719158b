import { assertNever } from "../../base/assert.ts";
import type { Action, NatValues } from "../../program/action.ts";
import { PROTO } from "../../program/protocol.ts";
import type { Target } from "../../program/value.ts";
import { FALSE, TRUE } from "../bdd/bdd.ts";
import type { Ref } from "../bdd/bdd.ts";
import type { Bits } from "../bdd/numbers.ts";
import type { Done } from "../done.ts";
import { CT_STATUS, hasEntry, isLater, statusBit } from "../fields.ts";
import { NOTHING, asEntered, bitNow, changed, joined, within } from "../flow.ts";
import type { Flow } from "../flow.ts";
import type { FieldName } from "../layout.ts";
import { MANIPS, manipOf, mappedTo } from "../nat.ts";
import type { NatPlace, Numbers } from "../nat.ts";
import type { Space } from "../space.ts";
import { anything, gatePlace, partOf, unknownHere } from "../place.ts";
import type { Asking } from "../place.ts";
import { transparentSocket, withSocket } from "../socket.ts";
import { writtenTo } from "./header.ts";
import { findIn, passesGate } from "./lookup.ts";
import { readValue, wordOf } from "./value.ts";
import type { Word } from "./word.ts";
import { resized } from "./word.ts";

export type NftAction = Extract<
  Action,
  { kind: "nat-values" | "verdict-map" | "assign" | "element" | "assign-socket" | "offload" }
>;

/** What statements of nft do that compute (net/netfilter/nft_*.c). */
export function actNft(rule: Asking, flow: Flow, action: NftAction): Done {
  const asking = partOf(rule, action);
  const { space } = asking;
  const { bdd } = space;
  switch (action.kind) {
    case "assign":
      return assign(asking, flow, action);
    case "verdict-map":
      return verdictOf(asking, flow, action);
    case "nat-values":
      return bindValues(asking, flow, action.spec);
    case "element": {
      // What the set holds from here on nobody knows; one that is full, or whose element has a rate, may end the rule.
      const after = { ...flow, changedSets: new Set([...flow.changedSets, action.set]) };
      const mayEnd = action.gate !== null || space.program.nftSets.get(action.set)?.full === true;
      const ends = mayEnd
        ? unknownHere(gatePlace(asking, action.gate), `the rule ends at ${action.set}`, "rate")
        : FALSE;
      return { exits: [], on: within(bdd, after, bdd.not(ends)), off: within(bdd, after, ends) };
    }
    case "assign-socket": {
      const port = action.port?.kind === "constant" ? Number(action.port.data) : 0;
      const { when, everywhere } = transparentSocket(asking, { port, address: null });
      const { on, off } = whereThere(asking, flow, when);
      return { exits: [], on: withSocket(space, on, asEntered(bdd, on, everywhere)), off };
    }
    case "offload": {
      const isOld = bdd.and(hasEntry(space), bdd.variable(statusBit(space.layout, CT_STATUS.confirmed)));
      const taken = bdd.and(
        asEntered(bdd, flow, isOld),
        unknownHere(asking, `${action.what} takes the flow`, "object"),
      );
      return { exits: [], on: within(bdd, flow, taken), off: within(bdd, flow, bdd.not(taken)) };
    }
    default:
      return assertNever(action);
  }
}

/** Packets with a value go on, the others have met the end of the rule. */
function whereThere({ space: { bdd } }: Asking, flow: Flow, has: Ref): { readonly on: Flow; readonly off: Flow } {
  const there = asEntered(bdd, flow, has);
  return { on: within(bdd, flow, there), off: within(bdd, flow, bdd.not(there)) };
}

function assign(asking: Asking, flow: Flow, { target, value }: Action & { readonly kind: "assign" }): Done {
  const { space } = asking;
  const { bdd, layout } = space;
  const word = wordOf(asking, value);
  const { on, off } = whereThere(asking, flow, word.has);
  const put = (bits: Bits, when: Ref): Flow => written(asking, on, { bits, word, when });
  switch (target.kind) {
    case "mark":
      return { exits: [], on: put(layout.bits.mark, TRUE), off };
    case "ctmark":
      return { exits: [], on: put(layout.bits.ctmark, asEntered(bdd, on, hasEntry(space))), off };
    case "pkttype":
      return { exits: [], on: put(layout.bits.pktType, TRUE), off };
    case "payload": {
      const done = rewritten(asking, on, { target, word: resized(word, target.bits) });
      return { ...done, off: joined(bdd, off, done.off ?? NOTHING) };
    }
    case "tcp-option": {
      // Of TCP alone; an option that is cut short ends the rule, too.
      const isTcp = bdd.minus(space.is("proto", PROTO.tcp), isLater(space));
      const able = bdd.minus(isTcp, unknownHere(asking, "the option is cut short", "not given"));
      const { on: written, off: unable } = whereThere(asking, on, able);
      return { exits: [], on: written, off: joined(bdd, off, unable) };
    }
    case "ct-zone":
    case "unread":
      return { exits: [], on, off };
    default:
      return assertNever(target);
  }
}

/** nft_payload_set_eval. */
function rewritten(
  asking: Asking,
  flow: Flow,
  { target, word }: { readonly target: Payload; readonly word: Word },
): Done {
  const { space } = asking;
  const { bdd, layout } = space;
  const { able, open, fields } = writtenTo(space, target);
  // With other ends a lookup finds who knows which socket.
  const other = (so: Flow): Flow =>
    fields?.some(({ field }) => ENDS.has(field)) === false || !space.sockets
      ? so
      : anything(asking, so, "socket", "the packet's socket after a write");
  const perhaps = unknownHere(asking, "the packet has the bytes that are written", "not given");
  const { on, off } = whereThere(asking, flow, bdd.or(able, bdd.and(open, perhaps)));
  if (fields === null)
    return {
      exits: [],
      on: other(REWRITTEN.reduce((so, field) => anything(asking, so, field, `${field} after a write`), on)),
      off,
    };
  const next: (readonly [number, Ref])[] = [];
  for (const { field, offset, width, has } of fields)
    for (const [index, level] of layout.bits[field].entries()) {
      const bit = word.bits[offset + index - target.offset];
      if (level === null || bit === undefined || index >= width) continue;
      const put = bdd.ite(asEntered(bdd, on, has), asEntered(bdd, on, bit), bitNow(bdd, on, level));
      next.push([level, put]);
    }
  return { exits: [], on: other(changed(on, next)), off };
}

const ENDS: ReadonlySet<FieldName> = new Set<FieldName>(["src", "dst", "sport", "dport"]);

type Payload = Target & { readonly kind: "payload" };

/** The fields that such bytes may be of. */
export const REWRITTEN: readonly FieldName[] = [
  "src",
  "dst",
  "sport",
  "dport",
  "proto",
  "icmpType",
  "icmpCode",
  "tos",
  "ttl",
  "tcpFlags",
  "length",
  "df",
];

function written(
  { space: { bdd } }: Asking,
  flow: Flow,
  { bits, word, when }: { readonly bits: Bits; readonly word: Word; readonly when: Ref },
): Flow {
  const values = resized(word, bits.length).bits;
  return changed(
    flow,
    bits.flatMap((level, index) => {
      if (level === null) return [];
      const value = asEntered(bdd, flow, values[index] ?? FALSE);
      return [[level, bdd.ite(when, value, bitNow(bdd, flow, level))] as const];
    }),
  );
}

/** Without an element the rule ends. */
function verdictOf(asking: Asking, flow: Flow, { key, set }: Action & { readonly kind: "verdict-map" }): Done {
  const { bdd } = asking.space;
  const { elements, untold } = findIn(
    asking,
    key.map((value) => readValue(asking, value)),
    set,
  );
  const exits: Done["exits"][number][] = [];
  const calls: NonNullable<Done["calls"]>[number][] = [];
  let on: Flow = NOTHING;
  const taken: Ref[] = [];
  const piece = (when: Ref): Flow => {
    const entered = asEntered(bdd, flow, when);
    taken.push(entered);
    return within(bdd, flow, entered);
  };
  for (const { element, when } of elements) {
    const { verdict } = element;
    if (verdict === null) continue;
    const own = piece(bdd.and(when, passesGate(asking, element)));
    if (verdict.kind === "jump" || verdict.kind === "goto")
      calls.push({ flow: own, chain: verdict.chain, comesBack: verdict.kind === "jump" });
    else if (verdict.kind === "continue") on = joined(bdd, on, own);
    else exits.push([verdict.kind === "return" ? "through" : verdict.kind, own]);
  }
  if (untold !== FALSE) exits.push(["unknown", piece(untold)]);
  return { exits, calls, on, off: within(bdd, flow, bdd.not(bdd.union(taken))) };
}

function bindValues(asking: Asking, flow: Flow, spec: NatValues): Done {
  const { bdd } = asking.space;
  const { hook } = asking;
  const [toAddresses, toPorts] = [spec.addresses, spec.ports].map((range) => settled(asking.space, range));
  const ends = [toAddresses, toPorts].flatMap((range) =>
    range === undefined || range === null ? [] : [range.from, range.to],
  );
  const has = bdd.intersection(ends.map((value) => wordOf(asking, value).has));
  const { on, off } = whereThere(asking, flow, has);
  if (hook === null) return { exits: [["accept", on]], on: NOTHING, off };
  const { kind, random, randomFully } = spec;
  const isNet = kind === "netmap" && toAddresses?.from.kind === "map";
  const addresses = isNet
    ? networkOf({ ...asking, hook }, on, toAddresses)
    : numbersOf(asking, on, toAddresses ?? null);
  const ports = numbersOf(asking, on, toPorts ?? null);
  return { ...mappedTo({ ...asking, hook }, on, { kind, random, randomFully, addresses, ports }), off };
}

/** A map is looked up once for both ends of a range; where none of its elements has a range they are one number. */
function settled({ program }: Space, range: NatValues["addresses"]): NatValues["addresses"] {
  if (range?.from.kind !== "map" || range.to.kind !== "map") return range;
  const { from, to } = range;
  const set = from.set.kind === "anonymous" ? from.set.set : program.nftSets.get(from.set.id);
  const isOne = set?.elements.every(({ data }) => data[from.part]?.from === data[to.part]?.to) === true;
  return isOne ? { from, to: from } : range;
}

/** nft_nat_setup_netmap: the network that a map gives, with the host part that the packet has. */
function networkOf(asking: Asking & NatPlace, flow: Flow, { from, to }: NonNullable<NatValues["addresses"]>): Numbers {
  const { bdd, layout } = asking.space;
  const [first, last] = [wordOf(asking, from).bits, wordOf(asking, to).bits];
  const bits = layout.bits[MANIPS[manipOf(asking.hook)].address].map((level, index) => {
    const low = asEntered(bdd, flow, first[index] ?? FALSE);
    const isHost = bdd.xor(low, asEntered(bdd, flow, last[index] ?? FALSE));
    return level === null ? low : bdd.ite(isHost, bitNow(bdd, flow, level), low);
  });
  return { kind: "one", bits };
}

function numbersOf(asking: Asking, flow: Flow, range: NatValues["addresses"]): Numbers | null {
  const { bdd } = asking.space;
  if (range === null) return null;
  const { from, to } = range;
  if (from.kind === "constant" && to.kind === "constant")
    return { kind: "range", from: from.data, to: to.data, base: null };
  const largest = from.bits > 32 ? (1n << BigInt(from.bits)) - 1n : 2 ** from.bits - 1;
  if (from !== to) return { kind: "range", from: typeof largest === "bigint" ? 0n : 0, to: largest, base: null };
  return { kind: "one", bits: wordOf(asking, from).bits.map((bit) => asEntered(bdd, flow, bit)) };
}
