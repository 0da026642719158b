import { hostNet, netOf, parsePrefix, printAddress } from "../../base/address.ts";
import type { Prefix } from "../../base/address.ts";
import type { RuleSpec } from "../iptables/spec.ts";
import { ACCEPT, DROP, jump, RETURN, target } from "../iptables/spec.ts";
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
import { isLargeCluster } from "./context.ts";
import { usableEndpoints } from "./endpoints.ts";
import type { Writer } from "./iptables-writer.ts";
import { host, rulePartsOf } from "./rule-parts.ts";
import { writeServicePort } from "./service-port-rules.ts";

/** The whole of what kube-proxy 1.30 writes in mode iptables, of one family: pkg/proxy/iptables syncProxyRules. */
export function writeIptablesMode(context: ProxyContext, node: NodeDraft): void {
  const { family } = context;
  const [mangle, nat, filter] = [node.table(family, "mangle"), node.table(family, "nat"), node.table(family, "filter")];
  const writer: Writer = { context, parts: rulePartsOf(context.family), nat, filter, isLarge: isLargeCluster(context) };
  for (const table of [mangle, nat, filter]) table.declare(CANARY);
  for (const name of [SERVICES, NODE_PORTS, POSTROUTING, MARK_MASQ]) nat.flush(name);
  for (const name of [SERVICES, EXTERNAL_SERVICES, FORWARD, NODE_PORTS, PROXY_FIREWALL, KUBELET_FIREWALL])
    filter.flush(name);
  writeBaseJumps(writer);
  writeMasquerading(writer);
  if (context.family === "ip" && context.config.localhostNodePorts) writeLoopbackGuard(writer);
  for (const port of context.ports)
    writeServicePort(writer, port, usableEndpoints(port, context.endpointsOf(port), context.zone));
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

/** `0x4000`, as iptables takes it. */
function masqueradeMark({ config }: ProxyContext): string {
  return `0x${((1 << config.masqueradeBit) >>> 0).toString(16)}`;
}

function writeMasquerading({ context, parts, nat }: Writer): void {
  const { family, randomFully } = context;
  const mark = masqueradeMark(context);
  nat.append(POSTROUTING, { matches: [parts.match("mark", { "!mark": `${mark}/${mark}` })], target: RETURN });
  // So that a packet that comes through here again, after a tunnel, is not masqueraded a second time.
  nat.append(POSTROUTING, { target: target(family, "MARK", { "xor-mark": mark }) });
  nat.append(POSTROUTING, {
    matches: [parts.comment("kubernetes service traffic requiring SNAT")],
    target: target(family, "MASQUERADE", randomFully ? { "random-fully": "" } : {}),
  });
  nat.append(MARK_MASQ, { target: target(family, "MARK", { "or-mark": mark }) });
}

/** `route_localnet`, which node ports on 127.0.0.1 need, would let neighbours reach what listens there. */
function writeLoopbackGuard({ parts, filter }: Writer): void {
  filter.append(KUBELET_FIREWALL, {
    src: { negated: true, value: LOOPBACK.ip },
    dst: { negated: false, value: LOOPBACK.ip },
    matches: [
      parts.comment("block incoming localnet connections"),
      parts.match("conntrack", { "!ctstate": "RELATED,ESTABLISHED,DNAT" }),
    ],
    target: DROP,
  });
}

const LOOPBACK = { ip: netOf(prefixOf("127.0.0.0/8")), ip6: netOf(prefixOf("::1/128")) } as const;

function prefixOf(text: string): Prefix {
  const prefix = parsePrefix(text);
  if (prefix === null) throw new Error(`no prefix: ${text}`);
  return prefix;
}

/** Behind all service addresses: a node port must not take what is meant for one of those. */
function writeNodePortJumps({ context, parts, nat }: Writer): void {
  const { family, config, nodePortIPs } = context;
  const servesLocalhost = family === "ip" && config.localhostNodePorts;
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
    filter.append(FORWARD, { matches: [parts.match("conntrack", { ctstate: "INVALID" })], target: DROP });
  }
  const mark = masqueradeMark(context);
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
