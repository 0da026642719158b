import { printHex } from "../../base/hex.ts";
import type { FelixSpec } from "../../desired/calico/felix-configuration.ts";
import type { CalicoState } from "../../desired/calico/state.ts";
import type { DesiredState } from "../../desired/state.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { bitsFromLowest, markEra } from "../../owners/calico/marks.ts";
import type { NodeDraft } from "../node/node-draft.ts";
import { faultyConfiguration, placed, renderProblem } from "../problem.ts";
import type { Renderer } from "../renderer.ts";
import { twoProtocols } from "./objects/two-protocols.ts";
import { withKubernetes } from "./kubernetes/with-kubernetes.ts";
import { ALL_DEVICES, endpointsWithoutDevice, felixInputs } from "./objects/inputs.ts";
import type { FamilyInput } from "./objects/inputs.ts";
import { endpointName, shadowedEndpoints, withoutEndpoints } from "./objects/shared-devices.ts";
import type { Shadowed } from "./objects/shared-devices.ts";
import { felixSpec, felixVersion, saidBy } from "./objects/settings.ts";
import { workloadPieces } from "./objects/workload-links.ts";
import type { FelixInput, FelixSettings, WorkloadChains } from "./input.ts";
import { writeCalico } from "./render-calico.ts";
import { calicoNftTables } from "./render-nft.ts";
import type { Feature } from "./versions.ts";
import { hasFeature, isRendered } from "./versions.ts";

const OWNER = "calico";

/** What Felix writes on one node, of both families: tables, sets, and what it sets up for each workload's link. */
export const calico: Renderer = {
  nodeName: ({ calico: { nodes: own }, nodes, nodeFacts }) => {
    const [only, ...others] = own;
    return nodes.length + nodeFacts.length === 0 && others.length === 0 ? (only?.metadata.name ?? "") : "";
  },
  isWanted: ({ calico: { felix, clusters, workloads, hosts, pools } }) =>
    [felix, clusters, workloads, hosts, pools].some((all) => all.length > 0),
  marks(state, node) {
    const { felix } = state.calico;
    const version = felixVersion(state, node.name);
    const spec = felixSpec(felix, node.name);
    if (faultyFelix(state, node.name) !== null || refusalOf(version, spec) !== null) return [];
    const name = maskField(spec);
    const bits = spec?.[name] ?? markEra(version).defaultMask;
    return [{ field: `spec.${name}`, bits, purpose: "policy", object: saidBy(felix, node.name, name) }];
  },
  write(state, node) {
    const version = felixVersion(state, node.name);
    const spec = felixSpec(state.calico.felix, node.name);
    const calico = withKubernetes(state, (spec?.interfacePrefix ?? [])[0] ?? "cali");
    const refusal =
      faultyFelix(state, node.name) ?? refusalOf(version, spec) ?? unknownPart(calico, node.name, version, spec);
    if (refusal !== null) return [refusal];
    const shadowed = shadowedEndpoints(calico, node.name, node.facts);
    const place = {
      state,
      calico: withoutEndpoints(calico, shadowed),
      node: node.name,
      version,
      spec,
      randomFully: node.facts?.randomFully ?? true,
      isIpvs: isIpvs(state, node),
    };
    const inputs = felixInputs(place, node.facts);
    const families = spec?.ipv6Support === false ? (["ip"] as const) : (["ip", "ip6"] as const);
    const each = families.map(inputs);
    const lacking = each.slice(0, 1).flatMap(({ input: { felix } }) => tooFewMarks(state, node.name, felix));
    const used = each.flatMap(({ input: { policies } }) => policies);
    const unloadable = isNft(spec) ? [] : twoProtocols(state, version, used);
    if (lacking.length + unloadable.length > 0) return [...lacking, ...unloadable];
    const unlimited = isNft(spec) ? writeNft(each, node) : writeIptables(each, node);
    node.add(workloadPieces(place, node.facts));
    const homeless = endpointsWithoutDevice(place, node.facts).map(({ metadata }) =>
      renderProblem("render-calico-no-device", { endpoint: metadata.name }, OWNER),
    );
    return [...unlimited, ...homeless, ...shadowed.map((each) => sharedDevice(state, each))];
  },
};

/** Of all nodes, or of this one. */
function faultyFelix(state: DesiredState, node: string): Diagnostic | null {
  for (const name of ["default", `node.${node}`]) {
    const read = state.calico.felix.find(({ metadata }) => metadata.name === name) ?? null;
    const problem = faultyConfiguration(`FelixConfiguration ${name}`, OWNER, read, state);
    if (problem !== null) return problem;
  }
  return null;
}

/** Why nothing is written; null: nothing is in the way. */
function refusalOf(version: string, spec: FelixSpec | null): Diagnostic | null {
  if (!isRendered(version)) return renderProblem("render-calico-version", { version }, OWNER);
  if (spec?.bpfEnabled === true) return renderProblem("render-calico-mode", { mode: "eBPF" }, OWNER);
  if (isNft(spec) && !hasFeature(version, "nftables"))
    return renderProblem("render-calico-mode", { mode: `nftables ${version}` }, OWNER);
  return null;
}

/** What objects may ask for, and the feature without which it is not known what a version writes for it, if it reads it at all. */
const PARTS: readonly {
  readonly feature: Feature;
  /** How the objects say it; null: they do not. */
  readonly find: (calico: CalicoState, node: string, spec: FelixSpec | null) => string | null;
}[] = [
  { feature: "allInterfaces", find: allInterfaces },
  { feature: "wireguard", find: (_, __, spec) => (isEncrypting(spec) ? "wireguardEnabled" : null) },
  { feature: "portBlocks", find: ({ policies }) => namedPort(policies) },
  { feature: "netSets", find: networkSet },
];

