import type { CalicoPolicy } from "../../../desired/calico/policy.ts";
import type { DesiredState } from "../../../desired/state.ts";
import type { Diagnostic } from "../../../model/diagnostic.ts";
import { placed, renderProblem } from "../../problem.ts";
import type { Policy } from "../input.ts";
import { policyNaming, titleOf } from "./names.ts";

/**
 * Rules, of policies that endpoints of the node have, that ask for one protocol and leave another out. The API takes them; iptables takes one `-p`, so that Felix
 * gets none of its rules loaded as long as there is such a one.
 */
export function twoProtocols(
  { calico: { policies }, spanOf }: DesiredState,
  version: string,
  used: readonly Policy[],
): readonly Diagnostic[] {
  const names = new Set(used.map(({ name }) => name));
  const nameOf = policyNaming(version);
  const told = (policy: CalicoPolicy, direction: "ingress" | "egress"): readonly Diagnostic[] =>
    policy[direction].flatMap(({ protocol, notProtocol }, at) => {
      if (protocol === null || notProtocol === null) return [];
      const params = { object: titleOf(policy), field: `spec.${direction}[${String(at)}].notProtocol` };
      const span = spanOf(policy, ["spec", direction, at, "notProtocol"]);
      return [placed(renderProblem("render-calico-two-protocols", params, "calico"), span)];
    });
  return policies
    .filter((policy) => names.has(nameOf(policy).name))
    .flatMap((policy) => [...told(policy, "ingress"), ...told(policy, "egress")]);
}
