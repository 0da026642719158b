import { z } from "zod";
import type { Address } from "../base/address.ts";
import { address, port, withDefault } from "./fields.ts";

/** What only a node knows of its Cilium agent: `spec.cilium` of a hookwalk.dev/v1 Node. */
export interface CiliumFacts {
  readonly version: CiliumVersion;
  /** In the order in which they were opened. */
  readonly proxies: readonly CiliumProxy[];
  /** By the address of an endpoint, its device on this node. */
  readonly devices: ReadonlyMap<Address, string>;
  /** Kernel and iptables have xt_socket. */
  readonly xtSocket: boolean;
}

export interface CiliumVersion {
  /** Of 1.x. */
  readonly minor: number;
  /** Null: the last release of 1.x. */
  readonly patch: number | null;
}

/** A port that packets marked for it are handed to. */
export interface CiliumProxy {
  /** `cilium-dns-egress`, `cilium-http-ingress`, `NAMESPACE/CONFIG/LISTENER` … */
  readonly name: string;
  readonly port: number;
  /** It listens on the loopback address. */
  readonly localOnly: boolean;
}

/** Releases whose recipes are known. */
const OLDEST = 9;
const NEWEST = 18;
const KNOWN = `1.${String(OLDEST)} … 1.${String(NEWEST)}`;

const version = z.string().transform((text, context): CiliumVersion => {
  const found = /^v?1\.(\d{1,2})(?:\.(\d{1,3})(?:-.*)?)?$/.exec(text);
  const minor = Number(found?.[1]);
  if (minor >= OLDEST && minor <= NEWEST) return { minor, patch: found?.[2] === undefined ? null : Number(found[2]) };
  context.addIssue({ code: "custom", message: KNOWN, input: text });
  return z.NEVER;
});

const proxy = z.strictObject({
  name: z.string().regex(/^[^\s"\\]+$/, "NAME"),
  port,
  localOnly: withDefault(z.boolean(), true),
});

const endpoint = z.strictObject({ address, interface: z.string().regex(/^[^\s/:]{1,15}$/, "DEV") });

export const ciliumFacts: z.ZodType<CiliumFacts> = z
  .strictObject({
    version,
    proxies: withDefault<readonly CiliumProxy[]>(z.array(proxy), []),
    endpoints: withDefault<readonly z.infer<typeof endpoint>[]>(z.array(endpoint), []),
    xtSocket: withDefault(z.boolean(), true),
  })
  .transform(({ version, proxies, endpoints, xtSocket }): CiliumFacts => ({
    version,
    proxies,
    devices: new Map(endpoints.map(({ address, interface: device }) => [address, device])),
    xtSocket,
  }));
