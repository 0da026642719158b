import type { Address } from "../../base/address.ts";
import type { Match, Target } from "../../model/ruleset.ts";
import { ACCEPT, DROP, jump, target } from "../iptables/spec.ts";
import { EXTERNAL_SERVICES, MARK_MASQ, NODE_PORTS, PROXY_FIREWALL, SERVICES } from "./chains.ts";
import type { ProxiedEndpoint, UsableEndpoints } from "./endpoints.ts";
import type { Writer } from "./iptables-writer.ts";
import { endpointHash, servicePortHash } from "./names.ts";
import { host, net, spellingOf } from "./rule-parts.ts";
import type { ProxiedPort } from "./service-ports.ts";
import { letsNodeIn } from "./service-ports.ts";

/** The chains of one service port; they exist only where they are needed. */
interface PortChains {
  readonly cluster: string;
  readonly local: string;
  readonly external: string;
  readonly firewall: string;
}

/** One service port while its rules are written. */
interface Writing extends Writer {
  readonly port: ProxiedPort;
  readonly usable: UsableEndpoints;
  readonly chains: PortChains;
  /** Where traffic for the cluster IP goes, and from outside after masquerading. */
  readonly internalPolicy: string;
  readonly externalPolicy: string;
  readonly usesFirewall: boolean;
}

/** Everything about one service port: pkg/proxy/iptables syncProxyRules, the body of its loop over services. */
export function writeServicePort(writer: Writer, port: ProxiedPort, usable: UsableEndpoints): void {
  const writing = startWriting(writer, port, usable);
  const { chains } = writing;
  writeClusterIP(writing);
  writeExternalIPs(writing);
  writeLoadBalancerIPs(writing);
  writeNodePort(writing);
  if (usable.hasInternal) writeInternalMasquerading(writing);
  if (usable.any && port.isExternal) writeExternalChain(writing);
  if (writing.usesFirewall) writeFirewallChain(writing);
  if (usable.cluster.length > 0) writeBalancing(writing, chains.cluster, usable.cluster);
  if (usable.local.length > 0) writeBalancing(writing, chains.local, usable.local);
  for (const endpoint of usable.reachable) writeEndpoint(writing, endpoint);
}

function startWriting(writer: Writer, port: ProxiedPort, usable: UsableEndpoints): Writing {
  const hash = servicePortHash(port.name, spellingOf(port.protocol));
  const chains: PortChains = {
    cluster: `KUBE-SVC-${hash}`,
    local: `KUBE-SVL-${hash}`,
    external: `KUBE-EXT-${hash}`,
    firewall: `KUBE-FW-${hash}`,
  };
  return {
    ...writer,
    port,
    usable,
    chains,
    internalPolicy: port.internalLocal ? chains.local : chains.cluster,
    externalPolicy: port.externalLocal ? chains.local : chains.cluster,
    usesFirewall: usable.any && port.loadBalancerIPs.length > 0 && port.sourceRanges.length > 0,
  };
}

function writeClusterIP(writing: Writing): void {
  const { port, usable, parts, nat, internalPolicy } = writing;
  if (usable.hasInternal) {
    const to = parts.to(port.clusterIP, port.protocol, port.port, parts.comment(`${port.name} cluster IP`));
    nat.append(SERVICES, { ...to, target: jump(internalPolicy) });
  } else refuse(writing, SERVICES, port.clusterIP, port.port);
}

function writeExternalIPs(writing: Writing): void {
  const { port, usable, parts, nat, chains } = writing;
  for (const ip of port.externalIPs) {
    const to = parts.to(ip, port.protocol, port.port, parts.comment(`${port.name} external IP`));
    if (usable.any) nat.append(SERVICES, { ...to, target: jump(chains.external) });
    if (!usable.hasExternal) refuse(writing, EXTERNAL_SERVICES, ip, port.port);
  }
}

function writeLoadBalancerIPs(writing: Writing): void {
  const { port, usable, parts, nat, filter, chains, usesFirewall } = writing;
  for (const ip of port.loadBalancerIPs) {
    const to = parts.to(ip, port.protocol, port.port, parts.comment(`${port.name} loadbalancer IP`));
    if (usable.any) nat.append(SERVICES, { ...to, target: jump(usesFirewall ? chains.firewall : chains.external) });
    if (usesFirewall) {
      // Not reached after DNAT: whatever gets here with that address, no range let in.
      const comment = parts.comment(`${port.name} traffic not accepted by ${chains.firewall}`);
      filter.append(PROXY_FIREWALL, { ...parts.to(ip, port.protocol, port.port, comment), target: DROP });
    }
  }
  if (!usable.hasExternal) for (const ip of port.loadBalancerIPs) refuse(writing, EXTERNAL_SERVICES, ip, port.port);
}

function writeNodePort(writing: Writing): void {
  const { port, usable, parts, nat, filter, chains } = writing;
  if (port.nodePort !== null) {
    const to = parts.to(null, port.protocol, port.nodePort, parts.comment(port.name));
    if (usable.any) nat.append(NODE_PORTS, { ...to, target: jump(chains.external) });
    if (!usable.hasExternal) refuse(writing, EXTERNAL_SERVICES, null, port.nodePort);
  }
  if (port.healthCheckNodePort !== null) {
    const comment = parts.comment(`${port.name} health check node port`);
    filter.append(NODE_PORTS, { ...parts.to(null, "TCP", port.healthCheckNodePort, comment), target: ACCEPT });
  }
}

