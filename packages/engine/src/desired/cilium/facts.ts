import { z } from "zod";
import type { Address } from "../../base/address.ts";
import { address, port, withDefault } from "../fields.ts";

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

const proxy = z.strictObject({
  name: z.string().regex(/^[^\s"\\]+$/, "NAME"),
  port,
  localOnly: withDefault(z.boolean(), true),
});

const endpoint = z.strictObject({ address, interface: z.string().regex(/^[^\s/:]{1,15}$/, "DEV") });

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
