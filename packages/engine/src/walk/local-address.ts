import type { Address } from "../base/address.ts";
import { bitsOf } from "../base/address.ts";
import type { Run } from "./run.ts";

/** Has a device this very address (inet_lookup_ifaddr_rcu)? What the local table holds as a network, 127.0.0.0/8, is none. */
export function isAddressOfDevice({ family }: Run, address: Address): boolean {
  const entries = family.fib.tables.get("local")?.lookup(address) ?? [];
  return entries.some(({ route, length }) => route.type === "local" && length === bitsOf(address));
}

/** Is this address in the local table (inet_addr_type)? */
export function isLocalAddress(run: Run, address: Address): boolean {
  const local = run.family.fib.tables.get("local");
  if (local === undefined) return false;
  for (const entry of local.lookup(address)) if (entry.route.type === "local") return true;
  return false;
}
