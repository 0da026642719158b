import type { CompiledChain, CompiledRule } from "../program/program.ts";

/** What was read where, and what is only printed back, asks nothing of a packet. */
const UNSAID: ReadonlySet<string> = new Set(["span", "extras", "details"]);

const known = new WeakMap<CompiledChain, ReadonlyMap<CompiledRule, string>>();

/**
 * Names a rule by what it tests, and by which of its chain's rules that test the same it is: a rule that two programs have has one name, whatever
 * rules stand before it.
 */
export function ruleKey(chain: CompiledChain, rule: CompiledRule): string {
  let keys = known.get(chain);
  if (keys === undefined) {
    keys = keysOf(chain);
    known.set(chain, keys);
  }
  return keys.get(rule) ?? String(rule.number);
}

function keysOf({ rules }: CompiledChain): ReadonlyMap<CompiledRule, string> {
  const counts = new Map<string, number>();
  return new Map(
    rules.map((rule) => {
      const text = JSON.stringify(
        [rule, ...rule.then].map(({ tests }) => tests),
        plain,
      );
      const count = counts.get(text) ?? 0;
      counts.set(text, count + 1);
      return [rule, `${text} ${String(count)}`];
    }),
  );
}

function plain(key: string, value: unknown): unknown {
  return UNSAID.has(key) ? undefined : typeof value === "bigint" ? String(value) : value;
}
