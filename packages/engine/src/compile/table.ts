import type { Address } from "../base/address.ts";
import { allOnes } from "../base/address.ts";
import type { Span } from "../base/span.ts";
import type { Rule, Table } from "../model/ruleset.ts";
import type { BaseChain, ChainIndex, CompiledChain, CompiledRule, CompiledTable, Hook } from "../program/program.ts";
import type { LoweringContext } from "../program/test.ts";
import { compileRule } from "./rule.ts";

/** A shorter chain is walked faster than it is looked up. */
const INDEX_FROM_RULES = 32;

/** The name of the built-in chain at each hook. */
const BUILT_IN: Readonly<Record<Hook, string>> = {
  prerouting: "PREROUTING",
  input: "INPUT",
  forward: "FORWARD",
  output: "OUTPUT",
  postrouting: "POSTROUTING",
};

/** Compiles a table of iptables. */
export function compileTable(source: Table): CompiledTable {
  const owner = source.backend === "nft" ? "iptables-nft" : "iptables-legacy";
  const context: LoweringContext = {
    family: source.family,
    backend: source.backend === "nft" ? "nft" : "legacy",
    table: source.name,
  };
  const lower = (rule: Rule, number: number): CompiledRule => compileRule(rule, number, context);
  return { family: source.family, name: source.name, owner, chain: lowered(source.chains, lower) };
}

/** A chain of whatever tool. */
interface ChainSource<R> {
  readonly name: string;
  readonly rules: readonly R[];
  readonly span: Span;
}

/**
 * Chains by name. Long ones are lowered and indexed now, so that no packet pays for it; the many short ones when they
 * are first walked, so that a large dump costs only what is visited.
 */
export function lowered<R>(
  chains: readonly ChainSource<R>[],
  compile: (rule: R, number: number) => CompiledRule,
): CompiledTable["chain"] {
  const byName = new Map(chains.map((chain) => [chain.name, chain]));
  const compiled = new Map<string, CompiledChain>();
  const lower = ({ name, rules: sources, span }: ChainSource<R>): CompiledChain => {
    const rules = sources.map((rule, index) => compile(rule, index + 1));
    const made = { name, span, rules, index: indexRules(rules) };
    compiled.set(name, made);
    return made;
  };
  for (const chain of chains) if (chain.rules.length >= INDEX_FROM_RULES) lower(chain);
  return (name) => {
    const known = compiled.get(name);
    if (known !== undefined) return known;
    const chain = byName.get(name);
    return chain === undefined ? null : lower(chain);
  };
}

/** The base chain of a table of iptables at a hook, or null where it has none. */
export function baseChain({ chains }: Table, table: CompiledTable, hook: Hook): BaseChain | null {
  const policy = chains.find(({ name }) => name === BUILT_IN[hook])?.policy ?? null;
  const chain = policy === null ? null : table.chain(BUILT_IN[hook]);
  return chain === null ? null : { table, chain, policy: policy === "DROP" ? "DROP" : "ACCEPT" };
}

/** Indexes a long chain by the address, source or destination, that more of its rules compare whole; null if few do. */
function indexRules(rules: readonly CompiledRule[]): ChainIndex | null {
  if (rules.length < INDEX_FROM_RULES) return null;
  const bySrc = groupBy(rules, "src");
  const byDst = groupBy(rules, "dst");
  const best = byDst.others.length <= bySrc.others.length ? byDst : bySrc;
  if (best.others.length > rules.length / 2) return null;
  const merged = new Map<Address, readonly number[]>();
  return {
    field: best.field,
    candidates(address) {
      const own = best.groups.get(address);
      if (own === undefined) return best.others;
      const known = merged.get(address);
      if (known !== undefined) return known;
      const both = mergeAscending(own, best.others);
      merged.set(address, both);
      return both;
    },
  };
}

interface Groups {
  readonly field: "src" | "dst";
  readonly groups: ReadonlyMap<Address, readonly number[]>;
  /** Rules that do not compare the whole address: candidates for every packet. */
  readonly others: readonly number[];
}

function groupBy(rules: readonly CompiledRule[], field: "src" | "dst"): Groups {
  const groups = new Map<Address, number[]>();
  const others: number[] = [];
  for (const [position, rule] of rules.entries()) {
    const address = wholeAddress(rule, field);
    if (address === null) others.push(position);
    else {
      const group = groups.get(address);
      if (group === undefined) groups.set(address, [position]);
      else group.push(position);
    }
  }
  return { field, groups, others };
}

function wholeAddress(rule: CompiledRule, field: "src" | "dst"): Address | null {
  for (const test of rule.tests) {
    if (test.kind !== "address" || test.field !== field || test.negated) continue;
    const whole = typeof test.net.mask === "number" ? allOnes("ip") : allOnes("ip6");
    if (test.net.mask === whole) return test.net.value;
  }
  return null;
}

function mergeAscending(a: readonly number[], b: readonly number[]): readonly number[] {
  const out: number[] = [];
  let i = 0;
  let j = 0;
  for (;;) {
    const x = a[i];
    const y = b[j];
    if (x === undefined && y === undefined) return out;
    if (y === undefined || (x !== undefined && x < y)) {
      if (x !== undefined) out.push(x);
      i++;
    } else {
      out.push(y);
      j++;
    }
  }
}
