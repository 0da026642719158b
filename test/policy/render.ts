import type { Snapshot } from "@hookwalk/engine";
import { renderOwners } from "@hookwalk/engine/render";
import type { DesiredState } from "@hookwalk/engine/desired";

/** What Felix writes on the cluster's node for these objects. */
export function rendered(state: DesiredState): Snapshot {
  const { value, diagnostics } = renderOwners(["calico"], state);
  if (value === null || diagnostics.length > 0) throw new Error(JSON.stringify(diagnostics));
  return value.snapshot;
}
