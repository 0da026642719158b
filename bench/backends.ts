import { compileProgram, semanticDiff } from "@hookwalk/engine";
import type { Program } from "@hookwalk/engine";
import { renderOwners } from "@hookwalk/engine/render";
import { defaultKubeProxyConfiguration } from "@hookwalk/engine/desired";
import type { DesiredState } from "@hookwalk/engine/desired";
import { clusterState } from "./cluster.ts";
import { printTable, timed, times } from "./table.ts";
import type { Target } from "./target.ts";

const ENDPOINTS = 3;
const SERVICES = [10, 30, 100];

/** The same services by kube-proxy's mode iptables and by its mode nftables: which packets fare otherwise. Nothing is promised. */
export function benchBackends(): readonly Target[] {
  console.log(
    `Semantic diff of kube-proxy's two modes, ${String(ENDPOINTS)} endpoints a service; rendering is not counted\n`,
  );
  const rows = SERVICES.map((services) => {
    const state = clusterState({ services, endpoints: ENDPOINTS });
    const before = programOf(state, "iptables");
    const after = programOf(state, "nftables");
    const { value, seconds, cpu } = timed(() => semanticDiff(before, after));
    return { services, seconds, cpu, groups: value.groups.length, tooLarge: value.tooLarge.length };
  });
  printTable(
    ["services", "seconds", "cpu s", "grows", "groups", "too large"],
    rows.map(({ services, seconds, cpu, groups, tooLarge }, index) => [
      String(services),
      seconds.toFixed(2),
      cpu.toFixed(2),
      times(cpu / (rows[index - 1]?.cpu ?? Number.NaN)),
      String(groups),
      String(tooLarge),
    ]),
  );
  return [];
}

function programOf(state: DesiredState, mode: "iptables" | "nftables"): Program {
  const kubeProxy = { ...(state.kubeProxy ?? defaultKubeProxyConfiguration), mode };
  const { value, diagnostics } = renderOwners(["kube-proxy"], { ...state, kubeProxy });
  if (value === null) throw new Error(`mode ${mode} is not rendered: ${JSON.stringify(diagnostics)}`);
  return compileProgram(value.snapshot);
}
