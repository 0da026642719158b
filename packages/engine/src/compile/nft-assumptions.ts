import type { Family } from "../base/address.ts";
import type { NftTable } from "../model/nft.ts";
import type { Snapshot } from "../model/snapshot.ts";
import type { Assumption } from "../program/program.ts";
import { isDeviceHook } from "./devices.ts";
import type { Hooks } from "./hooks.ts";

/** What a listing of nft leaves open: the order in which things were made, where chains stand, and the tables that are not its own. */
export function nftAssumptions(snapshot: Snapshot, hooks: Readonly<Record<Family, Hooks>>): readonly Assumption[] {
  const { nft } = snapshot;
  if (nft === null) return unlistedTables(snapshot);
  const perFamily = (["ip", "ip6"] as const).flatMap((family) => [
    ...legacyTables(snapshot, family),
    ...hooks[family].ties.map((tie) => ({
      what: `chains of equal priority run in the order ${tie}`,
      why: "no dump holds the order of registration",
      family,
    })),
  ]);
  return [...perFamily, ...placelessChains(nft), ...spoiltFlags(nft), ...bridgeTables(snapshot, nft)];
}

/** What iptables lists is not all: any table of nft itself could drop the packet before it comes to a rule of iptables, or behind. */
function unlistedTables({ tables }: Snapshot): readonly Assumption[] {
  return (["ip", "ip6"] as const)
    .filter((family) => tables[family] !== null)
    .map((family) => ({ what: "nft has no tables of its own", why: "no nft dump", family }));
}

/** What nft lists is not all: legacy iptables has tables of its own. */
function legacyTables({ tables }: Snapshot, family: Family): readonly Assumption[] {
  if (tables[family] !== null) return [];
  const [words, tool] = family === "ip" ? ["IPv4", "iptables-save"] : ["IPv6", "ip6tables-save"];
  return [{ what: `legacy iptables has no ${words} rules`, why: `no ${tool} dump`, family }];
}

/** Chains at devices that a listing does not name: JSON of nftables 1.0.6 leaves them out. */
function placelessChains(nft: readonly NftTable[]): readonly Assumption[] {
  return nft.flatMap(({ family, name, chains }) =>
    chains
      .filter(({ base }) => isDeviceHook(base?.hook) && base.devices.length === 0)
      .map((chain) => ({
        what: `chain ${family} ${name} ${chain.name} is at none of the packet's devices`,
        why: "the listing does not name its devices",
      })),
  );
}

/** JSON of nftables 1.0.6 prints the table's name for them. */
const TABLE_FLAGS: ReadonlySet<string> = new Set(["dormant", "owner", "persist"]);

function spoiltFlags(nft: readonly NftTable[]): readonly Assumption[] {
  return nft
    .filter(({ flags }) => flags.some((flag) => !TABLE_FLAGS.has(flag)))
    .map(({ family, name, flags }) => ({
      what: `table ${family} ${name} is in use`,
      why: `its flags are printed as ${flags.join(",")}`,
    }));
}

/** Tables of the bridge family see frames that a bridge carries, below the IP stack. */
function bridgeTables({ links }: Snapshot, nft: readonly NftTable[]): readonly Assumption[] {
  const mayBridge = links === null || links.some(({ kind }) => kind === "bridge");
  if (!mayBridge) return [];
  return nft
    .filter(({ family, chains }) => family === "bridge" && chains.some(({ base }) => base !== null))
    .map(({ name }) => ({
      what: `table bridge ${name} lets the packet's frame pass unchanged`,
      why: "hookwalk does not walk tables of bridges",
    }));
}
