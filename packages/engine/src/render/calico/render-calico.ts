import type { Family } from "../../base/address.ts";
import { invariant } from "../../base/assert.ts";
import type { Table } from "../../model/ruleset.ts";
import { CHAIN_PREFIX } from "../../owners/calico/chain-names.ts";
import { APPENDED } from "../../owners/calico/rule-hash.ts";
import { finishTables, TableDraft } from "../iptables/table-draft.ts";
import type { TableName } from "../iptables/table-draft.ts";
import { jump, rule } from "./build.ts";
import { contextOf, endpointMarks } from "./context.ts";
import type { Dialect, NodeContext, RenderContext } from "./context.ts";
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
import type { FelixInput, FelixSettings, HostChains } from "./input.ts";
import { staticMangleChains } from "./mangle-chains.ts";
import { ModelRules, SpelledChains } from "./model-rule.ts";
import { staticNatChains } from "./nat-chains.ts";
import { compareTexts } from "./order.ts";
import { policyChains, profileChains } from "./policy-chains.ts";
import { staticRawChains } from "./raw-chains.ts";

/** A table of the kernel, and what Felix has in it. */
export interface TablePlan {
  readonly name: TableName;
  readonly sources: ReadonlyMap<string, ChainSource[1]>;
  /** What they are made with. */
  readonly context: RenderContext;
  /** Chains of the kernel that lead to Felix's of their names, where there are such. */
  readonly hooks: readonly string[];
  /** Those of them whose jump stands behind the rules of all others. */
  readonly lastHooks?: readonly string[];
  /** More rules behind those of all others, by the kernel's chain. */
  readonly appends?: ReadonlyMap<string, readonly FelixRule[]>;
}

/** One family's tables. */
export interface FamilyPlan {
  readonly family: Family;
  readonly insertMode: FelixSettings["insertMode"];
  readonly tables: readonly TablePlan[];
}

/**
 * What Felix writes on a node into tables that `table` gives: raw, mangle, nat and filter of each family. A chain that nothing leads to is not there.
 * Linear in the node's objects.
 *
 * @param inputs of families of one node: its endpoints and policies are the same for each.
 */
export function writeCalico(
  inputs: readonly FelixInput[],
  table: (family: Family, name: TableName) => TableDraft,
): void {
  const chains = new SpelledChains();
  for (const { family, insertMode, tables } of familyPlans(inputs, "iptables")) {
    const rules = new ModelRules(family, chains);
    for (const plan of tables) writeTable(plan, insertMode, rules, table(family, plan.name));
  }
}

/** The tables of one family as they are once Felix has written them, and nobody else, as iptables-save prints them. */
export function renderCalico(input: FelixInput): readonly Table[] {
  const drafts: TableDraft[] = [];
  writeCalico([input], (_, name) => {
    const draft = new TableDraft(name);
    drafts.push(draft);
    return draft;
  });
  return finishTables(drafts, input.family);
}

/** What Felix has in each table, whichever tool writes it. What can be made for all families at once is. */
export function familyPlans(inputs: readonly FelixInput[], dialect: Dialect): readonly FamilyPlan[] {
  const [first] = inputs;
  if (first === undefined) return [];
  const node = contextOf(first, dialect);
  const shared = sharedSources(node, first);
  return inputs.map((input) => ({
    family: input.family,
    insertMode: input.felix.insertMode,
    tables: tablePlans(contextOf(input, dialect, node.chainName), input, shared),
  }));
}

/** The kernel refuses REJECT outside of filter. Felix before 3.33 writes it all the same, and fails. */
function dropping<Context extends NodeContext>(context: Context): Context {
  return { ...context, felix: { ...context.felix, deny: "DROP" } };
}

function tablePlans(context: RenderContext, input: FelixInput, shared: SharedSources): readonly TablePlan[] {
  const other = dropping(context);
  const mangle: TablePlan = {
    name: "mangle",
    context: other,
    sources: new Map([...made(mangleChains(other, input)), ...shared.mangle]),
    hooks: ["PREROUTING", "POSTROUTING"],
  };
  return [
    {
      name: "raw",
      context: other,
      sources: new Map([...made(rawChains(other, input)), ...shared.raw]),
      hooks: ["PREROUTING", "OUTPUT"],
    },
    ...(context.has("preDnat") ? [mangle] : []),
    {
      name: "nat",
      context,
      sources: new Map(made(staticNatChains(context, input))),
      hooks: ["PREROUTING", "OUTPUT", "POSTROUTING"],
      lastHooks: context.has("natAppend") ? ["POSTROUTING"] : [],
    },
    {
      name: "filter",
      context,
      sources: new Map([...made(filterChains(context, input)), ...shared.filter]),
      hooks: ["INPUT", "FORWARD", "OUTPUT"],
      appends: new Map([["FORWARD", forwardAppends(context)]]),
    },
  ];
}

