import type { Node } from "../../desired/node.ts";
import type { NodeFacts } from "../../desired/node-facts.ts";

/** Major, minor, patch: `v1.24.3-aliyun.1` is 1.24.3. */
export type Version = readonly [major: number, minor: number, patch: number];

/** Null: it does not begin with two numbers. */
export function parseVersion(text: string): Version | null {
  const [, major, minor, patch = "0"] = /^v?(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?/.exec(text) ?? [];
  return major === undefined || minor === undefined ? null : [Number(major), Number(minor), Number(patch)];
}

/** Which version of a component runs on a node: its hookwalk.dev Node tells, else its v1 Node; null: nobody does. */
export function toldVersion(
  component: "kube-proxy" | "kubelet",
  node: Node | null,
  facts: NodeFacts | null,
): Version | null {
  const { kubeletVersion = null, kubeProxyVersion = null } = node ?? {};
  const told = component === "kubelet" ? kubeletVersion : (kubeProxyVersion ?? kubeletVersion);
  return parseVersion(facts?.versions.get(component) ?? told ?? "");
}

export function isAtLeast([major, minor, patch]: Version, [wantedMajor, wantedMinor, wantedPatch]: Version): boolean {
  return (major - wantedMajor || minor - wantedMinor || patch - wantedPatch) >= 0;
}
