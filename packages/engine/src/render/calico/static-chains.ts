import { parsePrefix, printAddress } from "../../base/address.ts";
import type { Prefix } from "../../base/address.ts";
import { invariant } from "../../base/assert.ts";
import {
  ACCEPT,
  DROP,
  MASQUERADE,
  RETURN,
  REVERSE_PATH_FAILED,
  clearMark,
  ctState,
  dnat,
  goTo,
  host,
  icmp,
  inInterface,
  ipset,
  jump,
  markClear,
  markSet,
  net,
  outInterface,
  port,
  protocol,
  rule,
  setMark,
  snat,
  sourceIsLocal,
} from "./build.ts";
import type { RenderContext } from "./context.ts";
import type { FelixChain, FelixRule } from "./felix-rule.ts";
import type { CalicoNode, FloatingIp } from "./input.ts";
import { compareTexts } from "./order.ts";

/** The chains that stand on every node, table by table: felix/rules/static.go and nat.go, 2.1 to 2.3. */

/** The chains that endpoints hang on; every table has its own. */
export const DISPATCH = {
  fromWorkload: "cali-from-wl-dispatch",
  toWorkload: "cali-to-wl-dispatch",
  fromHost: "cali-from-host-endpoint",
  toHost: "cali-to-host-endpoint",
} as const;

export const FAILSAFE_IN = "cali-failsafe-in";
export const FAILSAFE_OUT = "cali-failsafe-out";
const WORKLOAD_TO_HOST = "cali-wl-to-host";
const FIP_DNAT = "cali-fip-dnat";
const FIP_SNAT = "cali-fip-snat";
const NAT_OUTGOING = "cali-nat-outgoing";

const IPIP = 4;
const ICMP6 = 58;
/** What a router must hear from its links: multicast listener query, report and done, router and neighbour solicitation, neighbour advertisement. */
const ROUTER_ICMP6 = [130, 131, 132, 133, 135, 136];
const DHCP = { ip: { client: 68, server: 67 }, ip6: { client: 546, server: 547 } } as const;
const DNS_PORT = 53;
const METADATA_SERVICE = prefixOf("169.254.169.254/32");
const METADATA_SERVICE_PORT = 80;

export function staticFilterChains(context: RenderContext): readonly FelixChain[] {
  return [
    { name: "cali-FORWARD", rules: filterForward(context) },
    { name: "cali-INPUT", rules: filterInput(context) },
    { name: WORKLOAD_TO_HOST, rules: workloadToHost(context) },
    { name: "cali-OUTPUT", rules: filterOutput(context) },
    ...failsafeChains(context),
  ];
}

export function staticRawChains(context: RenderContext): readonly FelixChain[] {
  return [
    { name: "cali-PREROUTING", rules: rawPrerouting(context) },
    { name: "cali-OUTPUT", rules: [...policedOutput(context), rule([markSet(context.accept)], ACCEPT)] },
    ...failsafeChains(context),
  ];
}

export function staticNatChains(context: RenderContext, node: CalicoNode): readonly FelixChain[] {
  return [
    { name: "cali-PREROUTING", rules: [rule([], jump(FIP_DNAT)), ...metadataDnat(context)] },
    { name: "cali-POSTROUTING", rules: natPostrouting(context) },
    { name: "cali-OUTPUT", rules: [rule([], jump(FIP_DNAT))] },
    { name: NAT_OUTGOING, rules: node.natOutgoing ? [natOutgoing(context)] : [] },
    ...floatingIpChains(node.floatingIps),
  ];
}

/** What the raw table let pass without tracking is not asked again. */
function acceptUntracked({ accept }: RenderContext): FelixRule {
  return rule([markSet(accept), ctState("UNTRACKED")], ACCEPT);
}

/** Up to 2.1.1, for every packet of the host; an established connection is never asked for a policy again. */
function conntrackRules({ hasConntrackInEndpoints }: RenderContext): readonly FelixRule[] {
  if (hasConntrackInEndpoints) return [];
  return [rule([ctState("INVALID")], DROP), rule([ctState("RELATED,ESTABLISHED")], ACCEPT)];
}

function acceptedByHostPolicy({ accept }: RenderContext): FelixRule {
  return rule([markSet(accept)], ACCEPT, "Host endpoint policy accepted packet.");
}

function eachPrefix({ felix }: RenderContext, rules: (pattern: string) => readonly FelixRule[]): readonly FelixRule[] {
  return felix.interfacePrefixes.flatMap((prefix) => rules(`${prefix}+`));
}

function filterInput(context: RenderContext): readonly FelixRule[] {
  const { family, felix, allMarks, set } = context;
  const ipip = rule(
    [protocol(IPIP), ipset(set("all-hosts"), "source", true)],
    DROP,
    "Drop IPIP packets from non-Calico hosts",
  );
  return [
    acceptUntracked(context),
    ...(family === "ip" && felix.ipip !== null ? [ipip] : []),
    ...conntrackRules(context),
    ...eachPrefix(context, (pattern) => [rule([inInterface(pattern)], goTo(WORKLOAD_TO_HOST))]),
    rule([], clearMark(allMarks)),
    rule([], jump(DISPATCH.fromHost)),
    acceptedByHostPolicy(context),
  ];
}

