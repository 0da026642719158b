import type { Family } from "../base/address.ts";
import type { CompiledChain, CompiledRule, CompiledTable, Program } from "../program/program.ts";
import { printRule } from "../print/iptables-save.ts";
import { printNftRule } from "../print/nft/nft.ts";
import { ruleFaults } from "../prove/rule-faults.ts";
import type { Redundant } from "../prove/redundant.ts";
import type { RuleFault } from "../prove/rule-faults.ts";
import { ShadowWitnesses } from "../witness/shadowed.ts";
import type { Witness } from "../witness/witness.ts";
import type { Place, RelatedPlace, Subject } from "./finding.ts";
import type { ReachedRule } from "./reached.ts";

/** A rule that no packet matches, with where it stands. */
export interface PlacedFault {
  readonly fault: RuleFault;
  readonly family: Family;
  readonly where: Place;
  /** Somebody's program wrote the chain: what follows from how it always writes is no news. */
  readonly isGenerated: boolean;
}

/** A rule that might as well not be there, with where it stands. */
export interface PlacedRedundant {
  readonly redundant: Redundant;
  readonly family: Family;
  readonly where: Place;
}

/** What is proved of rules. */
interface Judged {
  readonly faults: readonly PlacedFault[];
  readonly redundant: readonly PlacedRedundant[];
  /** Tables of which nothing is: a proof needs more room than there is. */
  readonly open: readonly Place[];
}

const known = new WeakMap<Program, Judged>();

/** Every rule of both families that no packet can match; proved once for all the checks that ask. */
export function placedFaults(subject: Subject): readonly PlacedFault[] {
  return judged(subject).faults;
}

/** Every rule without which all packets would fare alike, in chains that no known program writes. */
export function placedRedundant(subject: Subject): readonly PlacedRedundant[] {
  return judged(subject).redundant;
}

/** Tables too large to be judged. */
export function openTables(subject: Subject): readonly Place[] {
  return judged(subject).open;
}

function judged({ program, node }: Subject): Judged {
  const compiled = program();
  const before = known.get(compiled);
  if (before !== undefined) return before;
  const { owners } = node();
  const isGenerated = (table: CompiledTable, chain: string): boolean =>
    (owners.chain(table.name, chain)?.owner.name ?? "kernel") !== "kernel";
  const redundantIn = (table: CompiledTable, chain: string): boolean => !isGenerated(table, chain);
  const proved = (["ip", "ip6"] as const).map((family) => ({
    family,
    ...ruleFaults(compiled, family, { redundantIn }),
  }));
  const whereOf = (family: Family, table: CompiledTable, chain: CompiledChain, rule: CompiledRule): Place => {
    const { file, line } = rule.source;
    return { family, table: table.name, chain: chain.name, rule: rule.number, span: { file, line } };
  };
  const faults = proved.flatMap(({ family, faults: own }) =>
    own.map((fault): PlacedFault => {
      const { table, chain, rule } = fault;
      return { fault, family, where: whereOf(family, table, chain, rule), isGenerated: isGenerated(table, chain.name) };
    }),
  );
  const redundant = proved.flatMap(({ family, redundant: own }) =>
    own.map((one): PlacedRedundant => ({
      redundant: one,
      family,
      where: whereOf(family, one.table, one.chain, one.rule),
    })),
  );
  const open = proved.flatMap(({ family, tooLarge }) =>
    tooLarge.map(({ table, chain }): Place => ({
      family,
      table: table.name,
      chain: null,
      rule: null,
      span: chain.span,
    })),
  );
  const all = { faults, redundant, open };
  known.set(compiled, all);
  return all;
}

const witnesses = new WeakMap<Program, Record<Family, ShadowWitnesses>>();

/** A packet that a shadowed rule asks for, on its way to the rule that takes it. */
export function shadowWitness({ program }: Subject, { fault, family }: PlacedFault): Witness | null {
  const compiled = program();
  let own = witnesses.get(compiled);
  if (own === undefined) {
    own = { ip: new ShadowWitnesses(compiled, "ip"), ip6: new ShadowWitnesses(compiled, "ip6") };
    witnesses.set(compiled, own);
  }
  return own[family].of(fault);
}

/** The rules as they stand in the dump. */
export function linesOf(rules: readonly CompiledRule[], family: Family): readonly RelatedPlace[] {
  return rules.map(({ source }) => ({
    span: { file: source.file, line: source.line },
    text: "statements" in source ? (source.text ?? printNftRule(source)) : printRule(source, family),
  }));
}

/** Nobody reads more. */
const MOST_LINES = 8;

/** The first of these rules, each once, as they stand in the dump. */
export function someLines(rules: Iterable<ReachedRule>): readonly RelatedPlace[] {
  const bySource = new Map<CompiledRule["source"], ReachedRule>();
  for (const one of rules) {
    if (!bySource.has(one.rule.source)) bySource.set(one.rule.source, one);
    if (bySource.size === MOST_LINES) break;
  }
  return [...bySource.values()].flatMap(({ at, rule }) => linesOf([rule], at.family));
}

/** `1, 3, 4`. */
export function numbersOf(rules: readonly CompiledRule[]): string {
  return rules.map(({ number }) => String(number)).join(", ");
}
