import type {
  CalicoPolicy,
  CalicoRule,
  CalicoProtocol,
  EntityRule,
  PortMatch,
  WrittenSelector,
} from "@hookwalk/engine/desired";
import { hasNamedPort } from "./kubernetes.ts";
import type { Flow, Identity, Party, PodView } from "./party.ts";
import { contains } from "./party.ts";
import type { EnforcedPolicy, Judgement } from "./policy.ts";
import { selectsLabels, selectsNamespace } from "./selector.ts";

/** A NetworkPolicy or GlobalNetworkPolicy of Calico, as its reference documents it: the first rule that matches decides. */
export function calicoPolicy(policy: CalicoPolicy): EnforcedPolicy {
  const { tier, order, metadata } = policy;
  return {
    tier,
    order: order ?? Infinity,
    name: metadata.name,
    appliesTo: (pod, direction) => policy.types.includes(direction) && isSelected(policy, pod),
    judge: (flow, direction) =>
      judge(direction === "Ingress" ? policy.ingress : policy.egress, flow, metadata.namespace),
  };
}

function isSelected(policy: CalicoPolicy, pod: PodView): boolean {
  const { metadata, selector, namespaceSelector, serviceAccountSelector } = policy;
  return (
    (metadata.namespace === "" || pod.namespace.name === metadata.namespace) &&
    matches(selector, pod) &&
    (namespaceSelector === null || selectsNamespace(namespaceSelector.selector, pod.namespace)) &&
    (serviceAccountSelector === null || hasServiceAccount(serviceAccountSelector, pod))
  );
}

const JUDGEMENTS = { Allow: "allow", Deny: "deny", Pass: "pass" } as const;

/** @param namespace of the policy; "": a global one, or a profile. */
function judge(rules: readonly CalicoRule[], flow: Flow, namespace: string): Judgement {
  for (const rule of rules) {
    if (rule.action !== "Log" && isMatched(rule, flow, namespace)) return JUDGEMENTS[rule.action];
  }
  return "none";
}

function isMatched(rule: CalicoRule, flow: Flow, namespace: string): boolean {
  const { family, protocol, notProtocol, source, destination } = rule;
  return (
    (family === null || family === flow.family) &&
    [source, destination].every((side) => speaksOf(side.nets, flow) && speaksOf(side.notNets, flow)) &&
    (protocol === null || isProtocol(protocol, flow)) &&
    (notProtocol === null || !isProtocol(notProtocol, flow)) &&
    isIcmp(rule, flow) &&
    isEntity(source, flow.source, namespace) &&
    isEntity(destination, flow.destination, namespace) &&
    arePorts(source, flow, flow.sourcePort, flow.source) &&
    arePorts(destination, flow, flow.destinationPort, flow.destination)
  );
}

/** Networks of one family make a rule one of that family, also where they are those that are left out: felix's FilterRuleToIPVersion says why. */
function speaksOf(nets: EntityRule["nets"], { source: { address: own } }: Flow): boolean {
  return nets.length === 0 || nets.some(({ address }) => typeof address === typeof own);
}

const NUMBERS = { tcp: 6, udp: 17, sctp: 132 } as const;

function isProtocol(asked: CalicoProtocol, { protocol, family }: Flow): boolean {
  const [name, number] =
    protocol === "icmp" ? (family === "ip" ? ["icmp", 1] : ["icmpv6", 58]) : [protocol, NUMBERS[protocol]];
  return typeof asked === "number" ? asked === number : asked.toLowerCase() === name;
}

/** Flows of ICMP are echo requests. */
function isIcmp({ icmp, notIcmp }: CalicoRule, { protocol, family }: Flow): boolean {
  const type = family === "ip" ? 8 : 128;
  const isAsked = (asked: NonNullable<CalicoRule["icmp"]>): boolean =>
    protocol === "icmp" && (asked.type === null || asked.type === type) && (asked.code === null || asked.code === 0);
  return (icmp === null || isAsked(icmp)) && (notIcmp === null || !isAsked(notIcmp));
}

function isEntity(entity: EntityRule, party: Party, namespace: string): boolean {
  const { nets, notNets } = entity;
  return (
    (nets.length === 0 || nets.some((net) => contains(net, party.address))) &&
    !notNets.some((net) => contains(net, party.address)) &&
    isWho(entity, party, namespace)
  );
}

/** Selectors of a policy in a namespace mean what is in it, unless a namespaceSelector says otherwise. */
function isWho(entity: EntityRule, { identities }: Party, namespace: string): boolean {
  const { selector, notSelector, namespaceSelector } = entity;
  const serviceAccounts = askedAccounts(entity);
  const isAsked = selector !== null || namespaceSelector !== null || serviceAccounts !== null;
  if (!isAsked && notSelector === null) return true;
  // Everybody but these: who is nobody that Calico knows is none of them.
  if (!isAsked && namespace === "") return !identities.some((one) => matches(notSelector, one));
  return identities.some(
    (one) =>
      isInScope(namespaceSelector, one, namespace) &&
      matches(selector, one) &&
      (notSelector === null || !matches(notSelector, one)) &&
      (serviceAccounts === null || isServiceAccount(serviceAccounts, one)),
  );
}

/** `serviceAccounts: {}` asks for nobody, as if it were not there: libcalico-go's parseServiceAccounts makes no selector of it. */
function askedAccounts({ serviceAccounts }: EntityRule): EntityRule["serviceAccounts"] {
  return serviceAccounts?.names.length === 0 && serviceAccounts.selector === null ? null : serviceAccounts;
}

function isInScope(asked: WrittenSelector | null, { namespace: own }: Identity, namespace: string): boolean {
  if (asked !== null) return selectsNamespace(asked.selector, own);
  return namespace === "" || own?.name === namespace;
}

function matches(asked: WrittenSelector | null, { labels }: Identity): boolean {
  return asked === null || selectsLabels(asked.selector, labels);
}

function isServiceAccount(asked: NonNullable<EntityRule["serviceAccounts"]>, identity: Identity): boolean {
  const { serviceAccount } = identity;
  return (
    (asked.names.length === 0 || (serviceAccount !== null && asked.names.includes(serviceAccount.name))) &&
    (asked.selector === null || hasServiceAccount(asked.selector, identity))
  );
}

function hasServiceAccount({ selector }: WrittenSelector, { serviceAccount }: Identity): boolean {
  return selectsLabels(selector, serviceAccount?.labels ?? new Map<string, string>());
}

function arePorts({ ports, notPorts }: EntityRule, flow: Flow, port: number | null, party: Party): boolean {
  const isOne = (asked: PortMatch): boolean =>
    asked.kind === "named"
      ? hasNamedPort(party.pod, asked.name, { ...flow, destinationPort: port })
      : port !== null && asked.range.from <= port && port <= asked.range.to;
  return (ports.length === 0 || ports.some(isOne)) && !notPorts.some(isOne);
}
