import { roleChainName } from "../../owners/calico/chain-names.ts";
import type { ChainRole } from "../../owners/calico/chain-names.ts";
import { DROP, goTo, inInterface, outInterface, rule } from "./build.ts";
import type { FelixChain, FelixRule } from "./felix-rule.ts";
import { compareTexts } from "./order.ts";

/** One tree: from an interface to the chain of its endpoint. */
export interface Dispatch {
  readonly chain: string;
  readonly role: ChainRole;
  readonly side: "in" | "out";
  /** What ends every chain of the tree; a packet of no known endpoint gets there. */
  readonly end: readonly FelixRule[];
}

export const UNKNOWN_INTERFACE: FelixRule = rule([], DROP, "Unknown interface");

/**
 * A tree of one level: interfaces that share their first letter behind what all have in common get a chain of their own, unless it is only one. The
 * jump is a goto, so that the end of the root is repeated in each: felix/rules/dispatch.go.
 */
export function dispatchChains(tree: Dispatch, interfaces: readonly string[]): readonly FelixChain[] {
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
    if (within.length === 1 && only !== undefined) return endpointRule(tree, only);
    const child = `${tree.chain}-${prefix.slice(common.length)}`;
    children.push({ name: child, rules: [...within.map((name) => endpointRule(tree, name)), ...tree.end] });
    return rule([onInterface(tree, `${prefix}+`)], goTo(child));
  });
  return [...children, { name: tree.chain, rules: [...root, ...tree.end] }];
}

function endpointRule(tree: Dispatch, name: string): FelixRule {
  return rule([onInterface(tree, name)], goTo(roleChainName(tree.role, name)));
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
