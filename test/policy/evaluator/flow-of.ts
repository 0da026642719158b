import type { DesiredState } from "@hookwalk/engine/desired";
import type { Place, Probe } from "../probe.ts";
import type { Flow, Party } from "./party.ts";
import { partyOf } from "./party.ts";

/** A probe as the evaluator is asked about it. */
export function flowOf(state: DesiredState, { family, from, to, protocol, sport, dport }: Probe): Flow {
  const party = (place: Place): Party => partyOf(state, place.addresses[family]);
  return {
    family,
    source: party(from),
    destination: party(to),
    protocol,
    sourcePort: protocol === "icmp" ? null : sport,
    destinationPort: dport,
  };
}
