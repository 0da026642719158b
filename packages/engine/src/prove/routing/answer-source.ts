import { TRUE } from "../bdd/bdd.ts";
import type { Ref } from "../bdd/bdd.ts";
import type { Space } from "../space.ts";
import type { LookupKey } from "./lookup-key.ts";

/** A lookup with its source where the other end can be one, and without where it cannot: one key where nothing asks for sources. */
export function keysBySource(
  space: Space,
  isSource: Ref,
  key: LookupKey,
): readonly { readonly key: LookupKey; readonly when: Ref }[] {
  const { rules, tables } = space.family.fib;
  const hasSources =
    rules.some(({ from }) => from !== null) ||
    [...tables.values()].some((table) => table.entries().some(({ route }) => route.from !== null));
  if (!hasSources) return [{ key, when: TRUE }];
  return [
    { key, when: isSource },
    { key: { ...key, src: null }, when: space.bdd.not(isSource) },
  ];
}
