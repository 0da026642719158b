import { allFeeders } from "../../owners/feeders.ts";
import type { Feeder } from "../../owners/feeders.ts";
import type { CompiledRule, CompiledTable } from "../../program/program.ts";
import type { Check, Finding, Subject } from "../finding.ts";
import { ownerOf, placeOf, reachedChains } from "../reached.ts";
import type { ReachedChain, ReachedRule } from "../reached.ts";
import { someLines } from "../rule-faults.ts";

const NAME = "foreign-rule-before-feeder";

/** Rules that decide before the jump of Calico, Cilium or kube-proxy, which means to stand before all verdicts of others. */
export const foreignRuleBeforeFeeder: Check = {
  name: NAME,
  severities: ["warning", "info"],
  example: [
    "-A FORWARD -s 10.0.0.0/8 -j ACCEPT",
    '-A FORWARD -m comment --comment "cali:wUHhoiAYhphO9Mso" -j cali-FORWARD',
  ],
  run(subject) {
    const chains = reachedChains(subject).filter(({ table }) => table.owner !== "nft");
    return allFeeders
      .filter(({ first }) => first !== undefined)
      .flatMap((feeder) =>
        chains
          .filter(({ table, chain }) => table.name === feeder.table && chain.name === feeder.from)
          .flatMap((at) => [...findingsOf(subject, at, feeder)]),
      );
  },
};

function* findingsOf(subject: Subject, at: ReachedChain, { owner, to, first }: Feeder): Iterable<Finding> {
  const { rules } = at.chain;
  const jump = rules.find(({ action }) => (action.kind === "jump" || action.kind === "goto") && action.chain === to);
  if (jump === undefined) return;
  const before = rules.slice(0, jump.number - 1).map((rule): ReachedRule => ({ at, rule }));
  const foreign = before.filter((one) => isForeign(subject, one, owner) && decides(at.table, one.rule));
  const [one] = foreign;
  if (one === undefined) return;
  const isUnknown = foreign.some((rule) => ownerOf(subject, rule) === null);
  yield {
    check: NAME,
    // Programs that are known put their rules first in turn; nobody puts a site's own there but people.
    severity: first === "policy" && isUnknown ? "warning" : "info",
    message: first === "policy" ? "foreign-before-policy" : "foreign-before-service",
    params: { count: foreign.length, to, rule: jump.number },
    where: placeOf(one),
    related: someLines([...foreign, { at, rule: jump }]),
    witness: null,
  };
}

/** NodeLocal DNSCache puts what it accepts first on purpose, and kubelet what it drops. */
const BY_DESIGN: ReadonlySet<string> = new Set(["node-local-dns", "kubelet"]);

/** Jumps of known programs to chains of their own decide nothing that is not meant for them. */
function isForeign(subject: Subject, one: ReachedRule, owner: string): boolean {
  const other = ownerOf(subject, one);
  if (other === null) return true;
  const isJump = one.rule.action.kind === "jump" || one.rule.action.kind === "goto";
  return !isJump && other.name !== owner && !BY_DESIGN.has(other.name);
}

/** Does a rule end the chain for packets, itself or in a chain that it calls? */
function decides(table: CompiledTable, rule: CompiledRule, seen: Set<string> = new Set<string>()): boolean {
  return [rule, ...rule.then].some(({ action }) => {
    if (action.kind !== "jump" && action.kind !== "goto") return DECIDING.has(action.kind);
    if (seen.has(action.chain)) return false;
    seen.add(action.chain);
    return table.chain(action.chain)?.rules.some((inside) => decides(table, inside, seen)) ?? false;
  });
}

const DECIDING: ReadonlySet<string> = new Set(["accept", "drop", "reject", "nat", "nat-values", "tproxy", "queue"]);
