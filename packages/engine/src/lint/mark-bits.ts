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
  if (test.kind === "number" || test.kind === "masked") {
    const { field, mask } = test;
    if (!isMark(field)) return;
    const values = test.kind === "masked" ? [test.value] : test.ranges.map(({ from, to }) => (from === to ? from : 0));
    for (const value of values) found.push({ field, bits: askedBits(mask, value) });
  } else if (test.kind === "connmark") found.push({ field: "ctmark", bits: askedBits(test.mask, test.value) });
  else if (test.kind === "compare") addValue(test.value, found);
  else if (test.kind === "lookup") for (const value of test.key) addValue(value, found);
  else if (test.kind === "all" || test.kind === "any") addTests(test.tests, found);
  else if (test.kind === "not") addTest(test.test, found);
}

/** What is copied from one mark to another is no question: see `writesOf`. */
function addActionReads(action: Action, found: MarkRead[]): void {
  if (action.kind === "assign" && !(isMark(action.target.kind) && linear(action.value) !== null))
    addValue(action.value, found);
  else if (action.kind === "verdict-map" || action.kind === "element")
    for (const value of action.key) addValue(value, found);
  else if (action.kind === "ct-template" && action.zone === "mark") found.push({ field: "mark", bits: ALL });
  else if (action.kind === "nat-values") {
    const { addresses, ports } = action.spec;
    for (const range of [addresses, ports])
      if (range !== null) for (const one of [range.from, range.to]) addValue(one, found);
  } else if (action.kind === "sequence") for (const one of action.actions) addActionReads(one, found);
}

/** Marks that a value is computed from. */
function addValue(value: Value, found: MarkRead[]): void {
  const computed = linear(value);
  if (typeof computed?.source === "string") found.push({ field: computed.source, bits: computed.keep });
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
  return isRestored ? [anyWrite("mark"), ...written] : written;
}

function actionWrites(action: Action): readonly MarkWrite[] {
  if (action.kind === "set-mark") return [plainWrite("mark", action.keep, action.flip)];
  if (action.kind === "tproxy") return [plainWrite("mark", ~action.mask >>> 0, action.mark)];
  if (action.kind === "set-ctmark") {
    const isShifted = (action.shift ?? 0) !== 0;
    return [isShifted ? anyWrite("ctmark") : plainWrite("ctmark", action.keep, action.flip)];
  }
  if (action.kind === "save-mark" || action.kind === "restore-mark") {
    const mark = { field: "mark", bits: action.nfMask } as const;
    const ctmark = { field: "ctmark", bits: action.ctMask } as const;
    const [to, from] = action.kind === "save-mark" ? [ctmark, mark] : [mark, ctmark];
    return [copyingWrite(to, from, action.shift)];
  }
  if (action.kind === "assign" && isMark(action.target.kind)) return [assigned(action.target.kind, action.value)];
  if (action.kind === "set-unknown") return [anyWrite(action.field)];
  if (action.kind === "set-map" && action.mark) return [anyWrite("mark")];
  return action.kind === "sequence" ? action.actions.flatMap(actionWrites) : [];
}

/** Nobody knows which bits. */
function anyWrite(field: MarkField): MarkWrite {
  return { field, touches: ALL, sets: ALL, copies: null };
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
  if (computed === null) return anyWrite(field);
  const { source, keep, flip } = computed;
  if (source === field) return plainWrite(field, keep, flip);
  const copies = source === null ? null : { field: source, bits: keep };
  return { field, touches: ALL, sets: (keep | flip) >>> 0, copies };
}
