/** Objects in, desired state out: an entry point of its own, so that schemas load only where objects are read. */
export type { CalicoProtocol, PortMatch, WrittenSelector } from "./calico/fields.ts";
export type { CalicoNetworkSet } from "./calico/network.ts";
export type { CalicoPolicy, CalicoProfile, CalicoTier } from "./calico/policy.ts";
export type { CalicoRule, EntityRule } from "./calico/rule.ts";
export type { CalicoState } from "./calico/state.ts";
export type { CiliumState } from "./cilium/state.ts";
export type { EndpointSlice } from "./endpoint-slice.ts";
export type { KubeProxyConfiguration } from "./kube-proxy-configuration.ts";
export { defaultKubeProxyConfiguration } from "./kube-proxy-configuration.ts";
export type { LabelRequirement, LabelSelector } from "./label-selector.ts";
export type { Namespace } from "./namespace.ts";
export type {
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  NetworkPolicyRule,
  PolicyType,
} from "./network-policy.ts";
export type { NodeFacts } from "./node-facts.ts";
export type { Node } from "./node.ts";
export type { ContainerPort, Pod } from "./pod.ts";
export type { Claim, ClaimTest, PacketExpectation, PacketTest, PacketTests } from "./packet-tests.ts";
export type { ObjectsFile } from "./read-objects.ts";
export { readObjects } from "./read-objects.ts";
export type { ServiceAccount } from "./service-account.ts";
export type { Service } from "./service.ts";
export type { DesiredState } from "./state.ts";
export type { Selector } from "../selector/selector.ts";