/** The chains of endpoints, policies and profiles, by the table that they stand in: all families have them, of the same names. */
type SharedSources = Readonly<Record<"raw" | "mangle" | "filter", readonly ChainSource[]>>;

function sharedSources(context: NodeContext, input: FelixInput): SharedSources {
  const { workloads, hosts } = input;
  const filter: EndpointRenderer = {
    context,
    policies: new Map(input.policies.map((policy) => [policy.name, policy])),
  };
  const other = { ...filter, context: dropping(context) };
  const asked = [
    ...input.policies.flatMap((policy) => policyChains(context, policy)),
    ...input.profiles.flatMap((profile) => profileChains(context, profile)),
  ];
  // No other endpoint has policies in raw and mangle.
  const askedByHosts = hosts.length === 0 ? [] : asked;
  return {
    raw: [...untracked(hosts).flatMap((endpoint) => hostRawChains(other, endpoint)), ...askedByHosts],
    mangle: [
      ...preDnat(hosts).flatMap((endpoint) => hostPreDnatChains(other, endpoint)),
      ...hosts.flatMap((endpoint) => hostMangleEgressChains(other, endpoint)),
      ...askedByHosts,
    ],
    filter: [
      ...workloads.flatMap((endpoint) => workloadChains(filter, endpoint)),
      ...hosts.flatMap((endpoint) => hostFilterChains(filter, endpoint)),
      ...asked,
    ],
  };
}

function untracked(hosts: readonly HostChains[]): readonly HostChains[] {
  return hosts.filter((endpoint) => endpoint.untracked.length > 0 && endpoint.interface !== null);
}

function preDnat(hosts: readonly HostChains[]): readonly HostChains[] {
  return hosts.filter((endpoint) => endpoint.preDnat.length > 0);
}

function rawChains(context: RenderContext, { workloads, hosts }: FelixInput): readonly FelixChain[] {
  return [
    ...staticRawChains(context, workloads),
    ...hostDispatch(context, untracked(hosts), "from"),
    ...hostDispatch(context, untracked(hosts), "to"),
  ];
}

function mangleChains(context: RenderContext, { hosts }: FelixInput): readonly FelixChain[] {
  return [
    ...staticMangleChains(context),
    ...hostDispatch(context, preDnat(hosts), "from"),
    ...hostDispatch(context, hosts, "to"),
  ];
}

function filterChains(context: RenderContext, { workloads, hosts, blockedCidrs }: FelixInput): readonly FelixChain[] {
  const interfaces = workloads.map((endpoint) => endpoint.interface);
  const hostInterfaces = hosts.map((endpoint) => endpoint.interface ?? ALL_INTERFACES);
  const trees = [
    "from",
    "to",
    ...(context.has("forwardPolicies") ? (["from-forward", "to-forward"] as const) : []),
  ] as const;
  return [
    ...staticFilterChains(context, blockedCidrs),
    ...workloadDispatch(context, interfaces),
    ...trees.flatMap((of) => hostDispatch(context, hosts, of)),
    ...(context.felix.ipvs === null ? [] : markChains(context, interfaces, hostInterfaces)),
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

/** Felix looks again and again whether its rules stand where they belong in the kernel's chains: expectedHashesForInsertAppendChain. */
function writeTable(
  plan: TablePlan,
  insertMode: FelixSettings["insertMode"],
  rules: ModelRules,
  draft: TableDraft,
): void {
  for (const chain of plannedChains(plan)) draft.replace(chain.name, rules.ofChain(chain));
  for (const { chain, first, last } of plannedHooks(plan)) {
    draft.keep(chain, rules.of(chain, first), insertMode === "insert" ? "first" : "last");
    draft.keep(chain, rules.of(chain + APPENDED, last), "last");
  }
}

/** Felix's rules in a chain of the kernel, before and behind those of others. */
export interface PlannedHook {
  readonly chain: string;
  readonly first: readonly FelixRule[];
  readonly last: readonly FelixRule[];
}

export function plannedHooks({ sources, hooks, lastHooks = [], appends }: TablePlan): readonly PlannedHook[] {
  return hooks
    .filter((chain) => sources.has(CHAIN_PREFIX + chain))
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
  const beside = new Map<string, FelixChain>();
  const left = plannedHooks(plan).map(({ chain }) => CHAIN_PREFIX + chain);
  const found = new Set<string>();
  for (let name = left.pop(); name !== undefined; name = left.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    const [chain = beside.get(name), ...others] = plan.sources.get(name)?.(plan.context) ?? [];
    invariant(chain !== undefined, `an endpoint names what the input does not have: ${name}`);
    for (const other of others) beside.set(other.name, other);
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
