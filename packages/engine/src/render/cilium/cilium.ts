import { familyOf, printAddress } from "../../base/address.ts";
import type { Family } from "../../base/address.ts";
import { usesEnis } from "../../desired/cilium-config.ts";
import type { DesiredState } from "../../desired/state.ts";
import type { Diagnostic, Parsed } from "../../model/diagnostic.ts";
import type { Snapshot } from "../../model/snapshot.ts";
import { chooseNode } from "../node/choose-node.ts";
import { nodeSnapshot } from "../node/node-snapshot.ts";
import { renderProblem } from "../problem.ts";
import { cniConfig } from "./cni.ts";
import { noTrackPorts } from "./conntrack-rules.ts";
import type { CiliumContext, FamilyContext } from "./context.ts";
import { contextOf } from "./context.ts";
import { ciliumDevices } from "./devices.ts";
import { defaultDevice, marksEnis } from "./eni-rules.ts";
import { eniDevice } from "./eni-routes.ts";
import type { Masquerade } from "./masquerade.ts";
import { nodeSets } from "./node-set.ts";
import { ciliumRoutes } from "./routes.ts";
import { routingRules } from "./routing-rules.ts";
import { ciliumSysctls } from "./sysctls.ts";
import type { Wanted } from "./tables.ts";
import { renderTables } from "./tables.ts";

const OWNER = "cilium";

/**
 * What the Cilium agent 1.9 to 1.18 writes on one node: chains, sets, rules and routes of policy routing, devices, settings,
 * the CNI configuration. The value is null where nothing can be rendered, which a diagnostic explains.
 */
export function renderCilium(state: DesiredState): Parsed<Snapshot | null> {
  const chosen = chooseNode(state, "", OWNER);
  if ("problem" in chosen) return { value: null, diagnostics: [chosen.problem] };
  const { name, node, facts } = chosen;
  const config = state.configMaps.findLast(({ cilium }) => cilium !== null)?.cilium ?? null;
  if (config === null) return failed("cilium-no-config", {});
  if (facts === null || facts.cilium === null) return failed("cilium-no-version", { node: name });
  const ciliumNode = state.ciliumNodes.find(({ metadata }) => metadata.name === name) ?? null;
  const context = contextOf({ state, config, agent: facts.cilium, facts, node, ciliumNode });
  const wanted = wantedOf(context, state, name);
  if ("problem" in wanted) return { value: null, diagnostics: [wanted.problem] };
  const tablesOf = (family: Family): Snapshot["tables"]["ip"] => {
    const one = context.families.find((enabled) => enabled.family === family);
    return one === undefined ? [] : renderTables(context, one, wanted);
  };
  const cni = cniConfig(context);
  const added = {
    interfaces: ciliumDevices(context),
    routes: ciliumRoutes(context),
    sysctls: ciliumSysctls(context),
  };
  const value: Snapshot = {
    ...nodeSnapshot(name, facts, added),
    tables: { ip: tablesOf("ip"), ip6: tablesOf("ip6") },
    sets: nodeSets(context),
    rules: { ip: routingRules(context, "ip"), ip6: routingRules(context, "ip6") },
    cni: cni === null ? null : [cni],
  };
  return { value, diagnostics: [...gapsOf(context), ...listenersWithoutPort(context, state)] };
}

function failed(code: Diagnostic["code"], params: Diagnostic["params"]): Parsed<null> {
  return { value: null, diagnostics: [renderProblem(code, params, OWNER)] };
}

/** What the agent itself would not go on without. */
function wantedOf(
  context: CiliumContext,
  state: DesiredState,
  node: string,
): Wanted | { readonly problem: Diagnostic } {
  const known: Record<Family, Masquerade | null> = { ip: null, ip6: null };
  for (const family of context.families) {
    if (!family.masquerades) continue;
    const masquerade = masqueradeOf(family);
    if (masquerade === null) return { problem: renderProblem("cilium-no-pod-network", { node }, OWNER) };
    known[family.family] = masquerade;
  }
  const primaryEni = marksEnis(context) ? defaultDevice(context.facts) : null;
  if (marksEnis(context) && context.config.ipv4 && primaryEni === null)
    return { problem: renderProblem("cilium-no-default-route", { node }, OWNER) };
  return { masquerade: known, primaryEni, noTrack: noTrackPorts(state.pods, node) };
}

function masqueradeOf({ routerIP, podCIDR, nativeRouting }: FamilyContext): Masquerade | null {
  if (routerIP === null || podCIDR === null || nativeRouting === null) return null;
  return { routerIP, podCIDR, nativeRouting };
}

/** What objects leave open, and what is therefore not rendered. */
function gapsOf(context: CiliumContext): readonly Diagnostic[] {
  const { config, endpoints } = context;
  return endpoints.flatMap(({ name, address, device, isHost }) => {
    const params = { endpoint: name, address: printAddress(address) };
    const eni = context.interfaceOf(address);
    const lacksEni =
      usesEnis(config.ipam) && familyOf(address) === "ip" && (eni === null || eniDevice(context, eni) === null);
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
  return state.ciliumEnvoyConfigs
    .flatMap(({ listeners }) => listeners)
    .filter((listener) => !known.has(listener))
    .map((listener) => gap("cilium-no-proxy-port", { listener }));
}

function gap(code: Diagnostic["code"], params: Diagnostic["params"]): Diagnostic {
  return { ...renderProblem(code, params, OWNER), severity: "warning" };
}
