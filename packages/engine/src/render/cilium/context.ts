import type { Address, Family, Prefix } from "../../base/address.ts";
import { familyOf } from "../../base/address.ts";
import type { CiliumConfig } from "../../desired/cilium/config.ts";
import { usesEnis } from "../../desired/cilium/config.ts";
import type { CiliumEndpoint } from "../../desired/cilium/endpoint.ts";
import type { CiliumFacts } from "../../desired/cilium/facts.ts";
import type { CiliumNode, CloudInterface } from "../../desired/cilium/node.ts";
import { ofFamily } from "../../desired/cilium/node.ts";
import type { NodeFacts } from "../../desired/node-facts.ts";
import type { Node } from "../../desired/node.ts";
import type { DesiredState } from "../../desired/state.ts";
import type { Change, Release } from "./release.ts";
import { has } from "./release.ts";

/** All that Cilium's rules, routes and settings on one node are made of. */
export interface CiliumContext {
  readonly config: CiliumConfig;
  readonly agent: CiliumFacts;
  readonly facts: NodeFacts;
  /** The families that are enabled. */
  readonly families: readonly FamilyContext[];
  /** In the order in which the agent gets to know them: its own, then the pods by age. */
  readonly endpoints: readonly Endpoint[];
  /** Those that run on this node; null: no object tells any, of whatever node. */
  readonly pods: readonly CiliumEndpoint[] | null;
  /** Addresses of type InternalIP of every node. */
  readonly nodeIPs: readonly Address[];
  /** Other nodes: where their pods are. */
  readonly peers: readonly CiliumNode[];
  /** Where packets for pods of this node leave by. */
  readonly delivery: string;
  /** Devices of the cloud's interfaces are told by their MAC address. */
  readonly interfaceOf: (address: Address) => CloudInterface | null;
  readonly has: (change: Change) => boolean;
}

export interface FamilyContext {
  readonly family: Family;
  /** Of Cilium's on this node, type CiliumInternalIP; null: no CiliumNode tells it. */
  readonly routerIP: Address | null;
  /** Of cilium_host: that one, or the node's own (`hostDevice6`). */
  readonly hostIP: Address | null;
  /** Of this node; null: it has none. */
  readonly podCIDR: Prefix | null;
  /**
   * Where packets go as they are: `ipv4-native-routing-cidr`, with addresses of a cloud's else its VPC (pkg/ipam
   * autoDetectIPv4NativeRoutingCIDR); null: nobody tells.
   */
  readonly nativeRouting: Prefix | null;
  /** By iptables. */
  readonly masquerades: boolean;
}

/** What has an address of Cilium's on this node. */
export interface Endpoint {
  readonly name: string;
  readonly address: Address;
  /** The address of device cilium_host is this node's own. */
  readonly isHost: boolean;
  /** Null: nobody tells its device. */
  readonly device: string | null;
}

export const HOST_DEVICE = "cilium_host";
export const NET_DEVICE = "cilium_net";
const HEALTH_DEVICE = "lxc_health";
export const POD_DEVICES = "lxc+";

/** What is known of a node before its rules are written. */
export interface CiliumInput {
  readonly state: DesiredState;
  readonly config: CiliumConfig;
  readonly release: Release;
  readonly facts: NodeFacts;
  readonly node: Node | null;
  readonly ciliumNode: CiliumNode | null;
}

export function contextOf(input: CiliumInput): CiliumContext {
  const { state, config, release, facts, ciliumNode } = input;
  const pods = podsOf(input);
  const hasChange = (change: Change): boolean => has(release, change);
  const families = (["ip", "ip6"] as const).filter((family) => (family === "ip" ? config.ipv4 : config.ipv6));
  return {
    config,
    agent: facts.cilium,
    facts,
    families: families.map((family) => familyContext(input, family, hasChange)),
    endpoints: endpointsOf(input, pods),
    pods: state.cilium.endpoints.length === 0 ? null : pods,
    nodeIPs: state.cilium.nodes.flatMap(({ internalIPs }) => internalIPs),
    peers: state.cilium.nodes.filter((one) => one !== ciliumNode),
    delivery: deliveryDevice(config, hasChange),
    interfaceOf(address) {
      const id = ciliumNode?.pool.get(address);
      return (id === undefined ? undefined : ciliumNode?.interfaces.get(id)) ?? null;
    },
    has: hasChange,
  };
}

function familyContext(input: CiliumInput, family: Family, hasChange: (change: Change) => boolean): FamilyContext {
  const { config, node, ciliumNode } = input;
  const podCIDRs = [...(ciliumNode?.podCIDRs ?? []), ...(node?.podCIDRs ?? [])];
  const routerIP = ofFamily(ciliumNode?.routerIPs ?? [], family);
  const wanted = family === "ip" ? config.masquerade4 : config.masquerade6 && hasChange("masquerade6");
  return {
    family,
    routerIP,
    hostIP: family === "ip" || hasChange("hostDevice6") ? routerIP : nodeIP6(input),
    podCIDR: podCIDRs.find(({ address }) => familyOf(address) === family) ?? null,
    nativeRouting: family === "ip" ? nativeRouting4(input) : config.nativeRouting6,
    masquerades: wanted && !config.bpfMasquerade,
  };
}

function nodeIP6({ ciliumNode }: CiliumInput): Address | null {
  return ofFamily(ciliumNode?.internalIPs ?? [], "ip6");
}

function nativeRouting4({ config, ciliumNode }: CiliumInput): Prefix | null {
  if (config.nativeRouting4 !== null || !usesEnis(config.ipam)) return config.nativeRouting4;
  return ciliumNode?.vpc ?? null;
}

/** pkg/datapath/iptables getDeliveryInterface. */
function deliveryDevice(config: CiliumConfig, hasChange: (change: Change) => boolean): string {
  if (config.endpointRoutes) return config.chaining === "aws-cni" && hasChange("chainedEnis") ? "eni+" : POD_DEVICES;
  return usesEnis(config.ipam) ? POD_DEVICES : HOST_DEVICE;
}

/** By their age. */
function podsOf({ state, node, ciliumNode }: CiliumInput): readonly CiliumEndpoint[] {
  const own = new Set([...(ciliumNode?.internalIPs ?? []), ...(node?.addresses ?? [])]);
  return state.cilium.endpoints
    .filter(({ nodeIP }) => nodeIP !== null && own.has(nodeIP))
    .toSorted(({ metadata: a }, { metadata: b }) => compare(a.created, b.created) || compare(a.name, b.name));
}

function endpointsOf({ facts, ciliumNode }: CiliumInput, pods: readonly CiliumEndpoint[]): readonly Endpoint[] {
  const endpoint = (name: string, device: string | null, isHost = false) => {
    return (address: Address): Endpoint => ({
      name,
      address,
      isHost,
      device: facts.cilium.devices.get(address) ?? device,
    });
  };
  return [
    ...(ciliumNode?.routerIPs ?? []).map(endpoint(HOST_DEVICE, HOST_DEVICE, true)),
    ...(ciliumNode?.healthIPs ?? []).map(endpoint("cilium-health", HEALTH_DEVICE)),
    ...(ciliumNode?.ingressIPs ?? []).map(endpoint("cilium-ingress", null)),
    ...pods.flatMap(({ metadata, addresses }) =>
      addresses.map(endpoint(`${metadata.namespace}/${metadata.name}`, null)),
    ),
  ];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
