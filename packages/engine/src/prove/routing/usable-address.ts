import type { Address } from "../../base/address.ts";
import type { InterfaceAddress, Link } from "../../model/routing.ts";
import type { Ref } from "../bdd/bdd.ts";

/** Packets by the source that MASQUERADE would give them; null: there is none. */
export interface MasqueradeSource {
  readonly when: Ref;
  readonly address: Address | null;
}

const UNUSABLE: ReadonlySet<string> = new Set(["secondary", "tentative"]);

/** Addresses of a device that packets of others may be given as their source. */
export function usableOf({ addresses }: Link, type: "number" | "bigint"): readonly InterfaceAddress[] {
  return addresses.filter(
    ({ prefix, scope, flags }) =>
      typeof prefix.address === type && scope === "global" && !flags.some((flag) => UNUSABLE.has(flag)),
  );
}
