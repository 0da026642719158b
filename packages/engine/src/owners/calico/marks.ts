import { invariant } from "../../base/assert.ts";
import { compareVersions } from "./felix-version.ts";

/** What Felix uses a bit of the packet's mark for. */
export type MarkUse =
  "accept" | "pass" | "drop" | "from-workload" | "scratch-0" | "scratch-1" | "wireguard" | "endpoint";

/** How a range of versions shares out the bits of its mask: in this order, from the lowest bit up. */
export interface MarkEra {
  /** First version that does so. */
  readonly since: string;
  /** FelixConfiguration's IptablesMarkMask where nobody set it. */
  readonly defaultMask: number;
  readonly uses: readonly MarkUse[];
  /** The bits behind them identify endpoints (with kube-proxy in IPVS mode). */
  readonly hasEndpointMarks: boolean;
  /** Uses that the rules do not clear when they clear all. */
  readonly keeps: readonly MarkUse[];
}

/** Oldest first. felix/dataplane/driver.go, which allocates the bits. */
export const MARK_ERAS: readonly MarkEra[] = [
  {
    since: "2.1.0",
    defaultMask: 0xff00_0000,
    uses: ["accept", "pass", "from-workload"],
    hasEndpointMarks: false,
    keeps: [],
  },
  {
    since: "2.4.0",
    defaultMask: 0xff00_0000,
    uses: ["accept", "pass", "scratch-0", "scratch-1"],
    hasEndpointMarks: false,
    keeps: [],
  },
  {
    since: "3.1.0",
    defaultMask: 0xffff_0000,
    uses: ["accept", "pass", "scratch-0", "scratch-1"],
    hasEndpointMarks: true,
    keeps: [],
  },
  {
    since: "3.30.0",
    defaultMask: 0xffff_0000,
    uses: ["accept", "pass", "drop", "scratch-0", "scratch-1"],
    hasEndpointMarks: true,
    keeps: ["drop"],
  },
];

/** How a version shares out the bits; `version` is 2.1.0 or later. */
export function markEra(version: string): MarkEra {
  const era = MARK_ERAS.findLast(({ since }) => compareVersions(since, version) <= 0);
  invariant(era !== undefined, `no Felix before 2.1.0 has marks that are known here: ${version}`);
  return era;
}

/** The bits of a mark by what they are for. */
export interface MarkBits {
  readonly bits: ReadonlyMap<MarkUse, number>;
  /** What one rule clears at the start of a packet's way. */
  readonly cleared: number;
}

/**
 * Who gets which bit of a mask. `wireguard`: WireGuard is on and takes the bit behind the fixed ones. The endpoint block is all that is left; its lowest
 * bit stands for "no endpoint of Calico's".
 */
export function allocateMarks(era: MarkEra, mask: number = era.defaultMask, wireguard = false): MarkBits {
  const free = bitsFromLowest(mask);
  const bits = new Map<MarkUse, number>();
  let cleared = 0;
  for (const use of [...era.uses, ...(wireguard ? (["wireguard"] as const) : [])]) {
    const bit = free.shift();
    if (bit === undefined) break;
    bits.set(use, bit);
    if (use !== "wireguard" && !era.keeps.includes(use)) cleared = (cleared | bit) >>> 0;
  }
  const endpoint = free.reduce((all, bit) => (all | bit) >>> 0, 0);
  if (era.hasEndpointMarks && endpoint !== 0) bits.set("endpoint", endpoint);
  return { bits, cleared };
}

export function bitsFromLowest(mask: number): number[] {
  const bits: number[] = [];
  for (let at = 0; at < 32; at++) {
    const bit = (1 << at) >>> 0;
    if ((mask & bit) !== 0) bits.push(bit);
  }
  return bits;
}

const FNV_OFFSET = 0x811c_9dc5;
const FNV_PRIME = 0x0100_0193;

/**
 * The mark of an endpoint's interface inside the endpoint mask, where no other interface took its place before: FNV-1 of the name modulo the number of
 * values, its binary digits laid into the mask's bits. Zero is never given. felix/rules/epmark.go.
 */
export function endpointMark(iface: string, mask: number): number {
  const places = bitsFromLowest(mask);
  const values = 2 ** places.length;
  if (values < 2) return 0;
  let hash = FNV_OFFSET;
  for (let at = 0; at < iface.length; at++) hash = (Math.imul(hash, FNV_PRIME) ^ iface.charCodeAt(at)) >>> 0;
  const position = hash % values === 0 ? 1 : hash % values;
  return places.reduce((mark, bit, at) => (Math.floor(position / 2 ** at) % 2 === 1 ? (mark | bit) >>> 0 : mark), 0);
}
