import { KUBE_PROXY_COUNTERS } from "../../ext/xt/nfacct.ts";
import type { Address } from "../../base/address.ts";
import { dnatTo } from "../../ext/xt/dnat-target.ts";
import type { Match, Target } from "../../model/ruleset.ts";
import { LOOPBACK_NET } from "../iptables/kube-rules.ts";
import type { RuleSpec } from "../iptables/spec.ts";
import { ACCEPT, DROP, jump, target } from "../iptables/spec.ts";
import { EXTERNAL_SERVICES, MARK_MASQ, NODE_PORTS, PROXY_FIREWALL, SERVICES } from "./chains.ts";
import type { ProxiedEndpoint, UsableEndpoints } from "./endpoints.ts";
import type { Writer } from "./iptables-writer.ts";
import { endpointChain, servicePortHash } from "./names.ts";
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
  /** Traffic for the port at its cluster IP. */
  readonly toClusterIP: RuleSpec;
  /** The jump to an endpoint's chain: one for all rules that have it. */
  readonly jumpTo: (endpoint: ProxiedEndpoint) => JumpTarget;
}

type JumpTarget = Extract<Target, { kind: "jump" }>;

const TO_MASQ = jump(MARK_MASQ);

/** Everything about one service port: pkg/proxy/iptables syncProxyRules, the body of its loop over services. */
export function writeServicePort(writer: Writer, port: ProxiedPort, usable: UsableEndpoints): void {
  const writing = startWriting(writer, port, usable);
  const { chains } = writing;
  const { nat } = writer;
  writeClusterIP(writing);
  writeExternalIPs(writing);
  writeLoadBalancerIPs(writing);
  writeNodePort(writing);
  if (usable.any && port.isExternal) nat.replace(chains.external, externalRules(writing));
  if (writing.usesFirewall) nat.replace(chains.firewall, firewallRules(writing));
  if (usable.cluster.length > 0) writePolicyChain(writing, chains.cluster, usable.cluster);
  if (usable.local.length > 0) writePolicyChain(writing, chains.local, usable.local);
  writeEndpoints(writing);
}

function startWriting(writer: Writer, port: ProxiedPort, usable: UsableEndpoints): Writing {
  const protocol = spellingOf(port.protocol);
  const hash = servicePortHash(port.name, protocol);
  const chains: PortChains = {
    cluster: `KUBE-SVC-${hash}`,
    local: `KUBE-SVL-${hash}`,
    external: `KUBE-EXT-${hash}`,
    firewall: `KUBE-FW-${hash}`,
  };
  const jumps = new Map<ProxiedEndpoint, JumpTarget>();
  const { context, parts, nat, filter, isLarge } = writer;
  const internalPolicy = port.internalLocal ? chains.local : chains.cluster;
  const about = parts.comment(`${port.name} cluster IP`);
  return {
    context,
    parts,
    nat,
    filter,
    isLarge,
    port,
    usable,
    chains,
    toClusterIP: parts.to(port.clusterIP, port.protocol, port.port, jump(internalPolicy), about),
    internalPolicy,
    externalPolicy: port.externalLocal ? chains.local : chains.cluster,
    jumpTo(endpoint) {
      const known = jumps.get(endpoint);
      if (known !== undefined) return known;
      const made = jump(endpointChain(port.name, protocol, endpoint.text));
      jumps.set(endpoint, made);
      return made;
    },
    usesFirewall: usable.any && port.loadBalancerIPs.length > 0 && port.sourceRanges.length > 0,
  };
}

function writeClusterIP(writing: Writing): void {
  const { port, usable, nat, toClusterIP } = writing;
  if (usable.hasInternal) nat.append(SERVICES, toClusterIP);
  else refuse(writing, SERVICES, port.clusterIP, port.port);
}

function writeExternalIPs(writing: Writing): void {
  const { port, usable, parts, nat, chains } = writing;
  for (const ip of port.externalIPs) {
    const about = parts.comment(`${port.name} external IP`);
    if (usable.any) nat.append(SERVICES, parts.to(ip, port.protocol, port.port, jump(chains.external), about));
    if (!usable.hasExternal) refuse(writing, EXTERNAL_SERVICES, ip, port.port);
  }
}

function writeLoadBalancerIPs(writing: Writing): void {
  const { port, usable, parts, nat, filter, chains, usesFirewall } = writing;
  const entry = jump(usesFirewall ? chains.firewall : chains.external);
  for (const ip of port.loadBalancerIPs) {
    const about = parts.comment(`${port.name} loadbalancer IP`);
    if (usable.any) nat.append(SERVICES, parts.to(ip, port.protocol, port.port, entry, about));
    if (usesFirewall) {
      // Not reached after DNAT: whatever gets here with that address, no range let in.
      const comment = parts.comment(`${port.name} traffic not accepted by ${chains.firewall}`);
      filter.append(PROXY_FIREWALL, parts.to(ip, port.protocol, port.port, DROP, comment));
    }
  }
  if (!usable.hasExternal) for (const ip of port.loadBalancerIPs) refuse(writing, EXTERNAL_SERVICES, ip, port.port);
}

const LOOPBACK = { negated: false, value: LOOPBACK_NET } as const;

