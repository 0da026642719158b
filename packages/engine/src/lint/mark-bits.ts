import { bitsIn, NAMED_BITS } from "../owners/mark.ts";
import type { Action } from "../program/action.ts";
import type { CompiledRule } from "../program/program.ts";
import type { Test } from "../program/test.ts";
import type { Value } from "../program/value.ts";

/** The packet's mark, or its connection's. */
export type MarkField = "mark" | "ctmark";

/** What a rule asks of a mark. */
export interface MarkRead {
  readonly field: MarkField;
  /** The bits that it is about: those under its mask; where it compares the whole mark, those of the value. */
  readonly bits: number;
}

/** What a rule does to a mark. */
export interface MarkWrite {
  readonly field: MarkField;
  /** The bits that may be other ones afterwards. */
  readonly touches: number;
  /** Those of them that may be set afterwards. */
  readonly sets: number;
  /** Bits of the other mark that it copies; null: none. */
  readonly copies: MarkRead | null;
}

const ALL = 0xffff_ffff;

/** A comparison of the whole mark with a value tells nothing of bits that the value has not. */
export function askedBits(mask: number, value: number): number {
  const isWhole = bitsIn(mask) > NAMED_BITS && (value & mask) !== 0;
  return (isWhole ? value & mask : mask) >>> 0;
}

/** What a rule asks of marks before it does anything with them, in tests and in what it computes. */
export function readsOf({ tests, action, then }: CompiledRule): readonly MarkRead[] {
  const found: MarkRead[] = [];
  addTests(tests, found);
  addActionReads(action, found);
  for (const part of then) {
    addTests(part.tests, found);
    addActionReads(part.action, found);
  }
  return found;
}

function addTests(tests: readonly Test[], found: MarkRead[]): void {
  for (const test of tests) addTest(test, found);
}

function addTest(test: Test, found: MarkRead[]): void {
  switch (test.kind) {
    case "number":
    case "masked": {
      const { field, mask } = test;
      if (field !== "mark" && field !== "ctmark") return;
      const values =
        test.kind === "masked" ? [test.value] : test.ranges.map(({ from, to }) => (from === to ? from : 0));
      for (const value of values) found.push({ field, bits: askedBits(mask, value) });
      return;
    }
    case "connmark":
      found.push({ field: "ctmark", bits: askedBits(test.mask, test.value) });
      return;
    case "compare":
      addValue(test.value, found);
      return;
    case "lookup":
      for (const value of test.key) addValue(value, found);
      return;
    case "all":
    case "any":
      addTests(test.tests, found);
      return;
    case "not":
      addTest(test.test, found);
      return;
    default:
  }
}

/** What is copied from one mark to another is no question: see `writesOf`. */
function addActionReads(action: Action, found: MarkRead[]): void {
  if (action.kind === "assign" && !(isMark(action.target.kind) && linear(action.value) !== null))
    addValue(action.value, found);
  else if (action.kind === "verdict-map" || action.kind === "element")
    for (const value of action.key) addValue(value, found);
  else if (action.kind === "ct-template" && action.zone === "mark") found.push({ field: "mark", bits: ALL });
  else if (action.kind === "sequence") for (const one of action.actions) addActionReads(one, found);
}

/** Marks that a value is computed from. */
function addValue(value: Value, found: MarkRead[]): void {
  const computed = linear(value);
  if (computed?.source != null) found.push({ field: computed.source, bits: computed.keep });
  else if (value.kind === "binary") {
    addValue(value.left, found);
    addValue(value.right, found);
  } else if (value.kind === "reversed") addValue(value.of, found);
  else if (value.kind === "map") for (const one of value.key) addValue(one, found);
  else if (value.kind === "jhash") for (const one of value.of) addValue(one, found);
}

/** `(source & keep) ^ flip`; `source` null: a constant. */
interface Linear {
  readonly source: MarkField | null;
  readonly keep: number;
  readonly flip: number;
}

