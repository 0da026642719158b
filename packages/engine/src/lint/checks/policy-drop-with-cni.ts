import type { Outcome, Step } from "../../walk/trace.ts";
import type { Check, Finding, Subject } from "../finding.ts";
import type { Pod } from "../pods.ts";
import { podsOf } from "../pods.ts";
import { outsideAddress, probe } from "../probe.ts";

const NAME = "policy-drop-with-cni";
const HTTPS = 443;

/** A policy DROP of FORWARD that what pods send runs into, since no rule accepts it: shown by a packet that is walked. */
export const policyDropWithCni: Check = {
  name: NAME,
  severities: ["warning"],
  example: ["iptables-save.txt:3  -P FORWARD DROP"],
  run(subject) {
    const byChain = new Map<string, Finding>();
    for (const pod of podsOf(subject)) {
      const found = findingOf(pod, subject);
      const key =
        found === null ? "" : `${String(found.where.family)} ${String(found.where.table)} ${String(found.where.chain)}`;
      if (found !== null && !byChain.has(key)) byChain.set(key, found);
    }
    return [...byChain.values()];
  },
};

function findingOf({ family, device, address }: Pod, { program }: Subject): Finding | null {
  const outside = outsideAddress(program(), family);
  if (outside === null) return null;
  const walked = probe(program(), { iif: device, src: address, dst: outside, proto: "tcp", dport: HTTPS });
  const policies = walked?.outcomes.map(droppingPolicy) ?? [];
  const [policy] = policies;
  if (walked === null || policy === undefined || policies.some((one) => one?.chain !== policy?.chain)) return null;
  if (policy === null) return null;
  const { file, line } = policy.span;
  return {
    check: NAME,
    severity: "warning",
    message: "policy-drop-with-cni",
    params: { device },
    where: { family, table: policy.table, chain: policy.chain, rule: null, span: { file, line } },
    related: [{ span: policy.span, text: `-P ${policy.chain} ${policy.policy}` }],
    witness: walked,
  };
}

/** The policy of a forward chain that drops the packet; null: something else becomes of it. */
function droppingPolicy({ verdict, reason, steps }: Outcome): Extract<Step, { kind: "policy" }> | null {
  if (verdict !== "drop" || reason !== "policy") return null;
  const last = steps.findLast((step) => step.kind === "policy");
  return last?.hook === "forward" && last.policy === "DROP" ? last : null;
}
