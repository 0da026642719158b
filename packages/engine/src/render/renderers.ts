import type { DesiredState } from "../desired/state.ts";
import type { Parsed } from "../model/diagnostic.ts";
import { calico } from "./calico/calico.ts";
import { kubeProxy } from "./kube-proxy/kube-proxy.ts";
import { chooseNode } from "./node/choose-node.ts";
import type { Rendered } from "./node/node-draft.ts";
import { NodeDraft } from "./node/node-draft.ts";
import type { Renderer } from "./renderer.ts";

/** Every owner whose rules can be written from objects, by the name that `hookwalk render` calls it, in the order in which they start on a node. */
export const renderers: ReadonlyMap<string, Renderer> = new Map<string, Renderer>([
  ["kube-proxy", kubeProxy],
  ["calico", calico],
]);

/** What these owners write, one after the other, on the node that the objects are about; null where none of them could. */
export function renderOwners(owners: readonly string[], state: DesiredState): Parsed<Rendered | null> {
  const writing = owners.flatMap((name) => renderers.get(name) ?? []);
  const wanted = writing.map(({ nodeName }) => nodeName?.(state) ?? "").find((name) => name !== "");
  const chosen = chooseNode(state, wanted ?? "", owners.join(", "));
  if ("problem" in chosen) return { value: null, diagnostics: [chosen.problem] };
  const node = new NodeDraft(chosen);
  const diagnostics = writing.flatMap((owner) => owner.write(state, node));
  return { value: node.isUntouched ? null : node.finish(), diagnostics };
}

/** The owners that the objects speak of, in the order in which they start. */
export function ownersOn(state: DesiredState): readonly string[] {
  return [...renderers].filter(([, { isWanted }]) => isWanted(state)).map(([name]) => name);
}
