import type { Span } from "../../base/span.ts";
import type { Node } from "../../desired/node.ts";
import type { NodeFacts } from "../../desired/node-facts.ts";
import type { SpanOf } from "../../desired/state.ts";

/** Major, minor, patch: `v1.24.3-aliyun.1` is 1.24.3. */
export type Version = readonly [major: number, minor: number, patch: number];

/** Null: it does not begin with two numbers. */
export function parseVersion(text: string): Version | null {
  const [, major, minor, patch = "0"] = /^v?(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?/.exec(text) ?? [];
  return major === undefined || minor === undefined ? null : [Number(major), Number(minor), Number(patch)];
}

export type Component = "docker" | "kube-proxy" | "kubelet";

/** Fields of `status.nodeInfo` of a v1 Node that tell a version; the first that is there counts. */
const NODE_INFO: Readonly<Record<Component, readonly ("kubeletVersion" | "kubeProxyVersion")[]>> = {
  docker: [],
  "kube-proxy": ["kubeProxyVersion", "kubeletVersion"],
  kubelet: ["kubeletVersion"],
};

/** Which version of a component runs on a node: its hookwalk.dev Node tells, else its v1 Node; null: nobody does. */
export function toldVersion(component: Component, node: Node | null, facts: NodeFacts | null): Version | null {
  const field = NODE_INFO[component].find((name) => (node?.[name] ?? null) !== null);
  const told = field === undefined ? null : (node?.[field] ?? null);
  return parseVersion(facts?.versions.get(component) ?? told ?? "");
}

/** Where that stands; null: nobody tells. */
export function placeOfVersion(
  component: Component,
  { node, facts }: { readonly node: Node | null; readonly facts: NodeFacts | null },
  spanOf: SpanOf,
): Span | null {
  if (facts?.versions.has(component) === true) return spanOf(facts, ["spec", "versions", component]);
  const field = NODE_INFO[component].find((name) => (node?.[name] ?? null) !== null);
  return node === null || field === undefined ? null : spanOf(node, ["status", "nodeInfo", field]);
}

export function isAtLeast([major, minor, patch]: Version, [wantedMajor, wantedMinor, wantedPatch]: Version): boolean {
  return (major - wantedMajor || minor - wantedMinor || patch - wantedPatch) >= 0;
}
