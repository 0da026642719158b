import { z } from "zod";
import type { Address, Prefix } from "../base/address.ts";
import type { Metadata } from "./fields.ts";
import {
  address,
  distinct,
  labelled,
  labelOrNone,
  metadata,
  port,
  portOrName,
  prefix,
  typeMeta,
  unread,
  withDefault,
} from "./fields.ts";

export type TrafficPolicy = "Cluster" | "Local";
export type ServiceProtocol = "TCP" | "UDP" | "SCTP";

/** v1 Service, as far as what programs a node reads it. */
export interface Service {
  readonly kind: "Service";
  readonly metadata: Metadata;
  readonly type: "ClusterIP" | "NodePort" | "LoadBalancer" | "ExternalName";
  /** One for each family; empty: headless, or of type ExternalName. */
  readonly clusterIPs: readonly Address[];
  readonly ports: readonly ServicePort[];
  readonly externalIPs: readonly Address[];
  /** `status.loadBalancer.ingress` with an address, without those whose `ipMode` is Proxy. */
  readonly ingressIPs: readonly Address[];
  readonly loadBalancerSourceRanges: readonly Prefix[];
  readonly externalTrafficPolicy: TrafficPolicy;
  readonly internalTrafficPolicy: TrafficPolicy;
  /** Null: none. */
  readonly healthCheckNodePort: number | null;
  /** Seconds of `sessionAffinity: ClientIP`; null: no affinity. */
  readonly affinitySeconds: number | null;
}

export interface ServicePort {
  /** "" where the only port has none. */
  readonly name: string;
  readonly protocol: ServiceProtocol;
  readonly port: number;
  /** Null: none. */
  readonly nodePort: number | null;
}

const DEFAULT_AFFINITY_SECONDS = 10_800;
const LONGEST_AFFINITY_SECONDS = 86_400;

export const protocol: z.ZodType<ServiceProtocol> = z.enum(["TCP", "UDP", "SCTP"]);
const policy = withDefault<TrafficPolicy>(z.enum(["Cluster", "Local"]), "Cluster");
const addresses = withDefault<readonly Address[]>(z.array(address), []);

/** 0 says that there is none. */
const optionalPort = z
  .union([z.literal(0), port])
  .nullish()
  .transform((number) => (number === 0 ? null : (number ?? null)));

const servicePort = z
  .strictObject({
    name: withDefault(labelOrNone, ""),
    protocol: withDefault(protocol, "TCP"),
    port,
    nodePort: optionalPort,
    targetPort: z.union([z.literal(0), portOrName]).nullish(),
    ...unread("appProtocol"),
  })
  .transform(({ name, protocol, port, nodePort }): ServicePort => ({ name, protocol, port, nodePort }));

/** core/validation ValidateService: a port is found by its name, and a packet finds it by number and protocol. */
const servicePorts = z
  .array(servicePort)
  .superRefine(distinct("name", ({ name }) => (name === "" ? null : name)))
  .superRefine(distinct("port", ({ port, protocol }) => `${String(port)}/${protocol}`))
  .superRefine(
    distinct("nodePort", ({ nodePort, protocol }) => (nodePort === null ? null : `${String(nodePort)}/${protocol}`)),
  )
  .superRefine((ports, context) => {
    // Nothing tells nameless ports apart.
    const nameless = ports.length < 2 ? -1 : ports.findIndex(({ name }) => name === "");
    if (nameless >= 0)
      context.addIssue({ code: "invalid_type", expected: "string", path: [nameless, "name"], input: undefined });
  });

const clusterIP = z.union([z.literal(["", "None"]), address]);

const affinityConfig = z
  .strictObject({
    clientIP: z.strictObject({ timeoutSeconds: z.int().min(1).max(LONGEST_AFFINITY_SECONDS).nullish() }).nullish(),
  })
  .nullish()
  .transform((config) => config?.clientIP?.timeoutSeconds ?? DEFAULT_AFFINITY_SECONDS);

const spec = z.strictObject({
  type: withDefault<Service["type"]>(z.enum(["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"]), "ClusterIP"),
  clusterIP: withDefault<Address | "" | "None">(clusterIP, ""),
  clusterIPs: z.array(clusterIP).nullish(),
  ports: withDefault<readonly ServicePort[]>(servicePorts, []),
  externalIPs: addresses,
  loadBalancerSourceRanges: withDefault<readonly Prefix[]>(z.array(prefix), []),
  externalTrafficPolicy: policy,
  internalTrafficPolicy: policy,
  healthCheckNodePort: optionalPort,
  sessionAffinity: z.enum(["None", "ClientIP"]).nullish(),
  sessionAffinityConfig: affinityConfig,
  ...unread(
    ...["allocateLoadBalancerNodePorts", "externalName", "ipFamilies", "ipFamilyPolicy", "loadBalancerClass"],
    ...["loadBalancerIP", "publishNotReadyAddresses", "selector", "trafficDistribution"],
  ),
});

const ingress = z.strictObject({
  ip: address.nullish(),
  ipMode: z.enum(["VIP", "Proxy"]).nullish(),
  ...unread("hostname", "ports"),
});

const status = z
  .strictObject({
    loadBalancer: z.strictObject({ ingress: z.array(ingress).nullish() }).nullish(),
    ...unread("conditions"),
  })
  .nullish()
  .transform((read) =>
    (read?.loadBalancer?.ingress ?? []).flatMap(({ ip, ipMode }) =>
      ip === undefined || ip === null || ipMode === "Proxy" ? [] : [ip],
    ),
  );

export const service: z.ZodType<Service> = z
  .strictObject({ ...typeMeta, metadata: labelled(metadata), spec, status })
  .transform(({ metadata, spec, status }): Service => ({
    kind: "Service",
    metadata,
    type: spec.type,
    clusterIPs: (spec.clusterIPs ?? [spec.clusterIP]).filter((one) => typeof one !== "string"),
    ports: spec.ports,
    externalIPs: spec.externalIPs,
    ingressIPs: status,
    loadBalancerSourceRanges: spec.loadBalancerSourceRanges,
    externalTrafficPolicy: spec.externalTrafficPolicy,
    internalTrafficPolicy: spec.internalTrafficPolicy,
    healthCheckNodePort: spec.healthCheckNodePort,
    affinitySeconds: spec.sessionAffinity === "ClientIP" ? spec.sessionAffinityConfig : null,
  }));
