import type { CniConfig } from "../../model/cni.ts";
import type { CiliumContext } from "./context.ts";

/**
 * The list that the agent writes (daemon/cmd/cni), laid out as it lays it out. Null where that depends on what other plugins
 * have there already, and before 1.14.
 */
export function cniConfig({ config, has }: CiliumContext): CniConfig | null {
  if (config.chaining !== "none" || !has("cniList")) return null;
  const text = [
    ...["{", '  "cniVersion": "0.3.1",', '  "name": "cilium",', '  "plugins": [', "    {"],
    '       "type": "cilium-cni",',
    `       "enable-debug": ${String(config.debug)},`,
    `       "log-file": ${JSON.stringify(config.cniLogFile)}`,
    ...["    }", "  ]", "}"],
  ].join("\n");
  return { file: `cni-${config.cniFile}`, name: "cilium", plugins: ["cilium-cni"], text };
}
