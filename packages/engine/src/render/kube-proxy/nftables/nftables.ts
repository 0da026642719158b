import type { Prefix } from "../../../base/address.ts";
import { parsePrefix, printAddress } from "../../../base/address.ts";
import type { NftMatch } from "../../../model/nft.ts";
import { addressSet } from "../../nft/anonymous-set.ts";
import {
  binary,
  ctState,
  different,
  equal,
  isLocalAddress,
  markOf,
  masquerade,
  meta,
  prefixOf,
  REJECT,
  setRef,
  setTo,
  vmap,
} from "../../nft/expression.ts";
import { NftTableDraft } from "../../nft/table-draft.ts";
import { usableEndpoints } from "../endpoints.ts";
import type { ProxyContext } from "../context.ts";
import { choiceFor } from "../context.ts";
import {
  CLUSTER_IPS,
  CLUSTER_IPS_CHECK,
  FIREWALL_CHECK,
  FIREWALL_IPS,
  layoutOf,
  MARK_MASQ,
  MASQUERADING,
  NO_ENDPOINT_NODE_PORTS,
  NO_ENDPOINT_SERVICES,
  NODE_PORT_ENDPOINTS_CHECK,
  NODE_PORT_IPS,
  REJECTING,
  SERVICE_ENDPOINTS_CHECK,
  SERVICE_IPS,
  SERVICE_NODE_PORTS,
  SERVICES,
  TABLE,
} from "./chains.ts";
import { writeServicePort } from "./service-port.ts";
import type { NftWriter } from "./writer.ts";
import { NODE_PORT, wordsOf } from "./writer.ts";

/** The whole of what kube-proxy writes in mode nftables, of one family: pkg/proxy/nftables setupNFTables, syncProxyRules. */
export function nftablesModeTable(context: ProxyContext): NftTableDraft {
  const draft = new NftTableDraft({ family: context.family, name: TABLE, comment: "rules for kube-proxy" });
  const writer: NftWriter = { context, draft, words: wordsOf(context.family) };
  const layout = layoutOf(context);
  for (const [name, base] of layout.chains) draft.chain(name, { base });
  for (const { from, to } of layout.jumps) {
    draft.chain(to);
    draft.rule(from, [...(from.startsWith("filter-") ? [ctState("new")] : []), { kind: "jump", chain: to }]);
  }
  writeSets(writer);
  writeMasquerading(writer);
  writeClusterIPsCheck(writer);
  writeLookups(writer);
  for (const port of context.ports)
    writeServicePort(writer, port, usableEndpoints(port, context.endpointsOf(port), choiceFor(context, port)));
  return draft;
}

function writeSets({ context, draft, words }: NftWriter): void {
  const { addressType } = words;
  const addressAndPort = { type: [addressType, "inet_proto", "inet_service"], data: ["verdict"] };
  const nodePort = { type: ["inet_proto", "inet_service"], data: ["verdict"] };
  draft.set({ name: CLUSTER_IPS, type: [addressType], comment: "Active ClusterIPs" });
  if (context.nodePortIPs !== null) {
    draft.set({ name: NODE_PORT_IPS, type: [addressType], comment: "IPs that accept NodePort traffic" });
    for (const ip of context.nodePortIPs)
      if (!isLoopback(printAddress(ip))) draft.element(NODE_PORT_IPS, [printAddress(ip)]);
  }
  const noEndpoints = "vmap to drop or reject packets to service";
  draft.set({ name: NO_ENDPOINT_SERVICES, ...addressAndPort, comment: `${noEndpoints}s with no endpoints` });
  draft.set({ name: NO_ENDPOINT_NODE_PORTS, ...nodePort, comment: `${noEndpoints} nodeports with no endpoints` });
  const toRanges = "destinations that are subject to LoadBalancerSourceRanges";
  draft.set({ name: FIREWALL_IPS, ...addressAndPort, comment: toRanges });
  draft.set({ name: SERVICE_IPS, ...addressAndPort, comment: "ClusterIP, ExternalIP and LoadBalancer IP traffic" });
  draft.set({ name: SERVICE_NODE_PORTS, ...nodePort, comment: "NodePort traffic" });
}

function isLoopback(address: string): boolean {
  return address.startsWith("127.") || address === "::1";
}

function writeMasquerading({ context, draft }: NftWriter): void {
  const mark = meta("mark");
  const bit = markOf(1 << context.config.masqueradeBit);
  draft.chain(MARK_MASQ);
  draft.rule(MARK_MASQ, [setTo(mark, binary(mark, "|", bit))]);
  draft.rule(MASQUERADING, [equal(binary(mark, "&", bit), markOf(0)), { kind: "return" }]);
  // So that a packet that comes through here again, after a tunnel, is not masqueraded a second time.
  draft.rule(MASQUERADING, [setTo(mark, binary(mark, "^", bit))]);
  draft.rule(MASQUERADING, [masquerade("fully-random")]);
}

/** Whatever still has the address of a service here asks for a port that it does not have, or for a service that is not. */
function writeClusterIPsCheck({ context, draft, words }: NftWriter): void {
  const invalid = "Reject traffic to invalid ports of ClusterIPs";
  draft.rule(CLUSTER_IPS_CHECK, [equal(words.daddr, setRef(CLUSTER_IPS)), REJECT], invalid);
  const [first, ...others] = context.serviceCIDRs;
  if (first === undefined) return;
  const unallocated = equal(words.daddr, addressSet([first, ...others]));
  draft.rule(CLUSTER_IPS_CHECK, [unallocated, { kind: "drop" }], "Drop traffic to unallocated ClusterIPs");
}

const LOOPBACK = { ip: prefix("127.0.0.0/8"), ip6: prefix("::1/128") } as const;

function prefix(text: string): Prefix {
  const read = parsePrefix(text);
  if (read === null) throw new Error(`no prefix: ${text}`);
  return read;
}

/** One look-up a table of services: the same rules for any number of them. */
function writeLookups({ context, draft, words }: NftWriter): void {
  const { family, nodePortIPs } = context;
  const notLoopback = different(words.daddr, prefixOf(LOOPBACK[family]));
  const atNodePort: readonly NftMatch[] =
    nodePortIPs === null ? [notLoopback] : [equal(words.daddr, setRef(NODE_PORT_IPS))];
  const isLocal = nodePortIPs === null ? [isLocalAddress("daddr")] : [];
  draft.chain(REJECTING, { comment: `helper for @${NO_ENDPOINT_SERVICES} / @${NO_ENDPOINT_NODE_PORTS}` });
  draft.rule(REJECTING, [REJECT]);
  draft.rule(SERVICE_ENDPOINTS_CHECK, [vmap(words.addressAndPort, setRef(NO_ENDPOINT_SERVICES))]);
  draft.rule(NODE_PORT_ENDPOINTS_CHECK, [...atNodePort, vmap(NODE_PORT, setRef(NO_ENDPOINT_NODE_PORTS))]);
  draft.rule(FIREWALL_CHECK, [vmap(words.addressAndPort, setRef(FIREWALL_IPS))]);
  draft.rule(SERVICES, [vmap(words.addressAndPort, setRef(SERVICE_IPS))]);
  draft.rule(SERVICES, [...isLocal, ...atNodePort, vmap(NODE_PORT, setRef(SERVICE_NODE_PORTS))]);
}
