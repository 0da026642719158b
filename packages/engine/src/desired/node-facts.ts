import { z } from "zod";
import type { Address, Prefix } from "../base/address.ts";
import { parsePrefix } from "../base/address.ts";
import type { CiliumFacts } from "./cilium/facts.ts";
import { ciliumFacts } from "./cilium/facts.ts";
import type { DockerFacts } from "./docker-facts.ts";
import { dockerFacts } from "./docker-facts.ts";
import type { Metadata } from "./fields.ts";
import { address, device, metadata, prefix, typeMeta } from "./fields.ts";

/** hookwalk.dev/v1 Node: what only the node itself knows. docs/render.md describes it for users. */
export interface NodeFacts {
  readonly kind: "NodeFacts";
  readonly metadata: Metadata;
  readonly interfaces: readonly NodeInterface[];
  readonly routes: readonly NodeRoute[];
  readonly sysctls: ReadonlyMap<string, string>;
  /** iptables ≥ 1.6.2 and a kernel with it: MASQUERADE is written with `--random-fully`. */
  readonly randomFully: boolean;
  /** The kernel has nfacct: kube-proxy counts by it. */
  readonly nfacct: boolean;
  /** Of what runs on the node, by name: `calico` → `3.30.1`. */
  readonly versions: ReadonlyMap<string, string>;
  /** Who writes on the node, in this order; null: those that other objects speak of, in the order in which they usually start. */
  readonly owners: readonly string[] | null;
  /** Null: no Docker runs here. */
  readonly docker: DockerFacts | null;
  /** Of its Cilium agent. */
  readonly cilium: CiliumFacts;
}

export interface NodeInterface {
  readonly name: string;
  readonly mac: string | null;
  /** Each with the length of its network. */
  readonly addresses: readonly Prefix[];
  readonly mtu: number;
}

export interface NodeRoute {
  /** Null: default, of the family of `via` (IPv4 without one). */
  readonly to: Prefix | null;
  readonly via: Address | null;
  readonly dev: string;
  /** The address that the node itself sends from by this route. */
  readonly src: Address | null;
  readonly metric: number | null;
}

const DEFAULT_MTU = 1500;

const nodeInterface = z
  .strictObject({
    name: device,
    mac: z
      .string()
      .regex(/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/, "xx:xx:xx:xx:xx:xx")
      .nullish(),
    addresses: z.array(prefix).nullish(),
    mtu: z.int().min(68).max(65_536).nullish(),
  })
  .transform(({ name, mac, addresses, mtu }) => ({
    name,
    mac: mac ?? null,
    addresses: addresses ?? [],
    mtu: mtu ?? DEFAULT_MTU,
  }));

const destination = z.string().transform((text, context) => {
  const read = text === "default" ? null : parsePrefix(text);
  if (read === null && text !== "default") {
    context.addIssue({ code: "custom", message: "default | IP/LENGTH", input: text });
    return z.NEVER;
  }
  return read;
});

const route = z
  .strictObject({
    to: destination,
    via: address.nullish(),
    dev: device,
    src: address.nullish(),
    metric: z.int().min(0).max(0xffff_ffff).nullish(),
  })
  .transform(({ to, via, dev, src, metric }): NodeRoute => ({
    to,
    via: via ?? null,
    dev,
    src: src ?? null,
    metric: metric ?? null,
  }));

const spec = z.strictObject({
  owners: z.array(z.string()).nullish(),
  docker: dockerFacts.nullish(),
  interfaces: z.array(nodeInterface).nullish(),
  routes: z.array(route).nullish(),
  sysctls: z.record(z.string(), z.string()).nullish(),
  versions: z.record(z.string(), z.string().regex(/^v?\d+\.\d+(\.\d+)?([-+].*)?$/, "MAJOR.MINOR.PATCH")).nullish(),
  iptables: z.strictObject({ randomFully: z.boolean().nullish(), nfacct: z.boolean().nullish() }).nullish(),
  cilium: ciliumFacts,
});

export const nodeFacts: z.ZodType<NodeFacts> = z
  .strictObject({ ...typeMeta, metadata, spec })
  .transform(({ metadata, spec }): NodeFacts => ({
    kind: "NodeFacts",
    metadata,
    interfaces: spec.interfaces ?? [],
    routes: spec.routes ?? [],
    sysctls: new Map(Object.entries(spec.sysctls ?? {})),
    randomFully: spec.iptables?.randomFully ?? true,
    nfacct: spec.iptables?.nfacct ?? true,
    versions: new Map(Object.entries(spec.versions ?? {}).map(([of, version]) => [of, version.replace(/^v/, "")])),
    owners: spec.owners ?? null,
    docker: spec.docker ?? null,
    cilium: spec.cilium,
  }));
