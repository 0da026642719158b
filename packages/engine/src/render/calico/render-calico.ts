import type { Family } from "../../base/address.ts";
import { invariant } from "../../base/assert.ts";
import type { Chain, Rule, Table } from "../../model/ruleset.ts";
import { CHAIN_PREFIX } from "../../owners/calico/chain-names.ts";
import { APPENDED, ruleHashes } from "../../owners/calico/rule-hash.ts";
import { jump, rule } from "./build.ts";
import { contextOf, endpointMarks } from "./context.ts";
import type { RenderContext } from "./context.ts";
import { hostDispatch, markDispatch, workloadDispatch } from "./dispatch.ts";
import {
  hostFilterChains,
  hostMangleEgressChains,
  hostPreDnatChains,
  hostRawChains,
  workloadChains,
} from "./endpoint-chains.ts";
import type { EndpointRenderer } from "./endpoint-chains.ts";
import { felixText } from "./iptables-dialect.ts";
import type { ChainSource, FelixChain, FelixRule } from "./felix-rule.ts";
import { forwardAppends, staticFilterChains } from "./filter-chains.ts";
import { ALL_INTERFACES } from "./fixed-names.ts";
import type { FelixInput } from "./input.ts";
import { staticMangleChains } from "./mangle-chains.ts";
import { modelRule } from "./model-rule.ts";
import { staticNatChains } from "./nat-chains.ts";
import { compareTexts } from "./order.ts";
import { policyChains, profileChains } from "./policy-chains.ts";
import { staticRawChains } from "./raw-chains.ts";

/** A table of the kernel: its chains in the order of iptables-save, and what Felix has in it. */
export interface TablePlan {
  readonly name: string;
  readonly kernelChains: readonly string[];
  readonly sources: readonly ChainSource[];
  /** Rules behind those of all others, by the kernel's chain. */
  readonly appends?: ReadonlyMap<string, readonly FelixRule[]>;
  /** Chains of the kernel whose jump to Felix stands at their end. */
  readonly jumpsLast?: readonly string[];
}

/**
 * The tables of one family as they are once Felix has written them, and nobody else: raw, mangle, nat and filter, the kernel's chains first, then Felix's
 * by name, as iptables-save prints them. A chain that nothing leads to is not there. Pure; linear in the node's objects.
 */
export function renderCalico(input: FelixInput): readonly Table[] {
  let line = 1;
  return tablePlans(contextOf(input), input).map((plan) => {
    const table = tableOf(input, plan, line);
    line += table.chains.length + table.rules.length + 2; // and `*table`, COMMIT
    return table;
  });
}

/** What Felix has in each table, whichever tool writes it. */
export function tablePlans(context: RenderContext, input: FelixInput): readonly TablePlan[] {
  // The kernel refuses REJECT outside of filter. Felix before 3.33 writes it all the same, and fails.
  const dropping = { ...context, felix: { ...context.felix, deny: "DROP" } } as const;
  const policies = (of: RenderContext) => input.policies.flatMap((policy) => policyChains(of, policy));
  const profiles = (of: RenderContext) => input.profiles.flatMap((profile) => profileChains(of, profile));
  const plans: readonly TablePlan[] = [
    {
      name: "raw",
      kernelChains: ["PREROUTING", "OUTPUT"],
      sources: [...made(rawChains(dropping, input)), ...policies(dropping)],
    },
    {
      name: "mangle",
      kernelChains: ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"],
      sources: [...made(mangleChains(dropping, input)), ...policies(dropping), ...profiles(dropping)],
    },
    {
      name: "nat",
      kernelChains: ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"],
      sources: made(staticNatChains(context, input)),
      jumpsLast: context.has("natAppend") ? ["POSTROUTING"] : [],
    },
    {
      name: "filter",
      kernelChains: ["INPUT", "FORWARD", "OUTPUT"],
      sources: [...made(filterChains(context, input)), ...policies(context), ...profiles(context)],
      appends: new Map(context.has("forwardChains") ? [["FORWARD", forwardAppends(context)]] : []),
    },
  ];
  return plans.filter(({ name }) => name !== "mangle" || context.has("forwardChains"));
}

function rendererOf(context: RenderContext, { policies }: FelixInput): EndpointRenderer {
  return { context, policies: new Map(policies.map((policy) => [policy.name, policy])) };
}

function rawChains(context: RenderContext, input: FelixInput): readonly FelixChain[] {
  const renderer = rendererOf(context, input);
  const untracked = input.hosts.filter(({ untracked, interface: name }) => untracked.length > 0 && name !== null);
  return [
    ...staticRawChains(context, input.workloads),
    ...hostDispatch(context, untracked, "from"),
    ...hostDispatch(context, untracked, "to"),
    ...untracked.flatMap((endpoint) => hostRawChains(renderer, endpoint)),
  ];
}

function mangleChains(context: RenderContext, input: FelixInput): readonly FelixChain[] {
  const renderer = rendererOf(context, input);
  const preDnat = input.hosts.filter((endpoint) => endpoint.preDnat.length > 0);
  return [
    ...staticMangleChains(context),
    ...hostDispatch(context, preDnat, "from"),
    ...hostDispatch(context, input.hosts, "to"),
    ...preDnat.flatMap((endpoint) => hostPreDnatChains(renderer, endpoint)),
    ...input.hosts.flatMap((endpoint) => hostMangleEgressChains(renderer, endpoint)),
  ];
}

