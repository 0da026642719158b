import { printAddress } from "../base/address.ts";
import type { SetKey, SetLookup } from "../program/set-lookup.ts";
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
  const answer = set?.test(setKey(skb), test.directions) ?? "unknown";
  if (answer === "unknown") return askSet(test.set, test.directions, run, test.negated);
  const yes = answer === "yes" || (answer === "nomatch" && test.returnNomatch);
  return yes !== test.negated;
}

function askSet(name: string, directions: readonly Direction[], run: Run, negated: boolean): boolean | Question {
  const key = setKey(run.skb);
  const element = directions.map((direction) => describe(key, direction)).join(",");
  const why = run.sets === null ? "no ipset dump" : `set ${name} is not in the ipset dump`;
  const question = factQuestion(`set ${name} has ${element}`, why, false);
  const known = run.oracle.known(question.key);
  return known === undefined ? question : known !== negated;
}

function describe(key: SetKey, direction: Direction): string {
  const port = direction === "src" ? key.sport : key.dport;
  const address = printAddress(direction === "src" ? key.src : key.dst);
  return port === null ? address : `${address}:${String(port)}`;
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

/** SET --add-set / --del-set: later rules of this walk see the change (facts B.5.41). */
export function updateSet(run: Run, name: string, directions: readonly Direction[], op: "add" | "del"): void {
  const set = run.sets?.get(name);
  if (set === undefined || run.sets === null) return;
  const changed: SetLookup = set.with(setKey(run.skb), directions, op);
  run.sets = new Map(run.sets).set(name, changed);
  run.setChanges += `${op} ${name} ${directions.map((d) => describe(setKey(run.skb), d)).join(",")};`;
}
