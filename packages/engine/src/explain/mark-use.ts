import type { Family } from "../base/address.ts";
import { bitsIn, NAMED_BITS } from "../owners/mark.ts";
import { SEEN_BY } from "../ext/nft/families.ts";
import type { NftFamily } from "../model/nft.ts";
import type { RoutingRule } from "../model/routing.ts";
import type { Bits, MarkTest } from "./bits.ts";
import { indexBits, placesIn } from "./mark-index.ts";
import type { BitsIndex } from "./mark-index.ts";
import type { Node } from "./node.ts";
import { markTestsOf, markWriteOf, restoredBitsOf } from "./nft/mark-arithmetic.ts";
import type { Place } from "./place.ts";
import { xtMarkTests, xtMarkWrite, xtRestoredBits } from "./xt/marks.ts";

/** Ctmarks are another field. */
function markTests(place: Place): readonly MarkTest[] {
  if (place.dialect === "xt") return xtMarkTests(place);
  const tests = place.rule.statements.flatMap((one) => (one.kind === "match" ? (markTestsOf(one) ?? []) : []));
  return tests.filter(({ what }) => what === "mark");
}

/** What a rule writes into the packet's mark: `(mark & ~mask) ^ value`. */
export function markWrites(place: Place): readonly Bits[] {
  const all = place.dialect === "xt" ? [xtMarkWrite(place)] : place.rule.statements.map(markWriteOf);
  return all.filter((write) => write !== null);
}

/** The bits that a rule copies from the connection's mark into the packet's. */
export function restoredBits(place: Place): readonly number[] {
  const all = place.dialect === "xt" ? [xtRestoredBits(place)] : place.rule.statements.map(restoredBitsOf);
  return all.filter((bits) => bits !== null);
}

/** The rules of a node that touch the packet's mark, looked for once. */
export interface MarkUse {
  readonly tests: { readonly plain: BitsIndex; readonly negated: BitsIndex };
  readonly writes: BitsIndex;
  readonly restores: readonly (readonly [bits: number, place: Place])[];
  /** What rules and routing rules ask for, each once; null: there is no dump of the routing rules. */
  readonly asked: Readonly<
    Record<Family, { readonly byRules: readonly Bits[]; readonly byRouting: readonly Bits[] | null }>
  >;
  /** Where a rule stands among all. */
  readonly order: ReadonlyMap<Place, number>;
}

const uses = new WeakMap<Node, MarkUse>();

/** Tables below IP see packets of both versions. */
const BELOW: readonly NftFamily[] = ["bridge", "netdev"];

export function markUseOf(node: Node): MarkUse {
  const known = uses.get(node);
  if (known !== undefined) return known;
  const tests = node.rules.flatMap((place) => markTests(place).map((test) => [test, place] as const));
  const asked = (family: Family): MarkUse["asked"]["ip"] => {
    const seers = [...SEEN_BY[family], ...BELOW];
    return {
      byRules: distinct(tests.filter(([, { table }]) => seers.includes(table.family)).map(([test]) => test)),
      byRouting: node.snapshot.rules[family]?.flatMap(fwmarkBits) ?? null,
    };
  };
  const use: MarkUse = {
    tests: {
      plain: indexBits(tests.filter(([{ negated }]) => !negated)),
      negated: indexBits(tests.filter(([{ negated }]) => negated)),
    },
    writes: indexBits(node.rules.flatMap((place) => markWrites(place).map((write) => [write, place] as const))),
    restores: node.rules.flatMap((place) =>
      restoredBits(place).flatMap((bits) => (bitsIn(bits) === 32 ? [] : [[bits, place] as const])),
    ),
    asked: { ip: asked("ip"), ip6: asked("ip6") },
    order: new Map(node.rules.map((place, at) => [place, at])),
  };
  uses.set(node, use);
  return use;
}

function fwmarkBits({ fwmark }: RoutingRule): readonly Bits[] {
  return fwmark === null ? [] : [{ value: fwmark.mark, mask: fwmark.mask }];
}

function distinct(all: readonly Bits[]): readonly Bits[] {
  return [...new Map(all.map(({ value, mask }) => [`${String(value)}/${String(mask)}`, { value, mask }])).values()];
}

