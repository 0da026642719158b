import { compareVersions } from "../../owners/calico/felix-version.ts";
import { setName } from "../../owners/calico/set-names.ts";
import { allocateMarks, markEra } from "../../owners/calico/marks.ts";
import type { MarkUse } from "../../owners/calico/marks.ts";
import { invariant } from "../../base/assert.ts";
import type { Family } from "../../base/address.ts";
import type { CalicoNode, FelixSettings } from "./input.ts";

/** What all parts of the renderer ask: the settings, and the names and bits that follow from them. */
export interface RenderContext {
  readonly family: Family;
  readonly felix: FelixSettings;
  /** All bits that Felix clears at once. */
  readonly allMarks: number;
  readonly accept: number;
  readonly pass: number;
  readonly fromWorkload: number;
  /** What conntrack knows is judged in the chain of each endpoint, and no longer at the top of the kernel's. */
  readonly hasConntrackInEndpoints: boolean;
  /** The name of a set, by its ID. */
  readonly set: (id: string) => string;
}

export function contextOf({ family, felix }: CalicoNode): RenderContext {
  const { bits, cleared } = allocateMarks(markEra(felix.version), felix.markMask);
  const bit = (use: MarkUse): number => {
    const value = bits.get(use);
    invariant(value !== undefined, `the mark mask has no bit left for ${use}`);
    return value;
  };
  return {
    family,
    felix,
    allMarks: cleared,
    accept: bit("accept"),
    pass: bit("pass"),
    fromWorkload: bit("from-workload"),
    hasConntrackInEndpoints: compareVersions(felix.version, "2.1.2") >= 0,
    set: (id) => setName(family, id, "-"),
  };
}
