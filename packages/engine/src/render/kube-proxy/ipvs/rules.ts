import type { Family } from "../../../base/address.ts";
import { hostNet, printAddress } from "../../../base/address.ts";
import type { Match, Target } from "../../../model/ruleset.ts";
import { bitMark, LOOPBACK_NET, marking, masquerading } from "../../iptables/kube-rules.ts";
import type { RuleSpec } from "../../iptables/spec.ts";
import { ACCEPT, DROP, jump, match, RETURN, target } from "../../iptables/spec.ts";
import type { NodeDraft } from "../../node/node-draft.ts";
import type { ProxyContext } from "../context.ts";
import { host, protocolNumber, spellingOf } from "../rule-parts.ts";
import type { Span } from "./chains.ts";
import { CHAINS, JUMPS, SET_RULES } from "./chains.ts";
import type { Contents } from "./contents.ts";
import type { ProxySetName } from "./set-table.ts";
import { PROXY_SETS, setName } from "./set-table.ts";

/** One family while it is written. */
interface Writing {
  readonly context: ProxyContext;
  readonly contents: Contents;
  readonly add: (table: "nat" | "filter", chain: string, spec: RuleSpec) => void;
}

/** The rules of mode ipvs, of one family, as writeIptablesRules of pkg/proxy/ipvs/proxier.go writes them. */
export function writeIpvsRules(context: ProxyContext, contents: Contents, node: NodeDraft): void {
  const { family, config, randomFully, has } = context;
  const isOfVersion = ({ since, until }: Span): boolean =>
    (since === undefined || has(since)) && (until === undefined || !has(until));
  for (const { table, chain, keeps } of CHAINS.filter(isOfVersion)) {
    if (keeps === true) node.table(family, table).declare(chain);
    else node.table(family, table).flush(chain);
  }
  for (const { table, from, to, comment } of JUMPS.filter(isOfVersion)) {
    node.table(family, table).ensure(from, { matches: [match(family, "comment", { comment })], target: jump(to) });
  }
  const writing: Writing = {
    context,
    contents,
    add: (table, chain, spec) => {
      node.table(family, table).append(chain, spec);
    },
  };
  writeSetRules(writing, SET_RULES.filter(isOfVersion));
  writeServices(writing);
  writeFirewalls(writing);
  writeForwarding(writing);
  for (const rule of masquerading(family, config.masqueradeBit, randomFully))
    writing.add("nat", "KUBE-POSTROUTING", rule);
  writing.add("nat", "KUBE-MARK-MASQ", marking(family, config.masqueradeBit));
}

/** `-m set --match-set NAME …`, after the set's comment where the rule has one. */
function asks(family: Family, name: ProxySetName, directions: string, comments = true): readonly Match[] {
  const ask = match(family, "set", { "match-set": `${setName(name, family)} ${directions}` });
  return comments ? [match(family, "comment", { comment: PROXY_SETS[name].comment }), ask] : [ask];
}

function isFilled({ contents }: Writing, name: ProxySetName): boolean {
  return contents.entries.has(name);
}

function writeSetRules(writing: Writing, rules: typeof SET_RULES): void {
  const { family } = writing.context;
  if (writing.context.has("accessFilter")) {
    const value = family === "ip" ? LOOPBACK_NET : hostNet(1n);
    writing.add("nat", "KUBE-SERVICES", { src: { negated: false, value }, target: RETURN });
  }
  for (const { set, table, from, to, directions, protocol } of rules) {
    if (!isFilled(writing, set)) continue;
    const proto = protocol === undefined ? null : protocolNumber(protocol);
    writing.add(table, from, { proto, matches: asks(family, set, directions), target: targetOf(family, to) });
  }
}

const VERDICTS: ReadonlyMap<string, Target> = new Map([
  ["RETURN", RETURN],
  ["DROP", DROP],
]);

function targetOf(family: Family, to: string): Target {
  return to === "MASQUERADE" ? target(family, to) : (VERDICTS.get(to) ?? jump(to));
}

