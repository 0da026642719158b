import { inRanges } from "../../base/ranges.ts";
import type { Test } from "../../program/test.ts";
import type { Check, Finding, Subject } from "../finding.ts";
import { eachOnce, placeOf, reachedRules } from "../reached.ts";
import { someLines } from "../rule-faults.ts";

const NAME = "invalid-dropped-in-raw";

/** Rules that drop by a state of conntrack before conntrack has looked: there every packet is INVALID. */
export const invalidDroppedInRaw: Check = {
  name: NAME,
  severities: ["error"],
  example: ["*raw", "-A PREROUTING -m conntrack --ctstate INVALID -j DROP  # nothing comes in any more, but by lo"],
  run: (subject) => eachOnce([...findingsOf(subject)]),
};

function* findingsOf(subject: Subject): Iterable<Finding> {
  for (const one of reachedRules(subject)) {
    const { at, rule } = one;
    const isDrop = rule.action.kind === "drop" || rule.action.kind === "reject";
    if (!isDrop || !at.from.every(({ isBeforeConntrack }) => isBeforeConntrack)) continue;
    if (!rule.tests.some((test) => holdsWithoutEntry(test) === true)) continue;
    if (rule.tests.some((test) => holdsWithoutEntry(test) === false)) continue;
    yield {
      check: NAME,
      severity: "error",
      message: "invalid-in-raw",
      params: { hooks: at.from.map(({ hook }) => hook).join(", ") },
      where: placeOf(one),
      related: someLines([one]),
      witness: null,
    };
  }
}

/** NF_CT_STATE_INVALID_BIT, include/uapi/linux/netfilter/nf_conntrack_common.h. */
const INVALID = 1;

/**
 * What a test of the state says of a packet without an entry of conntrack: both tools take it for INVALID (net/netfilter/xt_conntrack.c
 * conntrack_mt, nft_ct.c nft_ct_get_eval). Null: it asks something else.
 */
function holdsWithoutEntry(test: Test): boolean | null {
  if (test.kind === "conntrack" && test.spec.states !== null) {
    const { states, negated } = test.spec.states;
    return states.includes("INVALID") !== negated;
  }
  if (test.kind !== "number" || test.field !== "ctState") return null;
  return inRanges(INVALID & test.mask, test.ranges) !== test.negated;
}
