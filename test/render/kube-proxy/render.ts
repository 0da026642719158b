import { readFileSync } from "node:fs";
import { readObjects } from "@hookwalk/engine/desired";
import { renderOwners } from "@hookwalk/engine/render";
import type { Rendered } from "@hookwalk/engine/render";
import type { Snapshot } from "@hookwalk/engine";

export const OBJECTS: string = readFileSync(new URL("objects.yaml", import.meta.url), "utf8");

/** What owners write for objects that have nothing wrong, or nothing worse than is said. */
export function renderedBy(
  owners: string | readonly string[],
  text: string = OBJECTS,
  allowed: "nothing" | "warning" = "nothing",
): Rendered {
  const { value: state, diagnostics } = readObjects([{ path: "objects.yaml", text }]);
  const { value, diagnostics: problems } = renderOwners([owners].flat(), state);
  const [first] = [...diagnostics, ...problems].filter(({ severity }) => severity !== allowed);
  if (value === null || first !== undefined) throw new Error(JSON.stringify(first));
  return value;
}

/** What kube-proxy writes, as a node that has nothing else. */
export function rendered(text: string = OBJECTS): Snapshot {
  return renderedBy("kube-proxy", text).snapshot;
}

/** The same node with another version of kube-proxy. */
export function ofVersion(version: string, text: string = OBJECTS): string {
  return text.replace(
    "apiVersion: hookwalk.dev/v1\nkind: Node\nmetadata: { name: worker-1 }\nspec:\n",
    `$&  versions: { kube-proxy: ${version} }\n`,
  );
}

/** The same node with kube-proxy in another mode. */
export function inMode(mode: "iptables" | "ipvs" | "nftables", text: string = OBJECTS): string {
  return text.replace("mode: iptables", `mode: ${mode}`);
}
