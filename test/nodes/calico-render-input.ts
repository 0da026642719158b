import { parsePrefix } from "../../packages/engine/src/base/address.ts";
import type { Family, Prefix } from "../../packages/engine/src/base/address.ts";
import { setId } from "../../packages/engine/src/owners/calico/set-names.ts";
import { hasFeature } from "../../packages/engine/src/render/calico/versions.ts";
import { parseSelector } from "../../packages/engine/src/selector/parse-selector.ts";
import { printSelector } from "../../packages/engine/src/selector/print-selector.ts";
import { ANY_SIDE } from "../../packages/engine/src/render/calico/input.ts";
import type {
  EndpointTier,
  FelixInput,
  FelixSettings,
  Policy,
  PolicyRule,
  PolicySide,
  WorkloadChains,
} from "../../packages/engine/src/render/calico/input.ts";

/** What a Calico node is made of, as values: nothing here is text of a rule. */

export function side(asked: Partial<PolicySide>): PolicySide {
  return { ...ANY_SIDE, ...asked };
}

export function policyRule(action: PolicyRule["action"], asked: Partial<PolicyRule> = {}): PolicyRule {
  const nothing = { family: null, protocol: null, notProtocol: null, icmp: null, notIcmp: null, annotations: [] };
  return { action, ...nothing, source: ANY_SIDE, destination: ANY_SIDE, ...asked };
}

export function policy(name: string, of: Partial<Policy> = {}): Policy {
  const names = { title: `Policy ${name}`, groupName: name, logName: name, tier: "default", selector: name };
  return { name, ...names, isUntracked: false, ingress: [], egress: [], ...of };
}

/** The policies of one tier, in both directions. */
export function tier(policies: readonly string[], name = "default"): readonly EndpointTier[] {
  return policies.length === 0 ? [] : [{ name, defaultAction: "Deny", ingress: policies, egress: policies }];
}

const NO_LIMITS = { packetRate: null, packetBurst: null, connections: null };

export function workload(name: string, of: Partial<WorkloadChains> = {}): WorkloadChains {
  const limits = { ingress: NO_LIMITS, egress: NO_LIMITS };
  return { interface: name, tiers: [], profiles: [], spoofable: [], limits, ...of };
}

/** The set of a selector. */
export function selected(text: string): string {
  const { value } = parseSelector(text, { file: "policy", line: 1 });
  if (value === null) throw new Error(text);
  return setId("selector", printSelector(value));
}

function prefix(text: string): Prefix {
  const value = parsePrefix(text);
  if (value === null) throw new Error(text);
  return value;
}

const tcp = (port: number) => ({ protocol: "tcp", port, net: null });

/** Felix with nothing turned on. */
export const PLAIN: FelixSettings = {
  version: "2.1.0",
  interfacePrefixes: ["cali"],
  markMask: 0xff00_0000,
  endpointToHost: "DROP",
  filterAllow: "ACCEPT",
  mangleAllow: "ACCEPT",
  deny: "DROP",
  failsafeInbound: [tcp(22)],
  failsafeOutbound: [tcp(2379)],
  openStack: null,
  ipip: null,
  vxlan: null,
  vxlanPort: 4789,
  wireguard: null,
  hasWireguard: false,
  wireguardHosts: null,
  ipvs: null,
  randomFully: false,
  natPortRange: null,
  natOutgoingAddress: null,
  natOutgoingInterface: null,
  natSparesHosts: false,
  insertMode: "insert",
  logPrefix: "calico-packet",
  allowVxlanFromWorkloads: false,
  allowIpipFromWorkloads: false,
  dropInvalid: true,
  flowLogs: false,
  serviceLoops: "DROP",
};

/** The settings of the two documented nodes: felix.cfg with MetadataAddr = None, which turns the rules for OpenStack on. */
const FELIX: FelixSettings = {
  ...PLAIN,
  endpointToHost: "RETURN",
  failsafeOutbound: [2379, 2380, 4001, 7001].map(tcp),
  openStack: { metadata: null },
};

const NAMESPACE_DEFAULT = policy("namespace-default", {
  ingress: [policyRule("deny"), policyRule("allow", { source: side({ sets: [selected("namespace == 'default'")] }) })],
  egress: [policyRule("allow")],
});

