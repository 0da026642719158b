import type { Address, Family, Prefix } from "../../base/address.ts";
import type { Range } from "../../base/ranges.ts";

/** All that Felix renders one family's rules from: its settings, and the objects that matter to one node. Valid values; whoever fills it in checks. */
export interface FelixInput {
  readonly family: Family;
  readonly felix: FelixSettings;
  readonly workloads: readonly WorkloadChains[];
  readonly hosts: readonly HostChains[];
  /** Every policy and profile that an endpoint names; others are not rendered. */
  readonly policies: readonly Policy[];
  readonly profiles: readonly Profile[];
  /** Some pool of this family has natOutgoing. */
  readonly natOutgoing: boolean;
  readonly floatingIps: readonly FloatingIp[];
  /** Networks of services that the cluster announces; what goes there and is no service must not come back. */
  readonly blockedCidrs: readonly Prefix[];
}

/** The settings of felix.cfg or FelixConfiguration that change rules. */
export interface FelixSettings {
  /** `3.30.1`; versions.ts says which there are. */
  readonly version: string;
  /** InterfacePrefix, without the `+`. */
  readonly interfacePrefixes: readonly string[];
  /** ChainInsertMode: where in the kernel's chains its jumps stand, before or behind the rules of others. */
  readonly insertMode: "insert" | "append";
  /** IptablesMarkMask: at least as many bits as the version has uses. */
  readonly markMask: number;
  /** DefaultEndpointToHostAction: what becomes of a workload's packet to its host behind the workload's policy. */
  readonly endpointToHost: "ACCEPT" | "DROP" | "RETURN";
  /** IptablesFilterAllowAction and IptablesMangleAllowAction. */
  readonly filterAllow: "ACCEPT" | "RETURN";
  readonly mangleAllow: "ACCEPT" | "RETURN";
  /** IptablesFilterDenyAction. */
  readonly deny: "DROP" | "REJECT";
  /** FailsafeInboundHostPorts and FailsafeOutboundHostPorts: ports that no host endpoint's policy can close. */
  readonly failsafeInbound: readonly FailsafePort[];
  readonly failsafeOutbound: readonly FailsafePort[];
  /** Null: the rules for OpenStack are off. */
  readonly openStack: OpenStack | null;
  /** Null: IpInIp is off. `hasTunnelAddress`: the node's tunl0 got its address. */
  readonly ipip: Tunnel | null;
  /** Null: VXLAN is off for this family. */
  readonly vxlan: Tunnel | null;
  readonly vxlanPort: number;
  /** Null: WireGuard is off for this family. */
  readonly wireguard: { readonly interface: string; readonly port: number } | null;
  /** WireGuard is on for some family, and has a mark: felix/dataplane/driver.go. */
  readonly hasWireguard: boolean;
  /** WireguardHostEncryptionEnabled, with WireGuard on for some family: what its devices are called. Null: off. */
  readonly wireguardHosts: readonly string[] | null;
  /** Null: kube-proxy does not run in mode ipvs. */
  readonly ipvs: { readonly nodePorts: readonly Range[] } | null;
  /** The node's iptables and kernel know `--random-fully`. */
  readonly randomFully: boolean;
  /** Null: the kernel chooses. */
  readonly natPortRange: Range | null;
  readonly natOutgoingAddress: Address | null;
  /** IptablesNATOutgoingInterfaceFilter; null: any. */
  readonly natOutgoingInterface: string | null;
  /** NATOutgoingExclusions: no masquerading towards nodes either. */
  readonly natSparesHosts: boolean;
  readonly logPrefix: string;
  readonly allowVxlanFromWorkloads: boolean;
  readonly allowIpipFromWorkloads: boolean;
  readonly dropInvalid: boolean;
  /** Decisions are told to Felix's collector (from 3.30 on). */
  readonly flowLogs: boolean;
  /** ServiceLoopPrevention; null: disabled. */
  readonly serviceLoops: "DROP" | "REJECT" | null;
}

export interface Tunnel {
  /** The node's end of it got its address. */
  readonly hasTunnelAddress: boolean;
}

export interface FailsafePort {
  readonly protocol: string;
  readonly port: number;
  /** Null: of both families, and from everywhere. */
  readonly net: Prefix | null;
}

