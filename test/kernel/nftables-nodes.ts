/** Nodes that are rendered for nft. */
import { readFileSync } from "node:fs";
import type { Snapshot } from "@hookwalk/engine";
import { readObjects } from "@hookwalk/engine/desired";
import { renderNode } from "@hookwalk/engine/render";
import { inMode } from "../render/kube-proxy/render.ts";

function render(text: string): Snapshot {
  const { value: objects, diagnostics: problems } = readObjects([{ path: "objects.yaml", text }]);
  const { value, diagnostics } = renderNode(objects);
  const [first] = [...problems, ...diagnostics];
  if (value === null || first !== undefined) throw new Error(JSON.stringify(first));
  return value.snapshot;
}

export const NFTABLES_NODES: Readonly<Record<string, () => Snapshot>> = {
  "Calico with nftables": () => render(readFileSync(new URL("calico-nftables.yaml", import.meta.url), "utf8")),
  "kube-proxy with nftables": () => render(inMode("nftables")),
};