/** Null: it is made in another way. */
function linear(value: Value): Linear | null {
  if (value.kind === "number" && isMark(value.field)) return { source: value.field, keep: ALL, flip: 0 };
  if (value.kind === "constant" && typeof value.data === "number")
    return { source: null, keep: 0, flip: value.data >>> 0 };
  if (value.kind !== "binary") return null;
  const left = linear(value.left);
  const right = linear(value.right);
  if (left === null || right?.source !== null) return null;
  return combined(value.op, left, right.flip);
}

function combined(op: "&" | "|" | "^" | "<<" | ">>", { source, keep, flip }: Linear, right: number): Linear | null {
  switch (op) {
    case "&":
      return { source, keep: (keep & right) >>> 0, flip: (flip & right) >>> 0 };
    case "|":
      return { source, keep: (keep & ~right) >>> 0, flip: (flip | right) >>> 0 };
    case "^":
      return { source, keep, flip: (flip ^ right) >>> 0 };
    case "<<":
    case ">>":
      return null;
  }
}

function isMark(name: string): name is MarkField {
  return name === "mark" || name === "ctmark";
}

/** What a rule does to marks. */
export function writesOf({ tests, action, then }: CompiledRule): readonly MarkWrite[] {
  const actions = then.length === 0 ? [action] : [action, ...then.map((part) => part.action)];
  const written = actions.flatMap(actionWrites);
  // The mark of the socket: nobody knows which.
  const isRestored = tests.some((test) => test.kind === "socket" && test.restoreMark);
  return isRestored ? [{ field: "mark", touches: ALL, sets: ALL, copies: null }, ...written] : written;
}

function actionWrites(action: Action): readonly MarkWrite[] {
  switch (action.kind) {
    case "set-mark":
      return [plainWrite("mark", action.keep, action.flip)];
    case "set-ctmark":
      return [
        (action.shift ?? 0) === 0
          ? plainWrite("ctmark", action.keep, action.flip)
          : { field: "ctmark", touches: ALL, sets: ALL, copies: null },
      ];
    case "save-mark":
      return [
        copyingWrite({ field: "ctmark", bits: action.ctMask }, { field: "mark", bits: action.nfMask }, action.shift),
      ];
    case "restore-mark":
      return [
        copyingWrite({ field: "mark", bits: action.nfMask }, { field: "ctmark", bits: action.ctMask }, action.shift),
      ];
    case "tproxy":
      return [plainWrite("mark", ~action.mask >>> 0, action.mark)];
    case "set-unknown":
      return [{ field: action.field, touches: ALL, sets: ALL, copies: null }];
    case "set-map":
      return action.mark ? [{ field: "mark", touches: ALL, sets: ALL, copies: null }] : [];
    case "assign":
      return isMark(action.target.kind) ? [assigned(action.target.kind, action.value)] : [];
    case "sequence":
      return action.actions.flatMap(actionWrites);
    default:
      return [];
  }
}

/** `field = (field & keep) ^ flip`. */
function plainWrite(field: MarkField, keep: number, flip: number): MarkWrite {
  return { field, touches: (~keep | flip) >>> 0, sets: flip >>> 0, copies: null };
}

/** `to = (to & ~to.bits) ^ shifted(from & from.bits)`, a shift to the left, a negative one to the right. */
function copyingWrite(to: MarkRead, from: MarkRead, shift: number): MarkWrite {
  const sets = (shift >= 0 ? from.bits << shift : from.bits >>> -shift) >>> 0;
  return { field: to.field, touches: (to.bits | sets) >>> 0, sets, copies: from };
}

/** A statement of nft. */
function assigned(field: MarkField, value: Value): MarkWrite {
  const computed = linear(value);
  if (computed === null) return { field, touches: ALL, sets: ALL, copies: null };
  const { source, keep, flip } = computed;
  if (source === field) return plainWrite(field, keep, flip);
  const copies = source === null ? null : { field: source, bits: keep };
  return { field, touches: ALL, sets: (keep | flip) >>> 0, copies };
}
