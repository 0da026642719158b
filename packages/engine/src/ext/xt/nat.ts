import type { Action, NatSpec } from "../../program/action.ts";
import type { NatRange } from "./codecs-nat.ts";

interface NatFlags {
  readonly random?: object;
  readonly "random-fully"?: object;
  readonly persistent?: object;
}

/** The action of a NAT target: what it may choose from, and the flags that it was given. */
export function natAction(kind: NatSpec["kind"], range: Partial<NatRange>, flags: NatFlags): Action {
  return {
    kind: "nat",
    spec: {
      kind,
      addresses: range.addresses ?? null,
      ports: range.ports ?? null,
      random: flags.random !== undefined,
      randomFully: flags["random-fully"] !== undefined,
      persistent: flags.persistent !== undefined,
    },
  };
}
