import type { Address } from "../../base/address.ts";
import { hostNet } from "../../base/address.ts";
import type { DockerContainer, DockerFacts } from "../../desired/docker-facts.ts";
import { ACCEPT, DROP, jump, RETURN } from "../iptables/spec.ts";
import type { NodeDraft } from "../node/node-draft.ts";
import type { TableDraft } from "../iptables/table-draft.ts";
import type { Version } from "../node/version.ts";
import { isAtLeast } from "../node/version.ts";
import {
  atContainer,
  atHost,
  established,
  forwarding,
  from,
  into,
  notFrom,
  outOf,
  passing,
  STAGES,
  to,
} from "./bridge-rules.ts";

/** Table raw drops what is for a container, no longer what is for one of its ports: https://github.com/moby/moby/pull/49829. */
const RAW_BY_CONTAINER: Version = [28, 2, 0];

/** Users may append to DOCKER-USER: https://github.com/moby/moby/pull/50098. */
const OPEN_USER_CHAIN: Version = [28, 3, 0];

/** No chain keeps bridges apart any longer: https://github.com/moby/moby/pull/49981. */
const UNSTAGED: Version = [29, 0, 0];

/**
 * 28.0.1 and later: a chain for each thing that is done to all bridges; table raw drops what comes to a container past its published ports:
 * daemon/libnetwork/drivers/bridge/internal/iptabler.
 */
export function writeGrouped({ networks, containers }: DockerFacts, node: NodeDraft, version: Version): void {
  const [nat, filter] = [node.table("ip", "nat"), node.table("ip", "filter")];
  const isStaged = !isAtLeast(version, UNSTAGED);
  const apart = isStaged ? STAGES.from : "DOCKER-INTERNAL";
  const published = containers.flatMap((container) => container.ports.map((port) => ({ container, port })));
  for (const chain of ["DOCKER-FORWARD", "DOCKER-USER"]) filter.prepend("FORWARD", { target: jump(chain) });
  for (const chain of ["DOCKER-USER", apart]) filter.declare(chain);
  if (!isAtLeast(version, OPEN_USER_CHAIN)) filter.append("DOCKER-USER", { target: RETURN });
  // Each is put before what is there.
  for (const { container, port } of [...published].reverse()) filter.append("DOCKER", passing(container, port));
  for (const chain of ["DOCKER-CT", apart, "DOCKER-BRIDGE"]) filter.append("DOCKER-FORWARD", { target: jump(chain) });
  for (const { bridge } of networks) {
    filter.append("DOCKER", { ...notFrom(bridge), ...to(bridge), target: DROP });
    filter.append("DOCKER-BRIDGE", { ...to(bridge), target: jump("DOCKER") });
    filter.append("DOCKER-CT", established(bridge));
    filter.append("DOCKER-FORWARD", { ...from(bridge), target: ACCEPT });
    if (isStaged) filter.append(STAGES.from, outOf(bridge));
  }
  for (const { bridge } of isStaged ? [...networks].reverse() : []) {
    filter.append(STAGES.to, into(bridge));
    nat.append("DOCKER", { ...from(bridge), target: RETURN });
  }
  for (const { container, port } of published) nat.append("DOCKER", forwarding(container, port));
  for (const container of containers)
    writeRaw(container, node.table("ip", "raw"), isAtLeast(version, RAW_BY_CONTAINER));
}

function writeRaw(container: DockerContainer, raw: TableDraft, isByContainer: boolean): void {
  const past = { ...notFrom(container.bridge), target: DROP };
  if (isByContainer) raw.append("PREROUTING", { dst: { negated: false, value: hostNet(container.address) }, ...past });
  for (const port of container.ports) {
    if (isLoopback(port.hostIP)) raw.append("PREROUTING", { ...atHost(port), ...notFrom("lo"), target: DROP });
    if (!isByContainer) raw.append("PREROUTING", { ...atContainer(container, port), ...past });
  }
}

function isLoopback(address: Address | null): boolean {
  return typeof address === "number" && address >>> 24 === 127;
}
