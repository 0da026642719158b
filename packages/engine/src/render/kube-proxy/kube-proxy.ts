import type { Address, Family, Prefix } from "../../base/address.ts";
import { bitsOf, familyOf, inNet, netOf } from "../../base/address.ts";
import { defaultKubeProxyConfiguration } from "../../desired/kube-proxy-configuration.ts";
import type { KubeProxyConfiguration } from "../../desired/kube-proxy-configuration.ts";
import type { Node } from "../../desired/node.ts";
import type { NodeFacts } from "../../desired/node-facts.ts";
import type { DesiredState } from "../../desired/state.ts";
import type { Parsed } from "../../model/diagnostic.ts";
import type { ChosenNode } from "../node/choose-node.ts";
import { chooseNode } from "../node/choose-node.ts";
import type { NodeDraft } from "../node/node-draft.ts";
import type { Version } from "../node/version.ts";
import { placeOfVersion, toldVersion } from "../node/version.ts";
import { faultyConfiguration, versionProblem } from "../problem.ts";
import type { Renderer } from "../renderer.ts";
import type { ProxyContext } from "./context.ts";
import { endpointsBy } from "./endpoints.ts";
import { writeIptablesMode } from "./iptables.ts";
import { settleIpvsMode, writeIpvsMode } from "./ipvs/ipvs.ts";
import { KeptRules } from "./kept-rules.ts";
import { localTraffic } from "./local-traffic.ts";
import { nftablesModeTable } from "./nftables/nftables.ts";
import { proxiedPorts } from "./service-ports.ts";
import { overlongComments, sharedClaims } from "./service-warnings.ts";
import type { Change } from "./versions.ts";
import { has, KNOWN, knownInstead } from "./versions.ts";

/** What kube-proxy writes on one node, of both families. Without a KubeProxyConfiguration it runs with its defaults. */
export const kubeProxy: Renderer = {
  nodeName: (state) => configurationOf(state).hostnameOverride,
  isWanted: (state) => state.kubeProxy !== null || state.services.length > 0,
  marks(state) {
    const { mode, masqueradeBit } = configurationOf(state);
    const field = `${mode === "nftables" ? "nftables" : "iptables"}.masqueradeBit`;
    return [{ field, bits: 1 << masqueradeBit, purpose: "masquerade", object: state.kubeProxy }];
  },
  write(state, node) {
    const faulty = faultyConfiguration("KubeProxyConfiguration", "kube-proxy", state.kubeProxy, state);
    if (faulty !== null) return [faulty];
    const config = configurationOf(state);
    const version = versionOf(config, node);
    const versions = knownInstead(config.mode, version);
    if (versions !== null) {
      const place = placeOfVersion("kube-proxy", node, state.spanOf);
      return [versionProblem(`kube-proxy (${config.mode})`, version, versions, place)];
    }
    const contexts = contextsOf(state, config, node);
    const warnings = sharedClaims(state);
    switch (config.mode) {
      case "iptables":
        for (const context of contexts) writeIptablesMode(context, node);
        if (contexts.some(({ servesLocalhost }) => servesLocalhost)) node.add({ sysctls: ROUTE_LOCALNET });
        return warnings;
      case "ipvs":
        writeIpvsMode(contexts, node);
        return warnings;
      case "nftables":
        for (const context of contexts) node.addNftTable(nftablesModeTable(context));
        return [...warnings, ...overlongComments(state)];
    }
  },
  settle(state, node) {
    const config = configurationOf(state);
    if (config.mode === "ipvs") settleIpvsMode(contextsOf(state, config, node), node);
  },
};

/**
 * The rules of mode iptables, one family, as they are for these objects, to be kept while slices change; null where nothing
 * can be rendered, which a diagnostic explains.
 */
export function keepKubeProxyRules(state: DesiredState, family: Family): Parsed<KeptRules | null> {
  const config = configurationOf(state);
  const chosen = chooseNode(state, config.hostnameOverride, "kube-proxy");
  if ("problem" in chosen) return { value: null, diagnostics: [chosen.problem] };
  const context = contextOf(state, config, chosen, family);
  return { value: new KeptRules(context, state.endpointSlices, chosen.name), diagnostics: [] };
}

function versionOf({ mode }: KubeProxyConfiguration, { node, facts }: ChosenNode): Version {
  return toldVersion("kube-proxy", node, facts) ?? KNOWN[mode].assumed;
}

