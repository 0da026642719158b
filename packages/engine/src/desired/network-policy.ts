import { z } from "zod";
import type { Prefix } from "../base/address.ts";
import { familyOf, inNet, netOf, printPrefix } from "../base/address.ts";
import type { Range } from "../base/ranges.ts";
import type { Metadata } from "./fields.ts";
import { namespacedMetadata, port, portOrName, prefix, typeMeta, unread, withDefault } from "./fields.ts";
import type { LabelSelector } from "./label-selector.ts";
import { everything, labelSelector } from "./label-selector.ts";
import type { ServiceProtocol } from "./service.ts";
import { protocol } from "./service.ts";

export type PolicyType = "Ingress" | "Egress";

/** networking.k8s.io/v1 NetworkPolicy, with the API's defaults. */
export interface NetworkPolicy {
  readonly kind: "NetworkPolicy";
  readonly metadata: Metadata;
  /** Of pods of its own namespace. */
  readonly podSelector: LabelSelector;
  /** At least one. */
  readonly policyTypes: readonly PolicyType[];
  readonly ingress: readonly NetworkPolicyRule[];
  readonly egress: readonly NetworkPolicyRule[];
}

/** One of `peers` on one of `ports`. An empty list: any. */
export interface NetworkPolicyRule {
  readonly peers: readonly NetworkPolicyPeer[];
  readonly ports: readonly NetworkPolicyPort[];
}

export type NetworkPolicyPeer =
  /** At least one of both. Without `namespaceSelector`: pods of the policy's namespace; without `podSelector`: all pods there. */
  | {
      readonly kind: "pods";
      readonly podSelector: LabelSelector | null;
      readonly namespaceSelector: LabelSelector | null;
    }
  /** `except` lies within `cidr`. */
  | { readonly kind: "block"; readonly cidr: Prefix; readonly except: readonly Prefix[] };

export interface NetworkPolicyPort {
  readonly protocol: ServiceProtocol;
  /** Numbers, or the name of a container's port; null: every port. */
  readonly port: Range | string | null;
}

const networkPolicyPort = z
  .strictObject({
    protocol: withDefault<ServiceProtocol>(protocol, "TCP"),
    port: portOrName.nullish(),
    endPort: port.nullish(),
  })
  .transform(({ protocol, port, endPort }, context): NetworkPolicyPort => {
    const from = port ?? null;
    const to = endPort ?? null;
    if (to === null) return { protocol, port: typeof from === "number" ? { from, to: from } : from };
    if (typeof from === "number" && to >= from) return { protocol, port: { from, to } };
    const expected = typeof from === "number" ? `≥ ${String(from)}` : "port: NUMBER";
    context.addIssue({ code: "custom", path: ["endPort"], message: expected, input: to });
    return z.NEVER;
  });

const ipBlock = z
  .strictObject({ cidr: prefix, except: withDefault<readonly Prefix[]>(z.array(prefix), []) })
  .superRefine(({ cidr, except }, context) => {
    for (const [index, one] of except.entries()) {
      if (isStrictlyWithin(one, cidr)) continue;
      const input = printPrefix(one);
      context.addIssue({ code: "custom", path: ["except", index], message: `< ${printPrefix(cidr)}`, input });
    }
  });

function isStrictlyWithin(inner: Prefix, outer: Prefix): boolean {
  return (
    familyOf(inner.address) === familyOf(outer.address) &&
    inner.length > outer.length &&
    inNet(inner.address, netOf(outer))
  );
}

const peer = z
  .strictObject({
    podSelector: labelSelector.nullish(),
    namespaceSelector: labelSelector.nullish(),
    ipBlock: ipBlock.nullish(),
  })
  .transform((read, context): NetworkPolicyPeer => {
    const podSelector = read.podSelector ?? null;
    const namespaceSelector = read.namespaceSelector ?? null;
    const block = read.ipBlock ?? null;
    const isOfPods = podSelector !== null || namespaceSelector !== null;
    if (isOfPods === (block !== null)) {
      const input = Object.keys(read).join(", ");
      context.addIssue({ code: "custom", message: "podSelector, namespaceSelector | ipBlock", input });
      return z.NEVER;
    }
    return block === null ? { kind: "pods", podSelector, namespaceSelector } : { kind: "block", ...block };
  });

const peers = withDefault<readonly NetworkPolicyPeer[]>(z.array(peer), []);
const ports = withDefault<readonly NetworkPolicyPort[]>(z.array(networkPolicyPort), []);

const ingressRule = z
  .strictObject({ from: peers, ports })
  .transform(({ from, ports }): NetworkPolicyRule => ({ peers: from, ports }));
const egressRule = z
  .strictObject({ to: peers, ports })
  .transform(({ to, ports }): NetworkPolicyRule => ({ peers: to, ports }));

const spec = z.strictObject({
  podSelector: withDefault<LabelSelector>(labelSelector, everything),
  policyTypes: withDefault<readonly PolicyType[]>(z.array(z.enum(["Ingress", "Egress"])).max(2), []),
  ingress: withDefault<readonly NetworkPolicyRule[]>(z.array(ingressRule), []),
  egress: withDefault<readonly NetworkPolicyRule[]>(z.array(egressRule), []),
});

export const networkPolicy: z.ZodType<NetworkPolicy> = z
  .strictObject({ ...typeMeta, metadata: namespacedMetadata, spec, ...unread("status") })
  .transform(({ metadata, spec }): NetworkPolicy => ({
    kind: "NetworkPolicy",
    metadata,
    ...spec,
    policyTypes: spec.policyTypes.length === 0 ? defaultTypes(spec.egress) : spec.policyTypes,
  }));

/** SetDefaults_NetworkPolicy. */
function defaultTypes(egress: readonly NetworkPolicyRule[]): readonly PolicyType[] {
  return egress.length === 0 ? ["Ingress"] : ["Ingress", "Egress"];
}
