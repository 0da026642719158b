import { hostNet } from "../../base/address.ts";
import type { Address } from "../../base/address.ts";
import type { DockerFacts } from "../../desired/docker-facts.ts";
import { ACCEPT, DROP, jump } from "../iptables/spec.ts";
import type { NodeDraft } from "../node/node-draft.ts";
import { atHost, established, forwarding, from, notFrom, passing, to } from "./bridge-rules.ts";

/**
 * 29 and later: a chain for each thing that is done to all bridges; table raw drops what comes to a container past its published ports:
 * daemon/libnetwork/drivers/bridge/internal/iptabler.
 */
export function writeGrouped({ networks, containers }: DockerFacts, node: NodeDraft): void {
  const [nat, filter] = [node.table("ip", "nat"), node.table("ip", "filter")];
  const published = containers.flatMap((container) => container.ports.map((port) => ({ container, port })));
  for (const chain of ["DOCKER-FORWARD", "DOCKER-USER"]) filter.prepend("FORWARD", { target: jump(chain) });
  for (const chain of ["DOCKER-USER", "DOCKER-INTERNAL"]) filter.declare(chain);
  // Each is put before what is there.
  for (const { container, port } of [...published].reverse()) filter.append("DOCKER", passing(container, port));
  for (const chain of ["DOCKER-CT", "DOCKER-INTERNAL", "DOCKER-BRIDGE"]) {
    filter.append("DOCKER-FORWARD", { target: jump(chain) });
  }
  for (const { bridge } of networks) {
    filter.append("DOCKER", { ...notFrom(bridge), ...to(bridge), target: DROP });
    filter.append("DOCKER-BRIDGE", { ...to(bridge), target: jump("DOCKER") });
    filter.append("DOCKER-CT", established(bridge));
    filter.append("DOCKER-FORWARD", { ...from(bridge), target: ACCEPT });
  }
  for (const { container, port } of published) nat.append("DOCKER", forwarding(container, port));
  for (const { address, bridge, ports } of containers) {
    const raw = node.table("ip", "raw");
    raw.append("PREROUTING", { dst: { negated: false, value: hostNet(address) }, ...notFrom(bridge), target: DROP });
    for (const port of ports.filter(({ hostIP }) => isLoopback(hostIP))) {
      raw.append("PREROUTING", { ...atHost(port), ...notFrom("lo"), target: DROP });
    }
  }
}

function isLoopback(address: Address | null): boolean {
  return typeof address === "number" && address >>> 24 === 127;
}
