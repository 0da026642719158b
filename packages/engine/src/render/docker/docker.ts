import { netOf } from "../../base/address.ts";
import type { DockerBridge } from "../../desired/node-facts.ts";
import { LOOPBACK_NET } from "../iptables/kube-rules.ts";
import type { RuleSpec } from "../iptables/spec.ts";
import { ACCEPT, DROP, jump, match, RETURN, target } from "../iptables/spec.ts";
import type { NodeDraft } from "../node/node-draft.ts";
import type { Version } from "../node/version.ts";
import { isAtLeast, parseVersion } from "../node/version.ts";
import { renderProblem } from "../problem.ts";
import type { Renderer } from "../renderer.ts";

/** The releases whose rules are known: from the first version on, and before another. */
const STAGED_FROM: Version = [18, 6, 0];
const STAGED_BEFORE: Version = [27, 0, 0];
const GROUPED_FROM: Version = [29, 0, 0];

/**
 * Docker with its default bridge and no container, IPv4: moby libnetwork/drivers/bridge setup_ip_tables_linux.go; from 29 on
 * its page integration/network/bridge/iptablesdoc shows every rule.
 */
export const docker: Renderer = {
  isWanted: ({ nodeFacts }) => nodeFacts.some(({ docker: bridge }) => bridge !== null),
  write(_, node) {
    const bridge = node.facts?.docker ?? null;
    if (bridge === null) {
      return [
        renderProblem("render-unset", { owner: "docker", objects: "hookwalk.dev/v1 Node: spec.docker" }, "docker"),
      ];
    }
    const version = parseVersion(node.facts?.versions.get("docker") ?? "") ?? GROUPED_FROM;
    const isGrouped = isAtLeast(version, GROUPED_FROM);
    const isStaged = isAtLeast(version, STAGED_FROM) && !isAtLeast(version, STAGED_BEFORE);
    if (!isGrouped && !isStaged) {
      const params = { owner: "docker", version: version.join("."), versions: "18.06 … 26.1, ≥ 29" };
      return [renderProblem("render-version", params, "docker")];
    }
    writeNat(bridge, isStaged, node);
    if (isGrouped) writeGrouped(bridge, node);
    else writeStaged(bridge, node);
    if (bridge.forwardPolicy === "DROP") node.table("ip", "filter").setPolicy("FORWARD", "DROP");
    return [];
  },
};

function writeNat({ bridge, address }: DockerBridge, returnsOwn: boolean, node: NodeDraft): void {
  const nat = node.table("ip", "nat");
  const isLocal = match("ip", "addrtype", { "dst-type": "LOCAL" });
  nat.declare("DOCKER");
  nat.append("PREROUTING", { matches: [isLocal], target: jump("DOCKER") });
  nat.append("OUTPUT", { dst: { negated: true, value: LOOPBACK_NET }, matches: [isLocal], target: jump("DOCKER") });
  const src = { negated: false, value: netOf(address) } as const;
  nat.prepend("POSTROUTING", { src, ...leaving(bridge), target: target("ip", "MASQUERADE") });
  if (returnsOwn) nat.append("DOCKER", { ...from(bridge), target: RETURN });
}

/** Until 26: the bridge's rules stand in FORWARD itself, and two stages keep bridges apart. */
function writeStaged({ bridge }: DockerBridge, node: NodeDraft): void {
  const filter = node.table("ip", "filter");
  filter.declare("DOCKER");
  const forward: readonly RuleSpec[] = [
    { target: jump("DOCKER-USER") },
    { target: jump("DOCKER-ISOLATION-STAGE-1") },
    established(bridge),
    { ...to(bridge), target: jump("DOCKER") },
    { ...from(bridge), ...leaving(bridge), target: ACCEPT },
    { ...from(bridge), ...to(bridge), target: ACCEPT },
  ];
  for (const rule of [...forward].reverse()) filter.prepend("FORWARD", rule);
  const stages = ["DOCKER-ISOLATION-STAGE-1", "DOCKER-ISOLATION-STAGE-2"] as const;
  filter.append(stages[0], { ...from(bridge), ...leaving(bridge), target: jump(stages[1]) });
  filter.append(stages[1], { ...to(bridge), target: DROP });
  for (const chain of [...stages, "DOCKER-USER"]) filter.append(chain, { target: RETURN });
}

/** From 29 on: a chain for each thing that is done to all bridges. */
function writeGrouped({ bridge }: DockerBridge, node: NodeDraft): void {
  const filter = node.table("ip", "filter");
  for (const chain of ["DOCKER-FORWARD", "DOCKER-USER"]) filter.prepend("FORWARD", { target: jump(chain) });
  for (const chain of ["DOCKER-USER", "DOCKER-INTERNAL"]) filter.declare(chain);
  filter.append("DOCKER", { iif: { negated: true, value: bridge }, ...to(bridge), target: DROP });
  filter.append("DOCKER-BRIDGE", { ...to(bridge), target: jump("DOCKER") });
  filter.append("DOCKER-CT", established(bridge));
  for (const chain of ["DOCKER-CT", "DOCKER-INTERNAL", "DOCKER-BRIDGE"]) {
    filter.append("DOCKER-FORWARD", { target: jump(chain) });
  }
  filter.append("DOCKER-FORWARD", { ...from(bridge), target: ACCEPT });
}

function from(bridge: string): RuleSpec {
  return { iif: { negated: false, value: bridge } };
}

function to(bridge: string): RuleSpec {
  return { oif: { negated: false, value: bridge } };
}

/** By another device. */
function leaving(bridge: string): RuleSpec {
  return { oif: { negated: true, value: bridge } };
}

function established(bridge: string): RuleSpec {
  return { ...to(bridge), matches: [match("ip", "conntrack", { ctstate: "RELATED,ESTABLISHED" })], target: ACCEPT };
}
