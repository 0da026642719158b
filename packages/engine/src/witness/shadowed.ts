import type { Family } from "../base/address.ts";
import type { CompiledRule, CompiledTable, Program } from "../program/program.ts";
import { FALSE } from "../prove/bdd/bdd.ts";
import { BddLimit } from "../prove/bdd/limit.ts";
import { baseChains } from "../prove/call-graph.ts";
import type { Called } from "../prove/call-graph.ts";
import { ChainFlows } from "../prove/chain.ts";
import type { ChainFlow } from "../prove/chain.ts";
import { packetsAt } from "../prove/domain.ts";
import type { RuleFault } from "../prove/rule-faults.ts";
import { spaceOf } from "../prove/space-of.ts";
import type { Outcome } from "../walk/trace.ts";
import { atBaseChain } from "./place.ts";
import { witnessOf } from "./witness.ts";
import type { Witness } from "./witness.ts";

/** Packets that rules of a family ask for and earlier rules take, table by table. */
export class ShadowWitnesses {
  readonly #program: Program;
  readonly #family: Family;
  readonly #tables = new Map<CompiledTable, TableFlows | null>();

  constructor(program: Program, family: Family) {
    this.#program = program;
    this.#family = family;
  }

  /** A packet that a shadowed rule asks for and that the walk gives to a rule before it; null where none was found that it does so with. */
  of({ table, chain, rule, why }: RuleFault): Witness | null {
    if (why.kind !== "shadowed") return null;
    try {
      const flows = this.#flowsOf(table);
      const flow = flows?.chains.of(chain.name) ?? null;
      return flows === null || flow === null ? null : shadowed(flows, flow, rule, why.by);
    } catch (error) {
      // What the sets hold can make the diagrams too large for the table.
      if (!(error instanceof BddLimit)) throw error;
      this.#tables.set(table, null);
      return null;
    }
  }

  #flowsOf(table: CompiledTable): TableFlows | null {
    let flows = this.#tables.get(table);
    if (flows === undefined) {
      const chains = new ChainFlows(spaceOf(this.#program, this.#family), table);
      const all = [...baseChains(this.#program.families[this.#family])];
      flows = { chains, called: all.filter(({ base }) => base.table === table) };
      this.#tables.set(table, flows);
    }
    return flows;
  }
}

interface TableFlows {
  readonly chains: ChainFlows;
  /** Its base chains. */
  readonly called: readonly Called[];
}

function shadowed(
  { chains, called }: TableFlows,
  { chain, rules }: ChainFlow,
  rule: CompiledRule,
  by: readonly CompiledRule[],
): Witness | null {
  const { space } = chains;
  const { bdd } = space;
  const own = rules.find((flow) => flow.rule === rule);
  if (own === undefined) return null;
  for (const taker of by) {
    const taking = rules.find((flow) => flow.rule === taker);
    // What comes to a rule and not to the next one.
    const taken =
      taking === undefined ? FALSE : bdd.and(own.asked().yes, bdd.minus(taking.reached.when, taking.left.when));
    for (const one of called) {
      const { name } = one.base.chain;
      if (chains.of(name) === null) continue;
      const set = bdd.and(chains.asEnteredBy(name, chain.name, taken), packetsAt(space, one));
      const confirms = (outcome: Outcome): boolean => has(outcome, taker) && !has(outcome, rule);
      const witness = set === FALSE ? null : witnessOf(space, set, atBaseChain(space, one), confirms);
      if (witness !== null) return witness;
    }
  }
  return null;
}

/** Did the packet match the rule? */
function has({ steps }: Outcome, { source }: CompiledRule): boolean {
  return steps.some((step) => step.kind === "rule" && step.rule === source);
}
