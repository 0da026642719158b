import type { Family } from "../base/address.ts";
import type { RoutingRule } from "../model/routing.ts";
import { markClaims } from "../owners/mark-claims.ts";
import type { MarkClaim } from "../owners/mark-claims.ts";
import type { Program } from "../program/program.ts";
import type { Test } from "../program/test.ts";
import type { Subject } from "./finding.ts";
import { askedBits, readsOf, writesOf } from "./mark-bits.ts";
import type { MarkField, MarkRead, MarkWrite } from "./mark-bits.ts";
import { isShownWhole } from "./listings.ts";
import { reachedRules } from "./reached.ts";
import type { ReachedRule } from "./reached.ts";

/** Who asks for and who writes marks, in one family; looked for once for all checks. */
export interface MarkUses {
  readonly family: Family;
  readonly reads: readonly (MarkRead & { readonly by: ReachedRule })[];
  readonly writes: readonly (MarkWrite & { readonly by: ReachedRule })[];
  /** Null: no dump. */
  readonly routing: readonly RoutingMark[] | null;
  /** Who is on the node and uses marks where no rule shows it. */
  readonly elsewhere: readonly MarkClaim[];
  /** Rules are missing, or have parts that nobody reads: others may use marks, too. */
  readonly isOpen: boolean;
}

/** A routing rule and the bits of the mark that it asks for. */
export interface RoutingMark {
  readonly rule: RoutingRule;
  readonly bits: number;
}

const known = new WeakMap<Program, readonly MarkUses[]>();

export function markUses(subject: Subject): readonly MarkUses[] {
  const program = subject.program();
  const before = known.get(program);
  if (before !== undefined) return before;
  const rules = [...reachedRules(subject)];
  const elsewhere = elsewhereOf(subject);
  const all = (["ip", "ip6"] as const).map((family) =>
    usesOf(
      subject,
      family,
      rules.filter(({ at }) => at.family === family),
      elsewhere,
    ),
  );
  known.set(program, all);
  return all;
}

function usesOf(
  { snapshot }: Subject,
  family: Family,
  rules: readonly ReachedRule[],
  elsewhere: readonly MarkClaim[],
): MarkUses {
  return {
    family,
    reads: rules.flatMap((by) => readsOf(by.rule).map((read) => ({ ...read, by }))),
    writes: rules.flatMap((by) => writesOf(by.rule).map((write) => ({ ...write, by }))),
    routing:
      snapshot.rules[family]?.flatMap((rule) =>
        rule.fwmark === null ? [] : [{ rule, bits: askedBits(rule.fwmark.mask, rule.fwmark.mark) }],
      ) ?? null,
    elsewhere,
    isOpen: !isShownWhole(snapshot, family) || rules.some(isUnread),
  };
}

/** Programs without rules that are recognised may be there or not: they count. */
function elsewhereOf({ node }: Subject): readonly MarkClaim[] {
  const present = new Set(node().owners.present.map(({ owner }) => owner.name));
  return markClaims.filter(({ owner, elsewhere }) => elsewhere !== null && owner !== null && present.has(owner));
}

/** The bits of a field that are asked for, by rules, by routing, by programs that no rule shows, or by being copied to where they are. */
export function bitsRead({ reads, writes, routing, elsewhere }: MarkUses): Readonly<Record<MarkField, number>> {
  const bits = { mark: 0, ctmark: 0 };
  for (const read of reads) bits[read.field] |= read.bits;
  for (const one of routing ?? []) bits.mark |= one.bits;
  for (const claim of elsewhere) bits.mark |= claim.bits;
  followCopies(writes, ({ field, sets }, copied) => {
    const wanted = (sets & bits[field]) !== 0;
    // What is shifted on the way is not followed bit by bit.
    if (wanted) bits[copied.field] |= sets === copied.bits ? sets & bits[field] : copied.bits;
  });
  return { mark: bits.mark >>> 0, ctmark: bits.ctmark >>> 0 };
}

/** The bits of a field that something sets. */
export function bitsWritten({ writes, elsewhere }: MarkUses): Readonly<Record<MarkField, number>> {
  const bits = { mark: 0, ctmark: 0 };
  for (const claim of elsewhere) bits.mark |= claim.bits;
  for (const { field, sets, copies } of writes) if (copies === null) bits[field] |= sets;
  followCopies(writes, ({ field, sets }, copied) => {
    if ((bits[copied.field] & copied.bits) !== 0)
      bits[field] |= sets === copied.bits ? sets & bits[copied.field] : sets;
  });
  return { mark: bits.mark >>> 0, ctmark: bits.ctmark >>> 0 };
}

/** A bit can go from one mark to the other and back: after as many rounds as there are bits nothing new comes. */
function followCopies(writes: readonly MarkWrite[], follow: (write: MarkWrite, copied: MarkRead) => void): void {
  const copying = distinctCopies(writes);
  for (let round = 0; round < 64; round++) for (const { write, copied } of copying) follow(write, copied);
}

function distinctCopies(
  writes: readonly MarkWrite[],
): readonly { readonly write: MarkWrite; readonly copied: MarkRead }[] {
  const found = new Map<string, { readonly write: MarkWrite; readonly copied: MarkRead }>();
  for (const write of writes) {
    const { field, sets, copies } = write;
    if (copies !== null) found.set([field, sets, copies.field, copies.bits].join(" "), { write, copied: copies });
  }
  return [...found.values()];
}

/** Has it a part that nobody here reads, or that a listing does not tell? */
function isUnread({ rule: { tests, action, then } }: ReachedRule): boolean {
  return (
    hidesMarks(tests) || isUnknown(action) || then.some((part) => hidesMarks(part.tests) || isUnknown(part.action))
  );
}

function hidesMarks(tests: readonly Test[]): boolean {
  return tests.some((test) => {
    if (test.kind === "any" || test.kind === "all") return hidesMarks(test.tests);
    return test.kind === "not" ? hidesMarks([test.test]) : test.kind === "unknown" && isUnknown(test);
  });
}

function isUnknown(part: { readonly kind: string; readonly why?: string }): boolean {
  return part.kind === "unknown" && (part.why === "extension" || part.why === "listing" || part.why === "malformed");
}
