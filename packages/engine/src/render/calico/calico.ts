import type { DesiredState } from "../../desired/state.ts";
import type { NodeDraft } from "../node/node-draft.ts";
import { renderProblem } from "../problem.ts";
import type { Renderer } from "../renderer.ts";
import { withKubernetes } from "./kubernetes/with-kubernetes.ts";
import { endpointsWithoutDevice, felixInputs } from "./objects/inputs.ts";
import { felixSpec, felixVersion } from "./objects/settings.ts";
import { workloadPieces } from "./objects/workload-links.ts";
import { writeCalico } from "./render-calico.ts";
import { isRendered } from "./versions.ts";

const OWNER = "calico";

/** What Felix writes on one node, of both families: tables, sets, and what it sets up for each workload's link. */
export const calico: Renderer = {
  nodeName: ({ calico: { nodes: own }, nodes, nodeFacts }) => {
    const [only, ...others] = own;
    return nodes.length + nodeFacts.length === 0 && others.length === 0 ? (only?.metadata.name ?? "") : "";
  },
  isWanted: ({ calico: { felix, clusters, workloads, hosts, pools } }) =>
    [felix, clusters, workloads, hosts, pools].some((all) => all.length > 0),
  write(state, node) {
    const version = felixVersion(state, node.name);
    const spec = felixSpec(state.calico.felix, node.name);
    if (!isRendered(version)) return [renderProblem("render-calico-version", { version }, OWNER)];
    if (spec?.bpfEnabled === true) return [renderProblem("render-calico-mode", { mode: "eBPF" }, OWNER)];
    if (spec?.nftablesMode === "Enabled") return [renderProblem("render-calico-mode", { mode: "nftables" }, OWNER)];
    const place = {
      state,
      calico: withKubernetes(state, (spec?.interfacePrefix ?? [])[0] ?? "cali"),
      node: node.name,
      version,
      spec,
      randomFully: node.facts?.randomFully ?? true,
      isIpvs: isIpvs(state, node),
    };
    const inputs = felixInputs(place, node.facts);
    for (const family of spec?.ipv6Support === false ? (["ip"] as const) : (["ip", "ip6"] as const)) {
      const { input, sets } = inputs(family);
      writeCalico(input, (name) => node.table(family, name));
      node.add({ sets });
    }
    node.add(workloadPieces(place, node.facts));
    return endpointsWithoutDevice(place, node.facts).map(({ metadata }) =>
      renderProblem("render-calico-no-device", { endpoint: metadata.name }, OWNER),
    );
  },
};

/** The device that kube-proxy makes in mode ipvs, by which Felix knows: felix/dataplane/driver.go. */
const IPVS_DEVICE = "kube-ipvs0";

function isIpvs({ kubeProxy }: DesiredState, { facts }: NodeDraft): boolean {
  return kubeProxy?.mode === "ipvs" || (facts?.interfaces.some(({ name }) => name === IPVS_DEVICE) ?? false);
}
