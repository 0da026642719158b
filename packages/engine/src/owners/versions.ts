import { fits } from "./evidence.ts";
import type { Evidence } from "./evidence.ts";
import type { Owner, VersionSign } from "./owner.ts";

/** The releases that write what is here, both included; null: no bound on that side. */
export interface Versions {
  readonly from: string | null;
  readonly to: string | null;
}

/** What all signs together allow; null where there is none, or where they contradict each other (an upgrade under way). */
export function versionsOf(owner: Owner, evidence: Evidence): Versions | null {
  const signs = owner.versions.filter((sign) => isThere(sign, evidence));
  const from =
    signs
      .flatMap((sign) => sign.from ?? [])
      .sort(compare)
      .at(-1) ?? null;
  const to = signs.flatMap((sign) => sign.to ?? []).sort(compare)[0] ?? null;
  const contradict = from !== null && to !== null && compare(from, to) > 0;
  return contradict || (from === null && to === null) ? null : { from, to };
}

function isThere({ chain, rule }: VersionSign, { chains, rules }: Evidence): boolean {
  if (chain !== undefined && chains.some(({ table, name }) => table === chain.table && chain.name.test(name)))
    return true;
  return rule !== undefined && rules.some((view) => fits(rule, view) !== null);
}

function compare(a: string, b: string): number {
  const [left, right] = [a.split(".").map(Number), b.split(".").map(Number)];
  return (left[0] ?? 0) - (right[0] ?? 0) || (left[1] ?? 0) - (right[1] ?? 0);
}
