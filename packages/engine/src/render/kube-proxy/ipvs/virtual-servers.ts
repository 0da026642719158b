import type { Address } from "../../../base/address.ts";
import { printAddress } from "../../../base/address.ts";
import type { IpvsEnd, IpvsService, RealServer } from "../../../model/ipvs.ts";
import type { ProxyContext } from "../context.ts";
import { choiceFor } from "../context.ts";
import type { ProxiedEndpoint } from "../endpoints.ts";
import { usableEndpoints } from "../endpoints.ts";
import { protocolNumber } from "../rule-parts.ts";
import type { ProxiedPort } from "../service-ports.ts";
import type { NodeAddresses } from "./contents.ts";

const SPAN = { file: "", line: 0 } as const;

/**
 * A virtual server for each address and port of a service, with its endpoints behind it: pkg/proxy/ipvs/proxier.go
 * syncService, syncEndpoint. Two services at one address and port are one server: the last says who serves.
 */
export function virtualServers(context: ProxyContext, { nodePort }: NodeAddresses): readonly IpvsService[] {
  const servers = new Map<string, IpvsService>();
  for (const port of context.ports) {
    const { cluster, local } = usableEndpoints(port, context.endpointsOf(port), choiceFor(context, port));
    // With policy Local and no endpoint here, pods of this node still get to those elsewhere.
    const outside = port.externalLocal && local.length > 0 ? local : cluster;
    const inside = port.internalLocal && local.length > 0 ? local : cluster;
    const add = (address: Address, number: number, endpoints: readonly ProxiedEndpoint[]): void => {
      const server = serverOf(context, port, endOf(address, number), endpoints);
      servers.set(`${port.protocol} ${endOf(address, number).text}`, server);
    };
    add(port.clusterIP, port.port, inside);
    for (const address of [...port.externalIPs, ...port.loadBalancerIPs]) add(address, port.port, outside);
    if (port.nodePort === null) continue;
    for (const address of nodePort) add(address, port.nodePort, outside);
  }
  return [...servers.values()];
}

function serverOf(
  { config }: ProxyContext,
  { protocol, affinitySeconds }: ProxiedPort,
  end: IpvsEnd,
  endpoints: readonly ProxiedEndpoint[],
): IpvsService {
  const { scheduler } = config.ipvs;
  return {
    key: { kind: "address", proto: protocolNumber(protocol), end },
    scheduler,
    schedulerFlags: scheduler === "mh" ? ["mh-port"] : [],
    persistence: affinitySeconds === null ? null : { timeout: affinitySeconds, netmask: null, engine: null },
    onePacket: false,
    servers: endpoints.map(({ address, port }): RealServer => {
      return { end: endOf(address, port), method: "masq", weight: 1, span: SPAN };
    }),
    span: SPAN,
  };
}

function endOf(address: Address, port: number): IpvsEnd {
  const host = printAddress(address);
  return { address, port, text: typeof address === "number" ? `${host}:${String(port)}` : `[${host}]:${String(port)}` };
}
