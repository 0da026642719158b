import { isAlike } from "../base/alike.ts";
import type { CompiledRule, Program } from "../program/program.ts";

/** Names of the ipsets and of nft's sets that do not hold the same on both; null: only one side has a listing of ipsets. */
export function changedSets(a: Program, b: Program): ReadonlySet<string> | null {
  if ((a.sets === null) !== (b.sets === null)) return null;
  const changed = new Set([...unlike(shapesOf(a), shapesOf(b)), ...unlike(a.nftSets, b.nftSets)]);
  for (const { sets } of [a, b])
    for (const [name, { members }] of sets ?? []) if (members?.some((member) => changed.has(member))) changed.add(name);
  return changed;
}

function shapesOf({ sets }: Program): ReadonlyMap<string, unknown> {
  return new Map([...(sets ?? [])].map(([name, set]) => [name, [set.members, set.shape()]]));
}

function unlike(a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): readonly string[] {
  return [...new Set([...a.keys(), ...b.keys()])].filter((name) => !isAlike(a.get(name), b.get(name)));
}

/** Does a part of a rule name one of these sets, whatever for? Rather too many than too few. */
export function namesAny(
  part: CompiledRule["tests"] | CompiledRule["then"] | CompiledRule["action"],
  names: ReadonlySet<string>,
): boolean {
  return names.size > 0 && hasText(part, names);
}

function hasText(value: unknown, texts: ReadonlySet<string>): boolean {
  if (typeof value === "string") return texts.has(value);
  return typeof value === "object" && value !== null && Object.values(value).some((part) => hasText(part, texts));
}
