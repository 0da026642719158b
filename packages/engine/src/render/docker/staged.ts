import { hostNet } from "../../base/address.ts";
import type { DockerFacts } from "../../desired/docker-facts.ts";
import type { RuleSpec } from "../iptables/spec.ts";
import { ACCEPT, jump, RETURN, target } from "../iptables/spec.ts";
import type { NodeDraft } from "../node/node-draft.ts";
import {
  atContainer,
  established,
  forwarding,
  from,
  into,
  leaving,
  outOf,
  passing,
  STAGES,
  to,
} from "./bridge-rules.ts";

/**
 * 18.06 to 27: a bridge's rules stand in FORWARD itself, and two stages keep bridges apart. Each network puts its rules before those that are
 * there: libnetwork/drivers/bridge/setup_ip_tables_linux.go, libnetwork/iptables/iptables.go.
 */
export function writeStaged({ networks, containers }: DockerFacts, node: NodeDraft): void {
  const [nat, filter] = [node.table("ip", "nat"), node.table("ip", "filter")];
  filter.declare("DOCKER");
  for (const { bridge } of networks) {
    const forward: readonly RuleSpec[] = [
      established(bridge),
      { ...to(bridge), target: jump("DOCKER") },
      { ...from(bridge), ...leaving(bridge), target: ACCEPT },
      { ...from(bridge), ...to(bridge), target: ACCEPT },
    ];
    for (const rule of [...forward].reverse()) filter.prepend("FORWARD", rule);
  }
  for (const chain of [STAGES.from, "DOCKER-USER"]) filter.prepend("FORWARD", { target: jump(chain) });
  for (const { bridge } of [...networks].reverse()) {
    filter.append(STAGES.from, outOf(bridge));
    filter.append(STAGES.to, into(bridge));
    nat.append("DOCKER", { ...from(bridge), target: RETURN });
  }
  for (const chain of [STAGES.from, STAGES.to, "DOCKER-USER"]) filter.append(chain, { target: RETURN });
  for (const container of containers) {
    const src = { negated: false, value: hostNet(container.address) } as const;
    for (const published of container.ports) {
      nat.append("DOCKER", forwarding(container, published));
      filter.append("DOCKER", passing(container, published));
      nat.append("POSTROUTING", { ...atContainer(container, published), src, target: target("ip", "MASQUERADE") });
    }
  }
}
