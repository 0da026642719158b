import { MAX_CHAIN_NAME, roleChainName } from "../../owners/calico/chain-names.ts";
import type { ChainRole } from "../../owners/calico/chain-names.ts";
import { allocateMarks, endpointMark, markEra } from "../../owners/calico/marks.ts";
import type { MarkUse } from "../../owners/calico/marks.ts";
import { setName } from "../../owners/calico/set-names.ts";
import { invariant } from "../../base/assert.ts";
import type { Family } from "../../base/address.ts";
import type { FelixInput, FelixSettings } from "./input.ts";
import type { Feature } from "./versions.ts";
import { featuresOf } from "./versions.ts";

/** What is the same for all families of a node: the settings, and the names and bits that follow from them. */
export interface NodeContext {
  readonly felix: Omit<FelixSettings, "ipip" | "vxlan" | "wireguard">;
  readonly has: (feature: Feature) => boolean;
  /** All bits that Felix clears at once. */
  readonly allMarks: number;
  readonly accept: number;
  readonly pass: number;
  /** A packet came from a workload; later versions use the first scratch bit for it. */
  readonly fromWorkload: number;
  /** The bit for one of the uses that not every version has. */
  readonly mark: (use: MarkUse) => number;
  /** The name of a chain of a policy, profile, group or endpoint. */
  readonly chainName: (role: ChainRole, of: string) => string;
  /** Workloads are found by their interface in a map, and not in a tree of chains. */
  readonly hasMaps: boolean;
}

/** What all parts of the renderer ask. */
export interface RenderContext extends NodeContext {
  readonly family: Family;
  readonly felix: FelixSettings;
  /** The name of a set, by its ID. */
  readonly set: (id: string) => string;
}

/** What the rules are for. */
export type Dialect = "iptables" | "nft";

/** NFT_NAME_MAXLEN, with which knftables limits names. */
const MAX_NFT_NAME = 256;

/** @param chainName the one of another family's context: names are made once. */
export function contextOf(
  { family, felix }: Pick<FelixInput, "family" | "felix">,
  dialect: Dialect = "iptables",
  chainName: RenderContext["chainName"] = chainNames(dialect === "nft" ? MAX_NFT_NAME : MAX_CHAIN_NAME),
): RenderContext {
  const era = markEra(felix.version);
  const { bits, cleared } = allocateMarks(era, felix.markMask, felix.hasWireguard);
  const mark = (use: MarkUse): number => {
    const value = bits.get(use);
    invariant(value !== undefined, `the mark mask has no bit left for ${use}`);
    return value;
  };
  const features = featuresOf(felix.version);
  const has = (feature: Feature): boolean => features.has(feature);
  return {
    family,
    felix,
    has,
    allMarks: cleared,
    accept: mark("accept"),
    pass: mark("pass"),
    fromWorkload: mark(era.uses.includes("from-workload") ? "from-workload" : "scratch-0"),
    mark,
    set: (id) => setName(family, id, has("netSets") ? "0" : "-"),
    chainName,
    hasMaps: dialect === "nft",
  };
}

/** Names that are too long are hashed: each is once, for the chain and for all that jump to it. */
function chainNames(longest: number): RenderContext["chainName"] {
  const known = new Map<ChainRole, Map<string, string>>();
  return (role, of) => {
    const names = known.get(role) ?? new Map<string, string>();
    known.set(role, names);
    const name = names.get(of) ?? roleChainName(role, of, longest);
    names.set(of, name);
    return name;
  };
}

/**
 * Who has which mark, with kube-proxy in mode ipvs: the hash of an interface's name, and the next free value where another name has that. Felix gives
 * them as endpoints come; here they come by name.
 */
export function endpointMarks({ mark }: RenderContext, interfaces: readonly string[]): ReadonlyMap<string, number> {
  const mask = mark("endpoint");
  const marks = new Map<string, number>();
  const taken = new Set<number>([0, lowestBit(mask)]);
  for (const name of interfaces) {
    let value = endpointMark(name, mask);
    // Adding below the mask's own zeros carries into its next bit.
    for (let tries = 0; taken.has(value) && tries < 2 ** 16; tries++)
      value = ((((value | ~mask) >>> 0) + 1) & mask) >>> 0;
    if (taken.has(value)) continue;
    taken.add(value);
    marks.set(name, value);
  }
  return marks;
}

/** "No endpoint of Calico's". */
export function lowestBit(mask: number): number {
  return (mask & -mask) >>> 0;
}