function filterForward(context: RenderContext): readonly FelixRule[] {
  return [
    acceptUntracked(context),
    ...conntrackRules(context),
    ...eachPrefix(context, (pattern) => [
      rule([inInterface(pattern)], jump(DISPATCH.fromWorkload)),
      rule([outInterface(pattern)], jump(DISPATCH.toWorkload)),
    ]),
    // Back from both means that the policies of both ends allowed it.
    ...eachPrefix(context, (pattern) => [rule([inInterface(pattern)], ACCEPT), rule([outInterface(pattern)], ACCEPT)]),
    rule([], clearMark(context.allMarks)),
    rule([], jump(DISPATCH.fromHost)),
    rule([], jump(DISPATCH.toHost)),
    acceptedByHostPolicy(context),
  ];
}

function filterOutput(context: RenderContext): readonly FelixRule[] {
  return [
    acceptUntracked(context),
    ...conntrackRules(context),
    // The host reaches its own workloads whatever their policies say.
    ...eachPrefix(context, (pattern) => [rule([outInterface(pattern)], RETURN)]),
    ...policedOutput(context),
    acceptedByHostPolicy(context),
  ];
}

function policedOutput({ allMarks }: RenderContext): readonly FelixRule[] {
  return [rule([], clearMark(allMarks)), rule([], jump(DISPATCH.toHost))];
}

function workloadToHost(context: RenderContext): readonly FelixRule[] {
  const { family, felix } = context;
  const router = ROUTER_ICMP6.map((type) => rule([protocol(ICMP6), icmp("ip6", { type, code: null })], ACCEPT));
  const action = { kind: "verdict", verdict: felix.endpointToHost } as const;
  return [
    ...(family === "ip6" ? router : []),
    ...openStackServices(context),
    rule([], jump(DISPATCH.fromWorkload)),
    rule([], action, "Configured DefaultEndpointToHostAction"),
  ];
}

function openStackServices({ family, felix: { openStack } }: RenderContext): readonly FelixRule[] {
  if (openStack === null) return [];
  const { client, server } = DHCP[family];
  const udp = protocol("udp");
  const services = [
    rule([udp, port("source", client), port("destination", server)], ACCEPT),
    rule([udp, port("destination", DNS_PORT)], ACCEPT),
  ];
  const { metadata } = openStack;
  if (metadata === null || family !== "ip") return services;
  const to = [host("destination", metadata.address), port("destination", metadata.port)];
  return [rule([protocol("tcp"), ...to], ACCEPT), ...services];
}

function failsafeChains({ felix }: RenderContext): readonly FelixChain[] {
  const accepts = (open: readonly number[]): readonly FelixRule[] =>
    open.map((number) => rule([protocol("tcp"), port("destination", number)], ACCEPT));
  return [
    { name: FAILSAFE_IN, rules: accepts(felix.failsafeInbound) },
    { name: FAILSAFE_OUT, rules: accepts(felix.failsafeOutbound) },
  ];
}

function rawPrerouting(context: RenderContext): readonly FelixRule[] {
  const { family, allMarks, accept, fromWorkload } = context;
  return [
    rule([], clearMark(allMarks)),
    ...eachPrefix(context, (pattern) => [rule([inInterface(pattern)], setMark(fromWorkload))]),
    // IPv4 has rp_filter for that.
    ...(family === "ip6" ? [rule([markSet(fromWorkload), REVERSE_PATH_FAILED], DROP)] : []),
    rule([markClear(fromWorkload)], jump(DISPATCH.fromHost)),
    rule([markSet(accept)], ACCEPT),
  ];
}

function metadataDnat({ family, felix: { openStack } }: RenderContext): readonly FelixRule[] {
  const metadata = openStack?.metadata ?? null;
  if (metadata === null || family !== "ip") return [];
  const service = [port("destination", METADATA_SERVICE_PORT), net("destination", METADATA_SERVICE)];
  return [rule([protocol("tcp"), ...service], dnat(metadata.address, metadata.port))];
}

function natPostrouting({ family, felix: { ipip } }: RenderContext): readonly FelixRule[] {
  const tunnel = [outInterface("tunl0"), sourceIsLocal("out-interface", true), sourceIsLocal("host")];
  return [
    rule([], jump(FIP_SNAT)),
    rule([], jump(NAT_OUTGOING)),
    ...(family === "ip" && ipip?.hasTunnelAddress === true ? [rule(tunnel, MASQUERADE)] : []),
  ];
}

function natOutgoing({ set }: RenderContext): FelixRule {
  return rule([ipset(set("masq-ipam-pools"), "source"), ipset(set("all-ipam-pools"), "destination", true)], MASQUERADE);
}

/** Towards an external address its internal one, and back for a packet that an endpoint sends to itself. By address, as texts sort. */
function floatingIpChains(floatingIps: readonly FloatingIp[]): readonly FelixChain[] {
  const sorted = (side: keyof FloatingIp): readonly FloatingIp[] =>
    [...floatingIps].sort((a, b) => compareTexts(printAddress(a[side]), printAddress(b[side])));
  return [
    {
      name: FIP_DNAT,
      rules: sorted("external").map(({ external, internal }) =>
        rule([host("destination", external)], dnat(internal, null)),
      ),
    },
    {
      name: FIP_SNAT,
      rules: sorted("internal").map(({ external, internal }) =>
        rule([host("destination", internal), host("source", internal)], snat(external)),
      ),
    },
  ];
}

function prefixOf(text: string): Prefix {
  const prefix = parsePrefix(text);
  invariant(prefix !== null, text);
  return prefix;
}
