import type { Address } from "../../../base/address.ts";
import { bitsOf, printAddress } from "../../../base/address.ts";
import type { NftVerdict } from "../../../model/nft.ts";
import { addressSet, numbered } from "../../nft/anonymous-set.ts";
import {
  addressOf,
  different,
  dnatTo,
  equal,
  isLocalAddress,
  literal,
  meta,
  payload,
  setRef,
  vmap,
} from "../../nft/expression.ts";
import type { ProxiedEndpoint, UsableEndpoints } from "../endpoints.ts";
import { nftComment, nftEndpointBase, nftServicePortBase } from "../names.ts";
import { spellingOf } from "../rule-parts.ts";
import type { ProxiedPort } from "../service-ports.ts";
import { letsNodeIn } from "../service-ports.ts";
import {
  CLUSTER_IPS,
  FIREWALL_IPS,
  MARK_MASQ,
  NO_ENDPOINT_NODE_PORTS,
  NO_ENDPOINT_SERVICES,
  REJECTING,
  SERVICE_IPS,
  SERVICE_NODE_PORTS,
} from "./chains.ts";
import type { NftWriter } from "./writer.ts";

/** One service port while it is written. */
interface Writing extends NftWriter {
  readonly port: ProxiedPort;
  readonly usable: UsableEndpoints;
  readonly protocol: "tcp" | "udp" | "sctp";
  readonly chains: {
    readonly cluster: string;
    readonly local: string;
    readonly external: string;
    readonly firewall: string;
  };
  readonly internalPolicy: string;
  readonly externalPolicy: string;
  /** Names of each reachable endpoint's chain and of the set of its clients. */
  readonly endpoints: ReadonlyMap<ProxiedEndpoint, EndpointNames>;
}

interface EndpointNames {
  readonly chain: string;
  readonly affinity: string;
}

const MASQ: NftVerdict = { kind: "jump", chain: MARK_MASQ };
const DROP: NftVerdict = { kind: "drop" };
/** The kernel's limit where a dynamic set says none. */
const DYNAMIC_SIZE = 65_535;

function goTo(chain: string): NftVerdict {
  return { kind: "goto", chain };
}

/** Everything about one service port: pkg/proxy/nftables syncProxyRules, the body of its loop over services. */
export function writeServicePort(writer: NftWriter, port: ProxiedPort, usable: UsableEndpoints): void {
  const writing = startWriting(writer, port, usable);
  const { draft, chains } = writing;
  const usesExternal = usable.any && port.isExternal;
  const usesFirewall = port.loadBalancerIPs.length > 0 && port.sourceRanges.length > 0;
  for (const { chain } of writing.endpoints.values()) draft.chain(chain);
  if (usable.cluster.length > 0) draft.chain(chains.cluster);
  if (usable.local.length > 0) draft.chain(chains.local);
  if (usesExternal) draft.chain(chains.external);
  if (usesFirewall) draft.chain(chains.firewall);
  writeElements(writing, usesFirewall);
  if (usable.hasInternal) writeInternalMasquerading(writing);
  if (usesExternal) writeExternalChain(writing);
  if (usesFirewall) writeFirewallChain(writing);
  if (port.affinitySeconds !== null) writeAffinitySets(writing, port.affinitySeconds);
  if (usable.cluster.length > 0) writeBalancing(writing, chains.cluster, usable.cluster);
  if (usable.local.length > 0) writeBalancing(writing, chains.local, usable.local);
  for (const [endpoint, names] of writing.endpoints) writeEndpoint(writing, endpoint, names);
}

function startWriting(writer: NftWriter, port: ProxiedPort, usable: UsableEndpoints): Writing {
  const protocol = spellingOf(port.protocol);
  const base = nftServicePortBase(port.namespace, port.service, protocol, port.portName);
  const chains = {
    cluster: `service-${base}`,
    local: `local-${base}`,
    external: `external-${base}`,
    firewall: `firewall-${base}`,
  };
  const endpoints = usable.reachable.map((endpoint) => {
    const tail = nftEndpointBase(base, printAddress(endpoint.address), endpoint.port);
    return [endpoint, { chain: `endpoint-${tail}`, affinity: `affinity-${tail}` }] as const;
  });
  return {
    ...writer,
    port,
    usable,
    protocol,
    chains,
    internalPolicy: port.internalLocal ? chains.local : chains.cluster,
    externalPolicy: port.externalLocal ? chains.local : chains.cluster,
    endpoints: new Map(endpoints),
  };
}

