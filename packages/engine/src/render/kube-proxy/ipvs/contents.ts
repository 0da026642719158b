import type { Address } from "../../../base/address.ts";
import { inNet, netOf } from "../../../base/address.ts";
import type { EntryPart } from "../../ipset/ip-set.ts";
import { addressPart, netPart, portPart } from "../../ipset/ip-set.ts";
import type { ProxyContext } from "../context.ts";
import { protocolNumber } from "../rule-parts.ts";
import type { ProxiedPort } from "../service-ports.ts";
import type { ProxySetName } from "./set-table.ts";

/** What depends on the node's addresses: those where node ports are served, and those that devices of others have. */
export interface NodeAddresses {
  readonly nodePort: readonly Address[];
  readonly others: ReadonlySet<Address>;
}

/** What kube-proxy wants in its sets, and what follows from the same walk over the ports: pkg/proxy/ipvs/proxier.go syncProxyRules. */
export interface Contents {
  readonly entries: ReadonlyMap<ProxySetName, readonly (readonly EntryPart[])[]>;
  /** Load balancers that the node itself must not get to, as their source ranges leave it out. */
  readonly closedToNode: readonly Closed[];
  /** Addresses of kube-ipvs0. */
  readonly bound: ReadonlySet<Address>;
}

export interface Closed {
  readonly address: Address;
  readonly port: ProxiedPort;
}

interface Draft {
  readonly context: ProxyContext;
  readonly addresses: NodeAddresses;
  readonly entries: Map<ProxySetName, (readonly EntryPart[])[]>;
  readonly closedToNode: Closed[];
  readonly bound: Set<Address>;
}

export function contentsOf(context: ProxyContext, addresses: NodeAddresses): Contents {
  const draft: Draft = { context, addresses, entries: new Map(), closedToNode: [], bound: new Set() };
  for (const port of context.ports) fillByPort(draft, port);
  for (const address of draft.bound) put(draft, "KUBE-IPVS-IPS", addressPart(address));
  return draft;
}

function put({ entries }: Draft, name: ProxySetName, ...parts: readonly EntryPart[]): void {
  const known = entries.get(name);
  if (known === undefined) entries.set(name, [parts]);
  else known.push(parts);
}

function fillByPort(draft: Draft, port: ProxiedPort): void {
  const { context, bound } = draft;
  const proto = protocolNumber(port.protocol);
  for (const { address, port: number, isLocal } of context.endpointsOf(port)) {
    if (!isLocal) continue;
    put(draft, "KUBE-LOOP-BACK", addressPart(address), portPart(proto, number), addressPart(address));
  }
  bound.add(port.clusterIP);
  put(draft, "KUBE-CLUSTER-IP", ...service(port, port.clusterIP));
  for (const address of port.externalIPs) {
    bindUnlessOthers(draft, address);
    put(draft, port.externalLocal ? "KUBE-EXTERNAL-IP-LOCAL" : "KUBE-EXTERNAL-IP", ...service(port, address));
  }
  for (const address of port.loadBalancerIPs) fillByLoadBalancer(draft, port, address);
  if (port.nodePort !== null) {
    // Without any address of the node, kube-proxy leaves the port at that.
    if (draft.addresses.nodePort.length === 0) return;
    fillByNodePort(draft, port, port.nodePort);
  }
  if (port.healthCheckNodePort !== null) {
    put(draft, "KUBE-HEALTH-CHECK-NODE-PORT", portPart(null, port.healthCheckNodePort));
  }
}

/** `ADDRESS,PROTOCOL:PORT`. */
function service({ protocol, port }: ProxiedPort, address: Address): readonly EntryPart[] {
  return [addressPart(address), portPart(protocolNumber(protocol), port)];
}

/** An address that another device has is local already. */
function bindUnlessOthers({ addresses, bound }: Draft, address: Address): void {
  if (!addresses.others.has(address)) bound.add(address);
}

function fillByLoadBalancer(draft: Draft, port: ProxiedPort, address: Address): void {
  const entry = service(port, address);
  bindUnlessOthers(draft, address);
  put(draft, "KUBE-LOAD-BALANCER", ...entry);
  if (port.externalLocal) put(draft, "KUBE-LOAD-BALANCER-LOCAL", ...entry);
  if (port.sourceRanges.length === 0) return;
  put(draft, "KUBE-LOAD-BALANCER-FW", ...entry);
  for (const range of port.sourceRanges) put(draft, "KUBE-LOAD-BALANCER-SOURCE-CIDR", ...entry, netPart(range));
  const { nodeIP } = draft.context;
  if (nodeIP !== null && port.sourceRanges.some((range) => inNet(nodeIP, netOf(range)))) {
    put(draft, "KUBE-LOAD-BALANCER-SOURCE-IP", ...entry, addressPart(address));
  } else draft.closedToNode.push({ address, port });
}

/** Node ports of each protocol: all of them, and those of policy Local. */
const NODE_PORT_SETS = {
  TCP: ["KUBE-NODE-PORT-TCP", "KUBE-NODE-PORT-LOCAL-TCP"],
  UDP: ["KUBE-NODE-PORT-UDP", "KUBE-NODE-PORT-LOCAL-UDP"],
  SCTP: ["KUBE-NODE-PORT-SCTP-HASH", "KUBE-NODE-PORT-LOCAL-SCTP-HASH"],
} as const satisfies Readonly<Record<ProxiedPort["protocol"], readonly ProxySetName[]>>;

function fillByNodePort(draft: Draft, port: ProxiedPort, nodePort: number): void {
  const [all, local] = NODE_PORT_SETS[port.protocol];
  const proto = protocolNumber(port.protocol);
  const entries =
    port.protocol === "SCTP"
      ? draft.addresses.nodePort.map((address) => [addressPart(address), portPart(proto, nodePort)])
      : [[portPart(null, nodePort)]];
  for (const name of port.externalLocal ? [all, local] : [all]) {
    for (const entry of entries) put(draft, name, ...entry);
  }
}

/** Loopback addresses, and those that are on the link alone, serve no node port. */
export function servesNodePorts(address: Address): boolean {
  return typeof address === "number" ? !inNet(address, LOOPBACK_V4) : address !== 1n && !inNet(address, LINK_LOCAL_V6);
}

const LOOPBACK_V4 = netOf({ address: 0x7f00_0000, length: 8 });
const LINK_LOCAL_V6 = netOf({ address: 0xfe80n << 112n, length: 10 });
