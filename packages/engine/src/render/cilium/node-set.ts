import type { Address, Family } from "../../base/address.ts";
import { bitsOf, familyOf, printAddress } from "../../base/address.ts";
import type { IpSet } from "../../model/sets.ts";
import type { CiliumContext } from "./context.ts";

/** Sets of all nodes' addresses. */
export const NODE_SETS: Readonly<Record<Family, string>> = { ip: "cilium_node_set_v4", ip6: "cilium_node_set_v6" };

/** pkg/option NodeIpsetNeeded. */
export function needsNodeSet({ config, families, has }: CiliumContext): boolean {
  return has("nodeSet") && config.tunnel === null && families.some(({ masquerades }) => masquerades);
}

/**
 * One set for each family with the InternalIP of every CiliumNode, in their order; before `bothNodeSets` only where
 * the family is masqueraded, or there is such an address (pkg/datapath/iptables AddToNodeIpset makes the set that it needs).
 */
export function nodeSets(context: CiliumContext): readonly IpSet[] {
  if (!needsNodeSet(context)) return [];
  return (["ip", "ip6"] as const).flatMap((family): readonly IpSet[] => {
    const addresses = [...new Set(context.nodeIPs)].filter((address) => familyOf(address) === family);
    const isMasqueraded = context.families.some((one) => one.family === family && one.masquerades);
    if (!context.has("bothNodeSets") && !isMasqueraded && addresses.length === 0) return [];
    return [
      {
        name: NODE_SETS[family],
        type: "hash:ip",
        family,
        dimensions: ["ip"],
        options: [
          { name: "hashsize", value: "1024" },
          { name: "maxelem", value: "65536" },
        ],
        elements: addresses.map((address) => member(address)),
        span: { file: "", line: 0 },
      },
    ];
  });
}

function member(address: Address): IpSet["elements"][number] {
  return {
    parts: [{ kind: "address", prefix: { address, length: bitsOf(address) } }],
    nomatch: false,
    options: [],
    text: printAddress(address),
    line: 0,
  };
}