function contextsOf(state: DesiredState, config: KubeProxyConfiguration, node: NodeDraft): readonly ProxyContext[] {
  return (["ip", "ip6"] as const).map((family) => contextOf(state, config, node, family));
}

function configurationOf({ kubeProxy }: DesiredState): KubeProxyConfiguration {
  return kubeProxy ?? defaultKubeProxyConfiguration;
}

/** kube-proxy sets it, so that node ports answer on 127.0.0.1. */
const ROUTE_LOCALNET: ReadonlyMap<string, string> = new Map([["net.ipv4.conf.all.route_localnet", "1"]]);

function contextOf(
  state: DesiredState,
  config: KubeProxyConfiguration,
  { name, node, facts }: ChosenNode,
  family: Family,
): ProxyContext {
  const version = versionOf(config, { name, node, facts });
  const hasChange = (change: Change): boolean => has(version, change);
  const nodeIP = node?.addresses.find((address) => familyOf(address) === family) ?? null;
  const forNodePorts = ofFamily(wantedForNodePorts(config, nodeIP), family);
  return {
    family,
    config,
    ports: proxiedPorts(state.services, family),
    endpointsOf: endpointsBy(state.endpointSlices, family, name),
    local: localTraffic(config, node?.podCIDRs ?? [], family),
    nodeName: name,
    zone: node?.metadata.labels.get("topology.kubernetes.io/zone") ?? null,
    nodeIP,
    nodePortIPs: nodePortIPs(forNodePorts, node, facts, family),
    servesLocalhost: family === "ip" && config.localhostNodePorts && holdsLoopback(forNodePorts),
    serviceCIDRs: state.serviceCIDRs.flatMap(({ cidrs }) =>
      cidrs.filter(({ address }) => familyOf(address) === family),
    ),
    randomFully: facts?.randomFully ?? true,
    tcpBeLiberal: hasChange("liberalConntrack") && isLiberal(config, facts),
    counts: hasChange("counters") && (facts?.nfacct ?? true),
    has: hasChange,
  };
}

/** Whether conntrack takes what is out of its window, by kube-proxy's own doing or somebody else's. */
function isLiberal({ tcpBeLiberal }: KubeProxyConfiguration, facts: NodeFacts | null): boolean {
  return tcpBeLiberal || (facts?.sysctls.get(TCP_BE_LIBERAL) ?? "0") !== "0";
}

const TCP_BE_LIBERAL = "net.netfilter.nf_conntrack_tcp_be_liberal";

/** Where node ports are asked for. In mode nftables, where nothing is said, at the node's primary address alone. */
function wantedForNodePorts(
  { mode, nodePortAddresses: given }: KubeProxyConfiguration,
  nodeIP: Address | null,
): readonly Prefix[] {
  const isPrimary = given === "primary" || (mode === "nftables" && given.length === 0);
  if (isPrimary) return nodeIP === null ? [] : [{ address: nodeIP, length: bitsOf(nodeIP) }];
  return given;
}

function ofFamily(prefixes: readonly Prefix[], family: Family): readonly Prefix[] {
  return prefixes.filter(({ address }) => familyOf(address) === family);
}

const LOOPBACK = { ip: 0x7f00_0001, ip6: 1n } as const;
const LOOPBACK_NET = { address: 0x7f00_0000, length: 8 } as const;

/** pkg/proxy/util/nodeport_addresses.go ContainsIPv4Loopback. None at all are all addresses. */
function holdsLoopback(prefixes: readonly Prefix[]): boolean {
  const holds = (prefix: Prefix): boolean =>
    inNet(prefix.address, netOf(LOOPBACK_NET)) || inNet(LOOPBACK_NET.address, netOf(prefix));
  return prefixes.length === 0 || prefixes.some(holds);
}

/** The node's addresses in prefixes of one family, that of its device lo too; null where there are none, or they name all of it. */
function nodePortIPs(
  wanted: readonly Prefix[],
  node: Node | null,
  facts: NodeFacts | null,
  family: Family,
): readonly Address[] | null {
  if (wanted.length === 0 || wanted.some(({ length }) => length === 0)) return null;
  const ofDevices = (facts?.interfaces ?? []).flatMap(({ addresses }) => addresses.map(({ address }) => address));
  const known = ofDevices.length > 0 ? ofDevices : (node?.addresses ?? []);
  return [...new Set([...known, LOOPBACK[family]])].filter((address) =>
    wanted.some((prefix) => inNet(address, netOf(prefix))),
  );
}
