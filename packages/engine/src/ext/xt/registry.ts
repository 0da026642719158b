import type { Family } from "../../base/address.ts";
import type { MatchExtension, TargetExtension } from "./define.ts";
import { matchExtensions } from "./matches.ts";
import { targetExtensions } from "./targets.ts";

type ByName<T> = Readonly<Record<Family, ReadonlyMap<string, T>>>;

function byName<T extends MatchExtension | TargetExtension>(extensions: readonly T[]): ByName<T> {
  const of = (family: Family): ReadonlyMap<string, T> =>
    new Map(
      extensions
        .filter((extension) => extension.families.includes(family))
        .flatMap((extension) => [extension.name, ...extension.aliases].map((name) => [name, extension] as const)),
    );
  return { ip: of("ip"), ip6: of("ip6") };
}

const matches = byName(matchExtensions);
const targets = byName(targetExtensions);

/** The match `-m NAME`, or null when nobody here knows it. */
export function findMatch(name: string, family: Family): MatchExtension | null {
  return matches[family].get(name) ?? null;
}

/** The target `-j NAME`, or null: then it is a chain, or unknown. */
export function findTarget(name: string, family: Family): TargetExtension | null {
  return targets[family].get(name) ?? null;
}
