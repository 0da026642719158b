import { familyOf, printAddressMask, netOf } from "../../base/address.ts";
import type { Prefix } from "../../base/address.ts";
import {
  ACCEPT,
  DESTINATION_IS_LOCAL,
  DROP,
  IPVS,
  REJECT,
  RETURN,
  allow,
  clearMark,
  ctState,
  deny,
  denyWord,
  goTo,
  host,
  icmp,
  inInterface,
  ipset,
  jump,
  markClear,
  markIs,
  markNotClear,
  markSet,
  net,
  outInterface,
  port,
  ports,
  protocol,
  rule,
  setMark,
  sourceIsLocal,
  verdict,
} from "./build.ts";
import { lowestBit } from "./context.ts";
import type { RenderContext } from "./context.ts";
import { failsafeChains } from "./failsafe-chains.ts";
import type { Action, FelixChain, FelixRule } from "./felix-rule.ts";
import { CIDR_BLOCK, DISPATCH, FORWARD_CHECK, FORWARD_MARK, WORKLOAD_TO_HOST } from "./fixed-names.ts";
import { compareTexts } from "./order.ts";
import { portLists } from "./port-lists.ts";

/** Table filter: felix/rules/static.go StaticFilter…Chains. */

const IPIP = 4;
const UDP = 17;
const ICMP6 = 58;
/** What a router must hear from its links: multicast listener query, report and done, router and neighbour solicitation, neighbour advertisement. */
const ROUTER_ICMP6 = [130, 131, 132, 133, 135, 136];
const DHCP = { ip: { client: 68, server: 67 }, ip6: { client: 546, server: 547 } } as const;
const DNS_PORT = 53;
const FAMILY_NAME = { ip: "IPv4", ip6: "IPv6" } as const;

export function staticFilterChains(context: RenderContext, blocked: readonly Prefix[]): readonly FelixChain[] {
  return [
    { name: "cali-FORWARD", rules: context.has("forwardPolicies") ? forward(context) : firstForward(context) },
    { name: "cali-INPUT", rules: input(context) },
    { name: WORKLOAD_TO_HOST, rules: workloadToHost(context) },
    { name: "cali-OUTPUT", rules: output(context) },
    ...failsafeChains(context, "filter"),
    ...(context.felix.ipvs === null ? [] : [forwardCheck(context, context.felix.ipvs), forwardMark(context)]),
    { name: CIDR_BLOCK, rules: cidrBlock(context, blocked) },
  ];
}

/** Behind the rules of all others in FORWARD: what was forwarded is marked for mangle, where mangle asks. */
export function forwardAppends(context: RenderContext): readonly FelixRule[] {
  const { accept, has } = context;
  return [
    ...(has("acceptAppended") ? [acceptForwarded(context)] : []),
    ...(has("manglePostrouting") ? [rule([], setMark(accept))] : []),
  ];
}

function acceptForwarded(context: RenderContext): FelixRule {
  return rule([markSet(context.accept)], allow(context), "Policy explicitly accepted packet.");
}

export function eachPrefix(
  { felix }: RenderContext,
  rules: (pattern: string) => readonly FelixRule[],
): readonly FelixRule[] {
  return felix.interfacePrefixes.flatMap((prefix) => rules(`${prefix}+`));
}

/** What the tables before let pass is not asked again; up to 2.3 only what raw also let pass untracked. */
function acceptAccepted(context: RenderContext): FelixRule {
  const { accept, has } = context;
  return has("preDnat")
    ? rule([markSet(accept)], allow(context))
    : rule([markSet(accept), ctState("UNTRACKED")], ACCEPT);
}

/** Up to 2.1.1, for every packet of the host; an established connection is never asked for a policy again. */
function conntrackRules({ has }: RenderContext): readonly FelixRule[] {
  if (has("conntrackInEndpoints")) return [];
  return [rule([ctState("INVALID")], DROP), rule([ctState("RELATED,ESTABLISHED")], ACCEPT)];
}

function hostPolicy(context: RenderContext, dispatch: FelixRule): readonly FelixRule[] {
  return [rule([], clearMark(context.allMarks)), dispatch, acceptByHost(context)];
}

function acceptByHost({ felix, accept }: RenderContext): FelixRule {
  return rule([markSet(accept)], verdict(felix.filterAllow), "Host endpoint policy accepted packet.");
}

function input(context: RenderContext): readonly FelixRule[] {
  const accepted = [acceptAccepted(context)];
  const isAsked = context.has("preDnatOfWorkloads");
  return [
    ...(isAsked ? [] : accepted),
    ...(context.has("ipipAccepted") ? tunnelsIn(context) : foreignIpip(context)),
    ...ipvsIn(context),
    ...conntrackRules(context),
    ...eachPrefix(context, (pattern) => [rule([inInterface(pattern)], goTo(WORKLOAD_TO_HOST))]),
    ...(isAsked ? accepted : []),
    ...hostPolicy(context, rule([], jump(DISPATCH.fromHost))),
  ];
}

