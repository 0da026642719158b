import type { Family } from "../../base/address.ts";
import { familyOf, printAddress } from "../../base/address.ts";
import { usesEnis } from "../../desired/cilium/config.ts";
import type { CiliumEndpoint } from "../../desired/cilium/endpoint.ts";
import type { CiliumSelector } from "../../desired/cilium/endpoint-selector.ts";
import { selectsEndpoint } from "../../desired/cilium/endpoint-selector.ts";
import { isDevice } from "../../desired/fields.ts";
import type { DesiredState } from "../../desired/state.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { NodeDraft } from "../node/node-draft.ts";
import { renderProblem } from "../problem.ts";
import type { Renderer } from "../renderer.ts";
import { cniConfig, extendsOtherList } from "./cni.ts";
import { noTrackPorts } from "./conntrack-rules.ts";
import type { CiliumContext, FamilyContext } from "./context.ts";
import { contextOf } from "./context.ts";
import { ciliumDevices } from "./devices.ts";
import { defaultDevice, marksEnis } from "./eni-rules.ts";
import { eniDevice } from "./eni-routes.ts";
import type { Masquerade } from "./masquerade.ts";
import { masqueradeDevices, masqueradesByPodNetwork } from "./masquerade.ts";
import { hasWireguard } from "./mtu.ts";
import { nodeSets } from "./node-set.ts";
import { RELEASES, releaseOf } from "./release.ts";
import { ciliumRoutes } from "./routes.ts";
import { routingRules } from "./routing-rules.ts";
import { ciliumSysctls } from "./sysctls.ts";
import type { Wanted } from "./tables.ts";
import { writeTables } from "./tables.ts";

const OWNER = "cilium";

/** Bits that say where a packet is from: bpf/lib/common.h. */
const MAGIC_MASK = 0xf00;

/**
 * What the agent of Cilium 1.9 to 1.18 writes on a node: chains, sets, rules and routes of policy routing, devices, settings,
 * the CNI configuration.
 */
export const cilium: Renderer = {
  isWanted: ({ cilium }) => cilium.config !== null,
  // Of the others only some packets have any, and BPF programs take them off again.
  marks: () => [{ field: "MARK_MAGIC_HOST_MASK", bits: MAGIC_MASK, purpose: "magic", object: null }],
  write(state, node) {
    const context = contextOn(state, node);
    if ("problem" in context) return [context.problem];
    const wanted = wantedOf(context, state, node.name);
    if ("problem" in wanted) return [wanted.problem];
    if (context.config.installRules) for (const family of context.families) writeTables(context, family, wanted, node);
    const cni = cniConfig(context);
    node.add({
      sets: nodeSets(context),
      rules: routingRules(context),
      routes: ciliumRoutes(context),
      links: ciliumDevices(context),
      sysctls: ciliumSysctls(context),
      cni: cni === null ? [] : [cni],
    });
    return [
      ...unwritten(context),
      ...gapsOf(context),
      ...listenersWithoutPort(context, state),
      ...policiesWithoutProxy(context, state),
    ];
  },
};

interface Problem {
  readonly problem: Diagnostic;
}

function problem(code: Diagnostic["code"], params: Diagnostic["params"]): Problem {
  return { problem: renderProblem(code, params, OWNER) };
}

function contextOn(state: DesiredState, { name, node, facts }: NodeDraft): CiliumContext | Problem {
  const { config } = state.cilium;
  if (config === null) return problem("cilium-no-config", {});
  const version = facts?.versions.get("cilium");
  if (facts === null || version === undefined) return problem("cilium-no-version", { node: name });
  const release = releaseOf(version);
  if (release === null) {
    const { oldest, newest } = RELEASES;
    return problem("cilium-unknown-release", { version, oldest: `1.${String(oldest)}`, newest: `1.${String(newest)}` });
  }
  const ciliumNode = state.cilium.nodes.find(({ metadata }) => metadata.name === name) ?? null;
  return contextOf({ state, config, release, facts, node, ciliumNode });
}

/** What the agent itself would not go on without. */
function wantedOf(context: CiliumContext, state: DesiredState, node: string): Wanted | Problem {
  const known: Record<Family, Masquerade | null> = { ip: null, ip6: null };
  for (const family of context.families) {
    if (!family.masquerades) continue;
    const masquerade = masqueradeOf(context, family);
    if (masquerade === null)
      return problem("cilium-no-pod-network", { node, family: family.family === "ip" ? "IPv4" : "IPv6" });
    known[family.family] = masquerade;
  }
  const value = masqueradeDevices(context).find((name) => !isDevice(name));
  if (value !== undefined && context.families.some(({ masquerades }) => masquerades)) {
    // iptables takes no such name, and the agent gets no further.
    return problem("render-argument", {
      owner: OWNER,
      argument: "egress-masquerade-interfaces",
      expected: "DEV",
      value,
    });
  }
  const primaryEni = marksEnis(context) ? defaultDevice(context.facts) : null;
  if (marksEnis(context) && context.config.ipv4 && primaryEni === null)
    return problem("cilium-no-default-route", { node });
  return { masquerade: known, primaryEni, noTrack: noTrackPorts(state.pods, node) };
}

