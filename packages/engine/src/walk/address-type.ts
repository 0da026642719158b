import type { Address } from "../base/address.ts";
import { inNet, printAddress } from "../base/address.ts";
import type { AddressType } from "../program/test.ts";
import type { Question } from "./oracle.ts";
import { factQuestion } from "./run.ts";
import type { Run } from "./run.ts";
import { V4_NETS } from "./special-addresses.ts";

/**
 * inet_addr_type_dev_table (net/ipv4/fib_frontend.c): constants and the local table only, policy rules ignored. IPv6:
 * xt_addrtype.c match_lookup_rt6 looks the address up like any packet.
 */
export function addressTypeOf(run: Run, address: Address, device: string | null): AddressType | Question {
  if (typeof address === "bigint") return typeOfV6(run, address, device);
  if (address === 0 || address === 0xffff_ffff) return "BROADCAST";
  if (inNet(address, V4_NETS.multicast)) return "MULTICAST";
  const local = run.family.fib.tables.get("local");
  if (!run.program.hasLinks && !run.family.fib.complete) return askedType(run, address);
  for (const { route } of local?.lookup(address) ?? []) {
    const on = device === null || route.nexthops.some((hop) => hop.dev === device);
    if (!on) return "UNICAST";
    if (route.type === "local") return "LOCAL";
    if (route.type === "broadcast") return "BROADCAST";
    return "UNICAST";
  }
  return "UNICAST";
}

function askedType(run: Run, address: Address): AddressType | Question {
  const question = factQuestion(`${printAddress(address)} is an address of this node`, "no ip addr dump", false);
  const known = run.oracle.known(question.key);
  if (known === undefined) return question;
  return known ? "LOCAL" : "UNICAST";
}

function typeOfV6(run: Run, address: bigint, device: string | null): AddressType | Question {
  if (address >> 120n === 0xffn) return "MULTICAST";
  if (!run.program.hasLinks && !run.family.fib.complete) return askedType(run, address);
  for (const name of ["local", "main"]) {
    for (const { route } of run.family.fib.tables.get(name)?.lookup(address) ?? []) {
      if (device !== null && !route.nexthops.some((hop) => hop.dev === device)) continue;
      if (route.type === "local") return "LOCAL";
      if (route.type === "anycast") return "ANYCAST";
      if (route.type === "unreachable") return "UNREACHABLE";
      return "UNICAST";
    }
  }
  return "UNREACHABLE";
}
