import { align } from "../parse/views/align.ts";
import type { Section, SectionLine } from "./section.ts";

/** A line of one side that the other has not, or has elsewhere. `from` is where A has it, `to` where B has it. */
export type Edit =
  | { readonly kind: "removed"; readonly from: SectionLine; readonly to: null }
  | { readonly kind: "added"; readonly from: null; readonly to: SectionLine }
  | { readonly kind: "moved"; readonly from: SectionLine; readonly to: SectionLine };

export interface SectionDiff {
  readonly name: string;
  /** In the order of B; what only A has stands where it stood. */
  readonly edits: readonly Edit[];
}

/** Sections of one kind, by name; those that are alike are left out. What only A has stands last. */
export function compareSections(a: readonly Section[], b: readonly Section[]): readonly SectionDiff[] {
  const [before, after] = [joined(a), joined(b)];
  const diffs: SectionDiff[] = [];
  for (const [name, section] of after) diffs.push({ name, edits: editsOf(before.get(name) ?? null, section) });
  for (const [name, section] of before) if (!after.has(name)) diffs.push({ name, edits: editsOf(section, null) });
  return diffs.filter(({ edits }) => edits.length > 0);
}

/** By name. Two of one name (a table in both of the kernel's interfaces) are one behind the other. */
function joined(sections: readonly Section[]): ReadonlyMap<string, Section> {
  const byName = new Map<string, Section>();
  for (const section of sections) {
    const known = byName.get(section.name);
    const lines = known === undefined ? section.lines : [...known.lines, ...section.lines];
    byName.set(section.name, { ...section, lines, isDefault: section.isDefault && (known?.isDefault ?? true) });
  }
  return byName;
}

function editsOf(a: Section | null, b: Section | null): readonly Edit[] {
  if (a === null || b === null) return (a ?? b)?.isDefault === true ? [] : edited(a?.lines ?? [], b?.lines ?? []);
  return b.ordered ? withMoves(inOrder(a.lines, b.lines)) : asSets(a.lines, b.lines);
}

function edited(a: readonly SectionLine[], b: readonly SectionLine[]): readonly Edit[] {
  return [...a.map(removed), ...b.map(added)];
}

const removed = (from: SectionLine): Edit => ({ kind: "removed", from, to: null });
const added = (to: SectionLine): Edit => ({ kind: "added", from: null, to });

/** The order says nothing: what one has as often as the other is alike. */
function asSets(a: readonly SectionLine[], b: readonly SectionLine[]): readonly Edit[] {
  return edited(beyond(a, b), beyond(b, a));
}

function beyond(lines: readonly SectionLine[], others: readonly SectionLine[]): readonly SectionLine[] {
  const left = new Map<string, number>();
  for (const { text } of others) left.set(text, (left.get(text) ?? 0) + 1);
  return lines.filter(({ text }) => {
    const count = left.get(text) ?? 0;
    left.set(text, count - 1);
    return count <= 0;
  });
}

/** As few edits as possible, as far as `align` looks. */
function inOrder(a: readonly SectionLine[], b: readonly SectionLine[]): readonly Edit[] {
  const textOf = (list: "a" | "b", index: number): string => (list === "a" ? a : b)[index]?.text ?? "";
  const aligned = align(a.length, b.length, {
    score: (i, j) => (textOf("a", i) === textOf("b", j) ? 1 : null),
    keyOf: textOf,
  });
  return aligned.flatMap(({ a: i, b: j }): readonly Edit[] => {
    if (i !== null && j !== null) return [];
    const [from, to] = [i === null ? undefined : a[i], j === null ? undefined : b[j]];
    return [...(from === undefined ? [] : [removed(from)]), ...(to === undefined ? [] : [added(to)])];
  });
}

/** A line that was taken out and put in again has moved; it is told where it stands now. */
function withMoves(edits: readonly Edit[]): readonly Edit[] {
  const gone = new Map<string, SectionLine[]>();
  for (const { kind, from } of edits) {
    if (kind !== "removed") continue;
    const known = gone.get(from.text);
    if (known === undefined) gone.set(from.text, [from]);
    else known.push(from);
  }
  const moved = new Set<SectionLine>();
  const out = edits.map((edit): Edit => {
    const from = edit.kind === "added" ? gone.get(edit.to.text)?.shift() : undefined;
    if (edit.kind !== "added" || from === undefined) return edit;
    moved.add(from);
    return { kind: "moved", from, to: edit.to };
  });
  return out.filter(({ kind, from }) => kind !== "removed" || !moved.has(from));
}
