import type { CompiledRule } from "../../program/program.ts";
import type { Check, Finding, Subject } from "../finding.ts";
import { ownerOf, placeOf, reachedChains } from "../reached.ts";
import type { ReachedChain } from "../reached.ts";
import { numbersOf, someLines } from "../rule-faults.ts";

const NAME = "dead-by-counters";

/** So many packets have gone past a rule: fewer prove nothing. */
const MANY = 10_000n;

/** Rules that have counted no packet although many have gone past them, as later rules of the chain, or its policy, have counted. */
export const deadByCounters: Check = {
  name: NAME,
  severities: ["info"],
  example: ["[0:0] -A INPUT -s 192.0.2.0/24 -j DROP", "[20000:1200000] -A INPUT -p tcp -j ACCEPT"],
  run: (subject) => reachedChains(subject).flatMap((at) => [...findingsOf(subject, at)]),
};

function* findingsOf(subject: Subject, at: ReachedChain): Iterable<Finding> {
  const { rules } = at.chain;
  const [one] = rules;
  if (one === undefined || countOf(one) === null) return;
  let past = policyPackets(subject, at);
  let most = 0n;
  const found: CompiledRule[] = [];
  for (const rule of rules.toReversed()) {
    const packets = countOf(rule);
    // A chain of which not all is counted tells nothing.
    if (packets === null) return;
    if (packets === 0n && past >= MANY && ownerOf(subject, { at, rule }) === null) {
      found.push(rule);
      if (past > most) most = past;
    }
    // Whoever came to a later rule came by this one.
    if (packets > past) past = packets;
  }
  const dead = found.reverse();
  const [first] = dead;
  if (first === undefined) return;
  yield {
    check: NAME,
    severity: "info",
    message: "dead-by-counters",
    params: { rules: numbersOf(dead.slice(0, 20)), count: dead.length, packets: String(most) },
    where: placeOf({ at, rule: first }),
    related: someLines(dead.map((rule) => ({ at, rule }))),
    witness: null,
  };
}

/** Packets that came to the policy of a base chain of iptables. */
function policyPackets({ snapshot }: Subject, { family, table, chain, from }: ReachedChain): bigint {
  if (table.owner === "nft" || from.every(({ name }) => name !== chain.name)) return 0n;
  const source = snapshot.tables[family]?.find(
    ({ name, backend }) => name === table.name && (backend === "nft") === (table.owner === "iptables-nft"),
  );
  const counters = source?.chains.find(({ name }) => name === chain.name)?.counters;
  return BigInt(counters?.packets ?? 0);
}

/** Null: the dump has none (`iptables-save` without `-c`), or the rule does not count. */
function countOf({ source }: CompiledRule): bigint | null {
  if (!("statements" in source)) return source.counters === null ? null : BigInt(source.counters.packets);
  for (const statement of source.statements)
    if (statement.kind === "counter" && statement.counters !== null) return BigInt(statement.counters.packets);
  return null;
}
