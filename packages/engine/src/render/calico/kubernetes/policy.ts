import type { Range } from "../../../base/ranges.ts";
import { normaliseRanges } from "../../../base/ranges.ts";
import type { PortMatch } from "../../../desired/calico/fields.ts";
import type { CalicoPolicy } from "../../../desired/calico/policy.ts";
import { DEFAULT_TIER } from "../../../desired/calico/policy.ts";
import type { CalicoRule, EntityRule } from "../../../desired/calico/rule.ts";
import { ANY_ENTITY } from "../../../desired/calico/rule.ts";
import type {
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  NetworkPolicyRule,
  PolicyType,
} from "../../../desired/network-policy.ts";
import type { ServiceProtocol } from "../../../desired/service.ts";
import { namespaceSelector, podSelector } from "./label-selector.ts";

/** Where all of Kubernetes' own stand among Calico's. */
const ORDER = 1000;

/** A NetworkPolicy of Kubernetes as one of Calico's: libcalico-go/lib/backend/k8s/conversion/conversion.go K8sNetworkPolicyToCalico. */
export function calicoPolicy(policy: NetworkPolicy): CalicoPolicy {
  const { metadata, policyTypes, ingress, egress } = policy;
  return {
    kind: "CalicoPolicy",
    origin: "knp",
    metadata,
    tier: DEFAULT_TIER,
    order: ORDER,
    selector: podSelector(policy.podSelector),
    namespaceSelector: null,
    serviceAccountSelector: null,
    types: TYPES.filter((type) => policyTypes.includes(type)),
    ingress: ingress.flatMap((rule) =>
      rulesOf(rule, (peer, ports) => ({ source: peer, destination: { ...ANY_ENTITY, ports } })),
    ),
    egress: egress.flatMap((rule) =>
      rulesOf(rule, (peer, ports) => ({ source: ANY_ENTITY, destination: { ...peer, ports } })),
    ),
    doNotTrack: false,
    preDNAT: false,
    applyOnForward: false,
  };
}

const TYPES: readonly PolicyType[] = ["Ingress", "Egress"];

type Sides = Pick<CalicoRule, "source" | "destination">;

/** One rule for each protocol and peer. k8sRuleToCalico. */
function rulesOf(
  { peers, ports }: NetworkPolicyRule,
  sides: (peer: EntityRule, ports: readonly PortMatch[]) => Sides,
): readonly CalicoRule[] {
  const entities = peers.length === 0 ? [ANY_ENTITY] : peers.map(entityOf);
  return protocolsOf(ports).flatMap(({ protocol, ports }) =>
    entities.map((entity): CalicoRule => ({
      action: "Allow",
      family: null,
      protocol,
      notProtocol: null,
      icmp: null,
      notIcmp: null,
      ...sides(entity, ports),
      annotations: new Map(),
    })),
  );
}

interface ProtocolPorts {
  /** Null: any, ICMP among them. */
  readonly protocol: ServiceProtocol | null;
  /** Empty: all. */
  readonly ports: readonly PortMatch[];
}

/** Protocols by name, each with all of its ports; one port of a protocol that stands for all takes the others along. */
function protocolsOf(asked: readonly NetworkPolicyPort[]): readonly ProtocolPorts[] {
  if (asked.length === 0) return [{ protocol: null, ports: [] }];
  const protocols = [...new Set(asked.map(({ protocol }) => protocol))].sort();
  return protocols.map((protocol) => {
    const ports = asked.flatMap((one) => (one.protocol === protocol ? [one.port] : []));
    return { protocol, ports: ports.includes(null) ? [] : simplified(ports.filter((port) => port !== null)) };
  });
}

/** Names first, then as few ranges as it takes; a single number stays where it is. SimplifyPorts. */
function simplified(ports: readonly (Range | string)[]): readonly PortMatch[] {
  const ranges = ports.filter((port) => typeof port !== "string");
  const numbers = ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  if (numbers <= 1) return ports.map(portMatch);
  const names = ports.filter((port) => typeof port === "string");
  return [...names, ...normaliseRanges(ranges)].map(portMatch);
}

function portMatch(port: Range | string): PortMatch {
  return typeof port === "string" ? { kind: "named", name: port } : { kind: "range", range: port };
}

/** k8sPeerToCalicoFields. */
function entityOf(peer: NetworkPolicyPeer): EntityRule {
  if (peer.kind === "block") return { ...ANY_ENTITY, nets: [peer.cidr], notNets: peer.except };
  return {
    ...ANY_ENTITY,
    selector: podSelector(peer.podSelector),
    namespaceSelector: namespaceSelector(peer.namespaceSelector),
  };
}
