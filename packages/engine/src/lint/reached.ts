import type { Family } from "../base/address.ts";
import type { NftRule } from "../model/nft.ts";
import type { Rule } from "../model/ruleset.ts";
import type { RuleView } from "../owners/evidence.ts";
import type { Owner } from "../owners/owner.ts";
import { baseChains, chainsFrom } from "../prove/call-graph.ts";
import type { CompiledChain, CompiledRule, CompiledTable, Program, StackHook } from "../program/program.ts";
import type { Finding, Place, Subject } from "./finding.ts";

/** A base chain on a packet's way. */
export interface Stop {
  readonly hook: StackHook;
  /** The base chain's own name. */
  readonly name: string;
  /** Place among the base chains of the hook, in the order in which the kernel runs them. */
  readonly order: number;
  /** Runs before conntrack has looked at the packet. */
  readonly isBeforeConntrack: boolean;
  readonly isNat: boolean;
}

/** A chain that packets can come to. Chains that nobody calls are none. */
export interface ReachedChain {
  readonly family: Family;
  readonly table: CompiledTable;
  readonly chain: CompiledChain;
  /** The base chains that lead to it; of a base chain itself. */
  readonly from: readonly Stop[];
}

export interface ReachedRule {
  readonly at: ReachedChain;
  readonly rule: CompiledRule;
}

const known = new WeakMap<Program, readonly ReachedChain[]>();

/** Every chain of both families that packets can come to, looked for once for all checks. Chains of an inet table come once a family. */
export function reachedChains({ program }: Pick<Subject, "program">): readonly ReachedChain[] {
  const compiled = program();
  const before = known.get(compiled);
  if (before !== undefined) return before;
  const all = (["ip", "ip6"] as const).flatMap((family) => [...familyChains(compiled, family)]);
  known.set(compiled, all);
  return all;
}

const byChain = new WeakMap<Program, ReadonlyMap<CompiledChain, ReachedChain>>();

/** A compiled chain with where it stands; null: packets do not come to it. */
export function reachedChain(subject: Pick<Subject, "program">, chain: CompiledChain): ReachedChain | null {
  const compiled = subject.program();
  let index = byChain.get(compiled);
  if (index === undefined) {
    index = new Map(reachedChains(subject).map((at) => [at.chain, at]));
    byChain.set(compiled, index);
  }
  return index.get(chain) ?? null;
}

function familyChains(program: Program, family: Family): Iterable<ReachedChain> {
  const reached = new Map<CompiledChain, ReachedChain & { readonly from: Stop[] }>();
  for (const [order, { hook, base, isBeforeConntrack, isNat }] of [...baseChains(program.families[family])].entries()) {
    const stop = { hook, name: base.chain.name, order, isBeforeConntrack, isNat };
    for (const chain of chainsFrom([base], program.nftSets)) {
      const one = reached.get(chain);
      if (one === undefined) reached.set(chain, { family, table: base.table, chain, from: [stop] });
      else one.from.push(stop);
    }
  }
  return reached.values();
}

/** Every rule that packets can come to. */
export function* reachedRules(subject: Pick<Subject, "program">): Iterable<ReachedRule> {
  for (const at of reachedChains(subject)) for (const rule of at.chain.rules) yield { at, rule };
}

/** Hooks that lie behind each on some packet's way (include/uapi/linux/netfilter.h, NF_INET_*). */
const BEHIND: Readonly<Record<StackHook, readonly StackHook[]>> = {
  ingress: ["prerouting", "input", "forward", "postrouting", "egress"],
  prerouting: ["input", "forward", "postrouting", "egress"],
  input: [],
  forward: ["postrouting", "egress"],
  output: ["postrouting", "egress"],
  postrouting: ["egress"],
  egress: [],
};

/** Is there a packet that comes to the one and then to the other? Packets that come round by lo are not counted. */
export function comesBefore(a: Stop, b: Stop): boolean {
  return a.hook === b.hook ? a.order < b.order : BEHIND[a.hook].includes(b.hook);
}

/** Where a rule stands. A table of nft that serves both families is of neither. */
export function placeOf({ at: { table, chain }, rule }: ReachedRule): Place {
  const { file, line } = rule.source;
  const family = table.family === "ip" || table.family === "ip6" ? table.family : null;
  return { family, table: table.name, chain: chain.name, rule: rule.number, span: { file, line } };
}

/** What is found of a rule in one family is found of it in the other: once is enough. */
export function eachOnce(findings: readonly Finding[]): readonly Finding[] {
  const keyOf = ({ message, where: { family, rule, span } }: Finding): string =>
    [message, family, rule, span.file, span.line].join(" ");
  return [...new Map(findings.toReversed().map((finding) => [keyOf(finding), finding])).values()].toReversed();
}

const views = new WeakMap<Program, ReadonlyMap<Rule | NftRule, RuleView>>();

/** The rule as an owner is told by it. */
function viewOf({ program, node }: Subject, { source }: CompiledRule): RuleView | null {
  const compiled = program();
  let bySource = views.get(compiled);
  if (bySource === undefined) {
    bySource = new Map(node().rules.map(({ rule, view }) => [rule, view]));
    views.set(compiled, bySource);
  }
  return bySource.get(source) ?? null;
}

/** Whose rule it is; null: nobody's who is known. */
export function ownerOf(subject: Subject, { rule }: ReachedRule): Owner | null {
  const view = viewOf(subject, rule);
  return view === null ? null : subject.node().owners.rule(view).owner;
}

/** All words of a rule, comments included. */
export function textOf(subject: Subject, rule: CompiledRule): string {
  const view = viewOf(subject, rule);
  return view === null ? "" : [view.text, ...view.comments].join("\n");
}
