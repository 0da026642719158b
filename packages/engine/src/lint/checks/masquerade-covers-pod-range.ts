import type { Address } from "../../base/address.ts";
import { familyOf, inNet, printAddress } from "../../base/address.ts";
import type { Place as RulePlace } from "../../explain/place.ts";
import type { Outcome, Step } from "../../walk/trace.ts";
import type { Check, Finding, Subject } from "../finding.ts";
import { ruleAt, ruleLine } from "../lines.ts";
import type { Pod } from "../pods.ts";
import { podsOf, remotePodsOf } from "../pods.ts";
import type { Probe } from "../probe.ts";
import { probe } from "../probe.ts";

const NAME = "masquerade-covers-pod-range";
const HTTP = 80;
/** So many pairs of pods are tried. */
const MOST_PAIRS = 32;

/**
 * Rules that masquerade what one pod sends to another, whose policies then see the node in its place: shown by a packet that is walked.
 * And those of nobody known that take what pods send elsewhere.
 */
export const masqueradeCoversPodRange: Check = {
  name: NAME,
  severities: ["warning", "info"],
  example: ["iptables-save.txt:6  -A POSTROUTING -s 10.244.0.0/16 ! -d 10.244.1.0/24 -j MASQUERADE"],
  run(subject) {
    const pods = podsOf(subject);
    const proved = provedFindings(pods, subject);
    const told = new Set(proved.map(({ where }) => where.span.line));
    return [...proved, ...overlaps(pods, subject).filter(({ where }) => !told.has(where.span.line))];
  },
};

function provedFindings(pods: readonly Pod[], subject: Subject): readonly Finding[] {
  const found = new Map<RulePlace["rule"], Finding>();
  for (const [pod, to] of pairsOf(pods, remotePodsOf(subject)).slice(0, MOST_PAIRS)) {
    const walked = probe(subject.program(), { iif: pod.device, src: pod.address, dst: to, proto: "tcp", dport: HTTP });
    const rule = walked === null ? null : masqueradingRule(walked, pod);
    if (walked === null || rule === null || found.has(rule)) continue;
    const place = subject.node().rules.find((one) => one.rule === rule);
    if (place === undefined) continue;
    found.set(rule, {
      check: NAME,
      severity: "warning",
      message: "masquerade-between-pods",
      params: { from: printAddress(pod.address), to: printAddress(to) },
      where: ruleAt(place),
      related: [ruleLine(place)],
      witness: walked,
    });
  }
  return [...found.values()];
}

/** Each pod with each other one of its family that is behind another device, here or on another node. */
function pairsOf(pods: readonly Pod[], remote: readonly Address[]): readonly (readonly [Pod, Address])[] {
  return pods.flatMap((pod) => {
    const here = pods.filter(({ device }) => device !== pod.device).map(({ address }) => address);
    // Networks of other nodes first: what stays here is rarely masqueraded.
    return [...remote, ...here].filter((to) => familyOf(to) === pod.family).map((to) => [pod, to] as const);
  });
}

/** The rule that changed the source of a packet which got through in every outcome; null: none did. */
function masqueradingRule({ outcomes }: Probe, { address }: Pod): RulePlace["rule"] | null {
  const rules = outcomes.map((outcome) =>
    outcome.verdict === "accept" && outcome.packet.src !== address ? translatingRule(outcome) : null,
  );
  const [first] = rules;
  return first !== undefined && rules.every((rule) => rule === first) ? first : null;
}

/** The last rule of POSTROUTING before the source changed. */
function translatingRule({ steps }: Outcome): RulePlace["rule"] | null {
  const at = steps.findLastIndex((step) => step.kind === "nat" && step.what === "snat");
  const isOurs = (step: Step): step is Extract<Step, { kind: "rule" }> =>
    step.kind === "rule" && step.hook === "postrouting";
  return steps.slice(0, at + 1).findLast(isOurs)?.rule ?? null;
}

const SOURCE_NAT: ReadonlySet<string> = new Set(["MASQUERADE", "SNAT"]);

/** Rules of nobody known whose source network has a pod's address. */
function overlaps(pods: readonly Pod[], { node }: Subject): readonly Finding[] {
  const { rules, owners } = node();
  return rules.flatMap((place): readonly Finding[] => {
    if (place.dialect !== "xt" || owners.rule(place.view).owner !== null) return [];
    const { src, target } = place.rule;
    if (target?.kind !== "target" || !SOURCE_NAT.has(target.name) || src === null || src.negated) return [];
    const pod = pods.find(({ address }) => inNet(address, src.value));
    if (pod === undefined) return [];
    return [
      {
        check: NAME,
        severity: "info",
        message: "masquerade-takes-pods",
        params: { address: printAddress(pod.address) },
        where: ruleAt(place),
        related: [ruleLine(place)],
        witness: null,
      },
    ];
  });
}
