import type { Family } from "../../base/address.ts";
import type { Match } from "../../model/ruleset.ts";
import { PROTO } from "../../program/protocol.ts";
import { ACCEPT } from "../iptables/spec.ts";
import type { CiliumChainName } from "./chains.ts";
import type { CiliumContext } from "./context.ts";
import { HOST_DEVICE, POD_DEVICES } from "./context.ts";
import { MARK, proxyMark } from "./marks.ts";
import type { Change } from "./release.ts";
import type { CiliumWriter } from "./writer.ts";
import { device } from "./writer.ts";

/** A rule for packets from or to a proxy: always there, whether or not a proxy listens. */
interface ProxyRule {
  readonly chain: CiliumChainName;
  readonly mark: string;
  readonly comment: string;
  /** Absent: whatever device. */
  readonly oif?: string;
  /** Absent: both. */
  readonly family?: Family;
  readonly since?: Change;
  /** Not any longer since. */
  readonly until?: Change;
  readonly ipsecOnly?: boolean;
}

const RETURN_COMMENT = "cilium: NOTRACK for proxy return traffic";
const UPSTREAM_COMMENT = "cilium: NOTRACK for L7 proxy upstream traffic";

/** In the order in which the agent writes them: pkg/datapath/iptables installStaticProxyRules. */
const RULES: readonly ProxyRule[] = [
  { chain: "CILIUM_PRE_raw", mark: MARK.toProxy, comment: "cilium: NOTRACK for proxy traffic" },
  { chain: "CILIUM_INPUT", mark: MARK.toProxy, comment: "cilium: ACCEPT for proxy traffic" },
  { chain: "CILIUM_OUTPUT_raw", oif: POD_DEVICES, mark: MARK.proxyReply, comment: RETURN_COMMENT, family: "ip" },
  { chain: "CILIUM_OUTPUT_raw", oif: HOST_DEVICE, mark: MARK.proxyReply, comment: RETURN_COMMENT, family: "ip" },
  {
    chain: "CILIUM_OUTPUT_raw",
    mark: MARK.proxyReply,
    comment: RETURN_COMMENT,
    family: "ip6",
    until: "returnDevices6",
  },
  {
    chain: "CILIUM_OUTPUT_raw",
    oif: HOST_DEVICE,
    mark: MARK.proxyReply,
    comment: RETURN_COMMENT,
    family: "ip6",
    since: "returnDevices6",
  },
  {
    chain: "CILIUM_OUTPUT_raw",
    oif: POD_DEVICES,
    mark: MARK.proxyReply,
    comment: RETURN_COMMENT,
    family: "ip6",
    since: "returnDevices6",
  },
  {
    chain: "CILIUM_OUTPUT_raw",
    oif: HOST_DEVICE,
    mark: MARK.fromEgressProxy,
    comment: "cilium: NOTRACK for proxy forward traffic",
    family: "ip",
    since: "notrackProxyForward",
    ipsecOnly: true,
  },
  {
    chain: "CILIUM_OUTPUT_raw",
    oif: POD_DEVICES,
    mark: MARK.upstream,
    comment: UPSTREAM_COMMENT,
    family: "ip",
    since: "upstream",
  },
  {
    chain: "CILIUM_OUTPUT_raw",
    oif: HOST_DEVICE,
    mark: MARK.upstream,
    comment: UPSTREAM_COMMENT,
    family: "ip",
    since: "upstream",
  },
  {
    chain: "CILIUM_OUTPUT",
    mark: MARK.proxyReply,
    comment: "cilium: ACCEPT for proxy return traffic",
    until: "acceptFromAnyProxy",
  },
  {
    chain: "CILIUM_OUTPUT",
    mark: MARK.fromProxy,
    comment: "cilium: ACCEPT for proxy traffic",
    since: "acceptFromAnyProxy",
  },
  {
    chain: "CILIUM_OUTPUT",
    mark: MARK.upstream,
    comment: "cilium: ACCEPT for l7 proxy upstream traffic",
    family: "ip",
    since: "upstream",
  },
];

export function writeProxyRules(writer: CiliumWriter): void {
  const { context, family } = writer;
  for (const rule of RULES) {
    if (!isWritten(rule, context, family.family)) continue;
    writer.append(rule.chain, {
      ...(rule.oif === undefined ? {} : { oif: device(rule.oif) }),
      matches: [writer.match("mark", { mark: rule.mark }), writer.comment(rule.comment)],
      target: rule.chain.endsWith("_raw") ? writer.notrack : ACCEPT,
    });
  }
  if (context.agent.xtSocket) writeSocketRule(writer);
}

function isWritten(rule: ProxyRule, { config, has }: CiliumContext, family: Family): boolean {
  if (rule.family !== undefined && rule.family !== family) return false;
  if (rule.since !== undefined && !has(rule.since)) return false;
  if (rule.until !== undefined && has(rule.until)) return false;
  return rule.ipsecOnly !== true || config.ipsec;
}

/** Packets of a proxy's transparent sockets go up the stack, whatever their destination. */
function writeSocketRule(writer: CiliumWriter): void {
  const { has } = writer.context;
  const unless = (mark: string): Match => writer.match("mark", { "!mark": mark });
  writer.append("CILIUM_PRE_mangle", {
    ...(has("socketSparesLoopback") ? { oif: device("lo", true) } : {}),
    matches: [
      writer.match("socket", { transparent: "" }),
      ...(has("socketSparesMarked") ? [unless(MARK.encrypt), unless(MARK.toWorld)] : []),
      writer.comment("cilium: any->pod redirect proxied traffic to host proxy"),
    ],
    target: writer.target("MARK", { "set-mark": "0x200" }),
  });
}

const PROTOCOLS = ["tcp", "udp"] as const;

/** Two rules for each port that a proxy listens on: pkg/datapath/iptables addProxyRules. */
export function writeTproxyRules(writer: CiliumWriter): void {
  const { context, family } = writer;
  if (context.config.bpfTproxy) return;
  for (const proxy of context.agent.proxies) {
    const isLocal = context.has("allProxiesOnLoopback") || (proxy.localOnly && context.has("loopbackProxies"));
    for (const protocol of PROTOCOLS) {
      writer.append("CILIUM_PRE_mangle", {
        proto: PROTO[protocol],
        matches: [
          writer.match("mark", { mark: proxyMark(proxy.port) }),
          writer.comment(`cilium: TPROXY to host ${proxy.name} proxy`),
        ],
        target: writer.target("TPROXY", {
          "on-port": String(proxy.port),
          "on-ip": ON_IP[family.family][isLocal ? "loopback" : "any"],
          "tproxy-mark": "0x200",
        }),
      });
    }
  }
}

const ON_IP = {
  ip: { loopback: "127.0.0.1", any: "0.0.0.0" },
  ip6: { loopback: "::1", any: "::" },
} as const;
