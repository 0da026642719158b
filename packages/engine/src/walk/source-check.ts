import type { Address } from "../base/address.ts";
import { familyOf, zeroOf } from "../base/address.ts";
import type { InterfaceAddress, Link, RouteType } from "../model/routing.ts";
import { fibLookup } from "./fib.ts";
import type { FibResult } from "./fib.ts";
import { reverseKey } from "./flow-key.ts";
import { isAddressOfDevice } from "./local-address.ts";
import { drop } from "./routed.ts";
import type { Routed } from "./routed.ts";
import type { Run } from "./run.ts";

/** What fib_validate_source is told of where a packet goes. */
interface Going {
  /** Null: it stays here. */
  readonly oif: string | null;
  readonly dst: Address;
}

/** Broadcasts and groups are asked about without their address (ip_mc_validate_source, brd_input of ip_route_input_slow). */
export const TO_MANY: Going = { oif: null, dst: zeroOf("ip") };

/** fib_validate_source: the reverse path filter and the check that a source is not an address of this node. */
export function sourceRefused(run: Run, iif: string, going: Going): Routed | null {
  if (iif === "lo") return null;
  const { sysctl } = run.program;
  const rpf = sysctl.max("ipv4", iif, "rp_filter", 0);
  const acceptLocal = sysctl.either("ipv4", iif, "accept_local", 0);
  const redirecting = going.oif === iif && sysctl.either("ipv4", iif, "send_redirects", 1);
  // Without custom rules the kernel only compares with its own addresses.
  if (rpf === 0 && !redirecting && run.family.fib.maybeMerged) {
    return acceptLocal || !isAddressOfDevice(run, run.skb.src)
      ? null
      : drop("martian", "source is an address of this node");
  }
  return sourceRefusedByRoute(run, { ...going, iif, rpf, acceptLocal });
}

interface SourceCheck extends Going {
  readonly iif: string;
  /** Effective rp_filter: 0 off, 1 strict, 2 loose. */
  readonly rpf: number;
  readonly acceptLocal: boolean;
}

/** __fib_validate_source: the route that an answer would take, with the input device's place taken by the output's. */
function sourceRefusedByRoute(run: Run, { iif, oif, dst, rpf, acceptLocal }: SourceCheck): Routed | null {
  const { skb, program } = run;
  const mark = program.sysctl.either("ipv4", iif, "src_valid_mark", 0) ? skb.mark : 0;
  const result = fibLookup(run, reverseKey(skb, { src: dst, iif: oif ?? "lo", mark }));
  const mode = `rp_filter ${String(rpf)} on ${iif}`;
  if (result.kind === "error") {
    return rpf !== 0 && run.family.fib.complete ? drop("rp_filter", `no route back to the source (${mode})`) : null;
  }
  const martian = martianSource(result.entry.route.type, acceptLocal);
  if (martian !== null) return drop("martian", martian);
  if (rpf === 0 || usesDevice(result, iif)) return null;
  if (rpf === 2 && !isAddressless(run, iif)) return null;
  const dev = result.nexthop?.dev ?? "no device";
  return drop("rp_filter", `the route back to the source leaves by ${dev}, not ${iif} (${mode})`);
}

function martianSource(type: RouteType, acceptLocal: boolean): string | null {
  if (type === "local") return acceptLocal ? null : "source is an address of this node";
  return type === "unicast" ? null : `source is a ${type} address`;
}

/** A device without addresses is held to strict filtering even where it is loose. */
function isAddressless(run: Run, iif: string): boolean {
  const link = run.program.links.get(iif);
  return link !== undefined && addressesOf(link, 0).length === 0;
}

/** fib_info_nh_uses_dev: any next hop of the route. */
export function usesDevice(result: FibResult & { kind: "route" }, dev: string): boolean {
  return result.entry.route.nexthops.some((hop) => hop.dev === dev);
}

export function addressesOf(link: Link, like: Address): readonly InterfaceAddress[] {
  return link.addresses.filter(({ prefix }) => familyOf(prefix.address) === familyOf(like));
}