export interface OpenStack {
  /** MetadataAddr and MetadataPort; null: none. */
  readonly metadata: { readonly address: Address; readonly port: number } | null;
}

/** A workload on this node. */
export interface WorkloadChains {
  /** The host's end of its link. */
  readonly interface: string;
  /** The tiers with a policy that selects it, in the order in which they hold. */
  readonly tiers: readonly EndpointTier[];
  /** Names of its profiles, in order. */
  readonly profiles: readonly string[];
  /** Networks that it may send from though they are not its own. */
  readonly spoofable: readonly Prefix[];
  readonly limits: Readonly<Record<Direction, Limits>>;
}

export type Direction = "ingress" | "egress";

/** Null: none. */
export interface Limits {
  readonly packetRate: number | null;
  readonly packetBurst: number | null;
  readonly connections: number | null;
}

/** An interface of the host itself. */
export interface HostChains {
  /** Null: all that have no endpoint of their own. */
  readonly interface: string | null;
  readonly profiles: readonly string[];
  /** Tiers by what kind of policies they have: of packets to and from the host, of forwarded ones, before tracking, before DNAT. */
  readonly tiers: readonly EndpointTier[];
  readonly forward: readonly EndpointTier[];
  readonly untracked: readonly EndpointTier[];
  readonly preDnat: readonly EndpointTier[];
}

/** The policies of a tier that select an endpoint, by name and in order; at least one in one of the directions. */
export interface EndpointTier extends Readonly<Record<Direction, readonly string[]>> {
  readonly name: string;
  readonly defaultAction: "Deny" | "Pass";
}

/** A profile: a name, and rules for each direction. */
export interface Profile {
  /** What its chains are called by. */
  readonly name: string;
  /** For packets to an endpoint of it. */
  readonly ingress: readonly PolicyRule[];
  readonly egress: readonly PolicyRule[];
}

export interface Policy extends Profile {
  /** What flow logs call it (from 3.30 on). */
  readonly logName: string;
  /** Before tracking: nothing of it is told to the flow logs. */
  readonly isUntracked: boolean;
  /** What the comment of its first rule calls it (from 3.22 on). */
  readonly title: string;
  /** What it is called in the ID of its group (from 3.28 on). */
  readonly groupName: string;
  readonly tier: string;
  /** The text of the selector; policies with one text, one behind the other, are a group (from 3.28 on). */
  readonly selector: string;
}

export interface PolicyRule {
  /** `pass`: the packet skips the other policies of the tier. `log`: and on to the next rule. */
  readonly action: "allow" | "deny" | "pass" | "log";
  /** Null: of both families. */
  readonly family: Family | null;
  readonly protocol: Protocol | null;
  readonly notProtocol: Protocol | null;
  readonly icmp: Icmp | null;
  readonly notIcmp: Icmp | null;
  readonly source: PolicySide;
  readonly destination: PolicySide;
  /** `key=value`, as comments of each rule (from 3.12 on). */
  readonly annotations: readonly string[];
}

/** As the rule has it, which is how Felix passes it on: a number, or a name that the tools know. */
export type Protocol = string | number;

export interface Icmp {
  readonly type: number;
  /** Null: any. */
  readonly code: number | null;
}

/** One side of a rule: an address in one of `nets`, in all of `sets`, a port of one of `ports` and `namedPorts`; and none of the others. Sets by their IDs. */
export interface PolicySide {
  readonly nets: readonly Prefix[];
  readonly notNets: readonly Prefix[];
  readonly sets: readonly string[];
  readonly notSets: readonly string[];
  /** Sets of addresses with ports: those of services. */
  readonly portSets: readonly string[];
  readonly ports: readonly Range[];
  readonly notPorts: readonly Range[];
  readonly namedPorts: readonly string[];
  readonly notNamedPorts: readonly string[];
}

/** A side that asks nothing, which most rules have. */
export const ANY_SIDE: PolicySide = {
  nets: [],
  notNets: [],
  sets: [],
  notSets: [],
  portSets: [],
  ports: [],
  notPorts: [],
  namedPorts: [],
  notNamedPorts: [],
};

export interface FloatingIp {
  readonly external: Address;
  readonly internal: Address;
}