/** What the port adds to the tables of addresses and of node ports. */
function writeElements(writing: Writing, usesFirewall: boolean): void {
  const { draft, port, usable, protocol, chains, internalPolicy } = writing;
  const at = (ip: Address): readonly string[] => [printAddress(ip), protocol, String(port.port)];
  const refusal = usable.any ? DROP : goTo(REJECTING);
  const comment = nftComment(port.name);
  draft.element(CLUSTER_IPS, [printAddress(port.clusterIP)]);
  if (usable.hasInternal) draft.element(SERVICE_IPS, at(port.clusterIP), goTo(internalPolicy));
  else draft.element(NO_ENDPOINT_SERVICES, at(port.clusterIP), refusal, comment);
  for (const ip of [...port.externalIPs, ...port.loadBalancerIPs]) {
    if (usable.any) draft.element(SERVICE_IPS, at(ip), goTo(chains.external));
    if (!usable.hasExternal) draft.element(NO_ENDPOINT_SERVICES, at(ip), refusal, comment);
  }
  if (usesFirewall) for (const ip of port.loadBalancerIPs) draft.element(FIREWALL_IPS, at(ip), goTo(chains.firewall));
  if (port.nodePort === null) return;
  const nodePort = [protocol, String(port.nodePort)];
  // Node ports are not subject to a load balancer's source ranges.
  if (usable.any) draft.element(SERVICE_NODE_PORTS, nodePort, goTo(chains.external));
  if (!usable.hasExternal) draft.element(NO_ENDPOINT_NODE_PORTS, nodePort, refusal, comment);
}

/** Traffic to the cluster IP that comes from outside of the cluster's pods has to come back through here. */
function writeInternalMasquerading({ draft, context, words, port, protocol, internalPolicy }: Writing): void {
  const { config, local } = context;
  if (!config.masqueradeAll && local === null) return;
  const whose = config.masqueradeAll || local === null ? [] : [local.nft.isNotLocal];
  const toPort = equal(payload(protocol, "dport"), literal(port.port));
  draft.rule(internalPolicy, [equal(words.daddr, addressOf(port.clusterIP)), toPort, ...whose, MASQ]);
}

function writeExternalChain({ draft, context, port, usable, chains, externalPolicy }: Writing): void {
  const chain = chains.external;
  if (!port.externalLocal) {
    draft.rule(chain, [MASQ]);
  } else {
    // Policy Local keeps the client's address; only what this node's pods and the node itself send may go elsewhere.
    const toAll = goTo(chains.cluster);
    if (context.local !== null) draft.rule(chain, [context.local.nft.isLocal, toAll], "short-circuit pod traffic");
    draft.rule(chain, [isLocalAddress("saddr"), MASQ], "masquerade local traffic");
    draft.rule(chain, [isLocalAddress("saddr"), toAll], "short-circuit local traffic");
  }
  if (usable.hasExternal) draft.rule(chain, [goTo(externalPolicy)]);
}

function writeFirewallChain({ draft, context, words, port, chains }: Writing): void {
  const own = letsNodeIn(port, context.nodeIP) ? port.loadBalancerIPs : [];
  const sources = [...port.sourceRanges, ...own.map((address) => ({ address, length: bitsOf(address) }))];
  const [first, ...others] = sources;
  if (first !== undefined) draft.rule(chains.firewall, [different(words.saddr, addressSet([first, ...others])), DROP]);
}

function writeAffinitySets({ draft, words, endpoints }: Writing, seconds: number): void {
  const how = { type: [words.addressType], flags: ["dynamic", "timeout"], timeout: seconds, size: DYNAMIC_SIZE };
  for (const { affinity } of endpoints.values()) draft.set({ name: affinity, ...how });
}

/** Clients that are known go where they went; of the others each endpoint gets the same share. */
function writeBalancing(writing: Writing, chain: string, endpoints: readonly ProxiedEndpoint[]): void {
  const { draft, words, port } = writing;
  const names = endpoints.flatMap((endpoint) => writing.endpoints.get(endpoint) ?? []);
  if (port.affinitySeconds !== null) {
    for (const { chain: to, affinity } of names) draft.rule(chain, [equal(words.saddr, setRef(affinity)), goTo(to)]);
  }
  const anyOf = numbered(names.map(({ chain: to }) => goTo(to)));
  draft.rule(chain, [vmap({ kind: "numgen", mode: "random", modulus: names.length, offset: 0 }, anyOf)]);
}

function writeEndpoint(writing: Writing, { address, port: toPort }: ProxiedEndpoint, names: EndpointNames): void {
  const { draft, words, port, protocol } = writing;
  const { chain, affinity } = names;
  draft.rule(chain, [equal(words.saddr, addressOf(address)), MASQ]);
  if (port.affinitySeconds !== null) {
    const remember = { kind: "set-update", op: "update", set: affinity, key: words.saddr } as const;
    draft.rule(chain, [{ ...remember, data: null, timeout: null, statements: [] }]);
  }
  draft.rule(chain, [equal(meta("l4proto"), literal(protocol)), dnatTo(address, toPort)]);
}
