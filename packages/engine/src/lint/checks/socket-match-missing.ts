import { inRanges } from "../../base/ranges.ts";
import type { CompiledRule } from "../../program/program.ts";
import type { Test } from "../../program/test.ts";
import type { Check, Finding, Subject } from "../finding.ts";
import { isShownWhole } from "../listings.ts";
import { eachOnce, placeOf, reachedRules } from "../reached.ts";
import { someLines } from "../rule-faults.ts";

const NAME = "socket-match-missing";

/**
 * TPROXY for TCP without a rule that takes packets of sockets that are there: answers to what the proxy itself sent with a client's address
 * are forwarded past it (Documentation/networking/tproxy.rst).
 */
export const socketMatchMissing: Check = {
  name: NAME,
  severities: ["warning"],
  example: ["-A PREROUTING -p tcp --dport 80 -j TPROXY --on-port 3129 --tproxy-mark 0x1/0x1"],
  run: (subject) => eachOnce((["ip", "ip6"] as const).flatMap((family) => [...findingsOf(subject, family)])),
};

function* findingsOf(subject: Subject, family: "ip" | "ip6"): Iterable<Finding> {
  if (!isShownWhole(subject.snapshot, family)) return;
  const early = [...reachedRules(subject)].filter(
    ({ at }) => at.family === family && at.from.some(({ hook }) => hook === "prerouting"),
  );
  const redirecting = early.filter(({ rule }) => isTproxy(rule) && isForTcp(rule.tests));
  const [first] = redirecting;
  if (first === undefined || early.some(({ rule }) => rule.tests.some(findsSockets))) return;
  yield {
    check: NAME,
    severity: "warning",
    message: "socket-match-missing",
    params: {},
    where: placeOf(first),
    related: someLines(redirecting),
    witness: null,
  };
}

function isTproxy({ action, then }: CompiledRule): boolean {
  return [{ action }, ...then].some((part) => part.action.kind === "tproxy" || part.action.kind === "assign-socket");
}

const TCP = 6;

function isForTcp(tests: readonly Test[]): boolean {
  return tests.every((test) => {
    if (test.kind !== "number" || (test.field !== "proto" && test.field !== "l4Proto")) return true;
    return inRanges(TCP & test.mask, test.ranges) !== test.negated;
  });
}

/** Istio asks conntrack instead (tools/istio-iptables: RELATED,ESTABLISHED to ISTIO_DIVERT). */
function findsSockets(test: Test): boolean {
  if (test.kind === "socket" || (test.kind === "compare" && test.value.kind === "socket")) return true;
  if (test.kind === "conntrack") return test.spec.states?.states.includes("ESTABLISHED") === true;
  return test.kind === "number" && test.field === "ctState";
}
