import { printRule } from "@hookwalk/engine";
import { readObjects } from "@hookwalk/engine/desired";
import { renderNode, renderOwners } from "@hookwalk/engine/render";
import type { Rendered } from "@hookwalk/engine/render";
import { expect } from "vitest";

/** What an owner writes for objects that have nothing wrong. */
export function written(owner: string, ...objects: readonly string[]): Rendered {
  const { value: state, diagnostics } = readObjects([{ path: "objects.yaml", text: objects.join("---\n") }]);
  const { value, diagnostics: problems } = owner === "node" ? renderNode(state) : renderOwners([owner], state);
  expect([...diagnostics, ...problems]).toEqual([]);
  if (value === null) throw new Error("nothing was rendered");
  return value;
}

export function problemsOf(owner: string, ...objects: readonly string[]): readonly string[] {
  const { value: state, diagnostics } = readObjects([{ path: "objects.yaml", text: objects.join("---\n") }]);
  const { diagnostics: problems } = owner === "node" ? renderNode(state) : renderOwners([owner], state);
  return [...diagnostics, ...problems].map(({ code }) => code);
}

/** Rules of one table, and chains without any. */
export function table({ snapshot }: Rendered, name: string, family: "ip" | "ip6" = "ip"): readonly string[] {
  const chains = snapshot.tables[family]?.find((one) => one.name === name)?.chains ?? [];
  return chains.flatMap((chain) => [
    ...(chain.policy === "DROP" ? [`-P ${chain.name} DROP`] : []),
    ...(chain.policy === null && chain.rules.length === 0 ? [`-N ${chain.name}`] : []),
    ...chain.rules.map((rule) => printRule(rule, family)),
  ]);
}

export function node(version: string, spec = "{}"): string {
  return `apiVersion: v1
kind: Node
metadata: { name: a }
status: { nodeInfo: { kubeletVersion: ${version} } }
---
apiVersion: hookwalk.dev/v1
kind: Node
metadata: { name: a }
spec: ${spec}
`;
}

export function kubelet(fields: string): string {
  return `apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n${fields}\n`;
}

export function nodeCache(args: string, tag = "1.22.28"): string {
  return `apiVersion: apps/v1
kind: DaemonSet
metadata: { name: node-local-dns, namespace: kube-system }
spec:
  template:
    spec:
      containers: [{ name: node-cache, image: "registry.k8s.io/dns/k8s-dns-node-cache:${tag}", args: [${args}] }]
`;
}
