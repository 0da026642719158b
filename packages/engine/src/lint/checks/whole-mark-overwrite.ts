import { printHex } from "../../base/hex.ts";
import { routingRuleView } from "../../explain/node.ts";
import type { Owner } from "../../owners/owner.ts";
import type { Check, Finding, Subject } from "../finding.ts";
import { markUses } from "../mark-uses.ts";
import type { MarkUses } from "../mark-uses.ts";
import { comesBefore, eachOnce, ownerOf, placeOf } from "../reached.ts";
import type { ReachedRule, Stop } from "../reached.ts";
import { someLines } from "../rule-faults.ts";

const NAME = "whole-mark-overwrite";

/** Rules that set all 32 bits of the packet's mark where others have set bits that they ask for later. */
export const wholeMarkOverwrite: Check = {
  name: NAME,
  severities: ["warning"],
  example: [
    "-A POSTROUTING -s 11.254.0.0/16 -j MARK --set-xmark 0x21/0xffffffff  # --set-mark 0x21: kube-proxy's 0x4000 is gone",
  ],
  run: (subject) => eachOnce(markUses(subject).flatMap((uses) => [...findingsOf(subject, uses)])),
};

/** Bits that somebody keeps in the mark on a packet's way: set at one place, asked for at a later one. */
interface Kept {
  readonly owner: Owner;
  readonly bits: number;
  readonly set: { readonly stops: readonly Stop[]; readonly by: ReachedRule | null };
  readonly asked: { readonly stops: readonly Stop[]; readonly by: ReachedRule | null };
}

function* findingsOf(subject: Subject, uses: MarkUses): Iterable<Finding> {
  const all = uses.writes.filter(
    ({ field, touches, copies }) => field === "mark" && touches === ALL && copies === null,
  );
  if (all.length === 0) return;
  const kept = keptBits(subject, uses);
  for (const { by, sets } of all) {
    const owner = ownerOf(subject, by);
    const lost = kept.filter((one) => one.owner !== owner && isBetween(by.at.from, one));
    if (lost.length === 0) continue;
    const bits = lost.reduce((sum, one) => (sum | one.bits) >>> 0, 0);
    const owners = [...new Set(lost.map((one) => one.owner.title))].join(", ");
    const shown = lost.flatMap(({ set, asked }) => [set.by, asked.by]).filter((one) => one !== null);
    yield {
      check: NAME,
      severity: "warning",
      message: "whole-mark-overwrite",
      params: { bits: printHex(bits), owners, value: printHex(sets) },
      where: placeOf(by),
      related: someLines([by, ...shown]),
      witness: null,
    };
  }
}

const ALL = 0xffff_ffff;

/** Before the first chain, and behind the last one: where sockets and programs of BPF stand. */
const ENTRY: readonly Stop[] = (["ingress", "output"] as const).map((hook) => stopAt(hook, -1));
const EXIT: readonly Stop[] = (["input", "egress"] as const).map((hook) => stopAt(hook, Infinity));
/** Where the kernel asks for a route: behind prerouting, and again where mangle OUTPUT changed the mark. */
const ROUTING: readonly Stop[] = [stopAt("prerouting", Infinity), stopAt("output", Infinity)];

function stopAt(hook: Stop["hook"], order: number): Stop {
  return { hook, name: hook, order, isBeforeConntrack: false, isNat: false };
}

function keptBits(subject: Subject, uses: MarkUses): readonly Kept[] {
  const { owners } = subject.node();
  const asks: {
    readonly owner: Owner;
    readonly bits: number;
    readonly stops: readonly Stop[];
    readonly by: ReachedRule | null;
  }[] = [];
  for (const { field, bits, by } of uses.reads) {
    const owner = field === "mark" ? ownerOf(subject, by) : null;
    if (owner !== null) asks.push({ owner, bits, stops: by.at.from, by });
  }
  for (const { rule, bits } of uses.routing ?? []) {
    const owner = owners.routingRule(routingRuleView(rule))?.owner;
    if (owner !== undefined) asks.push({ owner, bits, stops: ROUTING, by: null });
  }
  const sets: typeof asks = [];
  for (const { field, sets: bits, by } of uses.writes) {
    const owner = field === "mark" && bits !== ALL ? ownerOf(subject, by) : null;
    if (owner !== null) sets.push({ owner, bits, stops: by.at.from, by });
  }
  for (const claim of uses.elsewhere) {
    const owner = owners.present.find((one) => one.owner.name === claim.owner)?.owner;
    if (owner === undefined) continue;
    asks.push({ owner, bits: claim.bits, stops: EXIT, by: null });
    sets.push({ owner, bits: claim.bits, stops: ENTRY, by: null });
  }
  return distinctUses(sets).flatMap((set) =>
    distinctUses(asks).flatMap((asked) => {
      const bits = (set.bits & asked.bits) >>> 0;
      return set.owner !== asked.owner || bits === 0 ? [] : [{ owner: set.owner, bits, set, asked }];
    }),
  );
}

/** A service proxy sets one bit in thousands of rules. */
function distinctUses<Use extends { readonly owner: Owner; readonly bits: number; readonly stops: readonly Stop[] }>(
  uses: readonly Use[],
): readonly Use[] {
  const keyOf = ({ owner, bits, stops }: Use): string =>
    [owner.name, bits, ...stops.map(({ hook, order }) => `${hook}${String(order)}`)].join(" ");
  return [...new Map(uses.map((use) => [keyOf(use), use])).values()];
}

/** Does a packet come from where the bits are set to one of these chains, and from there to where they are asked for? */
function isBetween(here: readonly Stop[], { set, asked }: Kept): boolean {
  return here.some(
    (stop) => set.stops.some((one) => comesBefore(one, stop)) && asked.stops.some((one) => comesBefore(stop, one)),
  );
}