/** Each place once, in the order of the dumps. */
function inOrder(places: readonly Place[], { order }: MarkUse): readonly Place[] {
  return [...new Set(places)].sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
}

/** A mark's bits under a mask; null: none of them is set, and a test answers as it does for no mark at all. */
function setBits(mark: number): (mask: number) => number | null {
  return (mask) => ((mark & mask) === 0 ? null : (mark & mask) >>> 0);
}

function zeroWhere(mark: number): (mask: number) => number | null {
  return (mask) => ((mark & mask) === 0 ? null : 0);
}

/** Rules that a packet with this mark passes and one without a mark does not: `is the value`, or `is not 0`. */
export function readersOf(mark: number, use: MarkUse): readonly Place[] {
  const { plain, negated } = use.tests;
  return inOrder([...placesIn(plain, setBits(mark)), ...placesIn(negated, zeroWhere(mark))], use);
}

/** Rules that a packet without a mark passes and one with this mark does not: `is 0`, or `is not the value`. */
export function excludersOf(mark: number, use: MarkUse): readonly Place[] {
  const { plain, negated } = use.tests;
  return inOrder([...placesIn(plain, zeroWhere(mark)), ...placesIn(negated, setBits(mark))], use);
}

/** Rules that clear or flip some bits of this value and leave others of the mark as they are. */
export function clearersOf(mark: number, use: MarkUse): readonly Place[] {
  const found: Place[] = [];
  for (const [mask, values] of use.writes) {
    if (mask === 0xffff_ffff) continue;
    for (const [value, places] of values) {
      if (((mask ^ value) & mark) === 0 || gives({ value, mask }, mark)) continue;
      for (const place of places) found.push(place);
    }
  }
  return inOrder(found, use);
}

/** Rules that can give a packet bits of this value, and none that it does not have. */
export function writersOf(mark: number, use: MarkUse): readonly Place[] {
  const found: Place[] = use.restores.filter(([bits]) => (mark & bits) !== 0).map(([, place]) => place);
  for (const [mask, values] of use.writes) {
    for (const [value, places] of values) {
      if (gives({ value, mask }, mark)) for (const place of places) found.push(place);
    }
  }
  return inOrder(found, use);
}

/** Does a packet have these bits when it was written to so? */
function gives({ value, mask }: Bits, wanted: number): boolean {
  return (value & mask) !== 0 && (wanted & mask) >>> 0 === (value & mask) >>> 0;
}

/** With more marks than this in use it is not looked for who reads each. */
const MOST_ASKED = 1000;

/** Does any rule or routing rule ask for one of these bits? Null: not known. */
export function isRead(bits: number, use: MarkUse, families: readonly Family[]): boolean | null {
  const answers = families.map((family) => isReadIn(bits, use.asked[family]));
  return answers.includes(true) ? true : answers.includes(null) ? null : false;
}

function isReadIn(bits: number, { byRules, byRouting }: MarkUse["asked"]["ip"]): boolean | null {
  // A comparison of the whole mark with another value tells nothing of these bits.
  const asks = ({ value, mask }: Bits): boolean =>
    (mask & bits) !== 0 && (bitsIn(mask) <= NAMED_BITS || (value & bits) >>> 0 === (mask & bits) >>> 0);
  if (byRules.length > MOST_ASKED) return null;
  if (byRules.some(asks)) return true;
  return byRouting === null ? null : byRouting.some(asks);
}

/** Every value that rules and routing rules of the node ask for or set, each once, by value. */
export function marksInUse({ writes, asked }: MarkUse): readonly Bits[] {
  const both = [asked.ip, asked.ip6].flatMap(({ byRules, byRouting }) => [...byRules, ...(byRouting ?? [])]);
  const written = [...writes].flatMap(([mask, values]) => [...values.keys()].map((value) => ({ value, mask })));
  return distinct([...both, ...written])
    .filter(({ value, mask }) => value !== 0 && (value & ~mask) === 0)
    .toSorted((a, b) => a.value - b.value || a.mask - b.mask);
}
