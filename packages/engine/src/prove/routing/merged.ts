import { FALSE } from "../bdd/bdd.ts";
import type { Space } from "../space.ts";
import { lookupTable } from "./table.ts";
import type { Answer, Answers, Describe, Keyed, TableAsking } from "./table.ts";

/** What was found, and where: only a longer prefix of main goes before one of local. */
interface Placed<T> extends Keyed {
  readonly value: T;
  readonly length: number;
  readonly isRoute: boolean;
}

/**
 * The first rule of a namespace whose tables may still be one trie (net/ipv4/fib_frontend.c fib_unmerge): a longer prefix of main then
 * goes before a shorter one of local. No dump tells whether they are, so where it matters it is unknown.
 */
export function mergedLookup<T extends Keyed>(space: Space, describe: Describe<T>, asking: TableAsking): Answers<T> {
  const { bdd, family } = space;
  const { tables } = family.fib;
  const local = tables.get("local");
  const locals = local?.entries() ?? [];
  const longer = (tables.get("main")?.entries() ?? []).filter(
    ({ net, length }) => local?.lookup(net.value).some((entry) => entry.length < length) === true,
  );
  if (longer.length === 0) return lookupTable(space, locals, describe, asking);
  const placed: Describe<Placed<T>> = (found) => {
    const value = describe(found);
    const length = found.entry?.length ?? -1;
    return { key: `${String(length)} ${found.kind} ${value.key}`, value, length, isRoute: found.kind === "route" };
  };
  const { found, none } = lookupTable(space, locals, placed, asking);
  const others = lookupTable(space, tables.get("main")?.entries() ?? [], placed, asking).found;
  const isMerged = space.unknown("merged", {
    what: "no ip rule was ever added in this namespace",
    why: "no dump tells whether local and main are still one table",
  });
  const answers: Answer<T>[] = [];
  for (const { when, route, value } of found) {
    const inMain = value.isRoute ? others.filter((other) => other.value.length > value.length) : [];
    let own = when;
    for (const other of inMain) {
      const both = bdd.and(bdd.and(when, other.when), isMerged);
      if (both === FALSE) continue;
      answers.push({ when: both, route: other.route, value: other.value.value });
      own = bdd.minus(own, both);
    }
    answers.push({ when: own, route, value: value.value });
  }
  return { found: answers, none };
}
