import type { Family } from "../base/address.ts";
import type { DesiredState } from "../desired/state.ts";
import type { Parsed } from "../model/diagnostic.ts";
import { calico } from "./calico/calico.ts";
import { cilium } from "./cilium/cilium.ts";
import { docker } from "./docker/docker.ts";
import { kubeProxy } from "./kube-proxy/kube-proxy.ts";
import { kubelet } from "./kubelet/kubelet.ts";
import { nodeLocalDns } from "./node-local-dns/node-local-dns.ts";
import { markConflicts } from "./mark-claims.ts";
import { chooseNode } from "./node/choose-node.ts";
import type { Rendered } from "./node/node-draft.ts";
import { NodeDraft } from "./node/node-draft.ts";
import { renderProblem } from "./problem.ts";
import type { Renderer } from "./renderer.ts";

/** Every owner whose rules can be written from objects, by the name that `hookwalk render` calls it, in the order in which they start on a node. */
export const renderers: ReadonlyMap<string, Renderer> = new Map<string, Renderer>([
  ["docker", docker],
  ["kubelet", kubelet],
  ["kube-proxy", kubeProxy],
  ["calico", calico],
  ["node-local-dns", nodeLocalDns],
  ["cilium", cilium],
]);

const FAMILIES: readonly Family[] = ["ip", "ip6"];

/**
 * What these owners write, one after the other, on the node that the objects are about; null where none of them could.
 *
 * @param families whose tables of iptables are wanted.
 */
export function renderOwners(
  owners: readonly string[],
  state: DesiredState,
  families: readonly Family[] = FAMILIES,
): Parsed<Rendered | null> {
  const chosen = nodeOf(owners, state);
  if ("problem" in chosen) return { value: null, diagnostics: [chosen.problem] };
  return written(owners, new NodeDraft(chosen, families), state);
}

/**
 * The whole node: all owners that the objects speak of, in the order in which they start, or those that its hookwalk.dev
 * Node names, in its order.
 */
export function renderNode(state: DesiredState, families: readonly Family[] = FAMILIES): Parsed<Rendered | null> {
  const wanted = [...renderers].filter(([, { isWanted }]) => isWanted(state)).map(([name]) => name);
  const chosen = nodeOf(wanted, state);
  if ("problem" in chosen) return { value: null, diagnostics: [chosen.problem] };
  const owners = chosen.facts?.owners ?? wanted;
  const problems = owners
    .filter((name) => !renderers.has(name))
    .map((value) => renderProblem("render-unknown-owner", { value, owners: [...renderers.keys()].join(", ") }, "node"));
  const { value, diagnostics } = written(owners, new NodeDraft(chosen, families), state);
  return { value, diagnostics: [...problems, ...diagnostics] };
}

/** The node that one of the owners says it is on, or the only one. */
function nodeOf(owners: readonly string[], state: DesiredState): ReturnType<typeof chooseNode> {
  const named = owners.map((name) => renderers.get(name)?.nodeName?.(state) ?? "").find((name) => name !== "");
  return chooseNode(state, named ?? "", owners.join(", "));
}

function written(owners: readonly string[], node: NodeDraft, state: DesiredState): Parsed<Rendered | null> {
  const wanted = new Map(owners.flatMap((name) => [...renderers].filter(([known]) => known === name)));
  const claims = new Map([...wanted].map(([name, { marks }]) => [name, marks?.(state, node) ?? []]));
  const conflicts = markConflicts(claims, state.spanOf);
  for (const { owner } of conflicts) wanted.delete(owner);
  const results = [...wanted.values()].map((owner) => ({ owner, problems: owner.write(state, node) }));
  for (const { owner, problems } of results) {
    if (problems.every(({ severity }) => severity !== "error")) owner.settle?.(state, node);
  }
  const diagnostics = [...conflicts.map(({ problem }) => problem), ...results.flatMap(({ problems }) => problems)];
  return { value: node.isUntouched ? null : node.finish(), diagnostics };
}
