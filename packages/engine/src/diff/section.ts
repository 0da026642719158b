import type { Span } from "../base/span.ts";

/** A part of a node that is compared line by line: a chain, a set, a routing table, a device. */
export interface Section {
  /** As a person finds it: `filter/FORWARD`, `KUBE-CLUSTER-IP`, `table 100`, `eth0`. Sections of one name are one. */
  readonly name: string;
  /** Does the order of its lines mean anything? */
  readonly ordered: boolean;
  readonly lines: readonly SectionLine[];
  /** What a node has that never heard of it: its absence on the other side is no difference. */
  readonly isDefault: boolean;
}

/** A line as the tool prints it, without what changes by itself: counters, times that run out. Equal texts are the same. */
export interface SectionLine {
  readonly text: string;
  /** Of a rule in its chain, from 1; null: no rule. */
  readonly number: number | null;
  readonly span: Span;
}

export function section(name: string, lines: readonly SectionLine[], more: Partial<Section> = {}): Section {
  return { name, lines, ordered: false, isDefault: false, ...more };
}

export function line(text: string, span: Span, number: number | null = null): SectionLine {
  return { text, number, span };
}
