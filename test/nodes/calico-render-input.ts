import { parsePrefix } from "../../packages/engine/src/base/address.ts";
import type { Family, Prefix } from "../../packages/engine/src/base/address.ts";
import { parseSelector } from "../../packages/engine/src/selector/parse-selector.ts";
import type { Selector } from "../../packages/engine/src/selector/selector.ts";
import type {
  CalicoNode,
  FelixSettings,
  Policy,
  PolicyRule,
  PolicySide,
} from "../../packages/engine/src/render/calico/input.ts";

/** What a Calico node is made of, as values: nothing here is text of a rule. */

const ANY: PolicySide = { within: null, without: null, net: null, ports: [], notPorts: [] };

function side(asked: Partial<PolicySide>): PolicySide {
  return { ...ANY, ...asked };
}

function policyRule(action: PolicyRule["action"], asked: Partial<PolicyRule> = {}): PolicyRule {
  return { action, family: null, protocol: null, icmp: null, notIcmp: null, source: ANY, destination: ANY, ...asked };
}

function selector(text: string): Selector {
  const { value } = parseSelector(text, { file: "policy", line: 1 });
  if (value === null) throw new Error(text);
  return value;
}

function prefix(text: string): Prefix {
  const value = parsePrefix(text);
  if (value === null) throw new Error(text);
  return value;
}

/** The settings of the two documented nodes: felix.cfg with MetadataAddr = None, which turns the rules for OpenStack on. */
const FELIX: FelixSettings = {
  version: "2.1.0",
  backend: "unknown",
  interfacePrefixes: ["cali"],
  markMask: 0xff00_0000,
  endpointToHost: "RETURN",
  failsafeInbound: [22],
  failsafeOutbound: [2379, 2380, 4001, 7001],
  openStack: { metadata: null },
  ipip: null,
};

const NAMESPACE_DEFAULT: Policy = {
  name: "namespace-default",
  ingress: [policyRule("deny"), policyRule("allow", { source: side({ within: selector("namespace == 'default'") }) })],
  egress: [policyRule("allow")],
};

const PROFILE_DATABASE: Policy = {
  name: "profile-database",
  ingress: [
    policyRule("deny"),
    policyRule("allow", {
      protocol: { negated: false, value: "tcp" },
      source: side({ within: selector("namespace == 'default' && service == 'frontend'") }),
      destination: side({ ports: [{ from: 3306, to: 3306 }] }),
    }),
  ],
  egress: [policyRule("allow")],
};

const NODE: CalicoNode = {
  family: "ip",
  felix: FELIX,
  workloads: [],
  hosts: [],
  policies: [NAMESPACE_DEFAULT],
  profiles: [],
  natOutgoing: false,
  floatingIps: [],
};

export const SLAVE1: CalicoNode = {
  ...NODE,
  workloads: ["cali0ef24b2", "cali0ef24b1"].map((name) => ({
    interface: name,
    policies: ["namespace-default"],
    profiles: [],
  })),
};

export const SLAVE2: CalicoNode = {
  ...NODE,
  workloads: [{ interface: "cali0ef24b3", policies: ["namespace-default"], profiles: ["profile-database"] }],
  profiles: [PROFILE_DATABASE],
};

/** One of everything that Felix 2.1 renders, for a family. */
export function everything(family: Family): CalicoNode {
  const [near, far, metadata] =
    family === "ip" ? ["10.1.0.0/16", "192.0.2.7/32", "10.9.9.9"] : ["fd00:1::/32", "fd00:2::7/128", "fd00::9"];
  const range = (from: number, to = from) => ({ from, to });
  const many = Array.from({ length: 20 }, (_, at) => range(1000 + 10 * at, 1000 + 10 * at + (at % 3 === 0 ? 4 : 0)));
  const tcp = { negated: false, value: "TCP" };
  const rules: readonly PolicyRule[] = [
    policyRule("log"),
    policyRule("pass", { protocol: { negated: true, value: 17 } }),
    policyRule("allow", {
      protocol: tcp,
      source: side({
        within: selector("app == 'a'"),
        net: { negated: false, value: prefix(near) },
        ports: [range(1, 1023)],
        notPorts: [range(22)],
      }),
      destination: side({ without: selector("has(b)"), net: { negated: true, value: prefix(far) }, notPorts: many }),
    }),
    policyRule("allow", { protocol: tcp, source: side({ ports: many }), destination: side({ ports: many }) }),
    policyRule("deny", {
      family,
      protocol: { negated: false, value: family === "ip" ? "icmp" : "icmpv6" },
      icmp: { type: 3, code: 4 },
      notIcmp: { type: 8, code: null },
    }),
    policyRule("deny", { family: family === "ip" ? "ip6" : "ip" }),
    policyRule("deny", {
      source: side({ net: { negated: true, value: prefix(family === "ip" ? "fd00::/8" : "10.0.0.0/8") } }),
    }),
  ];
  const names = ["one", "a-policy-whose-name-is-far-too-long", "unused"];
  const interfaces = ["cali1", "tapa1", "tapa2", "tapb", "tapa1"];
  const address = (text: string) => prefix(`${text}/${family === "ip" ? "32" : "128"}`).address;
  return {
    family,
    felix: {
      ...FELIX,
      interfacePrefixes: ["cali", "tap"],
      endpointToHost: "DROP",
      openStack: { metadata: { address: address(metadata), port: 8775 } },
      ipip: { hasTunnelAddress: true },
    },
    workloads: interfaces.map((name) => ({ interface: name, policies: names.slice(0, 2), profiles: ["p"] })),
    hosts: [
      { interface: "eth0", policies: ["one"], profiles: ["p"], untracked: ["one"] },
      { interface: "eth1", policies: [], profiles: [], untracked: [] },
    ],
    policies: names.map((name) => ({ name, ingress: rules, egress: [policyRule("allow")] })),
    profiles: [{ name: "p", ingress: [], egress: rules }],
    natOutgoing: true,
    floatingIps: [
      { external: address(family === "ip" ? "203.0.113.9" : "fd99::9"), internal: address(metadata) },
      { external: address(family === "ip" ? "203.0.113.10" : "fd99::10"), internal: prefix(far).address },
    ],
  };
}
