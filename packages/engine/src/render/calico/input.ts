import type { Address, Family, Prefix } from "../../base/address.ts";
import type { Range } from "../../base/ranges.ts";
import type { Backend, Negatable } from "../../model/ruleset.ts";
import type { SideSelectors } from "../../owners/calico/rule-selector.ts";

/** All that Felix renders one family's rules from: its settings, and the objects that matter to one node. Valid values; whoever fills it in checks. */
export interface CalicoNode {
  readonly family: Family;
  readonly felix: FelixSettings;
  readonly workloads: readonly WorkloadEndpoint[];
  readonly hosts: readonly HostEndpoint[];
  /** Every policy and profile that an endpoint names; others are not rendered. */
  readonly policies: readonly Policy[];
  readonly profiles: readonly Policy[];
  /** Some pool of this family has natOutgoing. */
  readonly natOutgoing: boolean;
  readonly floatingIps: readonly FloatingIp[];
}

/** The settings of felix.cfg or FelixConfiguration that change rules. */
export interface FelixSettings {
  readonly version: FelixVersion;
  /** Which iptables it drives. */
  readonly backend: Backend;
  /** InterfacePrefix, without the `+`. */
  readonly interfacePrefixes: readonly string[];
  /** IptablesMarkMask: at least as many bits as the version has uses. */
  readonly markMask: number;
  /** DefaultEndpointToHostAction: what becomes of a workload's packet to its host behind the workload's policy. */
  readonly endpointToHost: "ACCEPT" | "DROP" | "RETURN";
  /** FailsafeInboundHostPorts and FailsafeOutboundHostPorts: TCP ports that no host endpoint's policy can close. */
  readonly failsafeInbound: readonly number[];
  readonly failsafeOutbound: readonly number[];
  /** Null: the rules for OpenStack are off. */
  readonly openStack: OpenStack | null;
  /** Null: IpInIp is off. `hasTunnelAddress`: the node's tunl0 got its address. */
  readonly ipip: { readonly hasTunnelAddress: boolean } | null;
}

/** The versions whose renderer is here. */
export type FelixVersion = `2.${1 | 2 | 3}.${number}`;

export interface OpenStack {
  /** MetadataAddr and MetadataPort; null: none. */
  readonly metadata: { readonly address: Address; readonly port: number } | null;
}

export interface WorkloadEndpoint {
  /** The host's end of its link. */
  readonly interface: string;
  /** Names of the policies that select it, in the order in which they hold. */
  readonly policies: readonly string[];
  /** Names of its profiles, in order. */
  readonly profiles: readonly string[];
}

/** An interface of the host itself. */
export interface HostEndpoint extends WorkloadEndpoint {
  /** Names of the policies with doNotTrack, in order. */
  readonly untracked: readonly string[];
}

/** A policy or a profile: a name, and rules for each direction. */
export interface Policy {
  readonly name: string;
  /** For packets to an endpoint of it. */
  readonly ingress: readonly PolicyRule[];
  readonly egress: readonly PolicyRule[];
}

export interface PolicyRule {
  /** `pass`: the packet skips the other policies and goes to the profiles. `log`: and on to the next rule. */
  readonly action: "allow" | "deny" | "pass" | "log";
  /** Null: of both families. */
  readonly family: Family | null;
  /** One rule of iptables takes one, negated or not; the same holds of a side's network. */
  readonly protocol: Negatable<Protocol> | null;
  readonly icmp: Icmp | null;
  readonly notIcmp: Icmp | null;
  readonly source: PolicySide;
  readonly destination: PolicySide;
}

/** As the rule has it, which is how Felix passes it on: a number, or a name that the tools know. */
export type Protocol = string | number;

export interface Icmp {
  readonly type: number;
  /** Null: any. */
  readonly code: number | null;
}

export interface PolicySide extends SideSelectors {
  readonly net: Negatable<Prefix> | null;
  readonly ports: readonly Range[];
  readonly notPorts: readonly Range[];
}

export interface FloatingIp {
  readonly external: Address;
  readonly internal: Address;
}