function writeServices(writing: Writing): void {
  const { context, add } = writing;
  const { family, config, local } = context;
  if (isFilled(writing, "KUBE-CLUSTER-IP")) {
    const isLocalKnown = config.masqueradeAll || local !== null;
    // Without a way to tell, what the node itself sends counts: it takes the service's address as its source.
    const matches = asks(family, "KUBE-CLUSTER-IP", isLocalKnown ? "dst,dst" : "src,dst");
    const isNotLocal = config.masqueradeAll ? {} : (local?.isNotLocal ?? {});
    add("nat", "KUBE-SERVICES", { ...isNotLocal, matches, target: jump("KUBE-MARK-MASQ") });
  }
  if (isFilled(writing, "KUBE-EXTERNAL-IP")) writeExternal(writing, "KUBE-EXTERNAL-IP", true);
  if (isFilled(writing, "KUBE-EXTERNAL-IP-LOCAL")) writeExternal(writing, "KUBE-EXTERNAL-IP-LOCAL", false);
  const isLocal = match(family, "addrtype", { "dst-type": "LOCAL" });
  add("nat", "KUBE-SERVICES", { matches: [isLocal], target: jump("KUBE-NODE-PORT") });
  add("nat", "KUBE-LOAD-BALANCER", { target: jump("KUBE-MARK-MASQ") });
  // Last, so that nobody's DNAT behind takes what is IPVS's.
  for (const name of ["KUBE-CLUSTER-IP", "KUBE-LOAD-BALANCER"] as const) {
    if (!isFilled(writing, name)) continue;
    add("nat", "KUBE-SERVICES", { matches: asks(family, name, "dst,dst", false), target: ACCEPT });
  }
}

function writeExternal({ context, add }: Writing, name: ProxySetName, masquerades: boolean): void {
  const { family } = context;
  const matches = asks(family, name, "dst,dst");
  if (masquerades) add("nat", "KUBE-SERVICES", { matches, target: jump("KUBE-MARK-MASQ") });
  const fromOutside = [
    match(family, "physdev", { "!physdev-is-in": "" }),
    match(family, "addrtype", { "!src-type": "LOCAL" }),
  ];
  add("nat", "KUBE-SERVICES", { matches: [...matches, ...fromOutside], target: ACCEPT });
  const isLocal = match(family, "addrtype", { "dst-type": "LOCAL" });
  add("nat", "KUBE-SERVICES", { matches: [...matches, isLocal], target: ACCEPT });
}

function writeFirewalls({ context, contents, add }: Writing): void {
  const { family, has } = context;
  if (!has("filterFirewall")) {
    add("nat", "KUBE-FIREWALL", { target: jump("KUBE-MARK-DROP") });
    return;
  }
  add("filter", "KUBE-SOURCE-RANGES-FIREWALL", { target: DROP });
  if (!has("outFilter")) return;
  for (const { address, port } of contents.closedToNode) {
    // The node takes the load balancer's address as its source, too; IPVS has rewritten the destination by then.
    const written = { vaddr: printAddress(address), vproto: spellingOf(port.protocol), vport: String(port.port) };
    add("filter", "KUBE-IPVS-OUT-FILTER", {
      src: host(address),
      matches: [match(family, "ipvs", written)],
      target: DROP,
    });
  }
}

function writeForwarding(writing: Writing): void {
  const { context, add } = writing;
  const { family, config, has } = context;
  const mark = bitMark(config.masqueradeBit);
  const comment = (text: string): Match => match(family, "comment", { comment: text });
  add("filter", "KUBE-FORWARD", {
    matches: [comment("kubernetes forwarding rules"), match(family, "mark", { mark: `${mark}/${mark}` })],
    target: ACCEPT,
  });
  add("filter", "KUBE-FORWARD", {
    matches: [
      comment("kubernetes forwarding conntrack rule"),
      match(family, "conntrack", { ctstate: "RELATED,ESTABLISHED" }),
    ],
    target: ACCEPT,
  });
  add("filter", "KUBE-NODE-PORT", { matches: asks(family, "KUBE-HEALTH-CHECK-NODE-PORT", "dst"), target: ACCEPT });
  if (has("accessFilter")) writeAccessFilter(writing);
}

/** What an address of kube-ipvs0 answers beside its services' ports: nothing. */
function writeAccessFilter({ context: { family, has }, add }: Writing): void {
  const spared = ["KUBE-LOAD-BALANCER", "KUBE-CLUSTER-IP", "KUBE-EXTERNAL-IP", "KUBE-EXTERNAL-IP-LOCAL"] as const;
  for (const name of spared) {
    add("filter", "KUBE-IPVS-FILTER", { matches: asks(family, name, "dst,dst", false), target: RETURN });
  }
  if (has("healthCheckSpared")) {
    const matches = asks(family, "KUBE-HEALTH-CHECK-NODE-PORT", "dst", false);
    add("filter", "KUBE-IPVS-FILTER", { matches, target: RETURN });
  }
  const isNew = match(family, "conntrack", { ctstate: "NEW" });
  add("filter", "KUBE-IPVS-FILTER", {
    matches: [isNew, ...asks(family, "KUBE-IPVS-IPS", "dst", false)],
    target: target(family, "REJECT"),
  });
}
