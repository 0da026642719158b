import { KUBE_PROXY_COUNTERS } from "../../ext/xt/nfacct.ts";
import { hostNet, printAddress } from "../../base/address.ts";
import type { RuleSpec } from "../iptables/spec.ts";
import { bitMark, LOOPBACK_GUARD, LOOPBACK_NET, marking, masquerading } from "../iptables/kube-rules.ts";
import { ACCEPT, DROP, jump } from "../iptables/spec.ts";
import type { NodeDraft } from "../node/node-draft.ts";
import {
  baseJumps,
  CANARY,
  EXTERNAL_SERVICES,
  FORWARD,
  KUBELET_FIREWALL,
  MARK_MASQ,
  NODE_PORTS,
  POSTROUTING,
  PROXY_FIREWALL,
  SERVICES,
} from "./chains.ts";
import type { ProxyContext } from "./context.ts";
import { choiceFor, isLargeCluster } from "./context.ts";
import { usableEndpoints } from "./endpoints.ts";
import type { Writer } from "./iptables-writer.ts";
import { host, rulePartsOf } from "./rule-parts.ts";
import { writeServicePort } from "./service-port-rules.ts";

/** The whole of what kube-proxy writes in mode iptables, of one family: pkg/proxy/iptables syncProxyRules. */
export function writeIptablesMode(context: ProxyContext, node: NodeDraft): void {
  const { family, config, randomFully } = context;
  const [mangle, nat, filter] = [node.table(family, "mangle"), node.table(family, "nat"), node.table(family, "filter")];
  const writer: Writer = { context, parts: rulePartsOf(context.family), nat, filter, isLarge: isLargeCluster(context) };
  for (const table of [mangle, nat, filter]) table.declare(CANARY);
  for (const name of [SERVICES, NODE_PORTS, POSTROUTING, MARK_MASQ]) nat.flush(name);
  for (const name of [SERVICES, EXTERNAL_SERVICES, FORWARD, NODE_PORTS, PROXY_FIREWALL]) filter.flush(name);
  writeBaseJumps(writer);
  for (const rule of masquerading(family, config.masqueradeBit, randomFully)) nat.append(POSTROUTING, rule);
  nat.append(MARK_MASQ, marking(family, config.masqueradeBit));
  // `route_localnet`, which node ports on 127.0.0.1 need, would let neighbours reach what listens there.
  // Otherwise the chain is left to kubelet.
  filter.declare(KUBELET_FIREWALL);
  if (context.servesLocalhost) {
    filter.flush(KUBELET_FIREWALL);
    filter.append(KUBELET_FIREWALL, LOOPBACK_GUARD);
  }
  for (const port of context.ports)
    writeServicePort(writer, port, usableEndpoints(port, context.endpointsOf(port), choiceFor(context, port)));
  writeNodePortJumps(writer);
  writeForwarding(writer);
}

function writeBaseJumps({ parts, nat, filter }: Writer): void {
  const onlyNew = parts.match("conntrack", { ctstate: "NEW" });
  for (const one of baseJumps) {
    const matches = [...(one.onlyNew ? [onlyNew] : []), ...(one.comment === "" ? [] : [parts.comment(one.comment)])];
    (one.table === "nat" ? nat : filter).ensure(one.from, { matches, target: jump(one.to) });
  }
}

const LOOPBACK = { ip: LOOPBACK_NET, ip6: hostNet(1n) } as const;

/** Behind all service addresses: a node port must not take what is meant for one of those. */
function writeNodePortJumps({ context, parts, nat }: Writer): void {
  const { family, servesLocalhost, nodePortIPs } = context;
  const comment = parts.comment("kubernetes service nodeports; NOTE: this must be the last rule in this chain");
  const add = (spec: RuleSpec, ...matches: RuleSpec["matches"] & object): void => {
    nat.append(SERVICES, { ...spec, matches: [comment, ...matches], target: jump(NODE_PORTS) });
  };
  if (nodePortIPs === null) {
    const isLocal = parts.match("addrtype", { "dst-type": "LOCAL" });
    add(servesLocalhost ? {} : { dst: { negated: true, value: LOOPBACK[family] } }, isLocal);
    return;
  }
  for (const ip of nodePortIPs) {
    const isLoopback = printAddress(ip).startsWith("127.") || hostNet(ip).value === LOOPBACK.ip6.value;
    if (!isLoopback || servesLocalhost) add({ dst: host(ip) });
  }
}

function writeForwarding({ context, parts, filter }: Writer): void {
  if (!context.tcpBeLiberal) {
    // Such a packet would leave without NAT, and its reset would kill the connection.
    const invalid = parts.match("conntrack", { ctstate: "INVALID" });
    const counted = context.counts ? [parts.match("nfacct", { "nfacct-name": KUBE_PROXY_COUNTERS.invalid })] : [];
    filter.append(FORWARD, { matches: [invalid, ...counted], target: DROP });
  }
  const mark = bitMark(context.config.masqueradeBit);
  filter.append(FORWARD, {
    matches: [parts.comment("kubernetes forwarding rules"), parts.match("mark", { mark: `${mark}/${mark}` })],
    target: ACCEPT,
  });
  filter.append(FORWARD, {
    matches: [
      parts.comment("kubernetes forwarding conntrack rule"),
      parts.match("conntrack", { ctstate: "RELATED,ESTABLISHED" }),
    ],
    target: ACCEPT,
  });
}
