import type { Address, Family } from "../../base/address.ts";
import { bitsOf, familyOf, orAddress, parseAddress } from "../../base/address.ts";
import type { FibEntry, Program } from "../../program/program.ts";

/** An address that the node knows, and how it is reached. */
export interface KnownAddress {
  readonly address: Address;
  /** The device that packets to it leave by; null: no route says. */
  readonly dev: string | null;
  /** It is one of the node's own. */
  readonly isLocal: boolean;
}

const MOST_KNOWN = 256;
/** A host of a network that nobody knows by name: `.9`. */
const HOST = 9;
/** Of TEST-NET-3 (RFC 5737) and of the documentation prefix (RFC 3849): somebody outside. */
const OUTSIDE: Readonly<Record<Family, string>> = { ip: "203.0.113.9", ip6: "2001:db8::9" };

const known = new WeakMap<Program, Map<Family, readonly KnownAddress[]>>();

/** Addresses that a person would name on this node: of pods and neighbours, its own, a host of each network, one outside. */
export function knownAddresses(program: Program, family: Family): readonly KnownAddress[] {
  let own = known.get(program);
  if (own === undefined) {
    own = new Map();
    known.set(program, own);
  }
  let addresses = own.get(family);
  if (addresses === undefined) {
    addresses = [...collect(program, family)];
    own.set(family, addresses);
  }
  return addresses;
}

function* collect(program: Program, family: Family): Iterable<KnownAddress> {
  const seen = new Set<Address>();
  for (const address of candidates(program, family)) {
    if (familyOf(address) !== family || seen.has(address)) continue;
    seen.add(address);
    yield whereIs(program, family, address);
    if (seen.size === MOST_KNOWN) return;
  }
}

function* candidates(program: Program, family: Family): Iterable<Address> {
  const routes = program.families[family].fib.tables.get("main")?.entries() ?? [];
  const hosts = routes.filter(({ length, net }) => length === bitsOf(net.value));
  for (const { net } of hosts) yield net.value;
  for (const { address } of program.neighbours ?? []) yield address;
  for (const { addresses } of program.links.values()) for (const { prefix } of addresses) yield prefix.address;
  for (const { net, length } of routes)
    if (length > 0 && length < bitsOf(net.value) - 3) yield orAddress(net.value, family === "ip" ? HOST : BigInt(HOST));
  yield parseAddress(OUTSIDE[family]) ?? 0;
}

function whereIs(program: Program, family: Family, address: Address): KnownAddress {
  const { tables } = program.families[family].fib;
  const first = (table: string): FibEntry | undefined => tables.get(table)?.lookup(address)[0];
  const isLocal = first("local")?.route.type === "local";
  return { address, dev: first("main")?.route.nexthops[0]?.dev ?? null, isLocal };
}
