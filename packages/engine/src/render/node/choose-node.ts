import type { Node } from "../../desired/node.ts";
import type { NodeFacts } from "../../desired/node-facts.ts";
import type { DesiredState } from "../../desired/state.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { renderProblem } from "../problem.ts";

/** The node that rules are for, as far as objects tell. */
export interface ChosenNode {
  readonly name: string;
  readonly node: Node | null;
  readonly facts: NodeFacts | null;
}

/** Which node the rules of `owner` are for: `wanted` ("": nobody says), the hookwalk.dev Node's name, or the only v1 Node. */
export function chooseNode(
  { nodes, nodeFacts }: DesiredState,
  wanted: string,
  owner: string,
): ChosenNode | { readonly problem: Diagnostic } {
  const named = wanted === "" ? (onlyName(nodeFacts) ?? onlyName(nodes)) : wanted;
  if (named === undefined) {
    const all = [...nodeFacts, ...nodes].map(({ metadata }) => metadata.name);
    const names = [...new Set(all)].join(", ");
    const isNone = all.length === 0;
    return {
      problem: renderProblem(isNone ? "render-no-node" : "render-several-nodes", isNone ? {} : { names }, owner),
    };
  }
  return {
    name: named,
    node: nodes.find(({ metadata }) => metadata.name === named) ?? null,
    facts: nodeFacts.find(({ metadata }) => metadata.name === named) ?? null,
  };
}

/** The name where there is exactly one object. */
function onlyName(objects: readonly (Node | NodeFacts)[]): string | undefined {
  return objects.length === 1 ? objects[0]?.metadata.name : undefined;
}
