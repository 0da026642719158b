import { readFileSync } from "node:fs";
import { defaultKubeProxyConfiguration, readObjects } from "@hookwalk/engine/desired";
import { renderKubeProxy } from "@hookwalk/engine/render";
import type { Snapshot } from "@hookwalk/engine";

export const OBJECTS: string = readFileSync(new URL("objects.yaml", import.meta.url), "utf8");

/** What kube-proxy writes for objects that have nothing wrong. */
export function rendered(text: string = OBJECTS): Snapshot {
  const { value: state, diagnostics } = readObjects([{ path: "objects.yaml", text }]);
  const { value, diagnostics: problems } = renderKubeProxy(state, state.kubeProxy ?? defaultKubeProxyConfiguration);
  const [first] = [...diagnostics, ...problems];
  if (value === null || first !== undefined) throw new Error(JSON.stringify(first));
  return value;
}

/** The same node with kube-proxy in another mode. */
export function inMode(mode: "iptables" | "nftables", text: string = OBJECTS): string {
  return text.replace("mode: iptables", `mode: ${mode}`);
}