const PROFILE_DATABASE = {
  name: "profile-database",
  ingress: [
    policyRule("deny"),
    policyRule("allow", {
      protocol: "tcp",
      source: side({ sets: [selected("namespace == 'default' && service == 'frontend'")] }),
      destination: side({ ports: [{ from: 3306, to: 3306 }] }),
    }),
  ],
  egress: [policyRule("allow")],
};

const NODE: FelixInput = {
  family: "ip",
  felix: FELIX,
  workloads: [],
  hosts: [],
  policies: [NAMESPACE_DEFAULT],
  profiles: [],
  natOutgoing: false,
  floatingIps: [],
  blockedCidrs: [],
};

export const SLAVE1: FelixInput = {
  ...NODE,
  workloads: ["cali0ef24b2", "cali0ef24b1"].map((name) => workload(name, { tiers: tier(["namespace-default"]) })),
};

export const SLAVE2: FelixInput = {
  ...NODE,
  workloads: [workload("cali0ef24b3", { tiers: tier(["namespace-default"]), profiles: ["profile-database"] })],
  profiles: [PROFILE_DATABASE],
};

const range = (from: number, to = from) => ({ from, to });
const MANY_PORTS = Array.from({ length: 20 }, (_, at) =>
  range(1000 + 10 * at, 1000 + 10 * at + (at % 3 === 0 ? 4 : 0)),
);

interface Networks {
  readonly near: string;
  readonly far: string;
  readonly metadata: string;
  readonly other: string;
}

const NETWORKS: Readonly<Record<Family, Networks>> = {
  ip: { near: "10.1.0.0/16", far: "192.0.2.7/32", metadata: "10.9.9.9", other: "fd00::/8" },
  ip6: { near: "fd00:1::/32", far: "fd00:2::7/128", metadata: "fd00::9", other: "10.0.0.0/8" },
};

/** Rules with every kind of test that Felix writes; each fits into one rule of iptables, ports apart. */
function rulesOf(family: Family): readonly PolicyRule[] {
  const { near, far, other } = NETWORKS[family];
  return [
    policyRule("log"),
    policyRule("pass", { notProtocol: 17 }),
    policyRule("allow", {
      protocol: "TCP",
      source: side({
        sets: [selected("app == 'a'")],
        nets: [prefix(near)],
        ports: [range(1, 1023)],
        notPorts: [range(22)],
      }),
      destination: side({ notSets: [selected("has(b)")], notNets: [prefix(far)], notPorts: MANY_PORTS }),
    }),
    policyRule("allow", {
      protocol: "TCP",
      source: side({ ports: MANY_PORTS }),
      destination: side({ ports: MANY_PORTS }),
    }),
    policyRule("deny", {
      family,
      protocol: family === "ip" ? "icmp" : "icmpv6",
      icmp: { type: 3, code: 4 },
      notIcmp: { type: 8, code: null },
    }),
    policyRule("deny", { family: family === "ip" ? "ip6" : "ip" }),
    policyRule("deny", { source: side({ notNets: [prefix(other)] }) }),
  ];
}

/** What only later versions can say: lists of networks, named ports (from 3.0 on), services, annotations. */
function laterRules(family: Family, version: string): readonly PolicyRule[] {
  const { near, far, other } = NETWORKS[family];
  const named = hasFeature(version, "portBlocks") ? [setId("named-port", `${selected("all()")},tcp,http`)] : [];
  const nets = [prefix(near), prefix(far), prefix(other)];
  return [
    policyRule("allow", {
      protocol: "TCP",
      source: side({ nets, notNets: nets }),
      destination: side({ nets, ports: [range(80)], namedPorts: named, notNamedPorts: named }),
      annotations: ['why=because (of "it")'],
    }),
    policyRule("pass", { destination: side({ portSets: [setId("service", "prod/web")] }) }),
    policyRule("deny", { source: side({ notNets: nets, sets: [setId("service-without-ports", "prod/web")] }) }),
  ];
}

