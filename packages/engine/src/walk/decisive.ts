import type { NftRule } from "../model/nft.ts";
import type { Rule } from "../model/ruleset.ts";
import type { Outcome, Step } from "./trace.ts";

/** The step that made the verdict what it is, or null where no single one did. */
export function decisiveStep(outcome: Outcome): Step | null {
  const { steps } = outcome;
  switch (outcome.verdict) {
    case "accept":
      // What let the packet pass is the filter; what stands in other tables only changes it.
      return steps.findLast(isFilterVerdict) ?? null;
    case "drop":
    case "reject":
    case "queue":
    case "unknown":
      return steps.findLast((step) => step.kind === kindOf(outcome)) ?? steps.findLast(isRule) ?? null;
  }
}

function isFilterVerdict(step: Step): boolean {
  if (step.kind !== "rule" && step.kind !== "policy") return false;
  // Tables of nft may have any name, and filter where iptables' filter does.
  if (step.native === true ? !FILTER_HOOKS.has(step.hook) : step.table !== "filter") return false;
  return step.kind === "policy" || isPlainAccept(step.rule);
}

/** Does the rule let the packet through, and do nothing else? */
function isPlainAccept(rule: Rule | NftRule): boolean {
  if ("statements" in rule) return rule.statements.at(-1)?.kind === "accept";
  return rule.target?.kind === "verdict" && rule.target.verdict === "ACCEPT";
}

const FILTER_HOOKS: ReadonlySet<string> = new Set(["input", "forward", "output", "ingress"]);

function isRule(step: Step): boolean {
  return step.kind === "rule";
}

/** What kind of step a reason comes from. */
function kindOf({ reason, verdict }: Outcome): Step["kind"] {
  switch (reason) {
    case "rule":
    case "hotdrop":
    case "extension":
    case "missing-chain":
    case "queue":
      return "rule";
    case "policy":
      return "policy";
    case "route":
      return "route";
    case "ipvs":
      return verdict === "unknown" ? "note" : "drop";
    case "rp_filter":
    case "ttl":
    case "martian":
    case "socket":
    case "conntrack":
    case "nat":
    case "forwarding":
    case "pkttype":
    case "mtu":
    case "carrier":
    case "tproxy":
    case "limit":
      return "drop";
  }
}
