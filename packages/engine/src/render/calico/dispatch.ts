import type { ChainRole } from "../../owners/calico/chain-names.ts";
import { RETURN, deny, goTo, inInterface, markIs, outInterface, rule, setMaskedMark } from "./build.ts";
import { lowestBit } from "./context.ts";
import type { NodeContext, RenderContext } from "./context.ts";
import type { FelixChain, FelixRule } from "./felix-rule.ts";
import { eachPrefix } from "./filter-chains.ts";
import { ALL_INTERFACES, DISPATCH } from "./fixed-names.ts";
import type { HostChains } from "./input.ts";
import { compareTexts } from "./order.ts";

/** One tree: from an interface to the chain of its endpoint. */
export interface Dispatch {
  readonly chain: string;
  readonly role: ChainRole;
  readonly side: "in" | "out";
  /** What ends every chain of the tree; a packet of no known endpoint gets there. */
  readonly end: readonly FelixRule[];
}

/** The end of what workloads' packets go through. */
export function unknownInterface(context: RenderContext): FelixRule {
  return rule([], deny(context), "Unknown interface");
}

export function workloadDispatch(context: RenderContext, interfaces: readonly string[]): readonly FelixChain[] {
  const end = [unknownInterface(context)];
  if (context.hasMaps) return [mapDispatch(context, "in", interfaces), mapDispatch(context, "out", interfaces)];
  return [
    ...dispatchChains(context, { chain: DISPATCH.fromWorkload, role: "from-workload", side: "in", end }, interfaces),
    ...dispatchChains(context, { chain: DISPATCH.toWorkload, role: "to-workload", side: "out", end }, interfaces),
  ];
}

/** felix/rules/dispatch.go DispatchMappings. */
function mapDispatch(context: RenderContext, side: "in" | "out", interfaces: readonly string[]): FelixChain {
  const [name, role] =
    side === "in"
      ? ([DISPATCH.fromWorkload, "from-workload"] as const)
      : ([DISPATCH.toWorkload, "to-workload"] as const);
  const names = [...new Set(interfaces)].sort(compareTexts);
  const chains = new Map(names.map((each) => [each, context.chainName(role, each)]));
  return { name, rules: [rule([{ kind: "verdict-map", side, map: name, chains }], null), unknownInterface(context)] };
}

/** The trees of the host's interfaces that a table has; all other interfaces go to the endpoint of all, where there is one. */
export function hostDispatch(
  context: RenderContext,
  hosts: readonly HostChains[],
  of: "from" | "to" | "from-forward" | "to-forward",
): readonly FelixChain[] {
  const { chain, role, side } = HOST_TREES[of];
  const hasAll = hosts.some((endpoint) => endpoint.interface === null);
  // Packets to workloads are theirs to judge, whatever the endpoint of all interfaces says.
  const skips =
    of === "to"
      ? eachPrefix(context, (pattern) => [
          rule([outInterface(pattern)], RETURN, "Skip egress WHEP policy for traffic to local workload"),
        ])
      : [];
  const end = hasAll ? [...skips, rule([], goTo(context.chainName(role, ALL_INTERFACES)))] : [];
  const interfaces = hosts.flatMap((endpoint) => endpoint.interface ?? []);
  return dispatchChains(context, { chain, role, side, end }, interfaces);
}

const HOST_TREES = {
  from: { chain: DISPATCH.fromHost, role: "from-host", side: "in" },
  to: { chain: DISPATCH.toHost, role: "to-host", side: "out" },
  "from-forward": { chain: DISPATCH.fromHostForward, role: "from-host-forward", side: "in" },
  "to-forward": { chain: DISPATCH.toHostForward, role: "to-host-forward", side: "out" },
} as const;

/**
 * A tree of one level: interfaces that share their first letter behind what all have in common get a chain of their own, unless it is only one. The
 * jump is a goto, so that the end of the root is repeated in each: felix/rules/dispatch.go.
 */
export function dispatchChains(
  { chainName }: NodeContext,
  tree: Dispatch,
  interfaces: readonly string[],
): readonly FelixChain[] {
  const ruleOf = (name: string) => rule([onInterface(tree, name)], goTo(chainName(tree.role, name)));
  const names = [...new Set(interfaces)].sort(compareTexts);
  const common = commonPrefix(names);
  const bins = new Map<string, string[]>();
  for (const name of names) {
    const prefix = name.slice(0, common.length + 1);
    const bin = bins.get(prefix);
    if (bin === undefined) bins.set(prefix, [name]);
    else bin.push(name);
  }
  const children: FelixChain[] = [];
  const root = [...bins].map(([prefix, within]) => {
    const [only] = within;
    if (within.length === 1 && only !== undefined) return ruleOf(only);
    const child = `${tree.chain}-${prefix.slice(common.length)}`;
    children.push({ name: child, rules: [...within.map(ruleOf), ...tree.end] });
    return rule([onInterface(tree, `${prefix}+`)], goTo(child));
  });
  return [...children, { name: tree.chain, rules: [...root, ...tree.end] }];
}

function onInterface({ side }: Dispatch, name: string) {
  return side === "in" ? inInterface(name) : outInterface(name);
}

/** Of sorted names the first and the last have in common what all have. */
function commonPrefix(names: readonly string[]): string {
  const first = names[0] ?? "";
  const last = names.at(-1) ?? "";
  let length = 0;
  while (length < first.length && first[length] === last[length]) length++;
  return first.slice(0, length);
}

/**
 * With IPVS: from an interface to its mark in INPUT, and from the mark to the chain of its endpoint in OUTPUT. felix/rules/dispatch.go
 * endpointMarkDispatchChains.
 */
export function markDispatch(
  context: RenderContext,
  workloads: readonly string[],
  hosts: readonly string[],
  marks: ReadonlyMap<string, number>,
): readonly FelixChain[] {
  const mask = context.mark("endpoint");
  const trees = [workloads, hosts].map((interfaces) =>
    dispatchChains(context, { chain: DISPATCH.setMark, role: "set-endpoint-mark", side: "in", end: [] }, interfaces),
  );
  const children = trees.flatMap((chains) => chains.slice(0, -1));
  const roots = trees.flatMap((chains) => chains.at(-1)?.rules ?? []);
  const from = (interfaces: readonly string[], role: ChainRole): readonly FelixRule[] =>
    [...new Set(interfaces)].sort(compareTexts).flatMap((name) => {
      const value = marks.get(name);
      return value === undefined ? [] : [rule([markIs(value, mask)], goTo(context.chainName(role, name)))];
    });
  return [
    ...children,
    {
      name: DISPATCH.setMark,
      rules: [
        ...roots,
        ...eachPrefix(context, (pattern) => [rule([inInterface(pattern)], deny(context), "Unknown endpoint")]),
        rule([], setMaskedMark(lowestBit(mask), mask), "Non-Cali endpoint mark"),
      ],
    },
    {
      name: DISPATCH.fromMark,
      rules: [...from(workloads, "from-workload"), ...from(hosts, "from-host-forward"), unknownInterface(context)],
    },
    ...[...marks].map(([name, value]) => ({
      name: context.chainName("set-endpoint-mark", name),
      rules: [rule([], setMaskedMark(value, mask))],
    })),
  ];
}
