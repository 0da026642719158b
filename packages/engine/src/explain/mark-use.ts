import { bitsIn, NAMED_BITS } from "../owners/mark.ts";
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
export function markTests({ rule, table }: Place): readonly MarkTest[] {
  return rule.matches.flatMap((match) => {
    if (match.kind !== "match" || match.name !== "mark") return [];
    return optionBits(match, table.family);
  });
}

function optionBits(match: Match, family: "ip" | "ip6"): readonly MarkTest[] {
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
  family: "ip" | "ip6",
  option: string,
): string | null {
  const extension = findTarget(target.name, family);
  const printed = extension === null ? [] : printedOptions(extension, target.args);
  return printed.find((one) => one.option === option)?.text ?? null;
}

/** Rules that ask for this value and say yes to it; `negated`: that ask for any but this value. */
export function readersOf(value: number, node: Node, negated: boolean): readonly Place[] {
  return node.rules.filter((place) =>
    markTests(place).some(
      (test) => test.negated === negated && test.value !== 0 && (value & test.mask) >>> 0 === test.value,
    ),
  );
}

/** Rules that clear or flip some bits of this value and leave others of the mark as they are. */
export function clearersOf(value: number, node: Node): readonly Place[] {
  return node.rules.filter((place) => {
    const write = markWrite(place);
    if (write === null || write.mask === 0xffff_ffff) return false;
    return (((write.mask & ~write.value) | (write.value & ~write.mask)) & value) !== 0 && !gives(write, value);
  });
}

/** Does a packet have these bits when it was written to so? */
function gives({ value, mask }: Bits, wanted: number): boolean {
  return (value & mask) !== 0 && (wanted & mask) >>> 0 === (value & mask) >>> 0;
}

/** Rules that can give a packet bits of this value, and none that it does not have. */
export function writersOf(value: number, node: Node): readonly Place[] {
  return node.rules.filter((place) => {
    const write = markWrite(place);
    if (write !== null) return gives(write, value);
    const restored = restoredBits(place);
    return restored !== null && bitsIn(restored) < 32 && (value & restored) !== 0;
  });
}

/** Does any rule or routing rule ask for one of these bits? Null: there is no dump of the routing rules. */
export function isRead(bits: number, node: Node, family: "ip" | "ip6"): boolean | null {
  // A comparison of the whole mark with another value tells nothing of these bits.
  const asks = ({ value, mask }: Bits): boolean =>
    (mask & bits) !== 0 && (bitsIn(mask) <= NAMED_BITS || (value & bits) >>> 0 === (mask & bits) >>> 0);
  if (node.rules.some((place) => place.table.family === family && markTests(place).some(asks))) return true;
  const routing = node.snapshot.rules[family];
  if (routing === null) return null;
  return routing.some(({ fwmark }) => fwmark !== null && asks({ value: fwmark.mark, mask: fwmark.mask }));
}

/** Every value that rules and routing rules of the node ask for or set, each once, by value. */
export function marksInUse(node: Node): readonly Bits[] {
  const found = new Map<string, Bits>();
  const add = ({ value, mask }: Bits): void => {
    if (value !== 0 && (value & ~mask) === 0) found.set(`${String(value)}/${String(mask)}`, { value, mask });
  };
  for (const place of node.rules) {
    for (const test of markTests(place)) add(test);
    const write = markWrite(place);
    if (write !== null) add(write);
  }
  for (const family of ["ip", "ip6"] as const) {
    for (const { fwmark } of node.snapshot.rules[family] ?? []) {
      if (fwmark !== null) add({ value: fwmark.mark, mask: fwmark.mask });
    }
  }
  return [...found.values()].sort((a, b) => a.value - b.value || a.mask - b.mask);
}
