import { selects } from "../../../selector/selects.ts";
import type { Labels, Selector } from "../../../selector/selector.ts";

/**
 * Things with labels, found by selectors without asking each of them: most selectors want one of a few values of some label. What cannot be found so is
 * asked one by one.
 */
export class SelectorIndex<T extends { readonly labels: Labels }> {
  readonly #all: readonly T[];
  /** By label, then by value. */
  readonly #byLabel = new Map<string, Map<string, T[]>>();

  constructor(all: readonly T[]) {
    this.#all = all;
    for (const one of all) {
      for (const [label, value] of one.labels) {
        const values = valueOf(this.#byLabel, label, () => new Map<string, T[]>());
        valueOf(values, value, (): T[] => []).push(one);
      }
    }
  }

  /** All that a selector selects, each once. */
  select(selector: Selector): readonly T[] {
    const candidates = this.#candidates(selector);
    if (candidates === null) return this.#all.filter(({ labels }) => selects(selector, labels));
    return [...new Set(candidates)].filter(({ labels }) => selects(selector, labels));
  }

  /** At least all that it selects; null: nothing rules any out. */
  #candidates(selector: Selector): readonly T[] | null {
    switch (selector.kind) {
      case "has":
        return [...(this.#byLabel.get(selector.label)?.values() ?? [])].flat();
      case "compare":
        return selector.operator === "==" ? this.#with(selector.label, [selector.value]) : null;
      case "member":
        return selector.operator === "in" ? this.#with(selector.label, selector.values) : null;
      case "and": {
        const all = selector.operands.flatMap((operand) => {
          const found = this.#candidates(operand);
          return found === null ? [] : [found];
        });
        return all.reduce<readonly T[] | null>(
          (least, each) => (least === null || each.length < least.length ? each : least),
          null,
        );
      }
      case "or": {
        const all: T[] = [];
        for (const operand of selector.operands) {
          const found = this.#candidates(operand);
          if (found === null) return null;
          for (const one of found) all.push(one);
        }
        return all;
      }
      case "all":
      case "global":
      case "not":
        return null;
    }
  }

  #with(label: string, values: readonly string[]): readonly T[] {
    const byValue = this.#byLabel.get(label);
    return values.flatMap((value) => byValue?.get(value) ?? []);
  }
}

function valueOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
