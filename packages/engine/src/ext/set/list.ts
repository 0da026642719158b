import type { IpSet } from "../../model/sets.ts";
import type { SetAnswer, SetKey, SetLookup, SetQuestion } from "../../program/set-lookup.ts";
import type { Direction } from "../../program/test.ts";
import type { SkbInfo } from "./options.ts";
import { skbMark } from "./options.ts";

interface Member {
  readonly name: string;
  readonly info: SkbInfo | null;
}

const AS_DUMPED: SetQuestion = { returnNomatch: false, sets: null };

/**
 * A `list:set`: its members are asked in order, and the first that says yes decides (ip_set_list_set.c list_set_ktest).
 * `compile` makes a member of the dump ready, once, when the question brings no sets of its own.
 */
export function compileList(
  set: IpSet,
  all: (name: string) => IpSet | undefined,
  compile: (member: IpSet, all: (name: string) => IpSet | undefined) => SetLookup,
): SetLookup {
  const members: Member[] = [];
  for (const element of set.elements) {
    const [part] = element.parts;
    if (part?.kind === "set") members.push({ name: part.name, info: skbMark(element) });
  }
  const compiled = new Map<string, SetLookup | undefined>();
  const memberOf = (name: string, { sets }: SetQuestion): SetLookup | undefined => {
    if (sets !== null) return sets.get(name);
    if (!compiled.has(name)) {
      const member = all(name);
      compiled.set(name, member && compile(member, all));
    }
    return compiled.get(name);
  };
  const hasInfo = set.options.some(({ name }) => name === "skbinfo");
  const incomplete = set.terse === true || members.length < set.elements.length;

  /** The member that holds the packet, and its lookup. */
  function find(key: SetKey, directions: readonly Direction[], question: SetQuestion): [Member, SetLookup] | SetAnswer {
    let missing: SetAnswer = incomplete ? "unknown" : "no";
    if (directions.length === 0) return "no";
    for (const member of members) {
      const lookup = memberOf(member.name, question);
      // The kernel takes no list into a list, so that such a dump says nothing.
      if (lookup?.members !== null) {
        missing = "unknown";
        continue;
      }
      const answer = lookup.test(key, directions, question);
      if (answer === "yes") return [member, lookup];
      if (answer === "unknown") missing = "unknown";
    }
    return missing;
  }

  const list: SetLookup = {
    members: members.map(({ name }) => name),
    shape: () => null,
    test(key, directions, question = AS_DUMPED) {
      const found = find(key, directions, question);
      return typeof found === "string" ? found : "yes";
    },
    with: () => list,
    mapped(key, directions, question = AS_DUMPED) {
      const found = find(key, directions, question);
      if (typeof found === "string") return null;
      const [member, lookup] = found;
      return hasInfo ? member.info : lookup.mapped(key, directions, question);
    },
  };
  return list;
}