/** One of everything that Felix 2.1 renders, for a family. */
export function everything(family: Family): FelixInput {
  const { far, metadata } = NETWORKS[family];
  const rules = rulesOf(family);
  const names = ["one", "a-policy-whose-name-is-far-too-long", "unused"];
  const interfaces = ["cali1", "tapa1", "tapa2", "tapb", "tapa1"];
  const address = (text: string) => prefix(text).address;
  const nothing = { interface: "eth1", profiles: [], tiers: [], forward: [], untracked: [], preDnat: [] };
  return {
    family,
    felix: {
      ...FELIX,
      interfacePrefixes: ["cali", "tap"],
      endpointToHost: "DROP",
      openStack: { metadata: { address: address(metadata), port: 8775 } },
      ipip: { hasTunnelAddress: true },
    },
    workloads: interfaces.map((name) => workload(name, { tiers: tier(names.slice(0, 2)), profiles: ["p"] })),
    hosts: [
      { ...nothing, interface: "eth0", profiles: ["p"], tiers: tier(["one"]), untracked: tier(["one"]) },
      nothing,
    ],
    policies: names.map((name) => policy(name, { ingress: rules, egress: [policyRule("allow")] })),
    profiles: [{ name: "p", ingress: [], egress: rules }],
    natOutgoing: true,
    floatingIps: [
      { external: address(family === "ip" ? "203.0.113.9" : "fd99::9"), internal: address(metadata) },
      { external: address(family === "ip" ? "203.0.113.10" : "fd99::10"), internal: prefix(far).address },
    ],
    blockedCidrs: [prefix(NETWORKS.ip.near), prefix(NETWORKS.ip6.near)],
  };
}

/** And of what a later version renders, from 2.4 on. */
export function everythingLater(family: Family, version: string, felix: Partial<FelixSettings> = {}): FelixInput {
  const first = everything(family);
  const groups = ["g1", "g2", "g3", "g4", "g5", "g6", "g7"];
  const tiers: readonly EndpointTier[] = [
    { name: "first", defaultAction: "Pass", ingress: ["one"], egress: [] },
    { name: "default", defaultAction: "Deny", ingress: [...groups, "two"], egress: ["one", "two"] },
  ];
  const encrypted = {
    wireguard: { interface: family === "ip" ? "wireguard.cali" : "wg-v6.cali", port: 51_820 },
    hasWireguard: true,
    wireguardHosts: ["wireguard.cali", "wg-v6.cali"],
  };
  const limits = { packetRate: 100, packetBurst: 20, connections: 10 };
  const hosts = { profiles: ["p"], tiers, forward: tier(["one"]), untracked: [], preDnat: tier(["two"]) };
  const rules = [...rulesOf(family), ...laterRules(family, version)];
  const own = [...groups.map((name) => policy(name, { selector: "has(g)" })), policy("one"), policy("two")];
  return {
    ...first,
    felix: {
      ...first.felix,
      version,
      markMask: 0xffff_0000,
      vxlan: hasFeature(version, family === "ip" ? "vxlan" : "vxlanV6") ? { hasTunnelAddress: true } : null,
      ...(hasFeature(version, "wireguard") ? encrypted : {}),
      ipvs: hasFeature(version, "endpointMarks") ? { nodePorts: [range(30_000, 32_767)] } : null,
      randomFully: hasFeature(version, "randomFully"),
      failsafeInbound: [tcp(22), { protocol: "udp", port: 68, net: prefix(NETWORKS[family].near) }],
      natSparesHosts: hasFeature(version, "allHostsNet"),
      ...felix,
    },
    workloads: [
      workload("cali1", {
        tiers,
        profiles: ["p"],
        spoofable: [prefix(NETWORKS[family].near)],
        ...(hasFeature(version, "packetLimits") ? { limits: { ingress: limits, egress: limits } } : {}),
      }),
      workload("cali2", { tiers: [tiers[1] ?? { name: "", defaultAction: "Deny", ingress: [], egress: [] }] }),
      workload("tapa"),
    ],
    hosts: [
      { ...hosts, interface: "eth0", untracked: tier(["one", "two"]) },
      { ...hosts, interface: "eth1", forward: [], tiers: [], preDnat: [] },
      { ...hosts, interface: null },
    ],
    policies: own.map((each) => ({ ...each, ingress: rules, egress: [policyRule("allow"), ...rules] })),
    profiles: [{ name: "p", ingress: [], egress: rules }],
  };
}
