import type { Family } from "../base/address.ts";
import type { NftTable } from "../model/nft.ts";
import type { BaseChain } from "../program/program.ts";
import { insert } from "./hooks.ts";
import { compileNftTable, nftBaseChain } from "./nft-table.ts";

type DeviceHook = "ingress" | "egress";
interface Placed {
  readonly priority: number;
  readonly chain: BaseChain;
}

/** Chains at a device: frames meet them before the IP stack has seen them, or after it has let them go. */
export function compileDevices(
  family: Family,
  nft: readonly NftTable[],
): Readonly<Record<DeviceHook, ReadonlyMap<string, readonly BaseChain[]>>> {
  const placed = { ingress: new Map<string, Placed[]>(), egress: new Map<string, Placed[]>() };
  for (const table of nft) {
    const isUsed = table.chains.some(({ base }) => isDeviceHook(base?.hook)) && !table.flags.includes("dormant");
    if (isUsed) placeTable(placed, table, family);
  }
  const inOrder = (hook: DeviceHook): ReadonlyMap<string, readonly BaseChain[]> =>
    new Map([...placed[hook]].map(([device, list]) => [device, list.map(({ chain }) => chain)]));
  return { ingress: inOrder("ingress"), egress: inOrder("egress") };
}

export function isDeviceHook(hook: string | undefined): hook is DeviceHook {
  return hook === "ingress" || hook === "egress";
}

function placeTable(
  placed: Readonly<Record<DeviceHook, Map<string, Placed[]>>>,
  source: NftTable,
  family: Family,
): void {
  const table = compileNftTable(source, family);
  for (const { name, base } of source.chains) {
    const chain = base === null ? null : nftBaseChain(table, name, base);
    if (base === null || chain === null || !isDeviceHook(base.hook)) continue;
    for (const device of base.devices) {
      const list = placed[base.hook].get(device) ?? [];
      placed[base.hook].set(device, list);
      insert(list, { priority: base.priority, chain });
    }
  }
}
