import { familyOf, parsePrefix, printAddress } from "../../base/address.ts";
import type { Prefix } from "../../base/address.ts";
import { invariant } from "../../base/assert.ts";
import {
  RETURN,
  dnat,
  host,
  ipset,
  jump,
  masquerade,
  net,
  outInterface,
  port,
  protocol,
  rule,
  snat,
  sourceIsLocal,
} from "./build.ts";
import type { RenderContext } from "./context.ts";
import type { Action, FelixChain, FelixRule, Fragment } from "./felix-rule.ts";
import { FIP_DNAT, FIP_SNAT, NAT_OUTGOING } from "./fixed-names.ts";
import type { FelixInput, FloatingIp } from "./input.ts";
import { compareTexts } from "./order.ts";

/** Table nat: felix/rules/static.go StaticNAT…Chains, nat.go. */

const METADATA_SERVICE = prefixOf("169.254.169.254/32");
const METADATA_SERVICE_PORT = 80;

/** Felix's own tunnel devices: felix/dataplane/linux. */
const IPIP_DEVICE = "tunl0";
const VXLAN_DEVICES = { ip: "vxlan.calico", ip6: "vxlan-v6.calico" } as const;

export function staticNatChains(context: RenderContext, input: FelixInput): readonly FelixChain[] {
  return [
    { name: "cali-PREROUTING", rules: [rule([], jump(FIP_DNAT)), ...metadataDnat(context)] },
    { name: "cali-POSTROUTING", rules: postrouting(context) },
    { name: "cali-OUTPUT", rules: [rule([], jump(FIP_DNAT))] },
    { name: NAT_OUTGOING, rules: input.natOutgoing ? natOutgoing(context) : [] },
    ...floatingIpChains(context, input.floatingIps),
  ];
}

function metadataDnat({ family, felix: { openStack } }: RenderContext): readonly FelixRule[] {
  const metadata = openStack?.metadata ?? null;
  if (metadata === null || family !== "ip") return [];
  const service = [port("destination", METADATA_SERVICE_PORT), net("destination", METADATA_SERVICE)];
  return [rule([protocol("tcp"), ...service], dnat(metadata.address, metadata.port))];
}

/** A packet that leaves by a tunnel with another of the node's addresses gets that of the tunnel. */
function postrouting(context: RenderContext): readonly FelixRule[] {
  const { felix } = context;
  return [
    rule([], jump(FIP_SNAT)),
    rule([], jump(NAT_OUTGOING)),
    ...tunnelDevices(context).map((device) =>
      rule(
        [outInterface(device), sourceIsLocal("out-interface", true), sourceIsLocal("host")],
        masquerade(felix.randomFully),
      ),
    ),
  ];
}

function tunnelDevices({ family, felix: { ipip, vxlan, wireguard } }: RenderContext): readonly string[] {
  return [
    ...(family === "ip" && ipip?.hasTunnelAddress === true ? [IPIP_DEVICE] : []),
    ...(vxlan?.hasTunnelAddress === true ? [VXLAN_DEVICES[family]] : []),
    ...(wireguard === null ? [] : [wireguard.interface]),
  ];
}

/** With a range of ports, what it is not for falls through to the last rule. */
function natOutgoing(context: RenderContext): readonly FelixRule[] {
  const { family, felix } = context;
  const { natPortRange, natOutgoingAddress, randomFully } = felix;
  const own = natOutgoingAddress !== null && familyOf(natOutgoingAddress) === family ? natOutgoingAddress : null;
  const translate = (range: typeof natPortRange): Action =>
    own === null ? masquerade(randomFully, range) : snat(own, randomFully, range);
  const outgoing = (name: string | null, action: Action): FelixRule =>
    rule([...leavesPools(context), ...(name === null ? [] : [protocol(name)]), ...leavesBy(context)], action);
  if (natPortRange === null) return [outgoing(null, translate(null))];
  const ranged = ["tcp", "udp"].flatMap((name) => [outgoing(name, translate(natPortRange)), outgoing(name, RETURN)]);
  return [...ranged, outgoing(null, translate(null))];
}

function leavesPools({ set, felix }: RenderContext): readonly Fragment[] {
  return [
    ipset(set("masq-ipam-pools"), "source"),
    ipset(set("all-ipam-pools"), "destination", true),
    ...(felix.natSparesHosts ? [ipset(set("all-hosts-net"), "destination", true)] : []),
  ];
}

function leavesBy({ felix: { natOutgoingInterface } }: RenderContext): readonly Fragment[] {
  return natOutgoingInterface === null ? [] : [outInterface(natOutgoingInterface)];
}

/** Towards an external address its internal one, and back for a packet that an endpoint sends to itself. By address, as texts sort. */
function floatingIpChains(
  { felix: { randomFully } }: RenderContext,
  floatingIps: readonly FloatingIp[],
): readonly FelixChain[] {
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
        rule([host("destination", internal), host("source", internal)], snat(external, randomFully)),
      ),
    },
  ];
}

function prefixOf(text: string): Prefix {
  const prefix = parsePrefix(text);
  invariant(prefix !== null, text);
  return prefix;
}
