import type { CompiledChain, CompiledRule } from "../program/program.ts";
import type { Subject } from "./finding.ts";
import { reachedChain } from "./reached.ts";
import type { PlacedFault } from "./rule-faults.ts";

/**
 * Is it a NAT rule that an ACCEPT or another mapping before it hides? NAT chains are asked about the first packet of a connection, and who ends
 * them decides for all of it (net/netfilter/nf_nat_core.c nf_nat_inet_fn).
 */
export function hidesNat(subject: Subject, { fault: { chain, rule, why } }: PlacedFault): boolean {
  if (why.kind !== "shadowed" || why.same || !isNat(rule)) return false;
  return why.by.some((one) => one.action.kind === "accept" || isNat(one)) && isInNat(subject, chain);
}

function isNat({ action, then }: CompiledRule): boolean {
  return [{ action }, ...then].some((part) => part.action.kind === "nat" || part.action.kind === "nat-values");
}

function isInNat(subject: Subject, chain: CompiledChain): boolean {
  return reachedChain(subject, chain)?.from.every(({ isNat: inNat }) => inNat) === true;
}
