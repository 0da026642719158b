import type { DockerContainer, PublishedPort } from "../../desired/docker-facts.ts";
import { printAddress } from "../../base/address.ts";
import { PROTO } from "../../program/protocol.ts";
import { hostNet } from "../../base/address.ts";
import type { RuleSpec } from "../iptables/spec.ts";
import { ACCEPT, DROP, jump, match, target } from "../iptables/spec.ts";

/** Parts of rules that several chains of Docker have, of whatever release. */
export function from(bridge: string): RuleSpec {
  return { iif: { negated: false, value: bridge } };
}

/** By another device. */
export function notFrom(bridge: string): RuleSpec {
  return { iif: { negated: true, value: bridge } };
}

export function to(bridge: string): RuleSpec {
  return { oif: { negated: false, value: bridge } };
}

/** By another device. */
export function leaving(bridge: string): RuleSpec {
  return { oif: { negated: true, value: bridge } };
}

/** Two chains that keep bridges apart: what leaves one bridge, and then enters another. */
export const STAGES = { from: "DOCKER-ISOLATION-STAGE-1", to: "DOCKER-ISOLATION-STAGE-2" } as const;

export function outOf(bridge: string): RuleSpec {
  return { ...from(bridge), ...leaving(bridge), target: jump(STAGES.to) };
}

export function into(bridge: string): RuleSpec {
  return { ...to(bridge), target: DROP };
}

export function established(bridge: string): RuleSpec {
  return { ...to(bridge), matches: [match("ip", "conntrack", { ctstate: "RELATED,ESTABLISHED" })], target: ACCEPT };
}

function dport(protocol: PublishedPort["protocol"], port: number): RuleSpec {
  return { proto: PROTO[protocol], matches: [match("ip", protocol, { dport: String(port) })] };
}

/** At the port's address on the node, where it has one. */
export function atHost({ hostIP, hostPort, protocol }: PublishedPort): RuleSpec {
  return { ...dport(protocol, hostPort), dst: hostIP === null ? null : { negated: false, value: hostNet(hostIP) } };
}

/** At the port of the container. */
export function atContainer({ address }: DockerContainer, { port, protocol }: PublishedPort): RuleSpec {
  return { ...dport(protocol, port), dst: { negated: false, value: hostNet(address) } };
}

/** What is for the port goes to the container; what the container's own network sends is the userland proxy's. */
export function forwarding(container: DockerContainer, published: PublishedPort): RuleSpec {
  const destination = `${printAddress(container.address)}:${String(published.port)}`;
  return {
    ...atHost(published),
    ...notFrom(container.bridge),
    target: target("ip", "DNAT", { "to-destination": destination }),
  };
}

/** And may pass. */
export function passing(container: DockerContainer, published: PublishedPort): RuleSpec {
  const { bridge } = container;
  return { ...atContainer(container, published), ...notFrom(bridge), ...to(bridge), target: ACCEPT };
}