function foreignIpip({ family, felix, set }: RenderContext): readonly FelixRule[] {
  if (family !== "ip" || felix.ipip === null) return [];
  const tests = [protocol(IPIP), ipset(set("all-hosts"), "source", true)];
  return [rule(tests, DROP, "Drop IPIP packets from non-Calico hosts")];
}

/** The set of all nodes. */
function hostsSet({ set, has }: RenderContext): string {
  return set(has("allHostsNet") ? "all-hosts-net" : "all-hosts");
}

/** Tunnelled packets come from nodes of the cluster, or not at all. */
function tunnelsIn(context: RenderContext): readonly FelixRule[] {
  const { family, felix, set } = context;
  const { packets, hosts } = vxlanWords(context);
  const vxlanPort = port("destination", felix.vxlanPort);
  const [vxlanDeny, vxlanWord] = family === "ip" ? [DROP, "Drop"] : [deny(context), denyWord(context)];
  const ipip = [
    rule(
      [protocol(IPIP), ipset(hostsSet(context), "source"), DESTINATION_IS_LOCAL],
      allow(context),
      "Allow IPIP packets from Calico hosts",
    ),
    rule([protocol(IPIP)], deny(context), `${denyWord(context)} IPIP packets from non-Calico hosts`),
  ];
  const vxlan = [
    rule(
      [protocol(UDP), vxlanPort, ipset(set("all-vxlan-net"), "source"), DESTINATION_IS_LOCAL],
      allow(context),
      `Allow ${packets} from ${hosts} hosts`,
    ),
    rule(
      [protocol(UDP), vxlanPort, DESTINATION_IS_LOCAL],
      vxlanDeny,
      `${vxlanWord} ${packets} from non-${hosts} hosts`,
    ),
  ];
  return [
    ...(family === "ip" && felix.ipip !== null ? ipip : []),
    ...(felix.vxlan === null ? [] : vxlan),
    ...wireguardRules(context, "in"),
  ];
}

/** What comments call a tunnel's packets, and the nodes that may send them. */
function vxlanWords({ family, has }: RenderContext): { readonly packets: string; readonly hosts: string } {
  return {
    packets: has("vxlanV6") ? `${FAMILY_NAME[family]} VXLAN packets` : "VXLAN packets",
    hosts: has("allowedHosts") ? "allowed" : "whitelisted",
  };
}

function wireguardRules(context: RenderContext, way: "in" | "out"): readonly FelixRule[] {
  const { family, felix } = context;
  if (felix.wireguard === null) return [];
  const [local, word] =
    way === "in" ? ([DESTINATION_IS_LOCAL, "incoming"] as const) : ([sourceIsLocal("host"), "outgoing"] as const);
  const tests = [protocol(UDP), port("destination", felix.wireguard.port), local];
  const name = context.has("allowedHosts") ? `${FAMILY_NAME[family]} Wireguard` : "Wireguard";
  return [rule(tests, allow(context), `Allow ${word} ${name} packets`)];
}

/** With IPVS, forwarded packets pass INPUT and OUTPUT; their endpoint is remembered in the mark. */
function ipvsIn({ felix, mark }: RenderContext): readonly FelixRule[] {
  if (felix.ipvs === null) return [];
  const endpoint = mark("endpoint");
  return [rule([], clearMark(endpoint)), rule([], jump(FORWARD_CHECK)), rule([markNotClear(endpoint)], RETURN)];
}

function forwardCheck({ set }: RenderContext, ipvs: NonNullable<RenderContext["felix"]["ipvs"]>): FelixChain {
  const here = set("this-host");
  const nodePorts = portLists(ipvs.nodePorts).flatMap((list) =>
    ["tcp", "udp"].map((name) =>
      rule(
        [protocol(name), ports("destination", list), ipset(here, "destination")],
        goTo(DISPATCH.setMark),
        "To kubernetes NodePort service",
      ),
    ),
  );
  return {
    name: FORWARD_CHECK,
    rules: [
      rule([ctState("RELATED,ESTABLISHED")], RETURN),
      ...nodePorts,
      rule([ipset(here, "destination", true)], jump(DISPATCH.setMark), "To kubernetes service"),
    ],
  };
}

function forwardMark(context: RenderContext): FelixChain {
  const endpoint = context.mark("endpoint");
  return {
    name: FORWARD_MARK,
    rules: [
      rule([markIs(lowestBit(endpoint), endpoint, true)], jump(DISPATCH.fromMark)),
      ...eachPrefix(context, (pattern) => [rule([outInterface(pattern)], jump(DISPATCH.toWorkload))]),
      rule([], jump(DISPATCH.toHostForward)),
      rule([], clearMark(endpoint)),
      acceptForwarded(context),
    ],
  };
}

