import { invariant } from "../../base/assert.ts";
import type { Table } from "../../model/ruleset.ts";
import { CHAIN_PREFIX } from "../../owners/calico/chain-names.ts";
import { APPENDED } from "../../owners/calico/rule-hash.ts";
import { finishTables, TableDraft } from "../iptables/table-draft.ts";
import type { TableName } from "../iptables/table-draft.ts";
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
import type { ChainSource, FelixChain, FelixRule } from "./felix-rule.ts";
import { forwardAppends, staticFilterChains } from "./filter-chains.ts";
import { ALL_INTERFACES } from "./fixed-names.ts";
import type { FelixInput } from "./input.ts";
import { staticMangleChains } from "./mangle-chains.ts";
import { ModelRules } from "./model-rule.ts";
import { staticNatChains } from "./nat-chains.ts";
import { compareTexts } from "./order.ts";
import { policyChains, profileChains } from "./policy-chains.ts";
import { staticRawChains } from "./raw-chains.ts";

/** A table of the kernel, and what Felix has in it. */
export interface TablePlan {
  readonly name: TableName;
  readonly sources: readonly ChainSource[];
  /** Chains of the kernel that lead to Felix's of their names, where there are such. */
  readonly hooks: readonly string[];
  /** Those of them whose jump stands behind the rules of all others. */
  readonly lastHooks?: readonly string[];
  /** More rules behind those of all others, by the kernel's chain. */
  readonly appends?: ReadonlyMap<string, readonly FelixRule[]>;
}

/**
 * What Felix writes of one family into tables that `table` gives: raw, mangle, nat and filter. A chain that nothing leads to is not there. Linear in the
 * node's objects.
 */
export function writeCalico(input: FelixInput, table: (name: TableName) => TableDraft): void {
  const rules = new ModelRules(input.family);
  for (const plan of tablePlans(contextOf(input), input)) writeTable(plan, rules, table(plan.name));
}

/** The tables of one family as they are once Felix has written them, and nobody else, as iptables-save prints them. */
export function renderCalico(input: FelixInput): readonly Table[] {
  const drafts: TableDraft[] = [];
  writeCalico(input, (name) => {
    const draft = new TableDraft(name);
    drafts.push(draft);
    return draft;
  });
  return finishTables(drafts, input.family);
}

/** What Felix has in each table, whichever tool writes it. */
export function tablePlans(context: RenderContext, input: FelixInput): readonly TablePlan[] {
  // The kernel refuses REJECT outside of filter. Felix before 3.33 writes it all the same, and fails.
  const dropping = { ...context, felix: { ...context.felix, deny: "DROP" } } as const;
  const policies = (of: RenderContext) => input.policies.flatMap((policy) => policyChains(of, policy));
  const profiles = (of: RenderContext) => input.profiles.flatMap((profile) => profileChains(of, profile));
  // No other endpoint has policies in raw and mangle.
  const hasHosts = input.hosts.length > 0;
  const ofHosts = hasHosts ? policies(dropping) : [];
  const mangle: TablePlan = {
    name: "mangle",
    sources: [...mangleChains(dropping, input), ...ofHosts, ...(hasHosts ? profiles(dropping) : [])],
    hooks: ["PREROUTING", "POSTROUTING"],
  };
  return [
    {
      name: "raw",
      sources: [...rawChains(dropping, input), ...ofHosts],
      hooks: ["PREROUTING", "OUTPUT"],
    },
    ...(context.has("preDnat") ? [mangle] : []),
    {
      name: "nat",
      sources: made(staticNatChains(context, input)),
      hooks: ["PREROUTING", "OUTPUT", "POSTROUTING"],
      lastHooks: context.has("natAppend") ? ["POSTROUTING"] : [],
    },
    {
      name: "filter",
      sources: [...filterChains(context, input), ...policies(context), ...profiles(context)],
      hooks: ["INPUT", "FORWARD", "OUTPUT"],
      appends: new Map([["FORWARD", forwardAppends(context)]]),
    },
  ];
}

function rendererOf(context: RenderContext, { policies }: FelixInput): EndpointRenderer {
  return { context, policies: new Map(policies.map((policy) => [policy.name, policy])) };
}

