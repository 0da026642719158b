import { printAddress } from "../base/address.ts";
import { assertNever } from "../base/assert.ts";
import { printProtocol } from "../base/protocols.ts";
import type { Tuple } from "../model/host.ts";
import type { NatEnd, Step } from "../walk/trace.ts";
import type { Json } from "./json.ts";
import { printHex } from "../base/hex.ts";
import { routeText } from "./route-text.ts";
import { actionText, ruleText } from "./rule-text.ts";

/** One step as docs/json-trace.md says. */
export function stepJson(step: Step): Json {
  switch (step.kind) {
    case "rule": {
      const { kind, hook, family, table, chain, number, rule, mark } = step;
      const span = { file: rule.file, line: rule.line };
      const action = actionText(rule, family);
      return {
        kind,
        hook,
        family,
        table,
        chain,
        rule: number,
        text: ruleText(rule, family),
        action,
        mark: printHex(mark),
        span,
      };
    }
    case "return":
      return { ...step, mark: printHex(step.mark) };
    case "policy":
      return { ...step, span: { ...step.span }, mark: printHex(step.mark) };
    case "conntrack":
      return { ...step, original: tupleJson(step.original), reply: tupleJson(step.reply) };
    case "nat":
      return { ...step, from: natEndJson(step.from), to: natEndJson(step.to) };
    case "route":
      return {
        ...step,
        rule: step.rule?.priority ?? null,
        route: step.route === null ? null : routeText(step.route),
        via: step.via === null ? null : printAddress(step.via),
      };
    case "drop":
    case "socket":
    case "note":
      return { ...step };
    default:
      return assertNever(step);
  }
}

function natEndJson(end: NatEnd): Json {
  return { address: printAddress(end.address), port: end.port };
}

function tupleJson(tuple: Tuple | null): Json {
  if (tuple === null) return null;
  const { sport, dport, icmpType, icmpCode } = tuple;
  const ends = { src: printAddress(tuple.src), dst: printAddress(tuple.dst), proto: printProtocol(tuple.proto) };
  return icmpType === null ? { ...ends, sport, dport } : { ...ends, icmpType, icmpCode, icmpId: sport };
}
