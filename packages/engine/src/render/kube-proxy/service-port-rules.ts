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
  writeClusterIP(writing);
  writeExternalIPs(writing);
  writeLoadBalancerIPs(writing);
  writeNodePort(writing);
  if (usable.hasInternal) writeInternalMasquerading(writing);
  if (usable.any && port.isExternal) writeExternalChain(writing);
  if (writing.usesFirewall) writeFirewallChain(writing);
  if (usable.cluster.length > 0) writeBalancing(writing, chains.cluster, usable.cluster);
  if (usable.local.length > 0) writeBalancing(writing, chains.local, usable.local);
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
  return {
    context,
    parts,
    nat,
    filter,
    isLarge,
    port,
    usable,
    chains,
    toClusterIP: parts.to(port.clusterIP, port.protocol, port.port, parts.comment(`${port.name} cluster IP`)),
    internalPolicy: port.internalLocal ? chains.local : chains.cluster,
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
  const { port, usable, nat, toClusterIP, internalPolicy } = writing;
  if (usable.hasInternal) nat.append(SERVICES, { ...toClusterIP, target: jump(internalPolicy) });
  else refuse(writing, SERVICES, port.clusterIP, port.port);
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

const LOOPBACK = { negated: false, value: LOOPBACK_NET } as const;

function writeNodePort(writing: Writing): void {
  const { port, usable, parts, nat, filter, chains, context } = writing;
  if (port.nodePort !== null) {
    const to = parts.to(null, port.protocol, port.nodePort, parts.comment(port.name));
    if (usable.any) {
      if (context.counts && context.servesLocalhost) {
        const counted = parts.match("nfacct", { "nfacct-name": KUBE_PROXY_COUNTERS.localhost });
        const matches = [...(to.matches ?? []), counted];
        nat.append(NODE_PORTS, { ...to, dst: LOOPBACK, matches, target: jump(chains.external) });
      }
      nat.append(NODE_PORTS, { ...to, target: jump(chains.external) });
    }
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
function writeInternalMasquerading({ nat, context, toClusterIP, internalPolicy }: Writing): void {
  const { config, local } = context;
  if (!config.masqueradeAll && local === null) return;
  const { src = null, iif = null } = config.masqueradeAll || local === null ? {} : local.isNotLocal;
  nat.append(internalPolicy, { ...toClusterIP, src, iif, target: TO_MASQ });
}

function writeExternalChain({ port, usable, parts, nat, context, chains, externalPolicy }: Writing): void {
  const chain = chains.external;
  const about = (what: string): Match => parts.comment(`${what} for ${port.name} external destinations`);
  nat.declare(chain);
  if (!port.externalLocal) {
    nat.append(chain, { matches: [about("masquerade traffic")], target: TO_MASQ });
  } else {
    // Policy Local keeps the client's address; only what this node's pods and the node itself send may go elsewhere.
    if (context.local !== null) {
      const pods = { ...context.local.isLocal, matches: [about("pod traffic")] };
      nat.append(chain, { ...pods, target: jump(chains.cluster) });
    }
    const fromNode = parts.match("addrtype", { "src-type": "LOCAL" });
    nat.append(chain, { matches: [about("masquerade LOCAL traffic"), fromNode], target: TO_MASQ });
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

/** One of n, each with the same chance: 1/n, 1/(n−1) … of those that are left, and the last one always. */
function writeBalancing(writing: Writing, chain: string, endpoints: readonly ProxiedEndpoint[]): void {
  const { port, parts, nat, isLarge, jumpTo } = writing;
  const about = ({ text }: ProxiedEndpoint): readonly Match[] =>
    isLarge ? [] : [parts.comment(`${port.name} -> ${text}`)];
  if (port.affinitySeconds !== null) {
    const seconds = String(port.affinitySeconds);
    for (const endpoint of endpoints) {
      const target = jumpTo(endpoint);
      const seen = parts.match("recent", { rcheck: "", seconds, reap: "", name: target.chain });
      nat.append(chain, { matches: [...about(endpoint), seen], target });
    }
  }
  const chances = endpoints.map((endpoint, index): RuleSpec => {
    const chance = parts.chance(endpoints.length - index);
    return { matches: isLarge ? chance : [...about(endpoint), ...chance], target: jumpTo(endpoint) };
  });
  nat.appendAll(chain, chances);
}

function writeEndpoints({ port, usable, parts, nat, isLarge, jumpTo }: Writing): void {
  const about = isLarge ? [] : [parts.comment(port.name)];
  const { proto, match: transport } = parts.transport(port.protocol);
  const always = [...about, transport];
  for (const endpoint of usable.reachable) {
    const { chain } = jumpTo(endpoint);
    const remember = port.affinitySeconds === null ? null : parts.match("recent", { set: "", name: chain });
    nat.appendAll(chain, [
      { src: host(endpoint.address), matches: about, target: TO_MASQ },
      {
        proto,
        matches: remember === null ? always : [...about, remember, transport],
        target: dnatTo(endpoint.address, endpoint.port),
      },
    ]);
  }
}
