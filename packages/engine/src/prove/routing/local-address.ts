import type { AddressField } from "../../program/test.ts";
import type { Ref } from "../bdd/bdd.ts";
import type { Space } from "../space.ts";

/** inet_lookup_ifaddr: the addresses that the local table has a `local` route for. */
export function localAddresses(space: Space, field: AddressField): Ref {
  const entries = space.family.fib.tables.get("local")?.entries() ?? [];
  return space.bdd.union(
    entries.flatMap(({ route, net }) => (route.type === "local" ? [space.inNet(field, net)] : [])),
  );
}
