import type { AddressMask, Family, Prefix } from "../../base/address.ts";
import { familyOf, netOf } from "../../base/address.ts";
import type { KubeProxyConfiguration } from "../../desired/kube-proxy-configuration.ts";
import type { RuleSpec } from "../iptables/spec.ts";

/** How traffic of this node's own pods is told from other traffic: pkg/proxy/util/localdetector.go. */
export interface LocalTraffic {
  readonly isLocal: RuleSpec;
  readonly isNotLocal: RuleSpec;
}

/** Null: nothing tells, and no rule asks. `podCIDRs`: of this node. */
export function localTraffic(
  config: KubeProxyConfiguration,
  podCIDRs: readonly Prefix[],
  family: Family,
): LocalTraffic | null {
  const source = (prefixes: readonly Prefix[]): LocalTraffic | null => {
    const prefix = prefixes.find(({ address }) => familyOf(address) === family);
    return prefix === undefined ? null : fromNet(netOf(prefix));
  };
  switch (config.detectLocalMode) {
    case "ClusterCIDR":
      return source(config.clusterCIDRs);
    case "NodeCIDR":
      return source(podCIDRs);
    case "BridgeInterface":
      return config.bridgeInterface === "" ? null : fromDevice(config.bridgeInterface);
    case "InterfaceNamePrefix":
      return config.interfaceNamePrefix === "" ? null : fromDevice(`${config.interfaceNamePrefix}+`);
  }
}

function fromNet(value: AddressMask): LocalTraffic {
  return { isLocal: { src: { negated: false, value } }, isNotLocal: { src: { negated: true, value } } };
}

function fromDevice(value: string): LocalTraffic {
  return { isLocal: { iif: { negated: false, value } }, isNotLocal: { iif: { negated: true, value } } };
}
