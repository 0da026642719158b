import { parsePrefix } from "../../packages/engine/src/base/address.ts";
import type { Prefix } from "../../packages/engine/src/base/address.ts";
import { parseSelector } from "../../packages/engine/src/owners/calico/selector/parse-selector.ts";
import type { Selector } from "../../packages/engine/src/owners/calico/selector/selector.ts";
import type {
  CalicoNode,
  FelixSettings,
  Policy,
  PolicyRule,
  PolicySide,
} from "../../packages/engine/src/render/calico/input.ts";

/** What a Calico node is made of, as values: nothing here is text of a rule. */

const ANY: PolicySide = { within: null, without: null, net: null, ports: [], notPorts: [] };

export function side(asked: Partial<PolicySide>): PolicySide {
  return { ...ANY, ...asked };
}

export function policyRule(action: PolicyRule["action"], asked: Partial<PolicyRule> = {}): PolicyRule {
  return { action, family: null, protocol: null, icmp: null, notIcmp: null, source: ANY, destination: ANY, ...asked };
}

export function selector(text: string): Selector {
  const { value } = parseSelector(text, { file: "policy", line: 1 });
  if (value === null) throw new Error(text);
  return value;
}

export function prefix(text: string): Prefix {
  const value = parsePrefix(text);
  if (value === null) throw new Error(text);
  return value;
}

/** The settings of the two documented nodes: felix.cfg with MetadataAddr = None, which turns the rules for OpenStack on. */
export const FELIX: FelixSettings = {
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
