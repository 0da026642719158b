import { netOf } from "../../base/address.ts";
import type { DockerFacts } from "../../desired/docker-facts.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { LOOPBACK_NET } from "../iptables/kube-rules.ts";
import { jump, match, target } from "../iptables/spec.ts";
import type { NodeDraft } from "../node/node-draft.ts";
import type { Version } from "../node/version.ts";
import { isAtLeast, parseVersion } from "../node/version.ts";
import { renderProblem } from "../problem.ts";
import type { Renderer } from "../renderer.ts";
import { leaving } from "./bridge-rules.ts";
import { writeGrouped } from "./grouped.ts";
import { writeStaged } from "./staged.ts";

/** The releases whose rules are known: from the first version on, and before another. */
const STAGED_FROM: Version = [18, 6, 0];
const STAGED_BEFORE: Version = [27, 0, 0];
const GROUPED_FROM: Version = [29, 0, 0];

/** Docker with its networks of driver bridge and published ports, IPv4, with its userland proxy; no internal networks, no swarm. */
export const docker: Renderer = {
  isWanted: ({ nodeFacts }) => nodeFacts.some(({ docker }) => docker !== null),
  write(_, node) {
    const facts = node.facts?.docker ?? null;
    if (facts === null) {
      return [
        renderProblem("render-unset", { owner: "docker", objects: "hookwalk.dev/v1 Node: spec.docker" }, "docker"),
      ];
    }
    const version = parseVersion(node.facts?.versions.get("docker") ?? "") ?? GROUPED_FROM;
    const isGrouped = isAtLeast(version, GROUPED_FROM);
    const problem = isGrouped ? null : stagedProblem(version, facts);
    if (problem !== null) return [problem];
    writeNat(facts, node);
    if (isGrouped) writeGrouped(facts, node);
    else writeStaged(facts, node);
    if (facts.forwardPolicy === "DROP") node.table("ip", "filter").setPolicy("FORWARD", "DROP");
    return [];
  },
};

/** Why an older release's rules cannot be written; null: they can. */
function stagedProblem(version: Version, { containers }: DockerFacts): Diagnostic | null {
  if (!isAtLeast(version, STAGED_FROM) || isAtLeast(version, STAGED_BEFORE)) {
    const params = { owner: "docker", version: version.join("."), versions: "18.06 … 26.1, ≥ 29" };
    return renderProblem("render-version", params, "docker");
  }
  // Which of these releases mend checksums of SCTP by a rule, and when, is not known.
  const sctp = containers.flatMap(({ ports }) => ports).find(({ protocol }) => protocol === "sctp");
  if (sctp === undefined) return null;
  const params = { owner: "docker", argument: "ports", expected: "tcp | udp", value: `${String(sctp.port)}/sctp` };
  return renderProblem("render-argument", params, "docker");
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
