import type {
  LabelRequirement,
  LabelSelector,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
} from "@hookwalk/engine/desired";
import type { Flow, LabelMap, Party, PodView } from "./party.ts";
import { contains } from "./party.ts";
import type { Direction, EnforcedPolicy } from "./policy.ts";

/**
 * A NetworkPolicy of Kubernetes as its reference documents it: it isolates the pods that it selects, and what any rule allows is allowed. Calico's
 * documentation puts it into the default tier, among Calico's own policies at order 1000.
 */
export function kubernetesPolicy(policy: NetworkPolicy): EnforcedPolicy {
  const { metadata, podSelector, policyTypes } = policy;
  return {
    tier: "default",
    order: 1000,
    name: metadata.name,
    appliesTo: (pod, direction) =>
      policyTypes.includes(direction) &&
      pod.namespace.name === metadata.namespace &&
      hasLabels(podSelector, pod.pod.metadata.labels),
    judge: (flow, direction) => (isAllowed(policy, flow, direction) ? "allow" : "none"),
  };
}

function isAllowed(policy: NetworkPolicy, flow: Flow, direction: Direction): boolean {
  const [rules, peer] = direction === "Ingress" ? [policy.ingress, flow.source] : [policy.egress, flow.destination];
  return rules.some(
    ({ peers, ports }) =>
      (peers.length === 0 || peers.some((one) => isPeer(one, peer, policy.metadata.namespace))) &&
      (ports.length === 0 || ports.some((one) => isPort(one, flow))),
  );
}

function isPeer(peer: NetworkPolicyPeer, party: Party, ownNamespace: string): boolean {
  if (peer.kind === "block")
    return contains(peer.cidr, party.address) && !peer.except.some((one) => contains(one, party.address));
  const { pod } = party;
  if (pod === null) return false;
  const { podSelector, namespaceSelector } = peer;
  const isInNamespace =
    namespaceSelector === null
      ? pod.namespace.name === ownNamespace
      : hasLabels(namespaceSelector, pod.namespace.labels);
  return isInNamespace && (podSelector === null || hasLabels(podSelector, pod.pod.metadata.labels));
}

function isPort({ protocol, port }: NetworkPolicyPort, flow: Flow): boolean {
  if (protocol.toLowerCase() !== flow.protocol) return false;
  if (port === null) return true;
  if (typeof port === "string") return hasNamedPort(flow.destination.pod, port, flow);
  return flow.destinationPort !== null && port.from <= flow.destinationPort && flow.destinationPort <= port.to;
}

/** A name means whatever number the pod that is connected to has given it. */
export function hasNamedPort(pod: PodView | null, name: string, { protocol, destinationPort }: Flow): boolean {
  return (pod?.pod.ports ?? []).some(
    (one) => one.name === name && one.protocol.toLowerCase() === protocol && one.port === destinationPort,
  );
}

function hasLabels({ matchLabels, matchExpressions }: LabelSelector, labels: LabelMap): boolean {
  return (
    [...matchLabels].every(([key, value]) => labels.get(key) === value) &&
    matchExpressions.every((requirement) => meets(requirement, labels))
  );
}

function meets({ key, operator, values }: LabelRequirement, labels: LabelMap): boolean {
  const value = labels.get(key);
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
  }
}
