import type { CiliumConfig } from "../../desired/cilium/config.ts";
import type { CniConfig } from "../../model/cni.ts";
import type { CiliumContext } from "./context.ts";

/** A list by `cni-chaining-mode`: what stands before and behind the agent's own entry, line by line as the agent lays it out. */
interface Layout {
  readonly name: string;
  readonly plugins: readonly string[];
  readonly before?: readonly string[];
  /** In the agent's entry. */
  readonly mode?: string;
  readonly after?: readonly string[];
}

/** daemon/cmd/cni cniConfigs. Where it is none of these, the agent extends the file of another plugin. */
const LAYOUTS: ReadonlyMap<string, Layout> = new Map<string, Layout>([
  ["none", { name: "cilium", plugins: ["cilium-cni"] }],
  [
    "flannel",
    {
      name: "flannel",
      plugins: ["flannel", "portmap", "cilium-cni"],
      before: [
        ...["    {", '      "type": "flannel",', '      "delegate": {', '         "hairpinMode": true,'],
        ...['         "isDefaultGateway": true', "      }", "    },"],
        ...["    {", '      "type": "portmap",', '      "capabilities": {', '        "portMappings": true'],
        ...["      }", "    },"],
      ],
      mode: "flannel",
    },
  ],
  [
    "portmap",
    {
      name: "portmap",
      plugins: ["cilium-cni", "portmap"],
      after: ["    {", '      "type": "portmap",', '      "capabilities": {"portMappings": true}', "    }"],
    },
  ],
]);

/** The agent writes its own part into the list of another plugin, which only the node has. */
export function extendsOtherList({ config, has }: CiliumContext): boolean {
  return has("cniList") && !LAYOUTS.has(config.chaining);
}

/** The list that the agent writes. Null where that depends on what another plugin has there already, and before 1.14. */
export function cniConfig({ config, has }: CiliumContext): CniConfig | null {
  const layout = LAYOUTS.get(config.chaining);
  if (layout === undefined || !has("cniList")) return null;
  const { name, plugins } = layout;
  return { file: `cni-${config.cniFile}`, name, plugins, text: textOf(layout, config) };
}

function textOf({ name, before = [], mode, after = [] }: Layout, { debug, cniLogFile }: CiliumConfig): string {
  return [
    ...["{", '  "cniVersion": "0.3.1",', `  "name": "${name}",`, '  "plugins": ['],
    ...before,
    "    {",
    '       "type": "cilium-cni",',
    ...(mode === undefined ? [] : [`       "chaining-mode": "${mode}",`]),
    `       "enable-debug": ${String(debug)},`,
    `       "log-file": ${JSON.stringify(cniLogFile)}`,
    after.length === 0 ? "    }" : "    },",
    ...after,
    ...["  ]", "}"],
  ].join("\n");
}
