import { policyGroupId } from "../../owners/calico/chain-names.ts";
import { RETURN, jump, markClear, markNotClear, rule } from "./build.ts";
import type { NodeContext } from "./context.ts";
import type { FelixChain } from "./felix-rule.ts";
import type { Direction, EndpointTier, Policy } from "./input.ts";

/** "inbound" as Felix calls what goes to an endpoint of a workload, and what comes from an interface of the host. */
const WAY = { ingress: "inbound", egress: "outbound" } as const;

/** What the chain of an endpoint jumps to for one tier, and the chains that are made for that. */
export interface TierJumps {
  readonly targets: readonly string[];
  readonly chains: readonly FelixChain[];
}

/**
 * From 3.28 on, policies with one selector that stand behind each other share a chain, so that endpoints share it, too. One policy alone needs none.
 * felix/dataplane/linux/endpoint_mgr.go groupPolicies, felix/rules/endpoints.go PolicyGroup.
 */
export function tierJumps(
  context: NodeContext,
  policies: ReadonlyMap<string, Policy>,
  tier: EndpointTier,
  direction: Direction,
): TierJumps {
  const names = tier[direction];
  const role = `policy-${WAY[direction]}` as const;
  if (!context.has("policyGroups")) return { targets: names.map((name) => context.chainName(role, name)), chains: [] };
  const chains: FelixChain[] = [];
  const targets = groups(names, policies).map((group): string => {
    const [only = ""] = group;
    if (group.length === 1) return context.chainName(role, only);
    const chain = groupChain(context, group, policies, tier.name, direction);
    chains.push(chain);
    return chain.name;
  });
  return { targets, chains };
}

function groups(names: readonly string[], policies: ReadonlyMap<string, Policy>): readonly (readonly string[])[] {
  const made: string[][] = [];
  let last: string | undefined;
  for (const name of names) {
    const selector = policies.get(name)?.selector;
    const current = made.at(-1);
    if (current !== undefined && selector === last) current.push(name);
    else made.push([name]);
    last = selector;
  }
  return made;
}

/** So many policies are asked before a rule looks whether one of them decided. */
const STRIDE = 5;

function groupChain(
  context: NodeContext,
  names: readonly string[],
  policies: ReadonlyMap<string, Policy>,
  tier: string,
  direction: Direction,
): FelixChain {
  const decided = (context.accept | context.pass) >>> 0;
  const isUndecided = [markClear(decided)];
  const id = policyGroupId({
    tier: context.has("kindsInNames") ? null : tier,
    selector: policies.get(names[0] ?? "")?.selector ?? "",
    direction: WAY[direction],
    policies: names.map((name) => policies.get(name)?.groupName ?? name),
  });
  return {
    name: context.chainName(`group-${WAY[direction]}`, id),
    isOfAllFamilies: true,
    rules: names.flatMap((name, at) => {
      const target = jump(context.chainName(`policy-${WAY[direction]}`, name));
      if (at % STRIDE !== 0) return [rule(isUndecided, target)];
      const stop = at === 0 ? [] : [rule([markNotClear(decided)], RETURN, "Return on verdict")];
      return [...stop, rule([], target)];
    }),
  };
}
