import type { Address, Family, Prefix } from "../../base/address.ts";
import { bitsOf, familyOf, inNet, netOf } from "../../base/address.ts";
import type { KubeProxyConfiguration } from "../../desired/kube-proxy-configuration.ts";
import type { Node } from "../../desired/node.ts";
import type { NodeFacts } from "../../desired/node-facts.ts";
import type { DesiredState } from "../../desired/state.ts";
import type { Parsed } from "../../model/diagnostic.ts";
import type { Snapshot } from "../../model/snapshot.ts";
import type { ChosenNode } from "../node/choose-node.ts";
import { chooseNode } from "../node/choose-node.ts";
import { renderProblem } from "../problem.ts";
import { nodeSnapshot } from "../node/node-snapshot.ts";
import type { ProxyContext } from "./context.ts";
import { endpointsBy } from "./endpoints.ts";
import { renderIptablesMode } from "./iptables.ts";
import { localTraffic } from "./local-traffic.ts";
import { renderNftablesMode } from "./nftables/nftables.ts";
import { proxiedPorts } from "./service-ports.ts";

/**
 * What kube-proxy writes on one node, of both families, as a snapshot of that node: its own tables, and the devices,
 * addresses and routes that the node's objects tell. `config`: a KubeProxyConfiguration, else its defaults. The value is
 * null where nothing can be rendered, which a diagnostic explains.
 */
export function renderKubeProxy(state: DesiredState, config: KubeProxyConfiguration): Parsed<Snapshot | null> {
  const chosen = chooseNode(state, config.hostnameOverride, "kube-proxy");
  if ("problem" in chosen) return { value: null, diagnostics: [chosen.problem] };
  if (config.mode === "ipvs")
    return { value: null, diagnostics: [renderProblem("render-mode", { mode: config.mode }, "kube-proxy")] };
  const contexts = { ip: contextOf(state, config, chosen, "ip"), ip6: contextOf(state, config, chosen, "ip6") };
  const snapshot = nodeSnapshot(chosen.name, chosen.facts);
  if (config.mode === "nftables") {
    const nft = renderNftablesMode([contexts.ip, contexts.ip6]);
    return { value: { ...snapshot, tables: { ip: [], ip6: [] }, nft }, diagnostics: [] };
  }
  const tables = { ip: renderIptablesMode(contexts.ip), ip6: renderIptablesMode(contexts.ip6) };
  return { value: { ...withRouteLocalnet(snapshot, config), tables }, diagnostics: [] };
}

function contextOf(
  state: DesiredState,
  config: KubeProxyConfiguration,
  { name, node, facts }: ChosenNode,
  family: Family,
): ProxyContext {
  const nodeIP = node?.addresses.find((address) => familyOf(address) === family) ?? null;
  return {
    family,
    config,
    ports: proxiedPorts(state.services, family),
    endpointsOf: endpointsBy(state.endpointSlices, family, name),
    local: localTraffic(config, node?.podCIDRs ?? [], family),
    zone: node?.metadata.labels.get("topology.kubernetes.io/zone") ?? null,
    nodeIP,
    nodePortIPs: nodePortIPs(wantedForNodePorts(config, nodeIP), node, facts, family),
    serviceCIDRs: state.serviceCIDRs.flatMap(({ cidrs }) =>
      cidrs.filter(({ address }) => familyOf(address) === family),
    ),
    randomFully: facts?.randomFully ?? true,
    tcpBeLiberal: config.tcpBeLiberal || facts?.sysctls.get(TCP_BE_LIBERAL) === "1",
  };
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

/** The node's addresses in `prefixes`; null where those say nothing of this family, or name all of it. */
function nodePortIPs(
  prefixes: readonly Prefix[],
  node: Node | null,
  facts: NodeFacts | null,
  family: Family,
): readonly Address[] | null {
  const wanted = prefixes.filter(({ address }) => familyOf(address) === family);
  if (wanted.length === 0 || wanted.some(({ length }) => length === 0)) return null;
  const ofDevices = (facts?.interfaces ?? []).flatMap(({ addresses }) => addresses.map(({ address }) => address));
  const known = ofDevices.length > 0 ? ofDevices : (node?.addresses ?? []);
  return known.filter((address) => wanted.some((prefix) => inNet(address, netOf(prefix))));
}

const ROUTE_LOCALNET = "net.ipv4.conf.all.route_localnet";

/** kube-proxy sets it, so that node ports answer on 127.0.0.1. */
function withRouteLocalnet(snapshot: Snapshot, { localhostNodePorts }: KubeProxyConfiguration): Snapshot {
  if (!localhostNodePorts) return snapshot;
  const sysctls = new Map(snapshot.sysctls);
  const span = { file: "sysctl.txt", line: sysctls.size + 1 };
  sysctls.set(ROUTE_LOCALNET, { name: ROUTE_LOCALNET, value: "1", span });
  return { ...snapshot, sysctls };
}