function unknownPart(calico: CalicoState, node: string, version: string, spec: FelixSpec | null): Diagnostic | null {
  for (const { feature, find } of PARTS) {
    const part = hasFeature(version, feature) ? null : find(calico, node, spec);
    if (part !== null) return renderProblem("render-calico-part", { version, part }, OWNER);
  }
  return null;
}

function allInterfaces({ hosts }: CalicoState, node: string): string | null {
  const hasAll = hosts.some((endpoint) => endpoint.node === node && endpoint.interfaceName === ALL_DEVICES);
  return hasAll ? `interfaceName "${ALL_DEVICES}"` : null;
}

function networkSet({ networkSets: [first] }: CalicoState): string | null {
  if (first === undefined) return null;
  const { namespace, name } = first.metadata;
  return `${namespace === "" ? "Global" : ""}NetworkSet ${name}`;
}

function isEncrypting(spec: FelixSpec | null): boolean {
  return spec?.wireguardEnabled === true || spec?.wireguardEnabledV6 === true;
}

/** A port that a policy asks for by its name; null: none does. */
function namedPort(policies: CalicoState["policies"]): string | null {
  for (const { ingress, egress } of policies) {
    for (const { source, destination } of [...ingress, ...egress]) {
      const ports = [source, destination].flatMap((side) => [...side.ports, ...side.notPorts]);
      for (const port of ports) if (port.kind !== "range") return `ports: [${port.name}]`;
    }
  }
  return null;
}

function isNft(spec: FelixSpec | null): boolean {
  return spec?.nftablesMode === "Enabled";
}

function maskField(spec: FelixSpec | null): "nftablesMarkMask" | "iptablesMarkMask" {
  return isNft(spec) ? "nftablesMarkMask" : "iptablesMarkMask";
}

/** A bit for each use, and for endpoints all that are left, at least one: with fewer Felix does not start. felix/dataplane/driver.go. */
function tooFewMarks(
  { calico: { felix: all }, spanOf }: DesiredState,
  node: string,
  { version, markMask, hasWireguard, ipvs }: FelixSettings,
): readonly Diagnostic[] {
  const field = maskField(felixSpec(all, node));
  const object = saidBy(all, node, field);
  const needed = markEra(version).uses.length + Number(hasWireguard) + Number(ipvs !== null);
  if (object === null || bitsFromLowest(markMask).length >= needed) return [];
  const params = {
    owner: `${object.kind} ${object.metadata.name}`,
    argument: `spec.${field}`,
    expected: `≥ ${String(needed)} bits (Felix ${version})`,
    value: printHex(markMask),
  };
  const problem = renderProblem("render-argument", params, OWNER);
  return [placed(problem, spanOf(object, ["spec", field]))];
}

function sharedDevice({ spanOf }: DesiredState, { endpoint, device, first }: Shadowed): Diagnostic {
  const named = (one: Shadowed["endpoint"]): string => `${one.kind} ${endpointName(one)}`;
  const params = { object: named(endpoint), field: "spec.interfaceName", value: device, first: named(first) };
  const problem = renderProblem("object-same-value", params, OWNER);
  return placed(problem, spanOf(endpoint, ["spec", "interfaceName"]));
}

function writeIptables(families: readonly FamilyInput[], node: NodeDraft): readonly Diagnostic[] {
  writeCalico(
    families.map(({ input }) => input).filter(({ family }) => node.families.includes(family)),
    (family, name) => node.table(family, name),
  );
  for (const { sets } of families) node.add({ sets });
  return [];
}

/** Gives what could not be written. */
function writeNft(families: readonly FamilyInput[], node: NodeDraft): readonly Diagnostic[] {
  const written = families.map(({ input, sets }) => ({ input: withoutFlowLogs(withoutLimits(input)), sets }));
  for (const draft of calicoNftTables(written)) node.addNftTable(draft);
  const limited = families.slice(0, 1).flatMap(({ input }) => limitedWorkloads(input));
  return [
    ...limited.map((endpoint) => renderProblem("render-calico-no-limits", { endpoint }, OWNER)),
    ...(families.some(({ input }) => input.felix.flowLogs)
      ? [renderProblem("render-calico-no-flow-logs", {}, OWNER)]
      : []),
  ];
}

/** The device that kube-proxy makes in mode ipvs, by which Felix knows: felix/dataplane/driver.go. */
const IPVS_DEVICE = "kube-ipvs0";

function isIpvs({ kubeProxy }: DesiredState, { facts }: NodeDraft): boolean {
  return kubeProxy?.mode === "ipvs" || (facts?.interfaces.some(({ name }) => name === IPVS_DEVICE) ?? false);
}

const NO_LIMITS: WorkloadChains["limits"] = {
  ingress: { packetRate: null, packetBurst: null, connections: null },
  egress: { packetRate: null, packetBurst: null, connections: null },
};

/** How Felix limits packets and connections with nft is not known here. */
function withoutLimits(input: FelixInput): FelixInput {
  return { ...input, workloads: input.workloads.map((endpoint) => ({ ...endpoint, limits: NO_LIMITS })) };
}

/** What Felix's source gives to nft for them, nft does not take: what Felix really writes is not known here. */
function withoutFlowLogs(input: FelixInput): FelixInput {
  return { ...input, felix: { ...input.felix, flowLogs: false } };
}

function limitedWorkloads({ workloads }: FelixInput): readonly string[] {
  const isLimited = ({ limits }: WorkloadChains): boolean =>
    [limits.ingress, limits.egress].some(({ packetRate, connections }) => packetRate !== null || connections !== null);
  return workloads.filter(isLimited).map((endpoint) => endpoint.interface);
}