function masqueradeOf(context: CiliumContext, { hostIP, podCIDR, nativeRouting }: FamilyContext): Masquerade | null {
  const notMasqueraded = nativeRouting ?? podCIDR;
  if (hostIP === null || notMasqueraded === null || (podCIDR === null && masqueradesByPodNetwork(context))) return null;
  return { hostIP, podCIDR, notMasqueraded };
}

/** What is asked for, and nobody here can write. */
function unwritten(context: CiliumContext): readonly Diagnostic[] {
  const { ipsec, vtep, ipam, chaining } = context.config;
  const routesWireguard = hasWireguard(context) && !context.has("wireguardWithoutRouting");
  const parts: readonly (readonly [option: string, what: string, isWanted: boolean])[] = [
    ["enable-ipsec: true", "table 200", ipsec],
    ["enable-wireguard: true", "rule 1, table 201", routesWireguard],
    ["enable-vtep: true", "table 202", vtep],
    ["ipam: azure", "tables 10 …", ipam === "azure"],
    [`cni-chaining-mode: ${chaining}`, "/etc/cni/net.d", extendsOtherList(context)],
  ];
  return parts
    .filter(([, , isWanted]) => isWanted)
    .map(([option, what]) => gap("cilium-not-rendered", { option, what }));
}

/** What objects leave open, and what is therefore not rendered. */
function gapsOf(context: CiliumContext): readonly Diagnostic[] {
  const { config, endpoints } = context;
  return endpoints.flatMap(({ name, address, device, isHost }) => {
    const params = { endpoint: name, address: printAddress(address) };
    const eni = context.interfaceOf(address);
    const isOfEni = usesEnis(config.ipam) && familyOf(address) === "ip";
    const lacksEni = isOfEni && (eni === null || eniDevice(context, eni) === null);
    const lacksDevice = config.endpointRoutes && device === null && !isHost;
    return [
      ...(lacksEni ? [gap("cilium-no-eni", params)] : []),
      ...(lacksDevice ? [gap("cilium-no-device", params)] : []),
    ];
  });
}

/** Listeners of CiliumEnvoyConfigs get their ports from the agent: only the node knows them. */
function listenersWithoutPort({ agent, config }: CiliumContext, state: DesiredState): readonly Diagnostic[] {
  if (!config.envoyConfig) return [];
  const known = new Set(agent.proxies.map(({ name }) => name));
  return state.cilium.envoyConfigs
    .flatMap(({ listeners }) => listeners)
    .filter((listener) => !known.has(listener))
    .map((listener) => gap("cilium-no-proxy-port", { listener }));
}

/** A proxy that a policy redirects to is opened where one of its pods is, at a port that the agent chooses. */
function policiesWithoutProxy({ agent, config, pods }: CiliumContext, state: DesiredState): readonly Diagnostic[] {
  if (!config.l7Proxy) return [];
  // Newer agents call that proxy by its other name.
  const known = new Set(agent.proxies.map(({ name }) => name.replace(/^cilium-generic-/, "cilium-proxylib-")));
  return state.cilium.policies.flatMap(({ metadata: { namespace, name }, redirects }) => {
    const policy = namespace === "" ? name : `${namespace}/${name}`;
    const proxies = redirects
      .filter(({ selector }) => pods === null || pods.some((pod) => isAbout(selector, namespace, pod)))
      .flatMap(({ proxies }) => proxies);
    return [...new Set(proxies)]
      .filter((proxy) => !known.has(proxy))
      .map((proxy) => gap("cilium-no-policy-proxy", { policy, proxy }));
  });
}

/** A policy in a namespace is about its own pods only. What no label tells may be so. */
function isAbout(selector: CiliumSelector | null, namespace: string, { metadata, labels }: CiliumEndpoint): boolean {
  if (namespace !== "" && metadata.namespace !== namespace) return false;
  return selector === null || labels === null || selectsEndpoint(selector, labels);
}

function gap(code: Diagnostic["code"], params: Diagnostic["params"]): Diagnostic {
  return { ...renderProblem(code, params, OWNER), severity: "warning" };
}