function filterChains(context: RenderContext, input: FelixInput): readonly FelixChain[] {
  const { workloads, hosts } = input;
  const renderer = rendererOf(context, input);
  const interfaces = workloads.map((endpoint) => endpoint.interface);
  const hostInterfaces = hosts.map((endpoint) => endpoint.interface ?? ALL_INTERFACES);
  const trees = [
    "from",
    "to",
    ...(context.has("forwardChains") ? (["from-forward", "to-forward"] as const) : []),
  ] as const;
  return [
    ...staticFilterChains(context, input.blockedCidrs),
    ...workloadDispatch(context, interfaces),
    ...trees.flatMap((of) => hostDispatch(context, hosts, of)),
    ...(context.felix.ipvs === null ? [] : markChains(context, interfaces, hostInterfaces)),
    ...workloads.flatMap((endpoint) => workloadChains(renderer, endpoint)),
    ...hosts.flatMap((endpoint) => hostFilterChains(renderer, endpoint)),
  ];
}

function markChains(
  context: RenderContext,
  workloads: readonly string[],
  hosts: readonly string[],
): readonly FelixChain[] {
  const known = hosts.filter((name) => name !== ALL_INTERFACES);
  const marks = endpointMarks(context, [...new Set([...workloads, ...known])].sort(compareTexts));
  return markDispatch(context, workloads, known, marks);
}

function made(chains: readonly FelixChain[]): readonly ChainSource[] {
  return chains.map((chain) => [chain.name, () => chain]);
}

/** Rules of a chain of the kernel, with the name that their hashes begin with. */
export interface KernelRules {
  readonly seed: string;
  readonly rules: readonly FelixRule[];
}

/** A chain of the kernel leads to Felix's chain of its name, where there is one. */
export function kernelRules(
  { appends = new Map<string, readonly FelixRule[]>(), jumpsLast = [] }: TablePlan,
  byName: ReadonlyMap<string, unknown>,
  chain: string,
): readonly KernelRules[] {
  const own = CHAIN_PREFIX + chain;
  const jumps = byName.has(own) ? [rule([], jump(own))] : [];
  const isLast = jumpsLast.includes(chain);
  return [
    { seed: chain, rules: isLast ? [] : jumps },
    { seed: chain + APPENDED, rules: [...(isLast ? jumps : []), ...(appends.get(chain) ?? [])] },
  ];
}

function tableOf({ family, felix }: FelixInput, plan: TablePlan, firstLine: number): Table {
  const file = family === "ip" ? "iptables-save.txt" : "ip6tables-save.txt";
  const byName = new Map(plan.sources);
  const roots = plan.kernelChains.map((chain) => [chain, kernelRules(plan, byName, chain)] as const);
  const users = reachable(
    roots.flatMap(([, parts]) => parts.flatMap(({ rules }) => rules)),
    byName,
  );
  const all = [...roots, ...users.map(({ name, rules }) => [name, [{ seed: name, rules }]] as const)];
  let line = firstLine + 1 + all.length;
  const chains = all.map(([name, parts], at): Chain => {
    const rules = parts
      .flatMap((part) => modelRules(name, part, family))
      .map((each): Rule => ({ ...each, file, line: line++ }));
    return {
      name,
      policy: at < roots.length ? "ACCEPT" : null,
      counters: { packets: "0", bytes: "0" },
      rules,
      span: { file, line: firstLine + 1 + at },
    };
  });
  return {
    family,
    backend: felix.backend,
    name: plan.name,
    chains,
    span: { file, line: firstLine },
    header: [],
    footer: [],
    committed: true,
    rules: chains.flatMap((chain) => chain.rules),
  };
}

function modelRules(name: string, { seed, rules }: KernelRules, family: Family): readonly Rule[] {
  const hashes = ruleHashes(
    seed,
    rules.map((each) => felixText(seed, each)),
  );
  return rules.map((each, at) => modelRule(name, each, hashes[at] ?? "", family));
}

/** The chains that a packet can get to from some rules, by name. */
export function reachable(
  rules: readonly FelixRule[],
  byName: ReadonlyMap<string, () => FelixChain>,
): readonly FelixChain[] {
  const found = new Map<string, FelixChain>();
  const left = [rules];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    for (const name of next.flatMap(targetsOf)) {
      if (found.has(name)) continue;
      const chain = byName.get(name)?.();
      invariant(chain !== undefined, `an endpoint names what the input does not have: ${name}`);
      found.set(chain.name, chain);
      left.push(chain.rules);
    }
  }
  return [...found.values()].sort((a, b) => compareTexts(a.name, b.name));
}

/** The chains that a rule can go to. */
function targetsOf({ fragments, action }: FelixRule): readonly string[] {
  const mapped = fragments.flatMap((fragment) =>
    fragment.kind === "verdict-map" ? [...fragment.chains.values()] : [],
  );
  return action?.kind === "jump" || action?.kind === "goto" ? [...mapped, action.chain] : mapped;
}
