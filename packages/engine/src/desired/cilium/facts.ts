import { z } from "zod";
import type { Address } from "../../base/address.ts";
import { address, device, port, withDefault } from "../fields.ts";

/** What only a node knows of its Cilium agent: `spec.cilium` of a hookwalk.dev/v1 Node. */
export interface CiliumFacts {
  /** In the order in which they were opened. */
  readonly proxies: readonly CiliumProxy[];
  /** By the address of an endpoint, its device on this node. */
  readonly devices: ReadonlyMap<Address, string>;
  /** Kernel and iptables have xt_socket. */
  readonly xtSocket: boolean;
}

/** A port that packets marked for it are handed to. */
export interface CiliumProxy {
  /** `cilium-dns-egress`, `cilium-http-ingress`, `NAMESPACE/CONFIG/LISTENER` … */
  readonly name: string;
  readonly port: number;
  /** It listens on the loopback address. */
  readonly localOnly: boolean;
}

/** Of a listener: namespace, name and its own one. Between `cilium: TPROXY to host ` and ` proxy` it has to fit into a rule's comment. */
const LONGEST_PROXY = 255 - "cilium: TPROXY to host  proxy".length;
const PROXY = /^[^\s"'\\\p{Cc}\p{Cf}]+$/u;

const proxy = z.strictObject({
  name: z.string().max(LONGEST_PROXY).regex(PROXY, "NAME"),
  port,
  localOnly: withDefault(z.boolean(), true),
});

const endpoint = z.strictObject({ address, interface: device });

const read = z
  .strictObject({
    proxies: withDefault<readonly CiliumProxy[]>(z.array(proxy), []),
    endpoints: withDefault<readonly z.infer<typeof endpoint>[]>(z.array(endpoint), []),
    xtSocket: withDefault(z.boolean(), true),
  })
  .transform(({ proxies, endpoints, xtSocket }): CiliumFacts => ({
    proxies,
    devices: new Map(endpoints.map(({ address, interface: device }) => [address, device])),
    xtSocket,
  }));

export const ciliumFacts: z.ZodType<CiliumFacts> = z.preprocess((value) => value ?? {}, read);
