import type { Family, Prefix } from "../../base/address.ts";
import { familyOf, netOf } from "../../base/address.ts";
import type { KubeProxyConfiguration } from "../../desired/kube-proxy-configuration.ts";
import type { NftExpression, NftMatch } from "../../model/nft.ts";
import type { RuleSpec } from "../iptables/spec.ts";
import { deviceName, different, equal, meta, payload, prefixOf } from "../nft/expression.ts";

/** How traffic of this node's own pods is told from other traffic: pkg/proxy/util/localdetector.go. */
export interface LocalTraffic {
  readonly isLocal: Pick<RuleSpec, "src" | "iif">;
  readonly isNotLocal: Pick<RuleSpec, "src" | "iif">;
  /** The same in nft's words. */
  readonly nft: { readonly isLocal: NftMatch; readonly isNotLocal: NftMatch };
}

/** Null: nothing tells, and no rule asks. `podCIDRs`: of this node. */
export function localTraffic(
  config: KubeProxyConfiguration,
  podCIDRs: readonly Prefix[],
  family: Family,
): LocalTraffic | null {
  const source = (prefixes: readonly Prefix[]): LocalTraffic | null => {
    const prefix = prefixes.find(({ address }) => familyOf(address) === family);
    return prefix === undefined ? null : fromNet(prefix, family);
  };
  switch (config.detectLocalMode) {
    case "ClusterCIDR":
      return source(config.clusterCIDRs);
    case "NodeCIDR":
      return source(podCIDRs);
    case "BridgeInterface":
      return config.bridgeInterface === "" ? null : fromDevice(config.bridgeInterface, config.bridgeInterface);
    case "InterfaceNamePrefix": {
      const { interfaceNamePrefix: prefix } = config;
      return prefix === "" ? null : fromDevice(`${prefix}+`, `${prefix}*`);
    }
  }
}

function fromNet(prefix: Prefix, family: Family): LocalTraffic {
  const value = netOf(prefix);
  return {
    isLocal: { src: { negated: false, value } },
    isNotLocal: { src: { negated: true, value } },
    nft: bothWays(payload(family, "saddr"), prefixOf(prefix)),
  };
}

/** `value`, `name`: as iptables and as nft write it. By name (`iifname`): by index, older ones never matched a prefix. */
function fromDevice(value: string, name: string): LocalTraffic {
  return {
    isLocal: { iif: { negated: false, value } },
    isNotLocal: { iif: { negated: true, value } },
    nft: bothWays(meta("iifname"), deviceName(name)),
  };
}

function bothWays(left: NftExpression, right: NftExpression): LocalTraffic["nft"] {
  return { isLocal: equal(left, right), isNotLocal: different(left, right) };
}
