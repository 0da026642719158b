import { bitsOf, familyOf } from "../../../base/address.ts";
import type { Address, Family, Prefix } from "../../../base/address.ts";
import type { NodeFacts } from "../../../desired/node-facts.ts";
import type { IpSet } from "../../../model/sets.ts";
import { setName } from "../../../owners/calico/set-names.ts";
import type { SetFormat } from "../../../owners/calico/set-names.ts";
import type { FelixSettings } from "../input.ts";
import { hasFeature } from "../versions.ts";
import { hostSet, netSet } from "./sets.ts";
import type { FelixPlace } from "./settings.ts";

/** Sets that hang on no policy, whose IDs are their names: felix/rules/rule_defs.go IPSetID…. */
export function staticSets(
  place: FelixPlace,
  felix: FelixSettings,
  facts: NodeFacts | null,
  family: Family,
  format: SetFormat,
): readonly IpSet[] {
  const name = (id: string): string => setName(family, id, format);
  const nodes = nodeAddresses(place);
  const ipip = hasFeature(place.version, "allHostsNet")
    ? netSet(name("all-hosts-net"), family, [...nodes.map(hostPrefix), ...(place.spec?.externalNodesList ?? [])])
    : hostSet(name("all-hosts"), family, nodes);
  return [
    ...poolSets(place, family, name),
    ...(felix.ipip !== null || felix.natSparesHosts ? [ipip] : []),
    ...(felix.vxlan !== null ? [netSet(name("all-vxlan-net"), family, vxlanSources(place))] : []),
    ...(felix.ipvs === null ? [] : [hostSet(name("this-host"), family, hostAddresses(facts))]),
  ];
}

/** felix/dataplane/linux/masq_mgr.go: both are there, whether or not a rule asks them. */
function poolSets({ calico }: FelixPlace, family: Family, name: (id: string) => string): readonly IpSet[] {
  const masqueraded = calico.pools.filter(({ natOutgoing }) => natOutgoing);
  return [
    netSet(
      name("all-ipam-pools"),
      family,
      calico.pools.map(({ cidr }) => cidr),
    ),
    netSet(
      name("masq-ipam-pools"),
      family,
      masqueraded.map(({ cidr }) => cidr),
    ),
  ];
}

function hostPrefix(address: Address): Prefix {
  return { address, length: bitsOf(address) };
}

/** The address that each node is known by; Calico's own word for it, else Kubernetes'. */
function nodeAddresses({ calico, state }: FelixPlace): readonly Address[] {
  const own = calico.nodes.flatMap(({ ipv4, ipv6 }) => [ipv4, ipv6].flatMap((prefix) => prefix?.address ?? []));
  if (own.length > 0) return own;
  return state.nodes.flatMap(({ addresses }) =>
    (["ip", "ip6"] as const).flatMap((family) => addresses.find((address) => familyOf(address) === family) ?? []),
  );
}

/** Whose tunnelled packets are taken: other nodes with a tunnel. */
function vxlanSources({ calico, node, spec }: FelixPlace): readonly Prefix[] {
  const others = calico.nodes.filter(({ metadata }) => metadata.name !== node);
  return [
    ...others.flatMap(({ ipv4, ipv6, vxlanTunnel, vxlanTunnelV6 }) => [
      ...(vxlanTunnel === null || ipv4 === null ? [] : [hostPrefix(ipv4.address)]),
      ...(vxlanTunnelV6 === null || ipv6 === null ? [] : [hostPrefix(ipv6.address)]),
    ]),
    ...(spec?.externalNodesList ?? []),
  ];
}

function hostAddresses(facts: NodeFacts | null): readonly Address[] {
  return (facts?.interfaces ?? []).flatMap(({ addresses }) => addresses.map(({ address }) => address));
}