/** Nobody serves it: refused where there is nobody at all, dropped where others serve it elsewhere. */
function refuse(
  { port, usable, parts, filter, context }: Writing,
  chain: string,
  ip: Address | null,
  dport: number,
): void {
  const comment = parts.comment(`${port.name} has no ${usable.any ? "local endpoints" : "endpoints"}`);
  const before = ip === null ? [comment, parts.match("addrtype", { "dst-type": "LOCAL" })] : [comment];
  const refusal: Target = usable.any ? DROP : target(context.family, "REJECT");
  filter.append(chain, { ...parts.to(ip, port.protocol, dport, ...before), target: refusal });
}

/** Traffic to the cluster IP that comes from outside of the cluster's pods has to come back through here. */
function writeInternalMasquerading({ port, parts, nat, context, internalPolicy }: Writing): void {
  const { config, local } = context;
  if (!config.masqueradeAll && local === null) return;
  const to = parts.to(port.clusterIP, port.protocol, port.port, parts.comment(`${port.name} cluster IP`));
  const whose = config.masqueradeAll ? {} : local?.isNotLocal;
  nat.append(internalPolicy, { ...whose, ...to, target: jump(MARK_MASQ) });
}

function writeExternalChain({ port, usable, parts, nat, context, chains, externalPolicy }: Writing): void {
  const chain = chains.external;
  const about = (what: string): Match => parts.comment(`${what} for ${port.name} external destinations`);
  nat.declare(chain);
  if (!port.externalLocal) {
    nat.append(chain, { matches: [about("masquerade traffic")], target: jump(MARK_MASQ) });
  } else {
    // Policy Local keeps the client's address; only what this node's pods and the node itself send may go elsewhere.
    if (context.local !== null) {
      const pods = { ...context.local.isLocal, matches: [about("pod traffic")] };
      nat.append(chain, { ...pods, target: jump(chains.cluster) });
    }
    const fromNode = parts.match("addrtype", { "src-type": "LOCAL" });
    nat.append(chain, { matches: [about("masquerade LOCAL traffic"), fromNode], target: jump(MARK_MASQ) });
    nat.append(chain, { matches: [about("route LOCAL traffic"), fromNode], target: jump(chains.cluster) });
  }
  if (usable.hasExternal) nat.append(chain, { target: jump(externalPolicy) });
}

function writeFirewallChain({ port, parts, nat, context, chains }: Writing): void {
  const chain = chains.firewall;
  const comment = parts.comment(`${port.name} loadbalancer IP`);
  const pass = jump(chains.external);
  for (const range of port.sourceRanges) nat.append(chain, { src: net(range), matches: [comment], target: pass });
  if (letsNodeIn(port, context.nodeIP)) {
    for (const ip of port.loadBalancerIPs) nat.append(chain, { src: host(ip), matches: [comment], target: pass });
  }
  nat.append(chain, { matches: [parts.comment(`other traffic to ${port.name} will be dropped by ${PROXY_FIREWALL}`)] });
}

function chainOf({ port }: Writing, endpoint: ProxiedEndpoint): string {
  return `KUBE-SEP-${endpointHash(port.name, spellingOf(port.protocol), endpoint.text)}`;
}

/** One of n, each with the same chance: 1/n, 1/(n−1) … of those that are left, and the last one always. */
function writeBalancing(writing: Writing, chain: string, endpoints: readonly ProxiedEndpoint[]): void {
  const { port, parts, nat, isLarge } = writing;
  nat.declare(chain);
  const entries = endpoints.map((endpoint) => ({
    to: chainOf(writing, endpoint),
    about: isLarge ? [] : [parts.comment(`${port.name} -> ${endpoint.text}`)],
  }));
  if (port.affinitySeconds !== null) {
    const seconds = String(port.affinitySeconds);
    for (const { to, about } of entries) {
      const seen = parts.match("recent", { rcheck: "", seconds, reap: "", name: to });
      nat.append(chain, { matches: [...about, seen], target: jump(to) });
    }
  }
  for (const [index, { to, about }] of entries.entries()) {
    const left = entries.length - index;
    const chance = left === 1 ? [] : [parts.chance(left)];
    nat.append(chain, { matches: [...about, ...chance], target: jump(to) });
  }
}

function writeEndpoint(writing: Writing, endpoint: ProxiedEndpoint): void {
  const { port, parts, nat, context, isLarge } = writing;
  const chain = chainOf(writing, endpoint);
  const about = isLarge ? [] : [parts.comment(port.name)];
  nat.append(chain, { src: host(endpoint.address), matches: about, target: jump(MARK_MASQ) });
  const { proto, match: transport } = parts.transport(port.protocol);
  const remember = port.affinitySeconds === null ? [] : [parts.match("recent", { set: "", name: chain })];
  const dnat = target(context.family, "DNAT", { "to-destination": endpoint.text });
  nat.append(chain, { proto, matches: [...about, ...remember, transport], target: dnat });
}
