import { selects } from "../../../selector/selects.ts";
import type { Labels, Selector } from "../../../selector/selector.ts";

/** Things among which all that a selector selects are: lists that need no copy, and how many they hold together. */
interface Candidates<T> {
  readonly size: number;
  readonly lists: readonly (readonly T[])[];
}

/**
 * Things with labels, found by selectors without asking each of them: most selectors want one of a few values of some label. What cannot be found so is
 * asked one by one.
 */
export class SelectorIndex<T extends { readonly labels: Labels }> {
  readonly #all: readonly T[];
  /** By label, then by value. */
  readonly #byLabel = new Map<string, Map<string, T[]>>();
  readonly #withLabel = new Map<string, T[]>();

  constructor(all: readonly T[]) {
    this.#all = all;
    for (const one of all) {
      for (const [label, value] of one.labels) {
        const values = valueOf(this.#byLabel, label, () => new Map<string, T[]>());
        valueOf(values, value, (): T[] => []).push(one);
        valueOf(this.#withLabel, label, (): T[] => []).push(one);
      }
    }
  }

  /** All that a selector selects, each once. */
  select(selector: Selector): readonly T[] {
    const candidates = this.#candidates(selector);
    if (candidates === null) return this.#all.filter(({ labels }) => selects(selector, labels));
    const selected = new Set<T>();
    for (const list of candidates.lists) {
      for (const one of list) if (selects(selector, one.labels)) selected.add(one);
    }
    return [...selected];
  }

  /** Null: nothing rules any out. */
  #candidates(selector: Selector): Candidates<T> | null {
    switch (selector.kind) {
      case "has":
        return candidatesOf([this.#withLabel.get(selector.label)]);
      case "compare":
        return selector.operator === "==" ? this.#with(selector.label, [selector.value]) : null;
      case "member":
        return selector.operator === "in" ? this.#with(selector.label, selector.values) : null;
      case "and":
        return this.#fewest(selector.operands);
      case "or":
        return this.#together(selector.operands);
      case "all":
      case "global":
      case "not":
        return null;
    }
  }

  #fewest(operands: readonly Selector[]): Candidates<T> | null {
    let least: Candidates<T> | null = null;
    for (const operand of operands) {
      const found = this.#candidates(operand);
      if (found !== null && (least === null || found.size < least.size)) least = found;
    }
    return least;
  }

  #together(operands: readonly Selector[]): Candidates<T> | null {
    const lists: (readonly T[])[] = [];
    for (const operand of operands) {
      const found = this.#candidates(operand);
      if (found === null) return null;
      for (const list of found.lists) lists.push(list);
    }
    return candidatesOf(lists);
  }

  #with(label: string, values: readonly string[]): Candidates<T> {
    const byValue = this.#byLabel.get(label);
    return candidatesOf(values.map((value) => byValue?.get(value)));
  }
}

function candidatesOf<T>(lists: readonly (readonly T[] | undefined)[]): Candidates<T> {
  const there = lists.filter((list) => list !== undefined);
  return { size: there.reduce((sum, { length }) => sum + length, 0), lists: there };
}

function valueOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
