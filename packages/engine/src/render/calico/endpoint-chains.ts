import { roleChainName } from "../../owners/calico/chain-names.ts";
import type { ChainRole } from "../../owners/calico/chain-names.ts";
import { ACCEPT, DROP, NOTRACK, RETURN, clearMark, ctState, jump, markClear, markSet, rule } from "./build.ts";
import type { RenderContext } from "./context.ts";
import type { FelixChain, FelixRule } from "./felix-rule.ts";
import type { HostEndpoint, WorkloadEndpoint } from "./input.ts";
import { FAILSAFE_IN, FAILSAFE_OUT } from "./static-chains.ts";

/** How one chain of an endpoint is made: felix/rules/endpoints.go endpointToIptablesChains, 2.1 to 2.3. */
interface EndpointChain {
  readonly role: ChainRole;
  readonly policy: ChainRole;
  readonly profile: ChainRole;
  /** What is open whatever the policies say; null: nothing. */
  readonly failsafe: string | null;
}

const TO_WORKLOAD: EndpointChain = {
  role: "to-workload",
  policy: "policy-inbound",
  profile: "profile-inbound",
  failsafe: null,
};
const FROM_WORKLOAD: EndpointChain = {
  role: "from-workload",
  policy: "policy-outbound",
  profile: "profile-outbound",
  failsafe: null,
};
/** Seen from the host, to its interface is out. */
const TO_HOST: EndpointChain = {
  role: "to-host",
  policy: "policy-outbound",
  profile: "profile-outbound",
  failsafe: FAILSAFE_OUT,
};
const FROM_HOST: EndpointChain = {
  role: "from-host",
  policy: "policy-inbound",
  profile: "profile-inbound",
  failsafe: FAILSAFE_IN,
};

export function workloadChains(context: RenderContext, endpoint: WorkloadEndpoint): readonly FelixChain[] {
  return [TO_WORKLOAD, FROM_WORKLOAD].map((kind) => trackedChain(context, endpoint, kind));
}

export function hostFilterChains(context: RenderContext, endpoint: HostEndpoint): readonly FelixChain[] {
  return [TO_HOST, FROM_HOST].map((kind) => trackedChain(context, endpoint, kind));
}

/** Nothing is dropped at the end of these: what they do not allow may still be allowed when it is tracked. */
export function hostRawChains(context: RenderContext, endpoint: HostEndpoint): readonly FelixChain[] {
  return [TO_HOST, FROM_HOST].map((kind) => ({
    name: roleChainName(kind.role, endpoint.interface),
    rules: [
      ...startRules(context, kind),
      ...policyRules(context, endpoint.untracked, kind, [rule([markSet(context.accept)], NOTRACK)]),
    ],
  }));
}

function trackedChain(context: RenderContext, endpoint: WorkloadEndpoint, kind: EndpointChain): FelixChain {
  const { pass } = context;
  const { policies } = endpoint;
  return {
    name: roleChainName(kind.role, endpoint.interface),
    rules: [
      ...conntrackRules(context),
      ...startRules(context, kind),
      ...policyRules(context, policies, kind, []),
      ...(policies.length === 0 ? [] : [rule([markClear(pass)], DROP, "Drop if no policies passed packet")]),
      ...endpoint.profiles.flatMap((name) => [
        rule([], jump(roleChainName(kind.profile, name))),
        returnIfAccepted(context, "profile"),
      ]),
      rule([], DROP, "Drop if no profiles matched"),
    ],
  };
}

/** From 2.1.2 on. */
function conntrackRules({ hasConntrackInEndpoints }: RenderContext): readonly FelixRule[] {
  if (!hasConntrackInEndpoints) return [];
  return [rule([ctState("RELATED,ESTABLISHED")], ACCEPT), rule([ctState("INVALID")], DROP)];
}

function startRules({ accept }: RenderContext, { failsafe }: EndpointChain): readonly FelixRule[] {
  return [...(failsafe === null ? [] : [rule([], jump(failsafe))]), rule([], clearMark(accept))];
}

/** Each policy in turn, as long as none has accepted or passed the packet. `onAccept` comes before the chain is left. */
function policyRules(
  context: RenderContext,
  policies: readonly string[],
  kind: EndpointChain,
  onAccept: readonly FelixRule[],
): readonly FelixRule[] {
  if (policies.length === 0) return [];
  return [
    rule([], clearMark(context.pass), "Start of policies"),
    ...policies.flatMap((name) => [
      rule([markClear(context.pass)], jump(roleChainName(kind.policy, name))),
      ...onAccept,
      returnIfAccepted(context, "policy"),
    ]),
  ];
}

function returnIfAccepted({ accept }: RenderContext, by: "policy" | "profile"): FelixRule {
  return rule([markSet(accept)], RETURN, `Return if ${by} accepted`);
}