/** Up to 2.6: what came back from the policies of both ends is accepted at once, and packets between hosts pass the policies of hosts. */
function firstForward(context: RenderContext): readonly FelixRule[] {
  const { accept, allMarks, has } = context;
  // From 2.4 on, what raw or mangle accepted is asked at its way out only.
  const isMarked = has("preDnat");
  const both = (action: Action, other: Action) => (pattern: string) => [
    rule([inInterface(pattern)], action),
    rule([outInterface(pattern)], other),
  ];
  return [
    ...(isMarked ? [] : [acceptAccepted(context)]),
    ...conntrackRules(context),
    ...eachPrefix(context, both(jump(DISPATCH.fromWorkload), jump(DISPATCH.toWorkload))),
    ...eachPrefix(context, both(ACCEPT, ACCEPT)),
    rule([], clearMark(isMarked ? (allMarks & ~accept) >>> 0 : allMarks)),
    rule(isMarked ? [markClear(accept)] : [], jump(DISPATCH.fromHost)),
    rule([], jump(DISPATCH.toHost)),
    acceptByHost(context),
  ];
}

function forward(context: RenderContext): readonly FelixRule[] {
  const { accept, allMarks, has } = context;
  return [
    rule([], clearMark((allMarks & ~accept) >>> 0)),
    rule([markClear(accept)], jump(DISPATCH.fromHostForward)),
    ...eachPrefix(context, (pattern) => [
      rule([inInterface(pattern)], jump(DISPATCH.fromWorkload)),
      rule([outInterface(pattern)], jump(DISPATCH.toWorkload)),
    ]),
    rule([], jump(DISPATCH.toHostForward)),
    ...(has("acceptAppended") ? [] : [acceptForwarded(context)]),
    ...(has("serviceLoops") ? [rule([], jump(CIDR_BLOCK))] : []),
  ];
}

function cidrBlock({ family, felix }: RenderContext, blocked: readonly Prefix[]): readonly FelixRule[] {
  if (felix.serviceLoops === null) return [];
  const action = felix.serviceLoops === "DROP" ? DROP : REJECT;
  return blocked
    .filter(({ address }) => familyOf(address) === family)
    .map((prefix) => [printAddressMask(netOf(prefix)), prefix] as const)
    .sort(([a], [b]) => compareTexts(a, b))
    .map(([, prefix]) => rule([net("destination", prefix)], action));
}

function output(context: RenderContext): readonly FelixRule[] {
  const { felix, has, mark } = context;
  const isIpvsAsked = has("ipvsToWorkloads") && !has("endpointMarks");
  return [
    acceptAccepted(context),
    ...(felix.ipvs === null ? [] : [rule([markNotClear(mark("endpoint"))], goTo(FORWARD_MARK))]),
    ...conntrackRules(context),
    // The host reaches its own workloads whatever their policies say.
    ...eachPrefix(context, (pattern) => [
      ...(isIpvsAsked ? [rule([outInterface(pattern), IPVS], jump(DISPATCH.toWorkload))] : []),
      rule([outInterface(pattern)], RETURN),
    ]),
    ...(has("ipipAccepted") ? tunnelsOut(context) : []),
    // Behind DNAT the way out is not yet the right one: mangle POSTROUTING asks.
    ...hostPolicy(context, rule(has("manglePostrouting") ? [ctState("DNAT", true)] : [], jump(DISPATCH.toHost))),
  ];
}

function tunnelsOut(context: RenderContext): readonly FelixRule[] {
  const { family, felix, set } = context;
  const ipip = [protocol(IPIP), ipset(hostsSet(context), "destination"), sourceIsLocal("host")];
  const vxlan = [
    protocol(UDP),
    port("destination", felix.vxlanPort),
    sourceIsLocal("host"),
    ipset(set("all-vxlan-net"), "destination"),
  ];
  const { packets, hosts } = vxlanWords(context);
  return [
    ...(family === "ip" && felix.ipip !== null
      ? [rule(ipip, allow(context), "Allow IPIP packets to other Calico hosts")]
      : []),
    ...(felix.vxlan === null ? [] : [rule(vxlan, allow(context), `Allow ${packets} to other ${hosts} hosts`)]),
    ...wireguardRules(context, "out"),
  ];
}

function workloadToHost(context: RenderContext): readonly FelixRule[] {
  const { family, felix } = context;
  const router = ROUTER_ICMP6.map((type) => rule([protocol(ICMP6), icmp("ip6", { type, code: null })], allow(context)));
  const action = felix.endpointToHost === "DROP" ? deny(context) : verdict(felix.endpointToHost);
  return [
    ...(family === "ip6" ? router : []),
    ...openStackServices(context),
    rule([], jump(DISPATCH.fromWorkload)),
    rule([], action, "Configured DefaultEndpointToHostAction"),
  ];
}

function openStackServices(context: RenderContext): readonly FelixRule[] {
  const { family, felix } = context;
  if (felix.openStack === null) return [];
  const { client, server } = DHCP[family];
  const udp = protocol("udp");
  const services = [
    rule([udp, port("source", client), port("destination", server)], allow(context)),
    rule([udp, port("destination", DNS_PORT)], allow(context)),
  ];
  const { metadata } = felix.openStack;
  if (metadata === null || family !== "ip") return services;
  const to = [host("destination", metadata.address), port("destination", metadata.port)];
  return [rule([protocol("tcp"), ...to], allow(context)), ...services];
}
