import type { Address } from "../base/address.ts";
import { inNet, printAddress } from "../base/address.ts";
import type { AddressType } from "../program/test.ts";
import { fibLookup } from "./fib.ts";
import type { Question } from "./oracle.ts";
import { flowKey } from "./flow-key.ts";
import { factQuestion } from "./run.ts";
import type { Run } from "./run.ts";
import { V4_NETS } from "./special-addresses.ts";

/** xt_addrtype.c: is the address of one of these types? `device` as `--limit-iface-*` says, else null. */
export function isOfType(
  run: Run,
  address: Address,
  types: readonly AddressType[],
  device: string | null,
): boolean | Question {
  if (typeof address === "bigint") return isOfType6(run, address, types, device);
  const type = typeOfAddress(run, address, device);
  return typeof type === "string" ? types.includes(type) : type;
}

/** inet_addr_type_dev_table (net/ipv4/fib_frontend.c): constants and the local table only; policy rules do not count. */
export function typeOfAddress(run: Run, address: number, device: string | null): AddressType | Question {
  if (address === 0 || address === 0xffff_ffff) return "BROADCAST";
  if (inNet(address, V4_NETS.multicast)) return "MULTICAST";
  const open = untoldAddress(run, address);
  if (typeof open !== "boolean") return open;
  if (open) return "LOCAL";
  for (const { route } of run.family.fib.tables.get("local")?.lookup(address) ?? []) {
    if (device !== null && !route.nexthops.some((hop) => hop.dev === device)) return "UNICAST";
    if (route.type === "local") return "LOCAL";
    return route.type === "broadcast" ? "BROADCAST" : "UNICAST";
  }
  return "UNICAST";
}

/** Without any dump of addresses or routes nobody knows; with one, this says no and the tables answer. */
export function untoldAddress(run: Run, address: Address): boolean | Question {
  if (run.program.hasLinks || run.family.fib.complete) return false;
  const question = factQuestion(`${printAddress(address)} is an address of this node`, "no ip addr dump", false);
  return run.oracle.known(question.key) ?? question;
}

/** match_type6: multicast, unicast and unspecified by the address alone, and all that are named must hold; the rest by its route. */
function isOfType6(
  run: Run,
  address: bigint,
  types: readonly AddressType[],
  device: string | null,
): boolean | Question {
  const multicast = address >> 120n === 0xffn;
  if (types.includes("MULTICAST") && !multicast) return false;
  if (types.includes("UNICAST") && (multicast || address === 0n)) return false;
  if (types.includes("UNSPEC") && address !== 0n) return false;
  if (!types.some((type) => ROUTED_TYPES.has(type))) return true;
  const open = untoldAddress(run, address);
  if (typeof open !== "boolean") return open;
  return open ? types.includes("LOCAL") : routedTypes(run, address, device).some((type) => types.includes(type));
}

const ROUTED_TYPES: ReadonlySet<AddressType> = new Set(["ANYCAST", "LOCAL", "UNREACHABLE"]);

/** The flow of a lookup that only has an address. */
const NOTHING_ELSE = { src: 0n, iif: "lo", tos: 0, mark: 0, uid: 0, proto: 0, sport: 0, dport: 0 } as const;

/** match_lookup_rt6. */
function routedTypes(run: Run, address: bigint, device: string | null): readonly AddressType[] {
  const own = device === null ? null : run.program.links.get(device);
  const onDevice: AddressType[] =
    own?.addresses.some(({ prefix }) => prefix.address === address) === true ? ["LOCAL"] : [];
  const result = fibLookup(run, flowKey(run.skb, { ...NOTHING_ELSE, dst: address, oif: device }));
  if (result.kind === "error") return [...onDevice, "UNREACHABLE"];
  const { type } = result.entry.route;
  if (type === "local" && device === null) return ["LOCAL"];
  return type === "anycast" ? [...onDevice, "ANYCAST"] : onDevice;
}
