import {
  ACCEPT,
  NOTRACK,
  RETURN,
  REVERSE_PATH_FAILED,
  REVERSE_PATH_FAILED_BY_MARK,
  clearMark,
  deny,
  host,
  inInterface,
  jump,
  markClear,
  markSet,
  net,
  port,
  protocol,
  rule,
  setMark,
  udpPort,
} from "./build.ts";
import type { RenderContext } from "./context.ts";
import { failsafeChains } from "./failsafe-chains.ts";
import type { FelixChain, FelixRule } from "./felix-rule.ts";
import { eachPrefix } from "./filter-chains.ts";
import { DISPATCH, RPF_SKIP, WIREGUARD_MARK } from "./fixed-names.ts";
import type { WorkloadChains } from "./input.ts";
import { familyOf } from "../../base/address.ts";

/** Table raw, before connections are tracked: felix/rules/static.go StaticRaw…Chain. */

export function staticRawChains(context: RenderContext, workloads: readonly WorkloadChains[]): readonly FelixChain[] {
  const { allMarks, accept } = context;
  return [
    { name: "cali-PREROUTING", rules: prerouting(context) },
    {
      name: "cali-OUTPUT",
      rules: [
        rule([], clearMark(allMarks)),
        rule([], jump(DISPATCH.toHost)),
        ...vxlanNotrack(context),
        rule([markSet(accept)], ACCEPT),
      ],
    },
    { name: RPF_SKIP, rules: rpfSkip(context, workloads) },
    { name: WIREGUARD_MARK, rules: wireguardMark(context) },
    ...failsafeChains(context, "raw"),
  ];
}

function prerouting(context: RenderContext): readonly FelixRule[] {
  const { felix, has, allMarks, accept, fromWorkload } = context;
  const hasWireguardMark = felix.wireguardHosts !== null && has("wireguardMark");
  return [
    rule([], clearMark(allMarks)),
    ...(hasWireguardMark ? [rule([], jump(WIREGUARD_MARK))] : []),
    ...vxlanNotrack(context),
    ...eachPrefix(context, (pattern) => [rule([inInterface(pattern)], setMark(fromWorkload))]),
    ...(has("rpfSkip") ? [rule([markSet(fromWorkload)], jump(RPF_SKIP))] : []),
    ...reversePath(context),
    rule([markClear(fromWorkload)], jump(DISPATCH.fromHost)),
    rule([markSet(accept)], ACCEPT),
  ];
}

/** A tunnel's packets have another source port in each direction: no connection would ever see a reply. */
function vxlanNotrack({ felix, has }: RenderContext): readonly FelixRule[] {
  if (felix.vxlan === null || !has("vxlanNotrack")) return [];
  return [rule([protocol("udp"), udpPort(felix.vxlanPort)], NOTRACK)];
}

/** No workload sends from addresses that are not its own. Up to 3.11 the kernel's own rp_filter saw to that in IPv4. */
function reversePath(context: RenderContext): readonly FelixRule[] {
  const { family, felix, has, fromWorkload } = context;
  if (family === "ip" && !has("reversePathV4")) return [];
  const failed = has("rpfilterMark") ? REVERSE_PATH_FAILED_BY_MARK : REVERSE_PATH_FAILED;
  const hasDhcp = has("dhcpBeforeReversePath") && family === "ip" && felix.openStack !== null;
  const dhcp = [protocol("udp"), host("source", 0), port("source", 68), port("destination", 67)];
  return [...(hasDhcp ? [rule(dhcp, ACCEPT)] : []), rule([markSet(fromWorkload), failed], deny(context))];
}

/** felix/dataplane/linux/endpoint_mgr.go: by interface. */
function rpfSkip({ family }: RenderContext, workloads: readonly WorkloadChains[]): readonly FelixRule[] {
  return workloads.flatMap((endpoint) =>
    endpoint.spoofable
      .filter(({ address }) => familyOf(address) === family)
      .map((prefix) => rule([inInterface(endpoint.interface), net("source", prefix)], ACCEPT)),
  );
}

function wireguardMark(context: RenderContext): readonly FelixRule[] {
  const devices = context.felix.wireguardHosts;
  if (devices === null) return [];
  return [
    ...["lo", ...devices].map((device) => rule([inInterface(device)], RETURN)),
    ...eachPrefix(context, (pattern) => [rule([inInterface(pattern)], RETURN)]),
    rule([], setMark(context.mark("wireguard"))),
  ];
}
