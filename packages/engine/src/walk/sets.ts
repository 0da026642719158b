import { printAddress } from "../base/address.ts";
import { printProtocol } from "../base/protocols.ts";
import type { Action } from "../program/action.ts";
import type { SetKey, SetLookup, SetQuestion } from "../program/set-lookup.ts";
import type { Direction, Test } from "../program/test.ts";
import type { Question } from "./oracle.ts";
import { factQuestion } from "./run.ts";
import type { Run } from "./run.ts";
import type { Skb } from "./skb.ts";
import { isLaterFragment } from "./fields.ts";

/** `-m set`: from the dump; without one, a question. */
export function evaluateSet(test: Test & { kind: "set" }, run: Run): boolean | Question {
  const { skb } = run;
  const set = run.sets?.get(test.set);
  const answer = set?.test(setKey(skb), test.directions, questionOf(run, test.returnNomatch)) ?? "unknown";
  if (answer === "unknown") return askSet(test.set, test.directions, run, test.negated);
  return (answer === "yes") !== test.negated;
}

/** Members of a `list:set` are asked as they are now. */
export function questionOf({ sets }: Run, returnNomatch: boolean): SetQuestion {
  return { returnNomatch, sets };
}

function askSet(name: string, directions: readonly Direction[], run: Run, negated: boolean): boolean | Question {
  const key = setKey(run.skb);
  const element = describe(key, directions);
  const why = run.sets === null ? "no ipset dump" : whyUnknown(name, run.sets);
  const question = factQuestion(`set ${name} has ${element}`, why, false);
  const known = run.oracle.known(question.key);
  return known === undefined ? question : known !== negated;
}

function whyUnknown(name: string, sets: ReadonlyMap<string, SetLookup>): string {
  return sets.has(name) ? "the ipset dump does not decide it" : `set ${name} is not in the ipset dump`;
}

/** As ipset spells an element: the first dimension of nearly every type is an address, a second one mostly a port. */
function describe(key: SetKey, directions: readonly Direction[]): string {
  const part = (direction: Direction, i: number): string => {
    const port = direction === "src" ? key.sport : key.dport;
    if (i === 1 && port !== null) return `${printProtocol(key.proto)}:${String(port)}`;
    return printAddress(direction === "src" ? key.src : key.dst);
  };
  return directions.map(part).join(",");
}

export function setKey(skb: Skb): SetKey {
  const later = isLaterFragment(skb);
  return {
    src: skb.src,
    dst: skb.dst,
    proto: skb.base.proto,
    sport: later ? null : skb.sport,
    dport: later ? null : skb.dport,
    icmpType: later ? null : skb.base.icmpType,
    icmpCode: later ? null : skb.base.icmpCode,
    iif: skb.iif,
    oif: skb.oif,
    physin: skb.physin,
    physout: skb.physout,
    smac: skb.smac,
    mark: skb.mark,
  };
}

/** SET --add-set / --del-set: later rules of this walk see the change (case sets/add-then-match). */
export function updateSet(run: Run, { set, directions, op, exist }: Action & { kind: "set-update" }): void {
  const { sets } = run;
  const key = setKey(run.skb);
  // Of a `list:set`, the first member that takes the change (ip_set_list_set.c list_set_kadd).
  for (const name of sets?.get(set)?.members ?? [set]) {
    const before = sets?.get(name);
    const after = before?.with(key, directions, op, exist);
    if (sets === null || after === undefined || after === before) continue;
    run.sets = new Map(sets).set(name, after);
    run.setChanges += `${op} ${name} ${describe(key, directions)};`;
    return;
  }
}
