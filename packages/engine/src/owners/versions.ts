import { fits } from "./evidence.ts";
import type { Evidence } from "./evidence.ts";
import type { Owner } from "./owner.ts";

/** The releases that write what is here, both included; null: no bound on that side. */
export interface Versions {
  readonly from: string | null;
  readonly to: string | null;
}

/** What all signs together allow; null where there is none, or where they contradict each other (an upgrade under way). */
export function versionsOf(owner: Owner, { chains, rules }: Evidence): Versions | null {
  let from: string | null = null;
  let to: string | null = null;
  for (const sign of owner.versions) {
    const { chain, rule } = sign;
    const isThere =
      (chain !== undefined && chains.some(({ table, name }) => table === chain.table && chain.name.test(name))) ||
      (rule !== undefined && rules.some((view) => fits(rule, view) !== null));
    if (!isThere) continue;
    if (sign.from !== undefined && (from === null || compare(sign.from, from) > 0)) from = sign.from;
    if (sign.to !== undefined && (to === null || compare(sign.to, to) < 0)) to = sign.to;
  }
  const contradict = from !== null && to !== null && compare(from, to) > 0;
  return contradict || (from === null && to === null) ? null : { from, to };
}

function compare(a: string, b: string): number {
  const [left, right] = [a.split(".").map(Number), b.split(".").map(Number)];
  return (left[0] ?? 0) - (right[0] ?? 0) || (left[1] ?? 0) - (right[1] ?? 0);
}
