import { findMatch, findTarget } from "../ext/xt/registry.ts";
import type { Match, Rule, Target, Verbatim } from "../model/ruleset.ts";
import type { Action } from "../program/action.ts";
import type { CompiledRule, RulePart } from "../program/program.ts";
import type { LoweringContext, Test } from "../program/test.ts";

const ALL_BITS = 0xffff_ffff;
/** A target is the end of a rule of iptables. */
const NOTHING_FOLLOWS: readonly RulePart[] = [];

/**
 * Lowers one rule. The header's fields come first, then the matches in the order of the dump, as ipt_do_table tests them
 * (net/ipv4/netfilter/ip_tables.c ip_packet_match: saddr, daddr, in, out, protocol, fragment).
 */
export function compileRule(rule: Rule, number: number, context: LoweringContext): CompiledRule {
  const tests: Test[] = [];
  const { src, dst, iif, oif, proto, fragment } = rule;
  if (src) tests.push({ kind: "address", field: "src", net: src.value, negated: src.negated });
  if (dst) tests.push({ kind: "address", field: "dst", net: dst.value, negated: dst.negated });
  if (iif) tests.push(interfaceTest("in", iif.value, iif.negated));
  if (oif) tests.push(interfaceTest("out", oif.value, oif.negated));
  if (proto) {
    const ranges = [{ from: proto.value, to: proto.value }];
    const field = context.backend === "nft" ? "l4Proto" : "proto";
    tests.push({ kind: "number", field, mask: ALL_BITS, ranges, negated: proto.negated });
  }
  if (fragment) tests.push({ kind: "fragment", negated: fragment.negated });
  for (const match of rule.matches) pushFlat(tests, compileMatch(match, context));
  return { source: rule, number, tests, action: compileTarget(rule.target, context), then: NOTHING_FOLLOWS };
}

/** An interface name as rules spell it: a trailing `+` makes it a prefix. */
function interfaceTest(side: "in" | "out" | "physin" | "physout", name: string, negated: boolean): Test {
  const prefix = name.endsWith("+");
  return { kind: "interface", side, name: prefix ? name.slice(0, -1) : name, prefix, negated };
}

/** A conjunction inside a conjunction is the same conjunction: flat, so that a failing first part ends the rule early. */
function pushFlat(tests: Test[], test: Test): void {
  if (test.kind === "all") for (const part of test.tests) pushFlat(tests, part);
  else if (test.kind !== "const" || !test.value) tests.push(test);
}

function compileMatch(match: Match | Verbatim, context: LoweringContext): Test {
  const extension = match.kind === "match" ? findMatch(match.name, context.family) : null;
  if (match.kind === "match" && extension !== null) return extension.compile(match.args, context);
  const text = match.kind === "verbatim" ? ` ${match.text}` : "";
  return { kind: "unknown", what: `-m ${match.name}${text}`.trimEnd(), why: "extension" };
}

function compileTarget(target: Target | null, context: LoweringContext): Action {
  if (target === null) return { kind: "continue" };
  switch (target.kind) {
    case "jump":
      return { kind: "jump", chain: target.chain };
    case "goto":
      return { kind: "goto", chain: target.chain };
    case "verdict":
      return VERDICTS[target.verdict];
    case "verbatim":
      return { kind: "unknown", what: `-j ${target.name} ${target.text}`.trimEnd(), why: "extension" };
    case "target": {
      const extension = findTarget(target.name, context.family);
      if (extension === null) return { kind: "unknown", what: `-j ${target.name}`, why: "extension" };
      return extension.compile(target.args, context);
    }
  }
}

const VERDICTS: Readonly<Record<"ACCEPT" | "DROP" | "RETURN", Action>> = {
  ACCEPT: { kind: "accept" },
  DROP: { kind: "drop" },
  RETURN: { kind: "return" },
};
