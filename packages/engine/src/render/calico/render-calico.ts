import type { Family } from "../../base/address.ts";
import { invariant } from "../../base/assert.ts";
import type { Chain, Rule, Table } from "../../model/ruleset.ts";
import { CHAIN_PREFIX } from "../../owners/calico/chain-names.ts";
import { ruleHashes } from "../../owners/calico/rule-hash.ts";
import { jump, rule } from "./build.ts";
import { contextOf } from "./context.ts";
import { UNKNOWN_INTERFACE, dispatchChains } from "./dispatch.ts";
import { hostFilterChains, hostRawChains, workloadChains } from "./endpoint-chains.ts";
import { felixText } from "./felix-rule.ts";
import type { ChainSource, FelixChain } from "./felix-rule.ts";
import type { CalicoNode } from "./input.ts";
import { modelRule } from "./model-rule.ts";
import { compareTexts } from "./order.ts";
import { policyChains } from "./policy-chains.ts";
import { DISPATCH, staticFilterChains, staticNatChains, staticRawChains } from "./static-chains.ts";

/**
 * The tables of one family as they are once Felix has written them, and nobody else: raw, nat and filter, the kernel's chains first, then Felix's by name,
 * as iptables-save prints them. A chain that nothing leads to is not there. Pure; linear in the node's objects.
 */
export function renderCalico(node: CalicoNode): readonly Table[] {
  const context = contextOf(node);
  const { workloads, hosts } = node;
  const untracked = hosts.filter((endpoint) => endpoint.untracked.length > 0);
  const policies = node.policies.flatMap((policy) => policyChains(context, policy, "policy"));
  const profiles = node.profiles.flatMap((profile) => policyChains(context, profile, "profile"));
  const workloadInterfaces = workloads.map((endpoint) => endpoint.interface);
  const end = [UNKNOWN_INTERFACE];
  const raw = [
    ...staticRawChains(context),
    ...hostDispatch(untracked.map((endpoint) => endpoint.interface)),
    ...untracked.flatMap((endpoint) => hostRawChains(context, endpoint)),
  ];
  const filter = [
    ...staticFilterChains(context),
    ...dispatchChains({ chain: DISPATCH.fromWorkload, role: "from-workload", side: "in", end }, workloadInterfaces),
    ...dispatchChains({ chain: DISPATCH.toWorkload, role: "to-workload", side: "out", end }, workloadInterfaces),
    ...hostDispatch(hosts.map((endpoint) => endpoint.interface)),
    ...workloads.flatMap((endpoint) => workloadChains(context, endpoint)),
    ...hosts.flatMap((endpoint) => hostFilterChains(context, endpoint)),
  ];
  return [
    tableOf(node, "raw", ["PREROUTING", "OUTPUT"], [...made(raw), ...policies]),
    tableOf(node, "nat", ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"], made(staticNatChains(context, node))),
    tableOf(node, "filter", ["INPUT", "FORWARD", "OUTPUT"], [...made(filter), ...policies, ...profiles]),
  ];
}

function made(chains: readonly FelixChain[]): readonly ChainSource[] {
  return chains.map((chain) => [chain.name, () => chain]);
}

function hostDispatch(interfaces: readonly string[]): readonly FelixChain[] {
  return [
    ...dispatchChains({ chain: DISPATCH.fromHost, role: "from-host", side: "in", end: [] }, interfaces),
    ...dispatchChains({ chain: DISPATCH.toHost, role: "to-host", side: "out", end: [] }, interfaces),
  ];
}

/** A chain of the kernel leads to Felix's chain of its name at its top, where there is one. */
function tableOf(
  { family, felix }: CalicoNode,
  name: string,
  kernelChains: readonly string[],
  sources: readonly ChainSource[],
): Table {
  const byName = new Map(sources);
  const roots = kernelChains.map((chain): FelixChain => {
    const own = CHAIN_PREFIX + chain;
    return { name: chain, rules: byName.has(own) ? [rule([], jump(own))] : [] };
  });
  const span = { file: "", line: 0 };
  const all = [...roots, ...reachable(roots, byName)].map((chain, at): Chain => ({
    name: chain.name,
    policy: at < roots.length ? "ACCEPT" : null,
    counters: null,
    rules: modelRules(chain, family),
    span,
  }));
  return {
    family,
    backend: felix.backend,
    name,
    chains: all,
    span,
    header: [],
    footer: [],
    committed: true,
    rules: all.flatMap((chain) => chain.rules),
  };
}

function modelRules({ name, rules }: FelixChain, family: Family): readonly Rule[] {
  const hashes = ruleHashes(
    name,
    rules.map((each) => felixText(name, each)),
  );
  return rules.map((each, at) => modelRule(name, each, hashes[at] ?? "", family));
}

/** The chains that a packet can get to, by name. */
function reachable(roots: readonly FelixChain[], byName: ReadonlyMap<string, () => FelixChain>): readonly FelixChain[] {
  const found = new Map<string, FelixChain>();
  const left = [...roots];
  for (let chain = left.pop(); chain !== undefined; chain = left.pop()) {
    for (const { action } of chain.rules) {
      if (action.kind !== "jump" && action.kind !== "goto") continue;
      if (found.has(action.chain)) continue;
      const next = byName.get(action.chain)?.();
      invariant(next !== undefined, `an endpoint names what the input does not have: ${action.chain}`);
      found.set(next.name, next);
      left.push(next);
    }
  }
  return [...found.values()].sort((a, b) => compareTexts(a.name, b.name));
}