function rawChains(context: RenderContext, input: FelixInput): readonly ChainSource[] {
  const renderer = rendererOf(context, input);
  const untracked = input.hosts.filter(({ untracked, interface: name }) => untracked.length > 0 && name !== null);
  return [
    ...made([
      ...staticRawChains(context, input.workloads),
      ...hostDispatch(context, untracked, "from"),
      ...hostDispatch(context, untracked, "to"),
    ]),
    ...untracked.flatMap((endpoint) => hostRawChains(renderer, endpoint)),
  ];
}

function mangleChains(context: RenderContext, input: FelixInput): readonly ChainSource[] {
  const renderer = rendererOf(context, input);
  const preDnat = input.hosts.filter((endpoint) => endpoint.preDnat.length > 0);
  return [
    ...made([
      ...staticMangleChains(context),
      ...hostDispatch(context, preDnat, "from"),
      ...hostDispatch(context, input.hosts, "to"),
    ]),
    ...preDnat.flatMap((endpoint) => hostPreDnatChains(renderer, endpoint)),
    ...input.hosts.flatMap((endpoint) => hostMangleEgressChains(renderer, endpoint)),
  ];
}

function filterChains(context: RenderContext, input: FelixInput): readonly ChainSource[] {
  const { workloads, hosts } = input;
  const renderer = rendererOf(context, input);
  const interfaces = workloads.map((endpoint) => endpoint.interface);
  const hostInterfaces = hosts.map((endpoint) => endpoint.interface ?? ALL_INTERFACES);
  const trees = [
    "from",
    "to",
    ...(context.has("forwardPolicies") ? (["from-forward", "to-forward"] as const) : []),
  ] as const;
  return [
    ...made([
      ...staticFilterChains(context, input.blockedCidrs),
      ...workloadDispatch(context, interfaces),
      ...trees.flatMap((of) => hostDispatch(context, hosts, of)),
      ...(context.felix.ipvs === null ? [] : markChains(context, interfaces, hostInterfaces)),
    ]),
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
  return chains.map((chain) => [chain.name, () => [chain]]);
}

function writeTable(plan: TablePlan, rules: ModelRules, draft: TableDraft): void {
  for (const chain of plannedChains(plan)) draft.appendAll(chain.name, rules.of(chain.name, chain.rules));
  for (const { chain, first, last } of plannedHooks(plan)) {
    for (const spec of rules.of(chain, first)) draft.prepend(chain, spec);
    draft.appendAll(chain, rules.of(chain + APPENDED, last));
  }
}

/** Felix's rules in a chain of the kernel, before and behind those of others. */
export interface PlannedHook {
  readonly chain: string;
  readonly first: readonly FelixRule[];
  readonly last: readonly FelixRule[];
}

export function plannedHooks({ sources, hooks, lastHooks = [], appends }: TablePlan): readonly PlannedHook[] {
  const names = new Set(sources.map(([name]) => name));
  return hooks
    .filter((chain) => names.has(CHAIN_PREFIX + chain))
    .map((chain) => {
      const own = [rule([], jump(CHAIN_PREFIX + chain))];
      const behind = appends?.get(chain) ?? [];
      return lastHooks.includes(chain)
        ? { chain, first: [], last: [...own, ...behind] }
        : { chain, first: own, last: behind };
    });
}

/** Felix's chains of a table, as far as a packet can get to them, each made when it is asked for. */
export function* plannedChains(plan: TablePlan): Generator<FelixChain> {
  const sources = new Map(plan.sources);
  const left = plannedHooks(plan).map(({ chain }) => CHAIN_PREFIX + chain);
  const found = new Set<string>();
  for (let name = left.pop(); name !== undefined; name = left.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    const [chain, ...others] = sources.get(name)?.() ?? [];
    invariant(chain !== undefined, `an endpoint names what the input does not have: ${name}`);
    for (const other of others) sources.set(other.name, () => [other]);
    for (const rule of chain.rules) addTargets(rule, left);
    yield chain;
  }
}

/** The chains that a rule can go to. */
function addTargets({ fragments, action }: FelixRule, targets: string[]): void {
  for (const fragment of fragments) {
    if (fragment.kind === "verdict-map") for (const chain of fragment.chains.values()) targets.push(chain);
  }
  if (action?.kind === "jump" || action?.kind === "goto") targets.push(action.chain);
}
