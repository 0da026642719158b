import type { Family } from "../base/address.ts";
import { bitsIn, NAMED_BITS } from "../owners/mark.ts";
import type { RoutingRule } from "../model/routing.ts";
import type { Match, Rule } from "../model/ruleset.ts";
import { findMatch, findTarget } from "../ext/xt/registry.ts";
import type { Node, Place } from "./node.ts";
import { parseBits, printedOptions } from "./printed.ts";
import type { Bits } from "./bits.ts";

/** A rule's test of the packet's mark. */
export interface MarkTest extends Bits {
  readonly negated: boolean;
}

/** `-m mark` of a rule; ctmarks are another field. */
function markTests({ rule, table }: Place): readonly MarkTest[] {
  return rule.matches.flatMap((match) => {
    if (match.kind !== "match" || match.name !== "mark") return [];
    return optionBits(match, table.family);
  });
}

function optionBits(match: Match, family: Family): readonly MarkTest[] {
  const extension = findMatch(match.name, family);
  const printed = extension === null ? [] : printedOptions(extension, match.args);
  return printed.flatMap(({ text, negated }) => {
    const bits = parseBits(text);
    return bits === null ? [] : [{ ...bits, negated }];
  });
}

/** What a rule writes into the packet's mark: `(mark & ~mask) ^ value`. Null: nothing, or what no dump tells. */
export function markWrite({ rule, table }: Place): Bits | null {
  const { target } = rule;
  if (target?.kind !== "target") return null;
  const option = WRITING_OPTIONS.get(target.name);
  if (option === undefined) return null;
  return parseBits(targetOption(target, table.family, option) ?? "");
}

const WRITING_OPTIONS: ReadonlyMap<string, string> = new Map([
  ["MARK", "set-xmark"],
  ["TPROXY", "tproxy-mark"],
]);

/** The bits that `CONNMARK --restore-mark` copies into the packet's mark; null: the rule does no such thing. */
export function restoredBits({ rule, table }: Place): number | null {
  const { target } = rule;
  if (target?.kind !== "target" || target.name !== "CONNMARK" || target.args["restore-mark"] === undefined) return null;
  const text = targetOption(target, table.family, "nfmask");
  return text === null ? null : Number(text);
}

/** The value of a target's option as it is printed. */
export function targetOption(
  target: Extract<Rule["target"], { kind: "target" }>,
  family: Family,
  option: string,
): string | null {
  const extension = findTarget(target.name, family);
  const printed = extension === null ? [] : printedOptions(extension, target.args);
  return printed.find((one) => one.option === option)?.text ?? null;
}

/** The rules of a node that touch the packet's mark, looked for once. */
export interface MarkUse {
  readonly tests: readonly { readonly place: Place; readonly tests: readonly MarkTest[] }[];
  readonly writes: readonly { readonly place: Place; readonly write: Bits }[];
  readonly restores: readonly { readonly place: Place; readonly bits: number }[];
  /** What rules and routing rules ask for, each once; null: there is no dump of the routing rules. */
  readonly asked: Readonly<
    Record<Family, { readonly byRules: readonly Bits[]; readonly byRouting: readonly Bits[] | null }>
  >;
}

const uses = new WeakMap<Node, MarkUse>();

export function markUseOf(node: Node): MarkUse {
  const known = uses.get(node);
  if (known !== undefined) return known;
  const tests = node.rules.map((place) => ({ place, tests: markTests(place) })).filter((use) => use.tests.length > 0);
  const asked = (family: Family): MarkUse["asked"]["ip"] => ({
    byRules: distinct(tests.filter(({ place }) => place.table.family === family).flatMap((use) => use.tests)),
    byRouting: node.snapshot.rules[family]?.flatMap(fwmarkBits) ?? null,
  });
  const use: MarkUse = {
    tests,
    writes: node.rules.flatMap((place) => {
      const write = markWrite(place);
      return write === null ? [] : [{ place, write }];
    }),
    restores: node.rules.flatMap((place) => {
      const bits = restoredBits(place);
      return bits === null || bitsIn(bits) === 32 ? [] : [{ place, bits }];
    }),
    asked: { ip: asked("ip"), ip6: asked("ip6") },
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

/** Rules that a packet with this mark passes and one without a mark does not. */
export function readersOf(value: number, { tests }: MarkUse): readonly Place[] {
  return placesWhere(tests, (test) => passes(test, value) && !passes(test, 0));
}

/** Rules that a packet without a mark passes and one with this mark does not. */
export function excludersOf(value: number, { tests }: MarkUse): readonly Place[] {
  return placesWhere(tests, (test) => !passes(test, value) && passes(test, 0));
}

function passes({ value, mask, negated }: MarkTest, mark: number): boolean {
  return ((mark & mask) >>> 0 === value) !== negated;
}

function placesWhere(tests: MarkUse["tests"], holds: (test: MarkTest) => boolean): readonly Place[] {
  return tests.filter((use) => use.tests.some(holds)).map(({ place }) => place);
}

/** Rules that clear or flip some bits of this value and leave others of the mark as they are. */
export function clearersOf(value: number, { writes }: MarkUse): readonly Place[] {
  return writes
    .filter(({ write }) => write.mask !== 0xffff_ffff && (changed(write) & value) !== 0 && !gives(write, value))
    .map(({ place }) => place);
}

function changed({ value, mask }: Bits): number {
  return (mask & ~value) | (value & ~mask);
}

/** Rules that can give a packet bits of this value, and none that it does not have. */
export function writersOf(value: number, { writes, restores }: MarkUse): readonly Place[] {
  return [
    ...writes.filter(({ write }) => gives(write, value)).map(({ place }) => place),
    ...restores.filter(({ bits }) => (value & bits) !== 0).map(({ place }) => place),
  ];
}

/** Does a packet have these bits when it was written to so? */
function gives({ value, mask }: Bits, wanted: number): boolean {
  return (value & mask) !== 0 && (wanted & mask) >>> 0 === (value & mask) >>> 0;
}

/** With more marks than this in use it is not looked for who reads each. */
const MOST_ASKED = 1000;

/** Does any rule or routing rule ask for one of these bits? Null: not known. */
export function isRead(bits: number, { asked }: MarkUse, family: Family): boolean | null {
  // A comparison of the whole mark with another value tells nothing of these bits.
  const asks = ({ value, mask }: Bits): boolean =>
    (mask & bits) !== 0 && (bitsIn(mask) <= NAMED_BITS || (value & bits) >>> 0 === (mask & bits) >>> 0);
  const { byRules, byRouting } = asked[family];
  if (byRules.length > MOST_ASKED) return null;
  if (byRules.some(asks)) return true;
  return byRouting === null ? null : byRouting.some(asks);
}

/** Every value that rules and routing rules of the node ask for or set, each once, by value. */
export function marksInUse({ writes, asked }: MarkUse): readonly Bits[] {
  const both = [asked.ip, asked.ip6].flatMap(({ byRules, byRouting }) => [...byRules, ...(byRouting ?? [])]);
  return distinct([...both, ...writes.map(({ write }) => write)])
    .filter(({ value, mask }) => value !== 0 && (value & ~mask) === 0)
    .toSorted((a, b) => a.value - b.value || a.mask - b.mask);
}
