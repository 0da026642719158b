import { once } from "../base/once.ts";
import type { CompiledChain, CompiledRule } from "../program/program.ts";
import type { Test } from "../program/test.ts";
import { FALSE } from "./bdd/bdd.ts";
import type { Bdd, Ref } from "./bdd/bdd.ts";
import { commonLiterals, literals } from "./bdd/literals.ts";
import { callsOf } from "./call-graph.ts";
import { changedFields } from "./changed-fields.ts";
import { anyPlace } from "./place.ts";
import type { Space } from "./space.ts";
import { allSet } from "./test-set.ts";

/** By chain, what all packets that come into it have in common: values of bits, as a conjunction. Of other chains nothing is said. */
export type Given = ReadonlyMap<string, Ref>;

/**
 * What the rules that call a chain ask of every packet that they send there, in bits that no rule changes: a chain that only one service calls is
 * entered by packets for its address alone. `chains`: all that packets can be in, callers before those that they call;
 * `roots`: what is known of those that come into the first ones.
 */
export function givenIn(space: Space, chains: readonly CompiledChain[], roots: Given): Given {
  const { bdd, layout, program } = space;
  const changing = [...changedFields(chains)].flatMap((field) => layout.bits[field]);
  const changed = bdd.cube(changing.filter((level) => level !== null));
  const given = new Map(roots);
  const passed = new Set<string>();
  for (const { name, rules } of chains) {
    passed.add(name);
    const own = given.get(name);
    if (own === undefined) continue;
    for (const rule of rules) {
      // A chain that calls itself is not entered a second time.
      const called = callsOf(rule, program.nftSets).filter((callee) => !passed.has(callee));
      if (called.length === 0) continue;
      const asked = once(() => bdd.exists(literals(bdd, askedOfAll(space, rule)), changed));
      for (const callee of called) {
        const both = alsoGiven(bdd, given.get(callee), own, asked);
        if (both !== FALSE) given.set(callee, both);
      }
    }
  }
  return given;
}

/** What is left of what is known of a chain once packets of which two conjunctions hold come into it, too. */
function alsoGiven(bdd: Bdd, known: Ref | undefined, own: Ref, asked: () => Ref): Ref {
  if (known === undefined) return bdd.and(own, asked());
  const kept = commonLiterals(bdd, known, own);
  return kept === known ? known : bdd.and(kept, commonLiterals(bdd, known, asked()));
}

/** No fewer packets than match a rule, whoever comes to it. */
function askedOfAll(space: Space, { tests }: CompiledRule): Ref {
  const asked = tests.filter(({ kind }) => OF_THE_PACKET.has(kind));
  return allSet(asked, anyPlace(space)).yes;
}

/** Tests that ask nothing but bits of the packet. */
const OF_THE_PACKET: ReadonlySet<Test["kind"]> = new Set([
  "number",
  "masked",
  "address",
  "interface",
  "has-interface",
  "fragment",
  "l4-header",
]);
