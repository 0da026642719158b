import { netOf } from "../../base/address.ts";
import type { DockerFacts } from "../../desired/docker-facts.ts";
import type { DesiredState } from "../../desired/state.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { LOOPBACK_NET } from "../iptables/kube-rules.ts";
import { jump, match, target } from "../iptables/spec.ts";
import type { NodeDraft } from "../node/node-draft.ts";
import type { Version } from "../node/version.ts";
import { isAtLeast, placeOfVersion } from "../node/version.ts";
import { placed, renderProblem, versionProblem } from "../problem.ts";
import type { Renderer } from "../renderer.ts";
import { leaving } from "./bridge-rules.ts";
import { writeGrouped } from "./grouped.ts";
import { writeStaged } from "./staged.ts";

/** What is rendered where nobody tells a version. */
const NEWEST: Version = [29, 0, 0];

/** How a release's rules are laid out. 28.0.0 asks a set of networks, and was mended within a week; which of 28.4 and later are as 28.3 is not known. */
const LAYOUTS: readonly { readonly from: Version; readonly layout: "staged" | "grouped" | null }[] = [
  { from: [29, 0, 0], layout: "grouped" },
  { from: [28, 4, 0], layout: null },
  { from: [28, 0, 1], layout: "grouped" },
  { from: [28, 0, 0], layout: null },
  { from: [18, 6, 0], layout: "staged" },
];

/** Docker with its networks of driver bridge and published ports, IPv4, with its userland proxy; no internal networks, no swarm. */
export const docker: Renderer = {
  isWanted: ({ nodeFacts }) => nodeFacts.some(({ docker }) => docker !== null),
  write(state, node) {
    const facts = node.facts?.docker ?? null;
    if (facts === null) {
      return [
        renderProblem("render-unset", { owner: "docker", objects: "hookwalk.dev/v1 Node: spec.docker" }, "docker"),
      ];
    }
    const version = node.versionOf("docker") ?? NEWEST;
    const layout = LAYOUTS.find(({ from }) => isAtLeast(version, from))?.layout ?? null;
    if (layout === null) {
      const place = placeOfVersion("docker", node, state.spanOf);
      return [versionProblem("docker", version, "18.06 … 27, 28.0.1 … 28.3, ≥ 29", place)];
    }
    const sctp = layout === "staged" ? sctpProblem(state, node) : null;
    if (sctp !== null) return [sctp];
    writeNat(facts, node);
    if (layout === "grouped") writeGrouped(facts, node, version);
    else writeStaged(facts, node);
    if (facts.forwardPolicy === "DROP") node.table("ip", "filter").setPolicy("FORWARD", "DROP");
    return [];
  },
};

/** Which of the older releases mend checksums of SCTP by a rule, and when, is not known. Null: no such port is published. */
function sctpProblem({ spanOf }: DesiredState, { name, facts }: NodeDraft): Diagnostic | null {
  const containers = facts?.docker?.containers ?? [];
  const at = containers.findIndex(({ ports }) => ports.some(({ protocol }) => protocol === "sctp"));
  const port = containers[at]?.ports.find(({ protocol }) => protocol === "sctp");
  if (facts === null || port === undefined) return null;
  const value = `${String(port.hostPort)}:${String(port.port)}/sctp`;
  const argument = `spec.docker.containers[${String(at)}].ports`;
  const params = { owner: `Node ${name}`, argument, expected: "tcp | udp", value };
  const problem = renderProblem("render-argument", params, "docker");
  return placed(problem, spanOf(facts, ["spec", "docker", "containers", at, "ports"]));
}

function writeNat({ networks }: DockerFacts, node: NodeDraft): void {
  const nat = node.table("ip", "nat");
  const isLocal = match("ip", "addrtype", { "dst-type": "LOCAL" });
  nat.declare("DOCKER");
  nat.append("PREROUTING", { matches: [isLocal], target: jump("DOCKER") });
  nat.append("OUTPUT", { dst: { negated: true, value: LOOPBACK_NET }, matches: [isLocal], target: jump("DOCKER") });
  for (const { bridge, address } of networks) {
    const src = { negated: false, value: netOf(address) } as const;
    nat.prepend("POSTROUTING", { src, ...leaving(bridge), target: target("ip", "MASQUERADE") });
  }
}
