import type { BaseChain, CompiledChain, CompiledRule, RulePart } from "../program/program.ts";
import { evaluateAll } from "./evaluate.ts";
import { perform } from "./perform.ts";
import { ask, placeOf } from "./run.ts";
import type { Frame, Run } from "./run.ts";
import type { Step } from "./trace.ts";
import { ACCEPT, dropped } from "./verdict.ts";
import type { ChainVerdict } from "./verdict.ts";

/** ipt_do_table (net/ipv4/netfilter/ip_tables.c): one base chain with all that it jumps to. */
export function walkBaseChain(run: Run, base: BaseChain): ChainVerdict {
  const { frames } = run;
  run.base = base;
  while (frames.length > 0) frames.pop();
  frames.push({ chain: base.chain, next: 0 });
  for (;;) {
    const frame = frames.at(-1);
    if (frame === undefined) return policy(run, base);
    const rule = nextRule(run, frame);
    if (rule === null) {
      frames.pop();
      if (frame.chain !== base.chain) returned(run, base, frame.chain);
      continue;
    }
    const verdict = step(run, base, frame.chain, rule);
    if (verdict !== null) return verdict;
  }
}

/** The next rule that can match, by index where the chain is long; null at the end of the chain. */
function nextRule(run: Run, frame: Frame): CompiledRule | null {
  const { index, rules } = frame.chain;
  if (index === null) return rules[frame.next++] ?? null;
  const candidates = index.candidates(index.field === "src" ? run.skb.src : run.skb.dst);
  let low = 0;
  let high = candidates.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((candidates[middle] ?? 0) < frame.next) low = middle + 1;
    else high = middle;
  }
  const position = candidates[low];
  if (position === undefined) return null;
  frame.next = position + 1;
  return rules[position] ?? null;
}

/** One rule; null: go on. */
function step(run: Run, base: BaseChain, chain: CompiledChain, rule: CompiledRule): ChainVerdict | null {
  const matched = matches(run, rule);
  const cutShort =
    matched === "hotdrop" ? dropped("hotdrop", `a header that ${placeOf(run)} reads is cut short`) : null;
  // To nf_tables a match that drops is a verdict of its rule (nft_compat.c), so the trace names it; ipt_do_table does not.
  if (cutShort !== null && base.table.owner === "iptables-legacy") return cutShort;
  if (matched === false) return null;
  const { hook, skb, steps } = run;
  const { family, name: table } = base.table;
  const { name } = chain;
  const { number, source } = rule;
  const reached = { kind: "rule" as const, hook, family, table, chain: name, number, rule: source, mark: skb.mark };
  const at = push(run, base, reached);
  const verdict = cutShort ?? performParts(run, rule, base);
  reached.mark = skb.mark;
  if (verdict !== "break") return verdict;
  // What was done stays, but a rule that did not come to its end has not matched.
  steps.splice(at, 1);
  return null;
}

/** A step in a table; that it is nft's own stands in it. Without a spread: every packet makes a dozen of them. Its place among the steps. */
function push({ steps }: Run, { table }: BaseChain, step: Step & { native?: true }): number {
  if (table.owner === "nft") step.native = true;
  return steps.push(step) - 1;
}

/** The rule's action, and what follows behind it. */
function performParts(run: Run, rule: CompiledRule, { table }: BaseChain): ChainVerdict | null | "break" {
  let result = perform(run, rule.action, table);
  for (const part of rule.then) {
    if (result !== null) break;
    result = matches(run, part) === true ? perform(run, part.action, table) : "break";
  }
  return result === "done" ? null : result;
}

function matches(run: Run, { tests }: RulePart): boolean | "hotdrop" {
  for (;;) {
    const answer = evaluateAll(tests, run);
    if (typeof answer !== "object") return answer;
    ask(run, answer);
  }
}

/** The end of a user chain: the kernel's trace shows its invisible last rule. */
function returned(run: Run, base: BaseChain, { name: chain }: CompiledChain): void {
  const { hook, skb } = run;
  const { family, name: table } = base.table;
  push(run, base, { kind: "return", hook, family, table, chain, mark: skb.mark });
}

function policy(run: Run, base: BaseChain): ChainVerdict {
  const { name: chain, span } = base.chain;
  const { hook, skb } = run;
  const { family, name: table } = base.table;
  push(run, base, { kind: "policy", hook, family, table, chain, policy: base.policy, span, mark: skb.mark });
  return base.policy === "ACCEPT" ? ACCEPT : dropped("policy", null);
}