function writeNodePort(writing: Writing): void {
  const { port, usable, parts, nat, filter, chains, context } = writing;
  if (port.nodePort !== null) {
    const to = parts.to(null, port.protocol, port.nodePort, jump(chains.external), parts.comment(port.name));
    if (usable.any) {
      if (context.counts && context.servesLocalhost) {
        const counted = parts.match("nfacct", { "nfacct-name": KUBE_PROXY_COUNTERS.localhost });
        const matches = [...(to.matches ?? []), counted];
        nat.append(NODE_PORTS, { ...to, dst: LOOPBACK, matches });
      }
      nat.append(NODE_PORTS, to);
    }
    if (!usable.hasExternal) refuse(writing, EXTERNAL_SERVICES, null, port.nodePort);
  }
  if (port.healthCheckNodePort !== null) {
    const comment = parts.comment(`${port.name} health check node port`);
    filter.append(NODE_PORTS, parts.to(null, "TCP", port.healthCheckNodePort, ACCEPT, comment));
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
  filter.append(chain, parts.to(ip, port.protocol, dport, refusal, ...before));
}

/** Of the chain that the cluster IP leads to: what comes from outside of the cluster's pods has to come back through here. */
function internalMasquerading({ context, toClusterIP }: Writing): readonly RuleSpec[] {
  const { config, local } = context;
  if (!config.masqueradeAll && local === null) return [];
  const { src = null, iif = null } = config.masqueradeAll || local === null ? {} : local.isNotLocal;
  const { dst = null, proto = null, matches = [] } = toClusterIP;
  return [{ src, dst, iif, proto, matches, target: TO_MASQ }];
}

function externalRules({ port, usable, parts, context, chains, externalPolicy }: Writing): readonly RuleSpec[] {
  const about = (what: string): Match => parts.comment(`${what} for ${port.name} external destinations`);
  const on = usable.hasExternal ? [{ target: jump(externalPolicy) }] : [];
  if (!port.externalLocal) return [{ matches: [about("masquerade traffic")], target: TO_MASQ }, ...on];
  // Policy Local keeps the client's address; only what this node's pods and the node itself send may go elsewhere.
  const toCluster = jump(chains.cluster);
  const { local } = context;
  const pods = local === null ? [] : [{ ...local.isLocal, matches: [about("pod traffic")], target: toCluster }];
  const fromNode = parts.match("addrtype", { "src-type": "LOCAL" });
  return [
    ...pods,
    { matches: [about("masquerade LOCAL traffic"), fromNode], target: TO_MASQ },
    { matches: [about("route LOCAL traffic"), fromNode], target: toCluster },
    ...on,
  ];
}

function firewallRules({ port, parts, context, chains }: Writing): readonly RuleSpec[] {
  const matches = [parts.comment(`${port.name} loadbalancer IP`)];
  const pass = jump(chains.external);
  const ofNode = letsNodeIn(port, context.nodeIP) ? port.loadBalancerIPs : [];
  return [
    ...port.sourceRanges.map((range) => ({ src: net(range), matches, target: pass })),
    ...ofNode.map((ip) => ({ src: host(ip), matches, target: pass })),
    { matches: [parts.comment(`other traffic to ${port.name} will be dropped by ${PROXY_FIREWALL}`)] },
  ];
}

function writePolicyChain(writing: Writing, chain: string, endpoints: readonly ProxiedEndpoint[]): void {
  const masquerading = chain === writing.internalPolicy ? internalMasquerading(writing) : [];
  writing.nat.replace(chain, [...masquerading, ...returning(writing, endpoints), ...balancing(writing, endpoints)]);
}

/** Clients that an endpoint remembers. */
function returning(writing: Writing, endpoints: readonly ProxiedEndpoint[]): readonly RuleSpec[] {
  const { port, parts, jumpTo } = writing;
  if (port.affinitySeconds === null) return [];
  const seconds = String(port.affinitySeconds);
  return endpoints.map((endpoint) => {
    const target = jumpTo(endpoint);
    const seen = parts.match("recent", { rcheck: "", seconds, reap: "", name: target.chain });
    return { matches: [...aboutEndpoint(writing, endpoint), seen], target };
  });
}

/** One of n, each with the same chance: 1/n, 1/(n−1) … of those that are left, and the last one always. */
function balancing(writing: Writing, endpoints: readonly ProxiedEndpoint[]): readonly RuleSpec[] {
  const { parts, isLarge, jumpTo } = writing;
  return endpoints.map((endpoint, index) => {
    const chance = parts.chance(endpoints.length - index);
    return { matches: isLarge ? chance : [...aboutEndpoint(writing, endpoint), ...chance], target: jumpTo(endpoint) };
  });
}

function aboutEndpoint({ port, parts, isLarge }: Writing, { text }: ProxiedEndpoint): readonly Match[] {
  return isLarge ? [] : [parts.comment(`${port.name} -> ${text}`)];
}

function writeEndpoints({ port, usable, parts, nat, isLarge, jumpTo }: Writing): void {
  const about = isLarge ? [] : [parts.comment(port.name)];
  const { proto, match: transport } = parts.transport(port.protocol);
  const always = [...about, transport];
  for (const endpoint of usable.reachable) {
    const { chain } = jumpTo(endpoint);
    const remember = port.affinitySeconds === null ? null : parts.match("recent", { set: "", name: chain });
    nat.replace(chain, [
      { src: host(endpoint.address), matches: about, target: TO_MASQ },
      {
        proto,
        matches: remember === null ? always : [...about, remember, transport],
        target: dnatTo(endpoint.address, endpoint.port),
      },
    ]);
  }
}
